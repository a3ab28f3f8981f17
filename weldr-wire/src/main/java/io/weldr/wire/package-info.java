/**
 * The resources as messages, for the log, both APIs and weldrctl. {@link io.weldr.wire.resource} converts between
 * messages and values of weldr-core, {@link io.weldr.wire.json} between messages and JSON. {@link
 * io.weldr.wire.grpc} is for all gRPC clients.
 */
@NullMarked
package io.weldr.wire;

import org.jspecify.annotations.NullMarked;
