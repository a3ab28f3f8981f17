package io.weldr.proxy.streams;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.weldr.proxy.http2.FrameWriter;
import io.weldr.proxy.http2.Frames;
import io.weldr.proxy.net.Link;
import java.util.ArrayDeque;
import java.util.function.Consumer;

/**
 * The output of one HTTP/2 connection. Streams that have content wait in line and send one frame each time it is
 * their turn, so that none holds up another (RFC 9113 section 5.3 leaves the order to the server). A stream whose
 * window is used up is in no line. Confined to the event loop.
 */
public final class StreamOutput implements FrameWriter.Out {

    /** What came of a stream's turn. */
    public enum Turn {
        /** It has more to send, and room in its window. */
        MORE,
        /** It has no more to send, or no room in its own window. */
        OVER,
        /** The window of the connection is used up. */
        CONNECTION_FULL
    }

    /** A stream that has something to send. */
    public interface Sender {
        /** Sends one frame. */
        Turn sendNext();

        /** It is in no line any more. */
        void leftLine();
    }

    private final Link link;
    private final Consumer<Throwable> failed;
    private final FrameWriter frames = new FrameWriter(this);
    private final ArrayDeque<Sender> ready = new ArrayDeque<>();
    private final ArrayDeque<Sender> waiting = new ArrayDeque<>(); // for the window of the connection
    private long window = Frames.WINDOW_BYTES;
    private boolean held;
    private boolean pumping;
    private boolean broken; // a part of a frame may be missing

    /**
     * Of a connection that has sent nothing.
     *
     * @param failed ends the connection for what was thrown while it sent. Called later, by its event loop: whose turn
     *     it was is not who had called, and the peer may have got half a frame
     */
    public StreamOutput(Link link, Consumer<Throwable> failed) {
        this.link = link;
        this.failed = failed;
    }

    private void fail(Throwable cause) {
        if (!broken) {
            broken = true;
            link.later(() -> failed.accept(cause));
        }
    }

    /** What writes the frames of the connection. */
    public FrameWriter frames() {
        return frames;
    }

    @Override
    public ByteBufAllocator allocator() {
        return link.allocator();
    }

    @Override
    public void write(ByteBuf part) {
        try {
            link.write(part);
        } catch (Throwable e) {
            fail(e);
            throw e;
        }
    }

    /** Bytes of content that the connection's window has room for. */
    public long window() {
        return window;
    }

    /** So many bytes of content were sent. */
    public void sent(int bytes) {
        window -= bytes;
    }

    /** The peer has made room; false if that is more than a window may have (RFC 9113 section 6.9.1). */
    public boolean credit(int bytes) {
        window += bytes;
        if (window > Frames.INT31_MAX) {
            return false;
        }
        ready.addAll(waiting);
        waiting.clear();
        return true;
    }

    /** A stream that was in no line has something to send. */
    public void add(Sender stream) {
        ready.add(stream);
    }

    /** A stream leaves the lines. */
    public void remove(Sender stream) {
        if (!ready.remove(stream)) {
            waiting.remove(stream);
        }
    }

    /** While frames that have come at a time are worked through, nothing is sent: {@link #release} does. */
    public void hold() {
        held = true;
    }

    /** Whether frames that have come are being worked through. */
    public boolean held() {
        return held;
    }

    /** All that had come was worked through. */
    public void release() {
        held = false;
        pump();
    }

    /** Lets streams send in turn, as long as the peer takes it. */
    public void pump() {
        if (pumping || held || broken || !link.open()) {
            return;
        }
        pumping = true;
        try {
            while (!ready.isEmpty() && link.writable() && link.open()) {
                Sender next = ready.remove();
                switch (next.sendNext()) {
                    case MORE -> ready.add(next);
                    case OVER -> next.leftLine();
                    case CONNECTION_FULL -> waiting.add(next);
                }
            }
        } catch (Throwable e) {
            fail(e);
        } finally {
            pumping = false;
        }
        try {
            flush(); // may make room, and be asked for more at once
        } catch (Throwable e) {
            fail(e);
        }
    }

    /** Sends what was gathered. */
    public void flush() {
        if (broken) {
            return;
        }
        frames.flush();
        link.flush();
    }

    /** Nothing is sent any more. */
    public void drop() {
        ready.clear();
        waiting.clear();
        frames.drop();
    }
}
