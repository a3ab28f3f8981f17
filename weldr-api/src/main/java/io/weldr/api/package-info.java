/**
 * The edge of the control plane. Start at {@link io.weldr.api.AdminServer}, which listens for HTTP ({@link
 * io.weldr.api.http}) and gRPC ({@link io.weldr.api.grpc}). Both call {@link io.weldr.api.admin}. Only {@link
 * io.weldr.api.json} reads and writes JSON. {@link io.weldr.api.error} is the table of errors.
 *
 * <p>This module uses the rest of the node only through the ports of weldr-core. It never calls consensus or the
 * proxy.
 */
@NullMarked
package io.weldr.api;

import org.jspecify.annotations.NullMarked;
