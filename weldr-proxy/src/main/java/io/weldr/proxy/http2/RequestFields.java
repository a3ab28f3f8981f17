package io.weldr.proxy.http2;

import io.netty.util.AsciiString;
import io.weldr.proxy.http.Failure;
import io.weldr.proxy.http.Field;
import io.weldr.proxy.http.HeadWriter;
import io.weldr.proxy.http.Octets;
import java.util.Base64;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes a field section of a client the head of an HTTP/1.1 request, or a trailer section. What HTTP/1.1 could
 * misread, and what only HTTP/2 forbids, is refused here, before it becomes text (RFC 9113 sections 8.1 to 8.5, RFC
 * 8441): octets that end a line or a name, upper case, fields of a connection, pseudo-fields that are unknown, doubled
 * or out of place. All other rules are those of the scanner that reads the text. Scratch space of one event loop.
 */
public final class RequestFields implements HpackReader.Receiver {

    private static final byte[] HTTP_1_1 = Octets.ascii(" HTTP/1.1\r\n");
    private static final byte[] HOST = Octets.ascii("host: ");
    private static final byte[] COOKIE = Octets.ascii("cookie: ");
    private static final byte[] CHUNKED = Octets.ascii("transfer-encoding: chunked\r\n");
    private static final byte[] UPGRADE = Octets.ascii("connection: upgrade\r\nupgrade: ");
    private static final byte[] WEBSOCKET_KEY = Octets.ascii("sec-websocket-key: ");
    private static final AsciiString HTTPS = AsciiString.cached("https");
    private static final byte[] TRAILERS = Octets.ascii("trailers");
    private static final byte[] KEY_NAME = Octets.ascii("sec-websocket-key");
    private static final AsciiString CONNECT = AsciiString.cached("CONNECT");
    private static final AsciiString GET = AsciiString.cached("GET");
    private static final AsciiString OPTIONS = AsciiString.cached("OPTIONS");
    private static final AsciiString ASTERISK = AsciiString.cached("*");
    private static final AsciiString WEBSOCKET = AsciiString.cached("websocket");

    /** Of a length that fits into a long whatever its digits are. */
    private static final int LENGTH_DIGITS_MAX = 18;

    private final LongSupplier random;
    private final HeadWriter lines = new HeadWriter();
    private final HeadWriter cookies = new HeadWriter();
    private final HeadWriter lengths = new HeadWriter(); // the lines of content-length
    private final HeadWriter text = new HeadWriter();

    private boolean trailers;
    private boolean regular; // a field that is no pseudo-field has come
    private @Nullable Failure failure;
    private @Nullable AsciiString method;
    private @Nullable AsciiString scheme;
    private @Nullable AsciiString authority;
    private @Nullable AsciiString path;
    private @Nullable AsciiString protocol;
    private @Nullable AsciiString host;
    private boolean hasLength;
    private boolean announcesTrailers;
    private long length; // what content-length says; -1: nothing that could be a length, or several things

    /** @param random for the keys of WebSocket handshakes, which only have to differ (RFC 6455 section 4.1) */
    public RequestFields(LongSupplier random) {
        this.random = random;
    }

    /** A section begins. */
    public RequestFields begin(boolean isTrailers) {
        trailers = isTrailers;
        regular = false;
        failure = null;
        method = null;
        scheme = null;
        authority = null;
        path = null;
        protocol = null;
        host = null;
        hasLength = false;
        announcesTrailers = false;
        length = -1;
        lines.reset();
        cookies.reset();
        lengths.reset();
        text.reset();
        return this;
    }

    @Override
    public void field(AsciiString name, AsciiString value) {
        if (failure != null) {
            return;
        }
        if (name.length() > 0 && name.byteAt(0) == ':') {
            failure = regular || trailers ? Failure.BAD_FIELD : pseudo(name, value);
        } else {
            regular = true;
            failure = regular(name, value);
        }
    }

    // ---- one field

