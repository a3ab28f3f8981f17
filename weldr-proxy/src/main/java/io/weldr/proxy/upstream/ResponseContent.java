package io.weldr.proxy.upstream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.weldr.proxy.net.HeldBuffer;
import io.weldr.proxy.net.HeldBytes;

/**
 * The content of one response as a stream of HTTP/2 brings it: its length, its window, and what waits for the client.
 * The window is the bound of what waits. Confined to the event loop.
 */
final class ResponseContent {

    private static final int FIRST_BYTES = 4096;

    private final HeldBuffer waiting;
    private final ByteBufAllocator allocator;
    private final int windowMax;
    private int window; // bytes that the origin may still send
    private int uncredited; // bytes that were passed on since the last credit
    private long left; // of content-length; -1: there is none

    /** @param windowMax bytes that may wait */
    ResponseContent(HeldBytes.Account account, ByteBufAllocator allocator, int windowMax) {
        waiting = new HeldBuffer(account);
        this.allocator = allocator;
        this.windowMax = windowMax;
    }

    void begin() {
        assert waiting.isEmpty() : "of the stream before";
        window = windowMax;
        uncredited = 0;
        left = -1;
    }

    /** @param length of the content; -1: any */
    void expect(long length) {
        left = length;
    }

    /** Whether as much has come as the head said. */
    boolean complete() {
        return left <= 0;
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** Takes so much of the window; false if that is more than there is. */
    boolean receive(int bytes) {
        window -= bytes;
        return window >= 0;
    }

    /** So much has found its place. */
    void consumed(int bytes) {
        uncredited += bytes;
    }

    /** By how much the window is to be opened now; 0: not yet. */
    int takeCredit() {
        if (uncredited < windowMax / 2) {
            return 0;
        }
        int more = uncredited;
        uncredited = 0;
        window += more;
        return more;
    }

    /** Content has come; false if it is more than the head said. */
    boolean count(int bytes) {
        if (left >= 0) {
            left -= bytes;
            return left >= 0;
        }
        return true;
    }

    /** Keeps a copy of content that has to wait, lent for the call. */
    void hold(ByteBuf part) {
        ByteBuf kept = waiting.get();
        if (kept != null && kept.isWritable(part.readableBytes())) {
            kept.writeBytes(part);
        } else {
            widen(part);
        }
    }

    private void widen(ByteBuf part) {
        ByteBuf kept = waiting.get();
        int size = kept == null ? 0 : kept.readableBytes();
        int needed = size + part.readableBytes(); // at most the window
        ByteBuf wider = allocator.directBuffer(Math.max(needed, Math.min(Math.max(FIRST_BYTES, 2 * size), windowMax)));
        try {
            if (kept != null) {
                wider.writeBytes(kept, kept.readerIndex(), kept.readableBytes());
            }
            wider.writeBytes(part);
        } catch (Throwable e) {
            wider.release();
            throw e;
        }
        waiting.drop();
        waiting.put(wider);
    }

    /** Gives what waits to the caller. Only if it is not {@link #isEmpty}. */
    ByteBuf take() {
        ByteBuf taken = waiting.take();
        assert taken != null : "nothing waits";
        return taken;
    }

    void drop() {
        waiting.drop();
    }
}
