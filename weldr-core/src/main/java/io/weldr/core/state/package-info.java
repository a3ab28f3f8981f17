/**
 * The replicated state, and its changes. {@link io.weldr.core.state.ClusterState} is the immutable state, a {@link
 * io.weldr.core.state.Command} is a request to change it, and {@link io.weldr.core.state.Outcome} is the result.
 *
 * <p>Applying a command is pure and total: no clock, no random numbers, no I/O. A valid command never causes an
 * exception, because the same entry would stop every node that applies it.
 */
@NullMarked
package io.weldr.core.state;

import org.jspecify.annotations.NullMarked;
