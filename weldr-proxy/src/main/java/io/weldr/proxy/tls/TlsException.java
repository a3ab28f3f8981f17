package io.weldr.proxy.tls;

import java.io.IOException;

/** TLS cannot go on, because of what the peer has sent or has not sent. No stack: it says nothing of weldr. */
public final class TlsException extends IOException {
    private static final long serialVersionUID = 1;

    private final HandshakeFailure failure;

    /** @param detail for people */
    public TlsException(HandshakeFailure failure, String detail) {
        super(detail);
        this.failure = failure;
    }

    /** What it means for a handshake. */
    public HandshakeFailure failure() {
        return failure;
    }

    /** A peer that can bring exceptions about must not make them dear. */
    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
