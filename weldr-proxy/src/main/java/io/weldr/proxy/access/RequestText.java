package io.weldr.proxy.access;

import java.util.Arrays;

/**
 * The texts of a request for the log, kept until the exchange ends: the request line, Host, Referer and User-Agent,
 * each cut to a length. Grows to what a connection needs. Confined to an event loop.
 */
public final class RequestText {

    /** More of a request line is cut off: a log is no place for 8 KiB of query. */
    public static final int REQUEST_LINE_BYTES_MAX = 1024;

    /** The longest host name has 253 octets; the rest is for a port. */
    static final int HOST_BYTES_MAX = 260;

    static final int REFERER_BYTES_MAX = 512;
    static final int USER_AGENT_BYTES_MAX = 256;

    private static final byte[] NONE = {};

    private byte[] bytes = NONE;
    private int requestLineEnd;
    private int hostEnd;
    private int refererEnd;
    private int userAgentEnd;

    /** Begins with method and target, which is redacted. */
    public void requestLine(byte[] from, int methodStart, int targetEnd, Redaction redaction) {
        int max = room(0, targetEnd - methodStart, REQUEST_LINE_BYTES_MAX);
        requestLineEnd = redaction.copy(from, methodStart, targetEnd, bytes, 0, max);
        hostEnd = requestLineEnd;
        refererEnd = requestLineEnd;
        userAgentEnd = requestLineEnd;
    }

    /** Goes on with the host. */
    public void host(byte[] from, int start, int end) {
        hostEnd = put(from, start, end, requestLineEnd, HOST_BYTES_MAX);
        refererEnd = hostEnd;
        userAgentEnd = hostEnd;
    }

    /** Goes on with the page that the client came from, redacted. */
    public void referer(byte[] from, int start, int end, Redaction redaction) {
        int max = room(hostEnd, end - start, REFERER_BYTES_MAX);
        refererEnd = hostEnd + redaction.copy(from, start, end, bytes, hostEnd, max);
        userAgentEnd = refererEnd;
    }

    /** Ends with what the client calls itself. */
    public void userAgent(byte[] from, int start, int end) {
        userAgentEnd = put(from, start, end, refererEnd, USER_AGENT_BYTES_MAX);
    }

    /** Nothing is known of the request. */
    public void clear() {
        requestLineEnd = 0;
        hostEnd = 0;
        refererEnd = 0;
        userAgentEnd = 0;
    }

    private int put(byte[] from, int start, int end, int at, int max) {
        int size = Math.min(end - start, room(at, end - start, max));
        System.arraycopy(from, start, bytes, at, size);
        return at + size;
    }

    /** Makes room for what there is, up to {@code max}. A redacted value may be longer than it was: by the stars. */
    private int room(int at, int size, int max) {
        int wanted = Math.min(3 * size, max);
        if (bytes.length - at < wanted) {
            bytes = Arrays.copyOf(bytes, Math.max(at + wanted, bytes.length + 256));
        }
        return Math.min(bytes.length - at, max);
    }

    void writeRequestLine(LineBuffer out, boolean json) {
        out.putQuoted(bytes, 0, requestLineEnd, json);
    }

    void writeHost(LineBuffer out, boolean json) {
        out.putQuoted(bytes, requestLineEnd, hostEnd, json);
    }

    void writeReferer(LineBuffer out, boolean json) {
        out.putQuoted(bytes, hostEnd, refererEnd, json);
    }

    void writeUserAgent(LineBuffer out, boolean json) {
        out.putQuoted(bytes, refererEnd, userAgentEnd, json);
    }

    boolean hasReferer() {
        return refererEnd > hostEnd;
    }

    boolean hasUserAgent() {
        return userAgentEnd > refererEnd;
    }
}
