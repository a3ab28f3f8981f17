/**
 * One request and its response, as two explicit state machines.
 *
 * <p>Start at {@link io.weldr.proxy.exchange.Exchange}. {@link io.weldr.proxy.exchange.RequestHalf} and {@link
 * io.weldr.proxy.exchange.ResponseHalf} are its two directions. {@link io.weldr.proxy.exchange.OriginSide} chooses
 * an origin, and another one for a retry if that is safe. {@link io.weldr.proxy.exchange.Downstream} is the
 * connection of the client, and {@link io.weldr.proxy.upstream.Upstream} that of the origin. Both are on one event
 * loop, so nothing here takes a lock.
 */
@NullMarked
package io.weldr.proxy.exchange;

import org.jspecify.annotations.NullMarked;
