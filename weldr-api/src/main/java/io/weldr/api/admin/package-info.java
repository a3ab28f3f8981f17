/**
 * What the API does, whichever wire a request came by. Start at {@link io.weldr.api.admin.Admin}; what it needs of the
 * node is in {@link io.weldr.api.admin.AdminPorts}. Nothing here knows HTTP, gRPC or JSON, and nothing blocks.
 */
@NullMarked
package io.weldr.api.admin;

import org.jspecify.annotations.NullMarked;
