package io.weldr.proxy.http2;

import io.netty.buffer.ByteBuf;

/**
 * Reads the preface and the frames of one connection (RFC 9113 sections 3.4, 4 and 6), checks what can be checked
 * without knowing streams, and tells a {@link FrameSink}. The content of DATA is passed on as it arrives; other frames
 * are awaited whole, and are at most {@link Frames#PAYLOAD_BYTES_MAX} long.
 */
public final class FrameReader {

    /** What is read next. */
    private enum State {
        PREFACE,
        FIRST_SETTINGS,
        FRAMES,
        /** The content of a DATA frame that has begun. */
        DATA
    }

    private final FrameSink sink;
    private State state;
    private int blockStream; // of a field block that is not complete; 0: none
    private int dataStream;
    private int contentLeft;
    private int paddingLeft;
    private boolean endStream;

    /** Of a connection that a client has made. Nothing has been read yet, not even the preface. */
    public FrameReader(FrameSink sink) {
        this(sink, State.PREFACE);
    }

    private FrameReader(FrameSink sink, State first) {
        this.sink = sink;
        state = first;
    }

    /** Of a connection that this side has made: a server sends no preface but SETTINGS (RFC 9113 section 3.4). */
    public static FrameReader ofServer(FrameSink sink) {
        return new FrameReader(sink, State.FIRST_SETTINGS);
    }

    /** Whether the preface and the first SETTINGS have come. */
    public boolean begun() {
        return state == State.FRAMES || state == State.DATA;
    }

    /** Whether a field block has begun that is not complete. */
    public boolean inBlock() {
        return blockStream != 0;
    }

    /** Whether DATA has begun that is not complete. */
    public boolean inData() {
        return state == State.DATA;
    }

    /** Reads what is whole, and leaves the beginning of the next frame readable. */
    public void read(ByteBuf in) {
        boolean more = true;
        while (more && in.isReadable() && sink.takesFrames()) {
            more = switch (state) {
                case PREFACE -> readPreface(in);
                case FIRST_SETTINGS, FRAMES -> readFrame(in);
                case DATA -> readData(in);
            };
        }
    }

    private boolean readPreface(ByteBuf in) {
        int known = Math.min(Frames.PREFACE_BYTES, in.readableBytes());
        for (int i = 0; i < known; i++) {
            if (in.getByte(in.readerIndex() + i) != Frames.preface(i)) {
                sink.connectionError(ErrorCode.PROTOCOL_ERROR, "no preface");
                return false;
            }
        }
        if (known < Frames.PREFACE_BYTES) {
            return false;
        }
        in.skipBytes(known);
        state = State.FIRST_SETTINGS;
        return true;
    }

    private boolean readFrame(ByteBuf in) {
        if (in.readableBytes() < Frames.HEAD_BYTES) {
            return false;
        }
        int at = in.readerIndex();
        int length = in.getUnsignedMedium(at);
        int type = in.getUnsignedByte(at + 3);
        int flags = in.getUnsignedByte(at + 4);
        int stream = in.getInt(at + 5) & Frames.INT31_MAX;
        if (length > Frames.PAYLOAD_BYTES_MAX) {
            sink.exceeded(Http2Limit.FRAME_BYTES, ErrorCode.FRAME_SIZE_ERROR);
            return false;
        }
        if (state == State.FIRST_SETTINGS && (type != Frames.SETTINGS || (flags & Frames.ACK) != 0)) {
            return wrong(ErrorCode.PROTOCOL_ERROR, "no SETTINGS behind the preface");
        }
        if (blockStream != 0 && (type != Frames.CONTINUATION || stream != blockStream)) {
            return wrong(ErrorCode.PROTOCOL_ERROR, "another frame within a field block");
        }
        if (type == Frames.DATA) {
            return beginData(in, stream, length, flags);
        }
        if (in.readableBytes() < Frames.HEAD_BYTES + length) {
            return false;
        }
        in.skipBytes(Frames.HEAD_BYTES);
        ByteBuf payload = in.readSlice(length);
        take(type, flags, stream, payload);
        return true;
    }

    private boolean wrong(ErrorCode code, String why) {
        sink.connectionError(code, why);
        return false;
    }

    private void take(int type, int flags, int stream, ByteBuf payload) {
        int length = payload.readableBytes();
        switch (type) {
            case Frames.HEADERS -> headers(flags, stream, payload);
            case Frames.CONTINUATION -> continuation(flags, stream, payload);
            case Frames.PRIORITY -> priority(stream, payload);
            case Frames.RST_STREAM -> {
                if (stream == 0) {
                    wrong(ErrorCode.PROTOCOL_ERROR, "RST_STREAM without a stream");
                } else if (length != 4) {
                    wrong(ErrorCode.FRAME_SIZE_ERROR, "length of RST_STREAM");
                } else {
                    sink.reset(stream, payload.readUnsignedInt());
                }
            }
            case Frames.SETTINGS -> settings(flags, stream, payload);
            case Frames.PUSH_PROMISE -> wrong(ErrorCode.PROTOCOL_ERROR, "PUSH_PROMISE");
            case Frames.PING -> {
                if (stream != 0) {
                    wrong(ErrorCode.PROTOCOL_ERROR, "PING on a stream");
                } else if (length != 8) {
                    wrong(ErrorCode.FRAME_SIZE_ERROR, "length of PING");
                } else if ((flags & Frames.ACK) != 0) {
                    sink.pingAcknowledged(payload.readLong());
                } else {
                    sink.ping(payload.readLong());
                }
            }
            case Frames.GOAWAY -> {
                if (stream != 0) {
                    wrong(ErrorCode.PROTOCOL_ERROR, "GOAWAY on a stream");
                } else if (length < 8) {
                    wrong(ErrorCode.FRAME_SIZE_ERROR, "length of GOAWAY");
                } else {
                    sink.goAway(payload.readInt() & Frames.INT31_MAX, payload.readUnsignedInt());
                }
            }
            case Frames.WINDOW_UPDATE -> windowUpdate(stream, payload);
            default -> sink.ignored(); // RFC 9113 section 5.5
        }
    }

