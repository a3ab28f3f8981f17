package io.weldr.proxy.http2;

import io.netty.buffer.ByteBuf;
import io.weldr.proxy.http.Field;
import io.weldr.proxy.http.Octets;
import java.util.Arrays;

/**
 * Encodes the head of an HTTP/1.1 request or response, and trailers, as field blocks (RFC 7541). Names become lower
 * case, and the fields of the connection are left out (RFC 9113 section 8.2). Only the static table is used, without
 * Huffman codes: no state is kept, so that blocks can be made in any order, no client can make weldr keep a table, and
 * nothing is allocated. The table of the client is set to no entries by the first block of a connection.
 */
final class FieldBlock {

    /** RFC 7541 section 6.3: from now on the dynamic table has room for nothing. */
    private static final int TABLE_OF_NOTHING = 0x20;

    private static final int INDEXED = 0x80;
    /** RFC 7541 section 6.2.3: a literal that nobody on the way may put in a table. */
    private static final int NEVER_INDEXED = 0x10;

    private static final int AUTHORITY = 1;
    private static final int METHOD_GET = 2;
    private static final int METHOD_POST = 3;
    private static final int PATH_SLASH = 4;
    private static final int SCHEME_HTTP = 6;
    private static final int SCHEME_HTTPS = 7;
    private static final int STATUS = 8;
    private static final int AUTHORIZATION = 23;
    private static final int COOKIE = 32;
    private static final int SET_COOKIE = 55;
    private static final byte[] GET = Octets.ascii("GET");
    private static final byte[] POST = Octets.ascii("POST");
    private static final byte[] WEBSOCKET_ACCEPT = Octets.ascii("sec-websocket-accept");

    private boolean begun;

    /** How long a block may be that is made of a text. */
    static int bytesMax(int textBytes) {
        return textBytes
                + textBytes / 4
                + 64; // each length takes up to three bytes more than a colon, a space or a CRLF
    }

    /** The size of the dynamic table is told once. */
    private void begin(ByteBuf out) {
        if (!begun) {
            begun = true;
            out.writeByte(TABLE_OF_NOTHING);
        }
    }

    /**
     * Encodes a head.
     *
     * @param text from the status line to the empty line, both included; well-formed
     */
    void head(byte[] text, int length, ByteBuf out) {
        begin(out);
        int status = (int) Octets.decimal(text, 9, 12);
        boolean tunnel = status == 101; // it is an extended CONNECT that succeeds: RFC 8441 section 5
        status(tunnel ? 200 : status, out);
        lines(text, lineEnd(text, 0) + 2, length, tunnel, out);
    }

    /**
     * Encodes the head of a request: pseudo-fields first, {@code :authority} from its Host (RFC 9113 section 8.3.1).
     *
     * @param text from the request line to the empty line, both included; well-formed
     * @param secure whether the scheme is https
     */
    void request(byte[] text, int length, boolean secure, ByteBuf out) {
        begin(out);
        int methodEnd = next(text, 0, Octets.SP);
        int targetEnd = next(text, methodEnd + 1, Octets.SP);
        if (Arrays.equals(text, 0, methodEnd, GET, 0, GET.length)) {
            out.writeByte(INDEXED | METHOD_GET);
        } else if (Arrays.equals(text, 0, methodEnd, POST, 0, POST.length)) {
            out.writeByte(INDEXED | METHOD_POST);
        } else {
            literal(METHOD_GET, text, 0, methodEnd, out);
        }
        out.writeByte(INDEXED | (secure ? SCHEME_HTTPS : SCHEME_HTTP));
        if (targetEnd == methodEnd + 2 && text[methodEnd + 1] == '/') {
            out.writeByte(INDEXED | PATH_SLASH);
        } else {
            literal(PATH_SLASH, text, methodEnd + 1, targetEnd, out);
        }
        int first = lineEnd(text, targetEnd) + 2;
        int host = host(text, first, length);
        if (host >= 0) {
            int from = host + 5;
            int end = lineEnd(text, from);
            while (from < end && isSpace(text[from])) {
                from++;
            }
            while (end > from && isSpace(text[end - 1])) {
                end--;
            }
            literal(AUTHORITY, text, from, end, out);
        }
        lines(text, first, length, false, out);
    }

