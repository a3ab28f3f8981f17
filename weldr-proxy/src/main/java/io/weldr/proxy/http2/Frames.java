package io.weldr.proxy.http2;

import io.weldr.proxy.http.Octets;

/** The numbers of RFC 9113 section 6: types of frames, their flags, and settings. */
public final class Frames {

    /** What a client sends first (RFC 9113 section 3.4). */
    private static final byte[] PREFACE = Octets.ascii("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

    /** Length of the preface in bytes. */
    public static final int PREFACE_BYTES = PREFACE.length;

    /** Length of the head of a frame in bytes. */
    public static final int HEAD_BYTES = 9;

    /** The longest payload that this side takes: the value that every connection starts with, and the least allowed. */
    public static final int PAYLOAD_BYTES_MAX = 16 * 1024;

    /** The longest payload that a peer may be asked for (RFC 9113 section 6.5.2). */
    public static final int FRAME_BYTES_MOST = (1 << 24) - 1;

    /** Where every flow-control window starts (RFC 9113 section 6.9.2). */
    public static final int WINDOW_BYTES = 65_535;

    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int PRIORITY = 2;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int PUSH_PROMISE = 5;
    static final int PING = 6;
    static final int GOAWAY = 7;
    static final int WINDOW_UPDATE = 8;
    static final int CONTINUATION = 9;

    static final int ACK = 1;
    static final int END_STREAM = 1;
    static final int END_HEADERS = 4;
    static final int PADDED = 8;
    static final int PRIORITIZED = 32;

    public static final int ENABLE_PUSH = 2;
    public static final int MAX_CONCURRENT_STREAMS = 3;
    public static final int INITIAL_WINDOW_SIZE = 4;
    public static final int MAX_FRAME_SIZE = 5;
    static final int MAX_HEADER_LIST_SIZE = 6;
    /** RFC 8441 section 3. */
    static final int ENABLE_CONNECT_PROTOCOL = 8;

    /** The highest number of a stream, and the largest window. */
    public static final int INT31_MAX = Integer.MAX_VALUE;

    private Frames() {}

    /** One octet of the preface. */
    public static byte preface(int index) {
        return PREFACE[index];
    }
}
