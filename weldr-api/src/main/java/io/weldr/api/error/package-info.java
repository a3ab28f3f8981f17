/**
 * Errors, and the answer to each over HTTP and gRPC. {@link io.weldr.api.error.ProblemType} is the table, {@link
 * io.weldr.api.error.Problem} is one error, and {@link io.weldr.api.error.Problems} maps exceptions and outcomes to
 * problems.
 */
@NullMarked
package io.weldr.api.error;

import org.jspecify.annotations.NullMarked;
