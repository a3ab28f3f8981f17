/**
 * Which origin of a pool a request goes to, and which of its addresses: pure. Start at {@link
 * io.weldr.core.balance.Balancer}. {@link io.weldr.core.balance.Algorithm} makes one from {@link
 * io.weldr.core.balance.Target}s. The caller brings what changes from request to request as {@link
 * io.weldr.core.balance.Candidates}.
 *
 * <p>{@link io.weldr.core.balance.WeightedSplit} chooses between the pools of a route, {@link
 * io.weldr.core.balance.Hashing} makes the keys for both, and {@link io.weldr.core.balance.SlowStart} the weights of
 * origins that have just come up. {@link io.weldr.core.balance.DeadAddresses} remembers which addresses of a name to
 * try last.
 */
@NullMarked
package io.weldr.core.balance;

import org.jspecify.annotations.NullMarked;
