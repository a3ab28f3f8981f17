package io.weldr.proxy.http2;

import io.netty.buffer.ByteBuf;

/**
 * Receives the frames of one connection, in order. Lengths, stream numbers and flags were checked against RFC 9113
 * section 6; whether a stream is known is the sink's matter. A buffer is lent for the call.
 */
public interface FrameSink {

    /** Whether more frames are wanted: false once the connection ends. */
    boolean takesFrames();

    /**
     * A DATA frame begins. Its content comes by {@link #data}, then {@link #dataEnds} is called.
     *
     * @param flowBytes what it takes of the windows: content and padding (RFC 9113 section 6.1)
     * @param padding how much of that is padding, its length octet included
     */
    void dataBegins(int stream, int flowBytes, int padding);

    /** The next part of the content of the DATA frame that has begun; at least one byte. */
    void data(int stream, ByteBuf part);

    /**
     * The DATA frame is complete.
     *
     * @param endStream whether the peer sends no more on the stream
     */
    void dataEnds(int stream, boolean endStream);

    /**
     * A HEADERS frame: the beginning of a field block.
     *
     * @param endBlock whether it is the whole block
     */
    void headers(int stream, ByteBuf fragment, boolean endStream, boolean endBlock);

    /** The next part of the block that has begun. */
    void continuation(int stream, ByteBuf fragment, boolean endBlock);

    void reset(int stream, long code);

    /** A list of identifiers and values, six bytes each (RFC 9113 section 6.5.1). */
    void settings(ByteBuf values);

    void settingsAcknowledged();

    void ping(long opaque);

    /**
     * The answer to a PING that this side has sent.
     *
     * @param opaque what was sent
     */
    void pingAcknowledged(long opaque);

    /**
     * The peer takes no more streams.
     *
     * @param lastStream streams with a higher number were not looked at
     * @param code why
     */
    void goAway(int lastStream, long code);

    /**
     * The peer has made room.
     *
     * @param stream 0: the connection
     * @param increment at least 1
     */
    void windowUpdate(int stream, int increment);

    /** A frame that has nothing to say here: PRIORITY, an extension. */
    void ignored();

    /** A stream breaks the rules; it may not be known. */
    void streamError(int stream, ErrorCode code);

    /** The connection breaks the rules, and ends. */
    void connectionError(ErrorCode code, String why);

    /** A limit was exceeded so that the connection ends. */
    void exceeded(Http2Limit limit, ErrorCode code);
}
