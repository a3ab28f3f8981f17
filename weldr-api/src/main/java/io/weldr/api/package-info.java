/**
 * The edge of the control plane. Start at {@link io.weldr.api.AdminServer}: it listens for the admin API over HTTP
 * ({@link io.weldr.api.http}) and gRPC ({@link io.weldr.api.grpc}), which both say what they want to {@link
 * io.weldr.api.admin}. JSON is read and written in {@link io.weldr.api.json} alone, and {@link io.weldr.api.error} is
 * the one table of what a failure answers.
 *
 * <p>It sees the rest of the node through the ports of the core, never consensus or proxy themselves.
 */
@NullMarked
package io.weldr.api;

import org.jspecify.annotations.NullMarked;
