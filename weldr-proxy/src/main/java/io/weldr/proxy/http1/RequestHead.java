package io.weldr.proxy.http1;

import io.weldr.proxy.edit.RequestEditor;
import io.weldr.proxy.http.Authority;
import io.weldr.proxy.http.Failure;
import io.weldr.proxy.http.Field;
import io.weldr.proxy.http.Framing;
import io.weldr.proxy.http.Method;
import io.weldr.proxy.http.Octets;
import io.weldr.proxy.http.Tokens;
import io.weldr.proxy.limits.ProxyLimits;
import org.jspecify.annotations.Nullable;

/**
 * A request head, scanned once: start line, fields, Host, framing and connection options (RFC 9112 sections 3 to 6).
 * {@link #scan} is a function of the bytes alone; {@link RequestEditor} writes what it found to the origin.
 */
public final class RequestHead extends Head {

    private static final byte[] HTTP = Octets.ascii("http://");
    private static final byte[] HTTPS = Octets.ascii("https://");
    private static final byte[] VERSION = Octets.ascii("HTTP/1.");
    private static final byte[] CONTINUE = Octets.ascii("100-continue");
    private static final byte[] TRAILERS = Octets.ascii("trailers");
    private static final byte[] JSON = Octets.ascii("json");
    private static final byte[] H2C = Octets.ascii("h2c");

    private final boolean traceAllowed;
    private int methodStart;
    private int methodEnd;
    private Method method = Method.OTHER;
    private int targetStart;
    private int targetEnd;
    /** Where the path of the target starts: behind the authority of an absolute-form. */
    private int pathStart;

    private int hostStart;
    private int hostEnd;
    private boolean absolute;

    private boolean absoluteHttps;
    private boolean expectsContinue;
    private boolean acceptsTrailers;
    private boolean upgrade;
    private long maxForwards;

    /** @param traceAllowed whether TRACE is passed on; it shows fields of the way to whoever asks */
    public RequestHead(ProxyLimits limits, boolean traceAllowed) {
        super(limits);
        this.traceAllowed = traceAllowed;
    }

    @Override
    public Scan scan(byte[] bytes, int end) {
        begin(bytes);
        methodStart = 0;
        method = Method.OTHER;
        absolute = false;
        absoluteHttps = false;
        expectsContinue = false;
        acceptsTrailers = false;
        upgrade = false;
        maxForwards = -1;
        int at = 0;
        if (end > 1 && bytes[0] == Octets.CR && bytes[1] == Octets.LF) {
            at = 2; // one empty line before a request is forgiven: RFC 9112 section 2.2
        } else if (end == 1 && bytes[0] == Octets.CR) {
            return Scan.INCOMPLETE;
        }
        Scan line = scanStartLine(at, end);
        if (line != Scan.COMPLETE) {
            return line;
        }
        Scan all = scanFields(startLineEnd(), end, headBytesMax);
        if (all != Scan.COMPLETE) {
            return all;
        }
        Failure wrong = check();
        return wrong == null ? Scan.COMPLETE : refuse(wrong);
    }

    /** RFC 9112 section 3: method SP target SP version CRLF, and not one octet else. */
    private Scan scanStartLine(int at, int end) {
        byte[] b = bytes;
        int i = at;
        methodStart = at;
        while (i < end && Octets.is(b[i], Octets.TOKEN)) {
            i++;
        }
        methodEnd = i;
        if (i == end) {
            return incompleteLine(end);
        }
        if (b[i] != Octets.SP || i == at) {
            return refuse(Failure.BAD_START_LINE);
        }
        method = Method.named(b, methodStart, methodEnd); // also for the answer to a head that is refused
        targetStart = ++i;
        while (i < end && Octets.is(b[i], Octets.PATH)) {
            i++;
        }
        if (i < end && b[i] == '?') {
            while (i < end && Octets.is(b[i], Octets.TARGET)) {
                i++;
            }
        }
        targetEnd = i;
        if (i - at > startLineBytesMax - 11) {
            return refuse(Failure.URI_TOO_LONG);
        }
        if (i == end) {
            return incompleteLine(end);
        }
        if (b[i] != Octets.SP || i == targetStart) {
            return refuse(i == targetStart ? Failure.BAD_START_LINE : Failure.BAD_TARGET);
        }
        i++;
        int known = Math.min(VERSION.length, end - i);
        if (!java.util.Arrays.equals(b, i, i + known, VERSION, 0, known)) {
            return refuse(end - i >= 8 && looksLikeVersion(i) ? Failure.BAD_VERSION : Failure.BAD_START_LINE);
        }
        if (end - i < 10) {
            return end - i >= 8 && b[i + 7] != '1' && b[i + 7] != '0'
                    ? refuse(Failure.BAD_START_LINE)
                    : incompleteLine(end);
        }
        if (b[i + 8] != Octets.CR || b[i + 9] != Octets.LF) {
            return refuse(Failure.BAD_START_LINE);
        }
        if (b[i + 7] != '1' && b[i + 7] != '0') {
            return refuse(Octets.is(b[i + 7], Octets.DIGIT) ? Failure.BAD_VERSION : Failure.BAD_START_LINE);
        }
        minor = b[i + 7] - '0';
        return Scan.COMPLETE;
    }

