package io.weldr.proxy.http1;

import io.weldr.proxy.edit.ResponseEditor;
import io.weldr.proxy.http.Failure;
import io.weldr.proxy.http.Field;
import io.weldr.proxy.http.Framing;
import io.weldr.proxy.http.Octets;
import io.weldr.proxy.http.Tokens;
import io.weldr.proxy.limits.ProxyLimits;

/** A response head from an origin, scanned once (RFC 9112 sections 4 to 6). {@link ResponseEditor} writes it on. */
public final class ResponseHead extends Head {

    private static final byte[] VERSION = Octets.ascii("HTTP/1.");
    private static final byte[] TIMEOUT = Octets.ascii("timeout");
    private static final byte[] MAX = Octets.ascii("max");

    private int status;
    private int reasonStart;
    private int reasonEnd;
    private boolean http2;

    public ResponseHead(ProxyLimits limits) {
        super(limits);
    }

    @Override
    public Scan scan(byte[] bytes, int end) {
        begin(bytes);
        http2 = false;
        Scan line = scanStatusLine(end);
        if (line == Scan.COMPLETE) {
            line = scanFields(reasonEnd + 2, end, headBytesMax);
        }
        if (line == Scan.COMPLETE) {
            Failure wrong = checkFraming();
            line = wrong == null ? Scan.COMPLETE : refuse(wrong);
        }
        return line == Scan.REFUSED ? refuse(failure().ofResponse()) : line;
    }

    /** RFC 9112 section 4. A missing space before an empty reason is common and cannot be misread: it is forgiven. */
    private Scan scanStatusLine(int end) {
        byte[] b = bytes;
        int known = Math.min(VERSION.length, end);
        if (!java.util.Arrays.equals(b, 0, known, VERSION, 0, known)) {
            return refuse(Failure.BAD_RESPONSE);
        }
        if (end < 14) {
            return Scan.INCOMPLETE;
        }
        if ((b[7] != '1' && b[7] != '0') || b[8] != Octets.SP) {
            return refuse(Failure.BAD_RESPONSE);
        }
        minor = b[7] - '0';
        status = (int) Octets.decimal(b, 9, 12);
        if (status < 100 || status > 599 || (b[12] != Octets.SP && b[12] != Octets.CR)) {
            return refuse(Failure.BAD_RESPONSE);
        }
        int i = b[12] == Octets.SP ? 13 : 12;
        reasonStart = i;
        while (i < end && Octets.is(b[i], Octets.VALUE)) {
            i++;
        }
        reasonEnd = i;
        if (i + 1 >= end) {
            return end >= headBytesMax ? refuse(Failure.RESPONSE_HEAD_TOO_LARGE) : Scan.INCOMPLETE;
        }
        return b[i] == Octets.CR && b[i + 1] == Octets.LF ? Scan.COMPLETE : refuse(Failure.BAD_RESPONSE);
    }

    public int status() {
        return status;
    }

    /** It was made of a field section of HTTP/2: until the next scan, {@link #http2} says so. */
    public void cameByHttp2() {
        http2 = true;
    }

    /** Whether the origin has sent it by HTTP/2. */
    public boolean http2() {
        return http2;
    }

    /** Whether this is not the final answer yet (RFC 9110 section 15.2). 101 is final: the protocol changes. */
    public boolean interim() {
        return status < 200 && status != 101;
    }

    /** How the body is delimited (RFC 9112 section 6.3), given whether the request was HEAD. */
    public Framing framing(boolean answersHead) {
        if (answersHead || status < 200 || status == 204 || status == 304) {
            return Framing.NONE;
        }
        if (chunked) {
            return Framing.CHUNKED;
        }
        if (contentLength >= 0) {
            return contentLength == 0 ? Framing.NONE : Framing.LENGTH;
        }
        return Framing.UNTIL_CLOSE;
    }

    /**
     * Whether it says, as RFC 9110 section 7.8 demands of a 101, that the protocol is switched on this connection, and
     * to what: to something that was asked for.
     *
     * @param asked {@link RequestHead#upgradeProtocols}
     */
    public boolean switchesTo(byte[] asked) {
        int line = find(Field.UPGRADE);
        return upgradeOption && line >= 0 && Tokens.containsProtocols(asked, bytes, valueStart[line], valueEnd[line]);
    }

    /** Whether the origin says something of the reuse of the connection: ask for what. */
    public boolean hasKeepAlive() {
        return has(Field.KEEP_ALIVE);
    }

    /**
     * After how many idle seconds the origin says that it closes; -1 when it does not say, or not in a way to be
     * understood.
     */
    public long keepAliveSeconds() {
        return keepAlive(TIMEOUT);
    }

    /** How many requests the origin says that it takes on the connection; -1 as above. */
    public long keepAliveRequests() {
        return keepAlive(MAX);
    }

    /**
     * The least value that Keep-Alive lines have for a parameter. RFC 2068 section 19.7.1.1, the last that tells of it:
     * a list.
     */
    private long keepAlive(byte[] parameter) {
        long least = -1;
        for (int i = 0; i < count; i++) {
            if (fields[i] == Field.KEEP_ALIVE) {
                int start = valueStart[i];
                for (int at = start; at <= valueEnd[i]; at++) {
                    if (at == valueEnd[i] || bytes[at] == ',') {
                        long value = parameterValue(parameter, start, at);
                        least = value < 0 || (least >= 0 && least < value) ? least : value;
                        start = at + 1;
                    }
                }
            }
        }
        return least;
    }

    /** The number in {@code name=number} with white space around it, or -1. */
    private long parameterValue(byte[] name, int from, int to) {
        int start = from;
        int end = to;
        while (start < end && (bytes[start] == Octets.SP || bytes[start] == Octets.HTAB)) {
            start++;
        }
        while (end > start && (bytes[end - 1] == Octets.SP || bytes[end - 1] == Octets.HTAB)) {
            end--;
        }
        int equals = start + name.length;
        boolean named = equals < end && bytes[equals] == '=' && Octets.equalsIgnoreCase(bytes, start, equals, name);
        return named ? Octets.decimal(bytes, equals + 1, end) : -1;
    }

    public int reasonStart() {
        return reasonStart;
    }

    public int reasonEnd() {
        return reasonEnd;
    }
}
