/**
 * TLS of client connections: parses the ClientHello, chooses the certificate, and encrypts and decrypts records. It
 * has no sockets: {@link io.weldr.proxy.net.Link} moves the bytes. Start at {@link io.weldr.proxy.tls.TlsSession}.
 * {@link io.weldr.proxy.server.Handshake} runs a handshake.
 */
@NullMarked
package io.weldr.proxy.tls;

import org.jspecify.annotations.NullMarked;