    /** HTTP-version of RFC 9112 section 2.3, whatever its digits. */
    private boolean looksLikeVersion(int i) {
        byte[] b = bytes;
        return java.util.Arrays.equals(b, i, i + 5, VERSION, 0, 5)
                && Octets.is(b[i + 5], Octets.DIGIT)
                && b[i + 6] == '.'
                && Octets.is(b[i + 7], Octets.DIGIT);
    }

    private Scan incompleteLine(int end) {
        return end >= startLineBytesMax ? refuse(Failure.URI_TOO_LONG) : Scan.INCOMPLETE;
    }

    private @Nullable Failure check() {
        if (method == Method.CONNECT || (method == Method.TRACE && !traceAllowed)) {
            return Failure.METHOD_REFUSED;
        }
        Failure wrong = checkTarget();
        if (wrong == null) {
            wrong = checkFraming();
        }
        if (wrong == null) {
            wrong = checkHost();
        }
        return wrong != null ? wrong : checkRest();
    }

    /** RFC 9112 section 3.2: origin-form, absolute-form with http or https, or the asterisk of OPTIONS. */
    private @Nullable Failure checkTarget() {
        byte[] b = bytes;
        pathStart = targetStart;
        if (b[targetStart] == '/') {
            return null;
        }
        if (b[targetStart] == '*') {
            return targetEnd == targetStart + 1 && method == Method.OPTIONS ? null : Failure.BAD_TARGET;
        }
        boolean https = begins(HTTPS);
        int authority = targetStart + (https ? HTTPS : HTTP).length;
        if (targetEnd <= authority || !(https || begins(HTTP))) {
            return Failure.BAD_TARGET;
        }
        int i = authority;
        while (i < targetEnd && b[i] != '/' && b[i] != '?') {
            i++;
        }
        if (!Authority.isValid(b, authority, i)) {
            return Failure.BAD_TARGET;
        }
        absolute = true;
        absoluteHttps = https;
        hostStart = authority;
        hostEnd = i;
        pathStart = i;
        return null;
    }

    private boolean begins(byte[] scheme) {
        int end = targetStart + scheme.length;
        return end <= targetEnd && Octets.equalsIgnoreCase(bytes, targetStart, end, scheme);
    }

    /** RFC 9112 section 3.2.2 and 7.2: exactly one valid Host in HTTP/1.1; the absolute-form wins over it. */
    private @Nullable Failure checkHost() {
        int line = -1;
        for (int i = 0; i < count; i++) {
            if (fields[i] == Field.HOST) {
                if (line >= 0 || !Authority.isValid(bytes, valueStart[i], valueEnd[i])) {
                    return Failure.BAD_HOST;
                }
                line = i;
            }
        }
        if (line < 0 && minor == 1) {
            return Failure.BAD_HOST;
        }
        if (!absolute) {
            hostStart = line < 0 ? 0 : valueStart[line];
            hostEnd = line < 0 ? 0 : valueEnd[line];
        }
        return null;
    }

