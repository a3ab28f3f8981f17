package io.weldr.proxy.http2;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.weldr.proxy.http.HeadWriter;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Writes the frames of one connection (RFC 9113 section 6). Small ones are gathered, those of all streams, so that many
 * are one buffer and one write; large content is passed on as it came. What was gathered goes with {@link #flush}.
 */
public final class FrameWriter {

    /** Takes buffers in their order. */
    public interface Out {
        /** For the buffers. */
        ByteBufAllocator allocator();

        /** Takes over a buffer. */
        void write(ByteBuf part);
    }

    /** Up to here copying content is cheaper than one more buffer in the write. */
    private static final int COPY_BYTES_MAX = 4096;

    /** What is gathered at least before it is handed on. */
    private static final int GATHER_BYTES = 4096;

    /** A response head takes about that, and is often followed by something small. */
    private static final int SMALL_GATHER_BYTES = 1024;

    private final Out out;
    private final FieldBlock block = new FieldBlock();
    private @Nullable ByteBuf gathered;
    private int payloadMax = Frames.PAYLOAD_BYTES_MAX;
    /** Where the flags of the last frame gathered are, if END_STREAM may still be set there; and whose frame it is. */
    private int lastFlags;

    private int lastStream;

    /** A writer that has written nothing. */
    public FrameWriter(Out out) {
        this.out = out;
    }

    /** What the peer takes in one frame; more than weldr sends is not made use of. */
    public void payloadMax(int bytes) {
        payloadMax = Math.min(bytes, Frames.PAYLOAD_BYTES_MAX);
    }

    /** The longest content of one DATA frame. */
    public int payloadMax() {
        return payloadMax;
    }

    private ByteBuf room(int needed) {
        ByteBuf last = gathered;
        if (last != null && last.writableBytes() >= needed) {
            return last;
        }
        int size = last == null ? SMALL_GATHER_BYTES : GATHER_BYTES;
        flush();
        ByteBuf fresh = out.allocator().directBuffer(Math.max(needed, size));
        gathered = fresh;
        return fresh;
    }

    private ByteBuf frame(int type, int flags, int stream, int payload) {
        ByteBuf to = room(Frames.HEAD_BYTES + payload);
        head(to, type, flags, stream, payload);
        lastStream = 0;
        return to;
    }

    private static void head(ByteBuf to, int type, int flags, int stream, int payload) {
        to.writeMedium(payload).writeByte(type).writeByte(flags).writeInt(stream);
    }

    // ---- the connection

    /**
     * What weldr's side of the connection is like.
     *
     * @param streamsMax streams at a time
     * @param windowBytes where the window of each stream starts
     * @param sectionBytesMax largest field section
     */
    public void settings(int streamsMax, int windowBytes, int sectionBytesMax) {
        ByteBuf to = frame(Frames.SETTINGS, 0, 0, 4 * 6);
        to.writeShort(Frames.MAX_CONCURRENT_STREAMS).writeInt(streamsMax);
        to.writeShort(Frames.INITIAL_WINDOW_SIZE).writeInt(windowBytes);
        to.writeShort(Frames.MAX_HEADER_LIST_SIZE).writeInt(sectionBytesMax);
        to.writeShort(Frames.ENABLE_CONNECT_PROTOCOL).writeInt(1);
    }

    /**
     * What a connection that this side has made begins with: the preface, and what weldr's side is like.
     *
     * @param windowBytes where the window of each stream starts
     * @param sectionBytesMax largest field section
     */
    public void preface(int windowBytes, int sectionBytesMax) {
        ByteBuf to = room(Frames.PREFACE_BYTES);
        for (int i = 0; i < Frames.PREFACE_BYTES; i++) {
            to.writeByte(Frames.preface(i));
        }
        to = frame(Frames.SETTINGS, 0, 0, 3 * 6);
        to.writeShort(Frames.ENABLE_PUSH).writeInt(0);
        to.writeShort(Frames.INITIAL_WINDOW_SIZE).writeInt(windowBytes);
        to.writeShort(Frames.MAX_HEADER_LIST_SIZE).writeInt(sectionBytesMax);
    }

    /** The peer's settings are in force. */
    public void acknowledgeSettings() {
        frame(Frames.SETTINGS, Frames.ACK, 0, 0);
    }

    /** Asks whether the peer is there. */
    public void ping(long opaque) {
        frame(Frames.PING, 0, 0, 8).writeLong(opaque);
    }

    /** Answers a PING. */
    public void acknowledgePing(long opaque) {
        frame(Frames.PING, Frames.ACK, 0, 8).writeLong(opaque);
    }

    /**
     * There is room for more.
     *
     * @param stream 0: the connection
     */
    public void windowUpdate(int stream, int increment) {
        frame(Frames.WINDOW_UPDATE, 0, stream, 4).writeInt(increment);
    }

    /**
     * The connection ends, or is going to.
     *
     * @param lastStream higher ones were not looked at
     * @param why for people; short
     */
    public void goAway(int lastStream, ErrorCode code, String why) {
        byte[] text = why.getBytes(StandardCharsets.US_ASCII);
        frame(Frames.GOAWAY, 0, 0, 8 + text.length)
                .writeInt(lastStream)
                .writeInt(code.number())
                .writeBytes(text);
    }

    /** A stream ends. */
    public void reset(int stream, ErrorCode code) {
        frame(Frames.RST_STREAM, 0, stream, 4).writeInt(code.number());
    }

    // ---- messages

    /**
     * The head of a response.
     *
     * @param head as HTTP/1.1 has it
     */
    public void head(int stream, HeadWriter head) {
        ByteBuf to = beginBlock(FieldBlock.bytesMax(head.length()));
        int start = to.writerIndex();
        to.writeZero(Frames.HEAD_BYTES);
        block.head(head.array(), head.length(), to);
        endBlock(stream, to, start, 0);
    }

    /**
     * The head of a request, which opens the stream.
     *
     * @param head as HTTP/1.1 has it
     * @param secure whether the scheme is https
     */
    public void request(int stream, HeadWriter head, boolean secure) {
        ByteBuf to = beginBlock(FieldBlock.bytesMax(head.length()));
        int start = to.writerIndex();
        to.writeZero(Frames.HEAD_BYTES);
        block.request(head.array(), head.length(), secure, to);
        endBlock(stream, to, start, 0);
    }

    /** The trailers of a message, which end its side of the stream. */
    public void trailers(int stream, byte[] lines) {
        if (!FieldBlock.hasLines(lines)) {
            end(stream);
            return;
        }
        ByteBuf to = beginBlock(FieldBlock.bytesMax(lines.length));
        int start = to.writerIndex();
        to.writeZero(Frames.HEAD_BYTES);
        block.trailers(lines, to);
        endBlock(stream, to, start, Frames.END_STREAM);
    }

    private ByteBuf beginBlock(int bytesMax) {
        int frames = bytesMax / payloadMax + 1;
        return room(bytesMax + frames * Frames.HEAD_BYTES);
    }

    /** Writes the head in front of a block, and of each of its parts if it is longer than one frame. */
    private void endBlock(int stream, ByteBuf to, int start, int flags) {
        int length = to.writerIndex() - start - Frames.HEAD_BYTES;
        int first = Math.min(length, payloadMax);
        headAt(to, start, Frames.HEADERS, flags | (length == first ? Frames.END_HEADERS : 0), stream, first);
        lastStream = stream;
        lastFlags = start + 4;
        int at = start + Frames.HEAD_BYTES + first;
        int left = length - first;
        while (left > 0) {
            int part = Math.min(left, payloadMax);
            shift(to, at, left);
            headAt(to, at, Frames.CONTINUATION, part == left ? Frames.END_HEADERS : 0, stream, part);
            at += Frames.HEAD_BYTES + part;
            left -= part;
        }
    }

    /** Makes room for the head of a frame in front of the last bytes. */
    private static void shift(ByteBuf to, int at, int bytes) {
        to.writeZero(Frames.HEAD_BYTES);
        for (int i = at + bytes - 1; i >= at; i--) {
            to.setByte(i + Frames.HEAD_BYTES, to.getByte(i));
        }
    }

    private static void headAt(ByteBuf to, int at, int type, int flags, int stream, int payload) {
        int end = to.writerIndex();
        to.writerIndex(at);
        head(to, type, flags, stream, payload);
        to.writerIndex(end);
    }

    /**
     * Content. What the windows allow is the caller's matter.
     *
     * @param part of which {@code bytes} are taken; lent for the call
     * @param bytes at most {@link #payloadMax}
     */
    public void data(int stream, ByteBuf part, int bytes, boolean endStream) {
        int flags = endStream ? Frames.END_STREAM : 0;
        if (bytes <= COPY_BYTES_MAX) {
            int start = frame(Frames.DATA, flags, stream, bytes).writerIndex();
            ByteBuf to = gathered;
            assert to != null : "just written to";
            to.writeBytes(part, bytes);
            lastStream = stream;
            lastFlags = start - Frames.HEAD_BYTES + 4;
            return;
        }
        head(room(Frames.HEAD_BYTES), Frames.DATA, flags, stream, bytes);
        flush();
        out.write(part.readRetainedSlice(bytes));
    }

    /** The message ends behind what was written: by the last frame itself, if that has not been handed on. */
    public void end(int stream) {
        ByteBuf last = gathered;
        if (last != null && lastStream == stream) {
            last.setByte(lastFlags, last.getByte(lastFlags) | Frames.END_STREAM);
            lastStream = 0;
        } else {
            frame(Frames.DATA, Frames.END_STREAM, stream, 0);
        }
    }

    // ---- what was gathered

    /** Hands on what was gathered. */
    public void flush() {
        ByteBuf last = gathered;
        gathered = null;
        lastStream = 0;
        if (last != null) {
            out.write(last);
        }
    }

    /** Nothing more is written: throws away what was gathered. */
    public void drop() {
        ByteBuf last = gathered;
        gathered = null;
        lastStream = 0;
        if (last != null) {
            last.release();
        }
    }
}
