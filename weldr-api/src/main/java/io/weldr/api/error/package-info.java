/**
 * What can go wrong, and what each wire answers then. {@link io.weldr.api.error.ProblemType} is the table, {@link
 * io.weldr.api.error.Problem} one case of it, {@link io.weldr.api.error.Problems} tells which it is.
 */
@NullMarked
package io.weldr.api.error;

import org.jspecify.annotations.NullMarked;
