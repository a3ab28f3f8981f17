/**
 * TLS of client connections: what a ClientHello asks for, which certificate answers it, and the records of a connection
 * as bytes in and out. It knows no sockets: {@link io.weldr.proxy.net.Link} moves the bytes. Start at {@link
 * io.weldr.proxy.tls.TlsSession}; the way of a handshake is in {@link io.weldr.proxy.server.Handshake}.
 */
@NullMarked
package io.weldr.proxy.tls;

import org.jspecify.annotations.NullMarked;
