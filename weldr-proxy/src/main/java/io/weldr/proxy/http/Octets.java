package io.weldr.proxy.http;

import java.nio.charset.StandardCharsets;

/** The octets that are allowed in each part of a head, as tables: one load and one mask for each byte. */
public final class Octets {

    public static final byte CR = '\r';
    public static final byte LF = '\n';
    public static final byte SP = ' ';
    public static final byte HTAB = '\t';

    /** RFC 9110 section 5.6.2: tchar. */
    public static final int TOKEN = 1;
    /** RFC 9110 section 5.5: field-vchar, SP and HTAB. No other control octet, no DEL. */
    public static final int VALUE = 2;
    /** What may stand in a request target behind the first question mark: visible ASCII, but no fragment. */
    public static final int TARGET = 4;
    /** Field values that must be ASCII without spaces: host names, identifiers. */
    public static final int HOST = 8;
    /** RFC 3986 section 2.1 and RFC 9112 section 7.1: HEXDIG. */
    public static final int HEX = 16;

    public static final int DIGIT = 32;
    /**
     * What may stand before it. RFC 3986 section 3.3 has no quotes, angle brackets or backslashes in a path, no client
     * of today sends them, and a backslash is a slash to some origins and not to others. Braces and bars do occur.
     */
    public static final int PATH = 64;

    private static final byte[] CLASS = new byte[256];

    static {
        mark("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", TOKEN);
        for (int octet = 0x20; octet < 256; octet++) {
            mark(octet, octet == 0x7f ? 0 : VALUE);
        }
        mark(HTAB, VALUE);
        for (int octet = 0x21; octet < 0x7f; octet++) {
            mark(octet, octet == '#' ? 0 : TARGET);
            mark(octet, "#?\"<>\\".indexOf(octet) >= 0 ? 0 : PATH);
        }
        // RFC 3986 section 3.2.2: unreserved, pct-encoded, sub-delims. The comma is left out: it would make a list.
        mark("-._~%!$&'()*+;=0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", HOST);
        mark("0123456789ABCDEFabcdef", HEX);
        mark("0123456789", DIGIT);
    }

    private Octets() {}

    private static void mark(String octets, int kind) {
        for (int i = 0; i < octets.length(); i++) {
            mark(octets.charAt(i), kind);
        }
    }

    private static void mark(int octet, int kind) {
        CLASS[octet] = (byte) (CLASS[octet] | kind);
    }

    public static boolean is(byte octet, int kind) {
        return (CLASS[octet & 0xff] & kind) != 0;
    }

    /** The bytes of an ASCII literal. */
    public static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Value of a hex digit that {@link #HEX} let through. */
    public static int hexValue(byte digit) {
        return digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;
    }

    /** Whether {@code bytes[from, to)} is {@code lower} when ASCII letters are compared without case. */
    public static boolean equalsIgnoreCase(byte[] bytes, int from, int to, byte[] lower) {
        if (to - from != lower.length) {
            return false;
        }
        for (int i = 0; i < lower.length; i++) {
            byte octet = bytes[from + i];
            if (octet != lower[i] && (octet < 'A' || octet > 'Z' || (octet | 0x20) != lower[i])) {
                return false;
            }
        }
        return true;
    }

    /** Whether both ranges are the same when ASCII letters are compared without case. */
    public static boolean equalsIgnoreCase(byte[] one, int from, int to, byte[] other, int otherFrom, int otherTo) {
        if (to - from != otherTo - otherFrom) {
            return false;
        }
        for (int i = from, j = otherFrom; i < to; i++, j++) {
            if (lower(one[i]) != lower(other[j])) {
                return false;
            }
        }
        return true;
    }

    /** The value of a hexadecimal digit, or -1. */
    public static int hexDigit(byte octet) {
        if (octet >= '0' && octet <= '9') {
            return octet - '0';
        }
        int lower = octet | 0x20;
        return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
    }

    private static int lower(byte octet) {
        return octet >= 'A' && octet <= 'Z' ? octet | 0x20 : octet;
    }

    /** A non-negative decimal number of digits only, or -1: empty, a sign, anything else, or beyond 10^18. */
    public static long decimal(byte[] bytes, int from, int to) {
        if (from >= to || to - from > 18) {
            return -1;
        }
        long value = 0;
        for (int i = from; i < to; i++) {
            if (!is(bytes[i], DIGIT)) {
                return -1;
            }
            value = value * 10 + (bytes[i] - '0');
        }
        return value;
    }
}
