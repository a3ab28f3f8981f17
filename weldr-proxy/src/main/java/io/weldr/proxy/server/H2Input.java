package io.weldr.proxy.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.weldr.proxy.http.Octets;
import io.weldr.proxy.http1.RequestHead;
import io.weldr.proxy.net.HeldBytes;
import org.jspecify.annotations.Nullable;

/**
 * The content of one request as a stream of HTTP/2 brings it: its window, what waits for the origin, and the framing
 * that HTTP/1.1 has for it. The window is the bound of what waits. Confined to the event loop.
 */
final class H2Input {

    private static final byte[] LAST_CHUNK = Octets.ascii("0\r\n");

    /** A chunk size of eight digits, and two line ends. */
    private static final int CHUNK_BYTES = 12;

    private static final int FIRST_BYTES = 4096;

    private final HeldBytes.Account account;
    private @Nullable ByteBuf waiting;
    private long held;
    private int windowMax;
    private int window; // bytes that the client may still send
    private int uncredited; // bytes that were passed on since the last credit
    private boolean chunked;
    private boolean tunnel;
    private long left; // of content-length; -1: there is none
    private boolean ended;
    private boolean endDelivered;
    private byte @Nullable [] trailers;

    /** @param account what the connection holds */
    H2Input(HeldBytes.Account account) {
        this.account = account;
    }

    /** The next stream begins. */
    void begin(int windowBytes, boolean endStream) {
        assert waiting == null : "of the stream before";
        windowMax = windowBytes;
        window = windowBytes;
        uncredited = 0;
        chunked = false;
        tunnel = false;
        left = -1;
        ended = endStream;
        endDelivered = endStream;
        trailers = null;
    }

    /**
     * What the head says of the content.
     *
     * @param length where the head does not say it; -1: not known
     */
    void expect(RequestHead head, boolean isTunnel, long length) {
        chunked = head.chunked();
        left = chunked ? length : head.contentLength();
        tunnel = isTunnel;
        endDelivered = ended && !isTunnel;
    }

    /** Whether it is an extended CONNECT, whose content is another protocol. */
    boolean tunnel() {
        return tunnel;
    }

    boolean ended() {
        return ended;
    }

    boolean isEmpty() {
        return waiting == null;
    }

    // ---- the window

    /** Takes so much of the window; false if that is more than there is. */
    boolean receive(int bytes) {
        window -= bytes;
        return window >= 0;
    }

    /** So much has found its place. */
    void consumed(int bytes) {
        uncredited += bytes;
    }

    /** By how much the window is to be opened now; 0: not yet, or not any more. */
    int takeCredit() {
        if (ended || uncredited < windowMax / 2) {
            return 0;
        }
        int more = uncredited;
        uncredited = 0;
        window += more;
        return more;
    }

    // ---- content

    /** Content has come; false if it is more than the head said. */
    boolean count(int bytes) {
        if (left >= 0) {
            left -= bytes;
            return left >= 0;
        }
        return true;
    }

    /** All of it has come; false if it is less than the head said. */
    boolean end(byte @Nullable [] section) {
        ended = true;
        trailers = section;
        return left <= 0;
    }

    /** Keeps a copy of content that has to wait, lent for the call. */
    void hold(ByteBufAllocator allocator, ByteBuf part) {
        int more = part.readableBytes();
        ByteBuf kept = waiting;
        if (kept == null || !kept.isWritable(more)) {
            int size = kept == null ? 0 : kept.readableBytes();
            ByteBuf wider = allocator.directBuffer(Math.max(FIRST_BYTES, Math.max(2 * size, size + more)));
            if (kept != null) {
                wider.writeBytes(kept);
            }
            drop();
            kept = wider;
            waiting = wider;
            held = wider.capacity();
            account.add(held);
        }
        kept.writeBytes(part);
    }

    /** Gives what waits to the caller; null: nothing does. */
    @Nullable ByteBuf take() {
        ByteBuf taken = waiting;
        waiting = null;
        account.add(-held);
        held = 0;
        return taken;
    }

    void drop() {
        ByteBuf dropped = take();
        if (dropped != null) {
            dropped.release();
        }
    }

    /** The content as HTTP/1.1 frames it: as it is, or one chunk. The caller owns the result. */
    ByteBuf framed(ByteBufAllocator allocator, ByteBuf part, boolean tunnelling) {
        if (!chunked || tunnelling) {
            return part.retain();
        }
        int size = part.readableBytes();
        ByteBuf chunk = allocator.directBuffer(size + CHUNK_BYTES);
        int digits = Math.max(1, (35 - Integer.numberOfLeadingZeros(size)) / 4);
        for (int i = digits - 1; i >= 0; i--) {
            int digit = (size >>> (4 * i)) & 15;
            chunk.writeByte(digit < 10 ? '0' + digit : 'a' + digit - 10);
        }
        chunk.writeByte(Octets.CR).writeByte(Octets.LF);
        chunk.writeBytes(part);
        return chunk.writeByte(Octets.CR).writeByte(Octets.LF);
    }

    /** Whether nothing is left to pass on but the end. */
    boolean endIsNext() {
        return ended && !endDelivered && waiting == null;
    }

    /**
     * The end as HTTP/1.1 frames it; null: by nothing. A body of a known length takes its trailers along to nowhere.
     */
    @Nullable ByteBuf takeEnd(ByteBufAllocator allocator) {
        endDelivered = true;
        if (!chunked) {
            return null;
        }
        byte[] section = trailers == null ? new byte[] {Octets.CR, Octets.LF} : trailers;
        return allocator
                .directBuffer(LAST_CHUNK.length + section.length)
                .writeBytes(LAST_CHUNK)
                .writeBytes(section);
    }
}