    private @Nullable Failure checkRest() {
        if (has(Field.EXPECT) && minor == 1) { // RFC 9110 section 10.1.1: a 1.0 client's expectation is ignored
            for (int i = 0; i < count; i++) {
                if (fields[i] == Field.EXPECT
                        && !Octets.equalsIgnoreCase(bytes, valueStart[i], valueEnd[i], CONTINUE)) {
                    return Failure.BAD_EXPECTATION;
                }
            }
            expectsContinue = true;
        }
        int forwards = find(Field.MAX_FORWARDS);
        if (forwards >= 0 && (method == Method.OPTIONS || method == Method.TRACE)) {
            maxForwards = Octets.decimal(bytes, valueStart[forwards], valueEnd[forwards]);
            if (maxForwards < 0) {
                return Failure.BAD_FIELD;
            }
        }
        if (method == Method.TRACE && framing() != Framing.NONE) {
            return Failure.BAD_FRAMING; // RFC 9110 section 9.3.8: it has no content
        }
        acceptsTrailers = minor == 1 && has(Field.TE) && listsTrailers();
        int protocol = find(Field.UPGRADE);
        upgrade = upgradeOption
                && minor == 1
                && protocol >= 0
                && !chunked
                && contentLength <= 0
                && !contains(protocol, H2C); // h2c would carry requests past every check made here
        return null;
    }

    /**
     * Whether one of the TE lines, which together are one list, has the member {@code trailers} (RFC 9110 section
     * 10.1.4).
     */
    private boolean listsTrailers() {
        for (int i = 0; i < count; i++) {
            if (fields[i] == Field.TE && Tokens.contains(bytes, valueStart[i], valueEnd[i], TRAILERS)) {
                return true;
            }
        }
        return false;
    }

    public Method method() {
        return method;
    }

    /** How the body is delimited. RFC 9112 section 6.3: a request without framing has none. */
    public Framing framing() {
        if (chunked) {
            return Framing.CHUNKED;
        }
        return contentLength > 0 ? Framing.LENGTH : Framing.NONE;
    }

    /** Whether the client waits for 100 (Continue) before it sends the body. */
    public boolean expectsContinue() {
        return expectsContinue && framing() != Framing.NONE;
    }

    /** Whether the client said {@code TE: trailers}. */
    public boolean acceptsTrailers() {
        return acceptsTrailers;
    }

    /** Whether the client asks for another protocol, and one that may be tunnelled. */
    public boolean upgrade() {
        return upgrade;
    }

    /** A copy of the protocols that the client asks for, as it wrote them; null when there is no {@link #upgrade}. */
    public byte @Nullable [] upgradeProtocols() {
        if (!upgrade) {
            return null;
        }
        int line = find(Field.UPGRADE);
        return java.util.Arrays.copyOfRange(bytes, valueStart[line], valueEnd[line]);
    }

    /** Whether the client names JSON among what it accepts: then errors are told that way. */
    public boolean acceptsJson() {
        int line = find(Field.ACCEPT);
        return line >= 0 && contains(line, JSON);
    }

    private boolean contains(int line, byte[] part) {
        for (int i = valueStart[line]; i + part.length <= valueEnd[line]; i++) {
            if (Octets.equalsIgnoreCase(bytes, i, i + part.length, part)) {
                return true;
            }
        }
        return false;
    }

    /** What Max-Forwards says of an OPTIONS or TRACE, or -1. */
    public long maxForwards() {
        return maxForwards;
    }

    public boolean absolute() {
        return absolute;
    }

    /** Whether the target is meant for that scheme: an absolute-form says one, other forms are for either. */
    public boolean isForScheme(boolean https) {
        return !absolute || absoluteHttps == https;
    }

    public int methodStart() {
        return methodStart;
    }

    public int methodEnd() {
        return methodEnd;
    }

    public int pathStart() {
        return pathStart;
    }

    public int targetEnd() {
        return targetEnd;
    }

    /** Where the path ends: at the question mark of the query, or with the target. Looks for it. */
    public int pathEnd() {
        for (int i = pathStart; i < targetEnd; i++) {
            if (bytes[i] == '?') {
                return i;
            }
        }
        return targetEnd;
    }

    public int hostStart() {
        return hostStart;
    }

    public int hostEnd() {
        return hostEnd;
    }

    /** Where the request line ends, its CRLF included. */
    public int startLineEnd() {
        return targetEnd + 11; // SP, eight octets of version, CRLF
    }

    /** Whether an empty path of an absolute-form means the server as a whole (RFC 9112 section 3.2.4). */
    public boolean asteriskByEmptyPath() {
        return absolute && pathStart == targetEnd && method == Method.OPTIONS;
    }
}
