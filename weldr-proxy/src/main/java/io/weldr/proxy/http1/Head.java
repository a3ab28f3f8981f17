package io.weldr.proxy.http1;

import io.weldr.proxy.http.Failure;
import io.weldr.proxy.http.Field;
import io.weldr.proxy.http.Octets;
import io.weldr.proxy.limits.ProxyLimits;
import org.jspecify.annotations.Nullable;

/**
 * The common part of requests and responses: field lines, framing and connection options (RFC 9112 sections 5, 6 and
 * 9). Scanning leaves offsets into the scanned array, which stays the caller's; nothing is copied, no String made.
 *
 * <p>A scratch object: one for each event loop, filled anew by each scan.
 */
public abstract class Head {

    /** More connection options than this are refused: a real message names two or three. */
    static final int OPTIONS_MAX = 16;

    private static final byte[] CHUNKED = Octets.ascii("chunked");
    private static final byte[] CLOSE = Octets.ascii("close");
    private static final byte[] KEEP_ALIVE = Octets.ascii("keep-alive");
    private static final byte[] UPGRADE = Octets.ascii("upgrade");

    final int headBytesMax;
    final int startLineBytesMax;
    final Field[] fields;
    /** Where each line starts, and one more entry: where the line after the last field starts. */
    final int[] lineStart;

    final int[] nameEnd;
    final int[] valueStart;
    final int[] valueEnd;
    byte[] bytes = new byte[0];
    int count;
    int length;
    int minor;
    private @Nullable Failure failure;

    long contentLength;
    boolean chunked;
    boolean hasConnection;
    boolean close;
    boolean keepAlive;
    boolean upgradeOption;
    /** Names that occur, as {@link Field#bit}s: answers "is there one" without a search. */
    long present;

    final int[] optionStart = new int[OPTIONS_MAX];
    final int[] optionEnd = new int[OPTIONS_MAX];
    int options;

    Head(ProxyLimits limits) {
        this(limits, limits.fieldsMax());
    }

    Head(ProxyLimits limits, int max) {
        headBytesMax = limits.headBytesMax();
        startLineBytesMax = limits.requestLineBytesMax();
        fields = new Field[max];
        lineStart = new int[max + 1];
        nameEnd = new int[max];
        valueStart = new int[max];
        valueEnd = new int[max];
    }

    /**
     * Scans {@code bytes[0, end)}; bytes behind the head are not looked at.
     *
     * @return {@link Scan#REFUSED} as soon as what is there cannot become a sound head
     */
    public abstract Scan scan(byte[] bytes, int end);

    /** Why the last scan was {@link Scan#REFUSED}. */
    public final Failure failure() {
        return failure == null ? Failure.INTERNAL : failure;
    }

    /** Length of the head in bytes, the empty line included. Only after {@link Scan#COMPLETE}. */
    public final int length() {
        return length;
    }

    /** Bytes of the body, or -1 without a Content-Length. */
    public final long contentLength() {
        return contentLength;
    }

    public final boolean chunked() {
        return chunked;
    }

    /** Minor version: 1 for HTTP/1.1, 0 for HTTP/1.0. */
    public final int minorVersion() {
        return minor;
    }

    /** Whether the sender means to keep the connection (RFC 9112 section 9.3). */
    public final boolean persistent() {
        return !close && (minor == 1 || keepAlive);
    }

    public final boolean has(Field field) {
        return (present & field.bit()) != 0;
    }

    /** The place of the first line of that name, or -1. */
    public final int find(Field field) {
        if (has(field)) {
            for (int i = 0; i < count; i++) {
                if (fields[i] == field) {
                    return i;
                }
            }
        }
        return -1;
    }

    /** Whether there is more than one line of that name. */
    public final boolean isRepeated(Field field) {
        int first = find(field);
        for (int i = first + 1; first >= 0 && i < count; i++) {
            if (fields[i] == field) {
                return true;
            }
        }
        return false;
    }

    /** The scanned array. Offsets of this head are into it. */
    public final byte[] bytes() {
        return bytes;
    }

    /** Number of field lines. */
    public final int count() {
        return count;
    }

    /** Which field line {@code i} is, of those that the proxy treats in a way of their own. */
    public final Field field(int i) {
        return fields[i];
    }

    /** Where line {@code i} starts; for {@link #count()}, where the line after the last field does. */
    public final int lineStart(int i) {
        return lineStart[i];
    }

    /** Where the name of line {@code i}, which starts with the line, ends. */
    public final int nameEnd(int i) {
        return nameEnd[i];
    }

    /** Where the value of line {@code i} starts, white space before it left out. */
    public final int valueStart(int i) {
        return valueStart[i];
    }

    /** Where the value of line {@code i} ends, white space behind it left out. */
    public final int valueEnd(int i) {
        return valueEnd[i];
    }

    /** How many options of Connection name a field. */
    public final int namesByConnection() {
        return options;
    }

    final Scan refuse(Failure why) {
        failure = why;
        return Scan.REFUSED;
    }

    final void begin(byte[] from) {
        bytes = from;
        failure = null;
        count = 0;
        length = 0;
        contentLength = -1;
        chunked = false;
        hasConnection = false;
        close = false;
        keepAlive = false;
        upgradeOption = false;
        present = 0;
        options = 0;
    }

