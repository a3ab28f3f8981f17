/**
 * The operations of the API, independent of HTTP and gRPC. Start at {@link io.weldr.api.admin.Admin}. {@link
 * io.weldr.api.admin.AdminPorts} has what it needs from the node. Nothing here knows HTTP, gRPC or JSON, and nothing
 * blocks.
 */
@NullMarked
package io.weldr.api.admin;

import org.jspecify.annotations.NullMarked;