    // ---- DATA

    private boolean beginData(ByteBuf in, int stream, int length, int flags) {
        if (stream == 0) {
            return wrong(ErrorCode.PROTOCOL_ERROR, "DATA without a stream");
        }
        boolean padded = (flags & Frames.PADDED) != 0;
        int head = Frames.HEAD_BYTES + (padded ? 1 : 0);
        if (padded && length == 0) {
            return wrong(ErrorCode.FRAME_SIZE_ERROR, "length of DATA");
        }
        if (in.readableBytes() < head) {
            return false;
        }
        int padding = padded ? in.getUnsignedByte(in.readerIndex() + Frames.HEAD_BYTES) : 0;
        if (padded && padding >= length) {
            return wrong(ErrorCode.PROTOCOL_ERROR, "padding of DATA");
        }
        in.skipBytes(head);
        dataStream = stream;
        paddingLeft = padding;
        contentLeft = length - padding - (padded ? 1 : 0);
        endStream = (flags & Frames.END_STREAM) != 0;
        state = State.DATA;
        sink.dataBegins(stream, length, length - contentLeft);
        return contentLeft + paddingLeft > 0 || endData();
    }

    private boolean readData(ByteBuf in) {
        int content = Math.min(contentLeft, in.readableBytes());
        if (content > 0) {
            contentLeft -= content;
            sink.data(dataStream, in.readSlice(content));
        }
        int padding = contentLeft > 0 ? 0 : Math.min(paddingLeft, in.readableBytes());
        in.skipBytes(padding);
        paddingLeft -= padding;
        return contentLeft + paddingLeft > 0 || endData();
    }

    private boolean endData() {
        state = State.FRAMES;
        sink.dataEnds(dataStream, endStream);
        return true;
    }

    // ---- field blocks

    private void headers(int flags, int stream, ByteBuf payload) {
        if (stream == 0) {
            wrong(ErrorCode.PROTOCOL_ERROR, "HEADERS without a stream");
            return;
        }
        boolean padded = (flags & Frames.PADDED) != 0;
        boolean prioritized = (flags & Frames.PRIORITIZED) != 0;
        int head = (padded ? 1 : 0) + (prioritized ? 5 : 0);
        if (payload.readableBytes() < head) {
            wrong(ErrorCode.FRAME_SIZE_ERROR, "length of HEADERS");
            return;
        }
        int padding = padded ? payload.readUnsignedByte() : 0;
        int dependency = prioritized ? payload.readInt() & Frames.INT31_MAX : 0;
        payload.skipBytes(prioritized ? 1 : 0);
        if (padding > payload.readableBytes()) {
            wrong(ErrorCode.PROTOCOL_ERROR, "padding of HEADERS");
            return;
        }
        if (dependency == stream) {
            wrong(ErrorCode.PROTOCOL_ERROR, "a stream that depends on itself"); // RFC 7540 section 5.3.1
            return;
        }
        boolean endBlock = (flags & Frames.END_HEADERS) != 0;
        blockStream = endBlock ? 0 : stream;
        ByteBuf fragment = payload.readSlice(payload.readableBytes() - padding);
        sink.headers(stream, fragment, (flags & Frames.END_STREAM) != 0, endBlock);
    }

    private void continuation(int flags, int stream, ByteBuf payload) {
        if (blockStream == 0) {
            wrong(ErrorCode.PROTOCOL_ERROR, "CONTINUATION without HEADERS");
            return;
        }
        boolean endBlock = (flags & Frames.END_HEADERS) != 0;
        blockStream = endBlock ? 0 : stream;
        sink.continuation(stream, payload, endBlock);
    }

    // ---- the others

    private void priority(int stream, ByteBuf payload) {
        if (stream == 0) {
            wrong(ErrorCode.PROTOCOL_ERROR, "PRIORITY without a stream");
        } else if (payload.readableBytes() != 5) {
            sink.streamError(stream, ErrorCode.FRAME_SIZE_ERROR);
        } else if ((payload.readInt() & Frames.INT31_MAX) == stream) {
            sink.streamError(stream, ErrorCode.PROTOCOL_ERROR); // RFC 7540 section 5.3.1
        } else {
            sink.ignored();
        }
    }

    private void settings(int flags, int stream, ByteBuf payload) {
        boolean acknowledges = (flags & Frames.ACK) != 0;
        int length = payload.readableBytes();
        if (stream != 0) {
            wrong(ErrorCode.PROTOCOL_ERROR, "SETTINGS on a stream");
        } else if (acknowledges ? length != 0 : length % 6 != 0) {
            wrong(ErrorCode.FRAME_SIZE_ERROR, "length of SETTINGS");
        } else if (acknowledges) {
            sink.settingsAcknowledged();
        } else {
            state = State.FRAMES;
            sink.settings(payload);
        }
    }

    private void windowUpdate(int stream, ByteBuf payload) {
        if (payload.readableBytes() != 4) {
            wrong(ErrorCode.FRAME_SIZE_ERROR, "length of WINDOW_UPDATE");
            return;
        }
        int increment = payload.readInt() & Frames.INT31_MAX;
        if (increment > 0) {
            sink.windowUpdate(stream, increment);
        } else if (stream == 0) {
            wrong(ErrorCode.PROTOCOL_ERROR, "WINDOW_UPDATE of nothing");
        } else {
            sink.streamError(stream, ErrorCode.PROTOCOL_ERROR);
        }
    }
}
