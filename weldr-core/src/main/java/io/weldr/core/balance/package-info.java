/**
 * Chooses the origin of a request, and the address of the origin. Pure. Start at {@link
 * io.weldr.core.balance.Balancer}. {@link io.weldr.core.balance.Algorithm} makes a balancer from {@link
 * io.weldr.core.balance.Target}s. The caller passes the data of each request as {@link
 * io.weldr.core.balance.Candidates}.
 *
 * <p>{@link io.weldr.core.balance.WeightedSplit} chooses between the pools of a route. {@link
 * io.weldr.core.balance.Hashing} makes the keys for both. {@link io.weldr.core.balance.SlowStart} has the weights of
 * origins that have just come up. {@link io.weldr.core.balance.DeadAddresses} remembers the addresses of a name to
 * try last.
 */
@NullMarked
package io.weldr.core.balance;

import org.jspecify.annotations.NullMarked;
