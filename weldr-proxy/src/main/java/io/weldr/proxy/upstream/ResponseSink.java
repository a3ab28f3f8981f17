package io.weldr.proxy.upstream;

import io.netty.buffer.ByteBuf;
import io.weldr.proxy.http.Failure;
import io.weldr.proxy.http.Framing;
import io.weldr.proxy.http1.ResponseHead;
import io.weldr.proxy.net.Link;

/** Receives the connection to an origin and the response: an exchange. Called on the event loop only. */
public interface ResponseSink {

    /** A connection is there. */
    void connected(Upstream connection);

    /** There will be none. */
    void notConnected(Failure failure);

    /** A response that is not the final one (RFC 9110 section 15.2). The head is scratch space: use it now. */
    void interimHead(ResponseHead head);

    /**
     * The final response starts, or the protocol is switched (101).
     *
     * @param following bytes that have arrived behind the head, a hint for sizing buffers
     */
    void responseHead(ResponseHead head, Framing framing, int following);

    /** Part of the body, or of a tunnel. The receiver owns the buffer. */
    void responseBody(ByteBuf part);

    /**
     * Whether nothing waits to be written to the client, whose socket can take bytes from another within the kernel.
     */
    boolean takesSplice();

    /**
     * Moves part of the body from {@code from} to the client. Only if {@link #takesSplice}.
     *
     * @return how many bytes were moved, at most {@code max}
     */
    int splice(Link from, long max);

    /** The response is complete. For a tunnel: the origin has ended its side. */
    void responseEnd();

    /** No more bytes for now: time to flush what was passed on. */
    void responsePause();

    /** The connection is closed and the response will not become complete. */
    void broken(Failure failure);

    /** The origin can take more, or cannot for now. */
    void originWritability(boolean writable);

    /** The origin has closed after a complete response, while the request was still being passed on. */
    void originDone();
}
