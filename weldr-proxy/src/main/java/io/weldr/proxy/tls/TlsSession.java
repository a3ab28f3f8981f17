package io.weldr.proxy.tls;

import io.netty.buffer.ByteBuf;
import java.security.cert.X509Certificate;
import org.jspecify.annotations.Nullable;

/**
 * TLS of one connection, the server's side: bytes in, bytes out, no sockets. The peer may end its side and go on
 * reading (RFC 8446 section 6.1). Confined to one event loop.
 */
public interface TlsSession {

    /** Takes what has to be sent to the peer, in order. Takes over each buffer; must not call the session. */
    interface Wire {
        void send(ByteBuf records);
    }

    /**
     * Bytes of the peer have come.
     *
     * @param in taken over, also if this fails; may hold parts of records
     * @return what the peer has said, which the caller owns; null: nothing for now
     * @throws TlsException the session cannot go on. The alert that says so has been sent to the wire
     */
    @Nullable ByteBuf read(ByteBuf in, Wire wire) throws TlsException;

    /**
     * Sends to the peer. Only if {@link #established}.
     *
     * @param plain taken over, also if this fails
     * @throws TlsException the session cannot go on
     */
    void write(ByteBuf plain, Wire wire) throws TlsException;

    /**
     * Says that this side sends no more (close_notify). Nothing may be written behind it. Harmless when said before.
     */
    void end(Wire wire);

    /** Whether the handshake is over and was successful. */
    boolean established();

    /** Whether the peer has said that it sends no more: then nobody has cut anything off. */
    boolean inputEnded();

    /** Releases what it holds outside of the heap. Harmless when done before. Afterwards nothing may be asked of it. */
    void free();

    // ---- what was agreed on; only if established

    /** The protocol that was chosen by ALPN; null: none. */
    @Nullable String protocol();

    /** The version, as in {@code TLSv1.3}. */
    String version();

    /** The cipher suite, as its library calls it. */
    String cipher();

    /** Whether a session of before was resumed. */
    boolean resumed();

    /** The certificate that the client has shown, and that was verified; null: none. */
    @Nullable X509Certificate clientCertificate();
}
