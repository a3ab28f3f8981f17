/**
 * The domain of weldr: immutable values and pure functions. No I/O, no thread, no clock, no logger.
 *
 * <p>Start at {@link io.weldr.core.state.ClusterState}: everything that the cluster agrees on. A {@link
 * io.weldr.core.state.Command} changes it, {@link io.weldr.core.pool} holds the words it is made of, and
 * {@link io.weldr.core.port} is where raft, proxy, leader and api meet without knowing each other.
 */
@NullMarked
package io.weldr.core;

import org.jspecify.annotations.NullMarked;