    private static int next(byte[] text, int from, byte octet) {
        int i = from;
        while (text[i] != octet) {
            i++;
        }
        return i;
    }

    /** Where the line of Host starts; -1: there is none. */
    private static int host(byte[] text, int from, int to) {
        int start = from;
        while (start < to && text[start] != Octets.CR) {
            int colon = next(text, start, (byte) ':');
            if (Field.named(text, start, colon) == Field.HOST) {
                return start;
            }
            start = lineEnd(text, colon) + 2;
        }
        return -1;
    }

    /** A value whose name is at that place of the static table. */
    private static void literal(int index, byte[] text, int from, int to, ByteBuf out) {
        integer(0, 4, index, out);
        integer(0, 7, to - from, out);
        out.writeBytes(text, from, to - from);
    }

    /** Encodes a trailer section: field lines and an empty line. */
    void trailers(byte[] text, ByteBuf out) {
        begin(out);
        lines(text, 0, text.length, false, out);
    }

    /** Whether a trailer section has any field. */
    static boolean hasLines(byte[] text) {
        return text.length > 2;
    }

    private static int lineEnd(byte[] text, int from) {
        int i = from;
        while (text[i] != Octets.CR) {
            i++;
        }
        return i;
    }

    private static void lines(byte[] text, int from, int to, boolean tunnel, ByteBuf out) {
        int start = from;
        while (start < to && text[start] != Octets.CR) {
            int colon = start;
            while (text[colon] != ':') {
                colon++;
            }
            int end = lineEnd(text, colon);
            if (passes(text, start, colon, tunnel)) {
                field(text, start, colon, end, out);
            }
            start = end + 2;
        }
    }

    private static boolean passes(byte[] text, int from, int to, boolean tunnel) {
        return switch (Field.named(text, from, to)) {
            case CONNECTION, KEEP_ALIVE, PROXY_CONNECTION, TRANSFER_ENCODING, UPGRADE, HOST -> false;
            default -> !(tunnel && Octets.equalsIgnoreCase(text, from, to, WEBSOCKET_ACCEPT));
        };
    }

    private static void field(byte[] text, int from, int colon, int end, ByteBuf out) {
        int index = StaticNames.indexOf(text, from, colon);
        boolean secret = index == SET_COOKIE || index == COOKIE || index == AUTHORIZATION;
        integer(secret ? NEVER_INDEXED : 0, 4, index, out);
        if (index == 0) {
            integer(0, 7, colon - from, out);
            for (int i = from; i < colon; i++) {
                byte octet = text[i];
                out.writeByte(octet >= 'A' && octet <= 'Z' ? octet | 0x20 : octet);
            }
        }
        int value = colon + 1;
        int valueEnd = end;
        while (value < valueEnd && isSpace(text[value])) {
            value++;
        }
        while (valueEnd > value && isSpace(text[valueEnd - 1])) {
            valueEnd--;
        }
        integer(0, 7, valueEnd - value, out);
        out.writeBytes(text, value, valueEnd - value);
    }

    private static boolean isSpace(byte octet) {
        return octet == Octets.SP || octet == Octets.HTAB;
    }

    private static void status(int status, ByteBuf out) {
        int index = switch (status) {
            case 200 -> 8;
            case 204 -> 9;
            case 206 -> 10;
            case 304 -> 11;
            case 400 -> 12;
            case 404 -> 13;
            case 500 -> 14;
            default -> 0;
        };
        if (index > 0) {
            out.writeByte(INDEXED | index);
            return;
        }
        out.writeByte(STATUS).writeByte(3);
        out.writeByte('0' + status / 100).writeByte('0' + status / 10 % 10).writeByte('0' + status % 10);
    }

    /** RFC 7541 section 5.1. */
    private static void integer(int pattern, int prefixBits, int number, ByteBuf out) {
        int full = (1 << prefixBits) - 1;
        if (number < full) {
            out.writeByte(pattern | number);
            return;
        }
        out.writeByte(pattern | full);
        int rest = number - full;
        while (rest >= 128) {
            out.writeByte((rest & 127) | 128);
            rest >>>= 7;
        }
        out.writeByte(rest);
    }
}
