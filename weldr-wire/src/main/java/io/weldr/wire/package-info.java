/**
 * What all that speaks of resources shares. {@link io.weldr.wire.resource} turns messages into values of weldr-core and
 * back; {@link io.weldr.wire.json} turns messages into JSON and back; {@link io.weldr.wire.grpc} is of all clients.
 */
@NullMarked
package io.weldr.wire;

import org.jspecify.annotations.NullMarked;