    /** RFC 9113 section 8.3.1: each at most once, and none but these. */
    private @Nullable Failure pseudo(AsciiString name, AsciiString value) {
        if (name.contentEquals(":method")) {
            if (method != null || !all(value, Octets.TOKEN)) {
                return Failure.BAD_START_LINE;
            }
            method = value;
        } else if (name.contentEquals(":path")) {
            if (path != null || !visible(value)) {
                return Failure.BAD_TARGET;
            }
            path = value;
        } else if (name.contentEquals(":scheme")) {
            if (scheme != null || !all(value, Octets.TOKEN)) {
                return Failure.BAD_TARGET;
            }
            scheme = value;
        } else if (name.contentEquals(":authority")) {
            if (authority != null || !visible(value)) {
                return Failure.BAD_HOST;
            }
            authority = value;
        } else if (name.contentEquals(":protocol")) {
            if (protocol != null || !all(value, Octets.TOKEN)) {
                return Failure.BAD_FIELD;
            }
            protocol = value;
        } else {
            return Failure.BAD_FIELD;
        }
        return null;
    }

    private @Nullable Failure regular(AsciiString name, AsciiString value) {
        if (!lowerToken(name) || !isValue(value)) {
            return Failure.BAD_FIELD;
        }
        byte[] bytes = name.array();
        int from = name.arrayOffset();
        int to = from + name.length();
        switch (Field.named(bytes, from, to)) {
            case CONNECTION, KEEP_ALIVE, PROXY_CONNECTION, UPGRADE, TRANSFER_ENCODING -> {
                return Failure.BAD_FIELD; // RFC 9113 section 8.2.2
            }
            case TE -> {
                if (!equalsIgnoreCase(value, TRAILERS)) {
                    return Failure.BAD_FIELD;
                }
            }
            case HOST -> {
                if (host != null || !visible(value)) {
                    return Failure.BAD_HOST;
                }
                host = value;
                return null;
            }
            case CONTENT_LENGTH -> {
                if (!trailers) {
                    length = hasLength ? -1 : number(value);
                    hasLength = true;
                    line(lengths, name, value);
                    return null;
                }
            }
            case TRAILER -> announcesTrailers = true;
            case COOKIE -> { // RFC 9113 section 8.2.3: crumbs become one field
                if (!trailers) {
                    (cookies.length() == 0
                                    ? cookies.put(COOKIE)
                                    : cookies.put(';').put(' '))
                            .put(value.array(), value.arrayOffset(), value.arrayOffset() + value.length());
                    return null;
                }
            }
            default -> {
                if (protocol != null && Octets.equalsIgnoreCase(bytes, from, to, KEY_NAME)) {
                    return null; // HTTP/2 has no use for it (RFC 8441 section 5): the origin gets a key of weldr's own
                }
            }
        }
        line(lines, name, value);
        return null;
    }

    private static void line(HeadWriter to, AsciiString name, AsciiString value) {
        to.put(name.array(), name.arrayOffset(), name.arrayOffset() + name.length())
                .put(':')
                .put(' ')
                .put(value.array(), value.arrayOffset(), value.arrayOffset() + value.length())
                .crlf();
    }

    /** A length of up to 18 digits; -1: it is none. The scanner says what is wrong with it. */
    private static long number(AsciiString value) {
        if (value.isEmpty() || value.length() > LENGTH_DIGITS_MAX) {
            return -1;
        }
        long number = 0;
        for (int i = 0; i < value.length(); i++) {
            int digit = value.byteAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            number = 10 * number + digit;
        }
        return number;
    }

    static boolean lowerToken(AsciiString name) {
        for (int i = 0; i < name.length(); i++) {
            byte octet = name.byteAt(i);
            if (!Octets.is(octet, Octets.TOKEN) || (octet >= 'A' && octet <= 'Z')) {
                return false;
            }
        }
        return !name.isEmpty();
    }

    /** RFC 9113 section 8.2.1: no NUL, CR or LF, nor any other control octet; and no white space around it. */
    static boolean isValue(AsciiString value) {
        int length = value.length();
        if (length > 0 && (isSpace(value.byteAt(0)) || isSpace(value.byteAt(length - 1)))) {
            return false;
        }
        return length == 0 || all(value, Octets.VALUE);
    }

    private static boolean isSpace(byte octet) {
        return octet == Octets.SP || octet == Octets.HTAB;
    }

    private static boolean all(AsciiString value, int kind) {
        for (int i = 0; i < value.length(); i++) {
            if (!Octets.is(value.byteAt(i), kind)) {
                return false;
            }
        }
        return !value.isEmpty();
    }

    /** Visible ASCII, at least one octet: nothing of it ends a line or a part of one. The scanner checks the rest. */
    private static boolean visible(AsciiString value) {
        for (int i = 0; i < value.length(); i++) {
            if (value.byteAt(i) <= Octets.SP || value.byteAt(i) == 0x7f) {
                return false;
            }
        }
        return !value.isEmpty();
    }

