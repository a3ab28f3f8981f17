/**
 * Client connections. {@link io.weldr.proxy.server.H1Server} and {@link io.weldr.proxy.server.H2Server} read
 * requests, and start an exchange for each. {@link io.weldr.proxy.server.TcpServer} forwards bytes. {@link
 * io.weldr.proxy.server.Clients} has the connections of one event loop.
 */
@NullMarked
package io.weldr.proxy.server;

import org.jspecify.annotations.NullMarked;
