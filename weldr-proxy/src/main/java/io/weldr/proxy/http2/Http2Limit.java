package io.weldr.proxy.http2;

import java.util.Locale;

/** The limits that one connection of HTTP/2 can exceed. Each is counted on its own. */
public enum Http2Limit {
    /** A stream beyond the number that was advertised and acknowledged: refused. */
    STREAMS,
    /** A block of fields that is too long before it is decoded. */
    BLOCK_BYTES,
    /** A block of fields in too many frames. */
    BLOCK_FRAMES,
    /** A field section that is too large: its names and values, and 32 bytes for each field. Answered 431. */
    SECTION_BYTES,
    /** A frame with a payload longer than was advertised. */
    FRAME_BYTES,
    /** Frames that bring nothing forward. */
    IDLE_FRAMES,
    /** Streams that the client has reset. */
    RESETS,
    /** Streams that weldr had to reset because of what the client did. */
    PROVOKED_RESETS,
    /** A stream whose client took nothing of its response, or sent nothing of its request, for too long. */
    STALLED_STREAM,
    /** The preface and the first SETTINGS took too long. */
    PREFACE_TIME,
    /** A block of fields, or a frame other than DATA, took too long. */
    BLOCK_TIME,
    /** The connection was idle for too long. */
    IDLE_TIME;

    private final String label = name().toLowerCase(Locale.ROOT);

    /** The name in metrics, as in {@code block_bytes}. */
    public String label() {
        return label;
    }
}
