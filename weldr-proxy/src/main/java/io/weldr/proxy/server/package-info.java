/**
 * Serves clients: {@link io.weldr.proxy.server.H1Server} reads requests from a connection, one after another, and
 * starts an exchange for each; {@link io.weldr.proxy.server.Clients} are those of one event loop.
 */
@NullMarked
package io.weldr.proxy.server;

import org.jspecify.annotations.NullMarked;
