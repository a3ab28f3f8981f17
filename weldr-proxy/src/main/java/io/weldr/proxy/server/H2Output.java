package io.weldr.proxy.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.weldr.proxy.http2.FrameWriter;
import io.weldr.proxy.http2.Frames;
import io.weldr.proxy.net.Link;
import java.util.ArrayDeque;

/**
 * What one HTTP/2 connection sends. Streams that have content wait in line and send one frame each time it is their
 * turn, so that none holds up another (RFC 9113 section 5.3 leaves the order to the server). A stream whose window is
 * used up is in no line. Confined to the event loop.
 */
final class H2Output implements FrameWriter.Out {

    /** What came of a stream's turn. */
    enum Turn {
        /** It has more to send, and room in its window. */
        MORE,
        /** It has no more to send, or no room in its own window. */
        OVER,
        /** The window of the connection is used up. */
        CONNECTION_FULL
    }

    private final Link link;
    private final FrameWriter frames = new FrameWriter(this);
    private final ArrayDeque<H2Stream> ready = new ArrayDeque<>();
    private final ArrayDeque<H2Stream> waiting = new ArrayDeque<>(); // for the window of the connection
    private long window = Frames.WINDOW_BYTES;
    private boolean held;
    private boolean pumping;

    H2Output(Link link) {
        this.link = link;
    }

    FrameWriter frames() {
        return frames;
    }

    @Override
    public ByteBufAllocator allocator() {
        return link.allocator();
    }

    @Override
    public void write(ByteBuf part) {
        link.write(part);
    }

    /** Bytes of content that the connection's window has room for. */
    long window() {
        return window;
    }

    void sent(int bytes) {
        window -= bytes;
    }

    /** The peer has made room; false if that is more than a window may have (RFC 9113 section 6.9.1). */
    boolean credit(int bytes) {
        window += bytes;
        if (window > Frames.INT31_MAX) {
            return false;
        }
        ready.addAll(waiting);
        waiting.clear();
        return true;
    }

    /** A stream that was in no line has something to send. */
    void add(H2Stream stream) {
        ready.add(stream);
    }

    /** A stream leaves the lines. */
    void remove(H2Stream stream) {
        if (!ready.remove(stream)) {
            waiting.remove(stream);
        }
    }

    /** While frames that have come at a time are worked through, nothing is sent: {@link #release} does. */
    void hold() {
        held = true;
    }

    /** Whether frames that have come are being worked through. */
    boolean held() {
        return held;
    }

    void release() {
        held = false;
        pump();
    }

    /** Lets streams send in turn, as long as the peer takes it. */
    void pump() {
        if (pumping || held || !link.open()) {
            return;
        }
        pumping = true;
        try {
            while (!ready.isEmpty() && link.writable() && link.open()) {
                H2Stream next = ready.remove();
                switch (next.sendNext()) {
                    case MORE -> ready.add(next);
                    case OVER -> next.leftLine();
                    case CONNECTION_FULL -> waiting.add(next);
                }
            }
        } finally {
            pumping = false;
        }
        flush();
    }

    /** Sends what was gathered. */
    void flush() {
        frames.flush();
        link.flush();
    }

    /** Nothing is sent any more. */
    void drop() {
        ready.clear();
        waiting.clear();
        frames.drop();
    }
}
