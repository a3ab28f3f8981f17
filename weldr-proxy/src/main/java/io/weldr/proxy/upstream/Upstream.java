package io.weldr.proxy.upstream;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * The origin's side of an exchange: takes a request, and passes the response to the {@link ResponseSink} of the
 * exchange that holds it. Held by one exchange at a time, from {@link #begin} to {@link #release} or {@link #abort}.
 * Called on the event loop of the exchange only.
 */
public interface Upstream {

    /** What it is a connection to. */
    Endpoint endpoint();

    /** Whether it served another request, or was idle, before this one: then it may have died meanwhile. */
    boolean reused();

    /**
     * A request starts.
     *
     * @param answersHead whether it is HEAD, so that the response has no body
     * @param upgradeAsked the protocols that 101 may switch to; null when 101 may not be the answer
     */
    void begin(ResponseSink sink, boolean answersHead, byte @Nullable [] upgradeAsked);

    /** Writes a part of the request, or of a tunnel, without flushing; takes over the buffer. */
    void write(ByteBuf part);

    void flush();

    /** Whether the origin takes what is written fast enough for more to be written. */
    boolean writable();

    /**
     * The whole request has been written: from now on the origin is waited for.
     *
     * @param responseHeadTicks longest wait for the head of the response; 0: as the node has it
     */
    void requestSent(int responseHeadTicks);

    /** The client takes no more for now. */
    void pauseReading();

    void resumeReading();

    /** From the head of the response on: the body comes without chunks, for a client that does not know them. */
    void deliverContentOnly();

    /** The end of a chunked body that was held back and filtered, or null; in {@link ResponseSink#responseEnd}. */
    byte @Nullable [] trailers(boolean wanted);

    /** Ends our side of a tunnel when all that was written has left. */
    void endOutput();

    /** The exchange is done with it: complete request, complete response. It serves another one if it can. */
    void release();

    /** The exchange has failed: nothing of it may be left on a connection that lives on. */
    void abort();
}
