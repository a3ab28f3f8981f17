/** Tests of {@code weldrctl}, against the real gRPC API. */
@NullMarked
package io.weldr.cli;

import org.jspecify.annotations.NullMarked;
