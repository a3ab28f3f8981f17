/**
 * One request and its response, as an explicit state machine.
 *
 * <p>{@link io.weldr.proxy.exchange.H1Server} reads requests from a client, one after another, and starts an
 * {@link io.weldr.proxy.exchange.Exchange} for each; {@link io.weldr.proxy.exchange.RequestRelay} and
 * {@link io.weldr.proxy.exchange.ResponseRelay} are its two directions; {@link io.weldr.proxy.exchange.Phase} is where it
 * stands. {@link io.weldr.proxy.exchange.Worker} is all that one event loop owns. Client and origin connection of an
 * exchange are on one loop, so nothing here takes a lock.
 */
@NullMarked
package io.weldr.proxy.exchange;

import org.jspecify.annotations.NullMarked;