    /** Scans field lines from {@code at} to the empty line. {@code end} is where the bytes at hand end. */
    final Scan scanFields(int at, int end, int bytesMax) {
        byte[] b = bytes;
        int i = at;
        while (true) {
            if (i + 1 >= end) {
                return i < end && b[i] != Octets.CR && !Octets.is(b[i], Octets.TOKEN)
                        ? refuse(Failure.BAD_FIELD)
                        : incomplete(end, bytesMax);
            }
            if (b[i] == Octets.CR) {
                if (b[i + 1] != Octets.LF) {
                    return refuse(Failure.BAD_FIELD);
                }
                lineStart[count] = i;
                length = i + 2;
                return length > bytesMax ? refuse(Failure.HEAD_TOO_LARGE) : Scan.COMPLETE;
            }
            if (count == fields.length) {
                return refuse(Failure.HEAD_TOO_LARGE);
            }
            int start = i;
            while (i < end && Octets.is(b[i], Octets.TOKEN)) {
                i++;
            }
            if (i == end) {
                return incomplete(end, bytesMax);
            }
            if (b[i] != ':' || i == start) {
                return refuse(Failure.BAD_FIELD); // a space before the colon, obs-fold, an empty name
            }
            int name = i++;
            while (i < end && Octets.is(b[i], Octets.VALUE)) {
                i++;
            }
            if (i + 1 >= end) {
                return i < end && b[i] != Octets.CR ? refuse(Failure.BAD_FIELD) : incomplete(end, bytesMax);
            }
            if (b[i] != Octets.CR || b[i + 1] != Octets.LF) {
                return refuse(Failure.BAD_FIELD);
            }
            add(start, name, i);
            i += 2;
        }
    }

    private Scan incomplete(int end, int bytesMax) {
        return end >= bytesMax ? refuse(Failure.HEAD_TOO_LARGE) : Scan.INCOMPLETE;
    }

    private void add(int start, int colon, int lineEnd) {
        byte[] b = bytes;
        int from = colon + 1;
        int to = lineEnd;
        while (from < to && (b[from] == Octets.SP || b[from] == Octets.HTAB)) {
            from++;
        }
        while (to > from && (b[to - 1] == Octets.SP || b[to - 1] == Octets.HTAB)) {
            to--;
        }
        Field field = Field.named(b, start, colon);
        fields[count] = field;
        lineStart[count] = start;
        nameEnd[count] = colon;
        valueStart[count] = from;
        valueEnd[count] = to;
        count++;
        present |= field.bit();
    }

    /** Reads Content-Length, Transfer-Encoding and Connection. Null when they are sound and unambiguous. */
    final @Nullable Failure checkFraming() {
        if (!has(Field.CONTENT_LENGTH) && !has(Field.TRANSFER_ENCODING) && !has(Field.CONNECTION)) {
            return null;
        }
        for (int i = 0; i < count; i++) {
            switch (fields[i]) {
                case CONTENT_LENGTH -> {
                    if (contentLength >= 0) {
                        return Failure.BAD_FRAMING; // twice, even if equal: someone on the way may read another one
                    }
                    contentLength = Octets.decimal(bytes, valueStart[i], valueEnd[i]);
                    if (contentLength < 0) {
                        return Failure.BAD_FRAMING;
                    }
                }
                case TRANSFER_ENCODING -> {
                    if (chunked || minor == 0 || !Octets.equalsIgnoreCase(bytes, valueStart[i], valueEnd[i], CHUNKED)) {
                        return Failure.BAD_FRAMING;
                    }
                    chunked = true;
                }
                case CONNECTION -> {
                    hasConnection = true;
                    if (!readOptions(valueStart[i], valueEnd[i])) {
                        return Failure.BAD_FIELD;
                    }
                }
                default -> {}
            }
        }
        return chunked && contentLength >= 0 ? Failure.BAD_FRAMING : null;
    }

    /** Whether the value of line {@code i} is exactly these bytes. */
    final boolean is(int i, byte[] value) {
        return java.util.Arrays.equals(bytes, valueStart[i], valueEnd[i], value, 0, value.length);
    }

    /** Reads one Connection value: a list of tokens with optional empty elements (RFC 9110 section 5.6.1). */
    private boolean readOptions(int from, int to) {
        int i = from;
        while (i < to) {
            byte octet = bytes[i];
            if (octet == ',' || octet == Octets.SP || octet == Octets.HTAB) {
                i++;
                continue;
            }
            int start = i;
            while (i < to && Octets.is(bytes[i], Octets.TOKEN)) {
                i++;
            }
            if (i == start || !readOption(start, i)) {
                return false;
            }
            while (i < to && (bytes[i] == Octets.SP || bytes[i] == Octets.HTAB)) {
                i++;
            }
            if (i < to && bytes[i] != ',') {
                return false;
            }
        }
        return true;
    }

    private boolean readOption(int from, int to) {
        if (Octets.equalsIgnoreCase(bytes, from, to, CLOSE)) {
            close = true;
        } else if (Octets.equalsIgnoreCase(bytes, from, to, KEEP_ALIVE)) {
            keepAlive = true;
        } else if (Octets.equalsIgnoreCase(bytes, from, to, UPGRADE)) {
            upgradeOption = true;
        } else if (options == OPTIONS_MAX) {
            return false;
        } else {
            optionStart[options] = from;
            optionEnd[options++] = to;
        }
        return true;
    }

    /** Whether a Connection field names line {@code i} and may do so (RFC 9110 section 7.6.1). */
    public final boolean namedByConnection(int i) {
        Field.Kind kind = fields[i].kind();
        if (kind == Field.Kind.PROTECTED || kind == Field.Kind.TRUST) {
            return false;
        }
        for (int option = 0; option < options; option++) {
            if (Octets.equalsIgnoreCase(
                    bytes, lineStart[i], nameEnd[i], bytes, optionStart[option], optionEnd[option])) {
                return true;
            }
        }
        return false;
    }
}
