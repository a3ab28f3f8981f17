/**
 * The domain of weldr: immutable values and pure functions. No I/O, threads, clock or logger.
 *
 * <p>Start at {@link io.weldr.core.state.ClusterState}, the replicated state. A {@link io.weldr.core.state.Command}
 * changes it. {@link io.weldr.core.pool} has its values. The other modules meet in {@link io.weldr.core.port},
 * without knowing each other.
 */
@NullMarked
package io.weldr.core;

import org.jspecify.annotations.NullMarked;
