package io.weldr.proxy.upstream;

import io.netty.buffer.ByteBuf;
import io.weldr.proxy.http.Failure;

/** Receives the tcp connection to an origin and its bytes: the relay of one client. Called on the event loop only. */
public interface TcpSink {

    /** A connection is there. */
    void connected(TcpOrigin connection);

    /** There will be none. */
    void notConnected(Failure failure);

    /** Bytes have come. The receiver owns the buffer. */
    void originBytes(ByteBuf part);

    /** No more bytes for now. */
    void originPause();

    /** The origin takes more, or takes no more for now. */
    void originWritability(boolean writable);

    /** The origin sends no more. Told once. */
    void originEnded();

    /** The connection is closed, and not because both sides have ended. */
    void originBroken(Failure failure);
}