    private static boolean equalsIgnoreCase(AsciiString value, byte[] lower) {
        int from = value.arrayOffset();
        return Octets.equalsIgnoreCase(value.array(), from, from + value.length(), lower);
    }

    // ---- the whole section

    /** Whether the request is an extended CONNECT: it becomes an Upgrade (RFC 8441 section 4). */
    public boolean isTunnel() {
        return protocol != null;
    }

    /**
     * The section is complete, or too large.
     *
     * @param endStream whether no content follows
     * @return what is wrong with it; null: {@link #text} has it
     */
    public @Nullable Failure finish(boolean endStream) {
        if (failure != null) {
            return failure;
        }
        if (trailers) {
            text.put(lines).crlf();
            return host == null ? null : Failure.BAD_FIELD;
        }
        AsciiString verb = method;
        if (verb == null) {
            return Failure.BAD_START_LINE;
        }
        boolean connects = verb.equals(CONNECT);
        Failure wrong = connects && protocol == null ? checkConnect() : checkTarget(verb, connects);
        if (wrong != null) {
            return wrong;
        }
        AsciiString where = authority != null ? authority : host;
        if (where == null || (authority != null && host != null && !authority.contentEqualsIgnoreCase(host))) {
            return Failure.BAD_HOST;
        }
        write(connects && protocol != null ? GET : verb, where, endStream);
        return null;
    }

    /** RFC 9113 section 8.3.1: these three are there, and the path is not empty. */
    private @Nullable Failure checkTarget(AsciiString verb, boolean connects) {
        AsciiString target = path;
        if (target == null || scheme == null) {
            return Failure.BAD_TARGET;
        }
        if (target.byteAt(0) != '/' && !(target.equals(ASTERISK) && verb.equals(OPTIONS))) {
            return Failure.BAD_TARGET;
        }
        if (protocol == null) {
            return null;
        }
        if (!connects || hasLength) {
            return Failure.BAD_FIELD; // RFC 8441 section 4
        }
        return protocol.contentEqualsIgnoreCase(WEBSOCKET) ? null : Failure.METHOD_REFUSED;
    }

    /**
     * Whether the request is for the scheme https. In the clear it may be, too: what is in front of weldr may speak
     * TLS.
     */
    public boolean isSecure() {
        return scheme != null && scheme.contentEqualsIgnoreCase(HTTPS);
    }

    /** RFC 9113 section 8.5: neither scheme nor path. weldr is no proxy for it. */
    private Failure checkConnect() {
        return scheme != null || path != null ? Failure.BAD_TARGET : Failure.METHOD_REFUSED;
    }

    private void write(AsciiString verb, AsciiString where, boolean endStream) {
        put(verb).put(' ');
        AsciiString target = path;
        assert target != null : "checked";
        put(target).put(HTTP_1_1).put(HOST);
        put(where).crlf();
        text.put(lines);
        if (cookies.length() > 0) {
            text.put(cookies).crlf();
        }
        if (protocol != null) {
            text.put(UPGRADE);
            put(protocol).crlf().put(WEBSOCKET_KEY).put(newKey()).crlf();
        } else if (!endStream && (!hasLength || trailersFollow())) {
            text.put(CHUNKED);
        } else {
            text.put(lengths);
            length = -1;
        }
        text.crlf();
    }

    /** HTTP/1.1 has trailers behind chunks alone (RFC 9112 section 7.1.2): a length would leave no place for them. */
    private boolean trailersFollow() {
        return announcesTrailers && length >= 0;
    }

    /**
     * How much content has to come where {@link #text} does not say so, because trailers follow it; -1: it is not
     * known.
     */
    public long contentLength() {
        return length;
    }

    private HeadWriter put(AsciiString part) {
        return text.put(part.array(), part.arrayOffset(), part.arrayOffset() + part.length());
    }

    private byte[] newKey() {
        byte[] key = new byte[16];
        for (int half = 0; half < 2; half++) {
            long bits = random.getAsLong();
            for (int i = 0; i < 8; i++) {
                key[8 * half + i] = (byte) (bits >>> (8 * i));
            }
        }
        return Base64.getEncoder().encode(key);
    }

    /** What the section became: a whole head, or field lines and an empty line. Only after {@link #finish}. */
    public HeadWriter text() {
        return text;
    }
}
