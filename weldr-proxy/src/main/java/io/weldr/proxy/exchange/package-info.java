/**
 * One request and its response, as two explicit state machines that flow beside each other.
 *
 * <p>Start at {@link io.weldr.proxy.exchange.Exchange}. {@link io.weldr.proxy.exchange.RequestHalf} and
 * {@link io.weldr.proxy.exchange.ResponseHalf} are its two directions. {@link io.weldr.proxy.exchange.OriginSide} finds
 * an origin, and another one where that is safe. {@link io.weldr.proxy.exchange.Downstream} is the client's connection,
 * and an {@link io.weldr.proxy.upstream.Upstream} the origin's. Both are on one event loop, so nothing here takes a
 * lock.
 */
@NullMarked
package io.weldr.proxy.exchange;

import org.jspecify.annotations.NullMarked;
