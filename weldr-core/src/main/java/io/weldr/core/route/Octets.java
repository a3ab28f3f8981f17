package io.weldr.core.route;

import java.util.Arrays;

/** Bytes of requests, and of the texts that they are compared with. */
final class Octets {
    /** Stands for what is not UTF-8. */
    private static final char REPLACEMENT = '\uFFFD';

    private Octets() {}

    /** The text in UTF-8. An unpaired surrogate becomes a question mark. */
    static byte[] utf8(String text) {
        byte[] out = new byte[3 * text.length()];
        int length = 0;
        for (int i = 0; i < text.length(); i++) {
            int c = text.codePointAt(i);
            if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
                c = '?';
            }
            if (c < 0x80) {
                out[length++] = (byte) c;
                continue;
            }
            if (c < 0x800) {
                out[length++] = (byte) (0xc0 | c >> 6);
            } else {
                if (c < 0x10000) {
                    out[length++] = (byte) (0xe0 | c >> 12);
                } else {
                    i++; // the second half of a surrogate pair
                    out[length++] = (byte) (0xf0 | c >> 18);
                    out[length++] = (byte) (0x80 | (c >> 12 & 0x3f));
                }
                out[length++] = (byte) (0x80 | (c >> 6 & 0x3f));
            }
            out[length++] = (byte) (0x80 | (c & 0x3f));
        }
        return Arrays.copyOf(out, length);
    }

    /** {@code bytes[from, to)} read as UTF-8. Each byte that belongs to no character becomes U+FFFD. */
    static String text(byte[] bytes, int from, int to) {
        StringBuilder out = new StringBuilder(to - from);
        int i = from;
        while (i < to) {
            int c = bytes[i] & 0xff;
            int more = c < 0x80
                    ? 0
                    : c >= 0xc2 && c < 0xe0 ? 1 : c >= 0xe0 && c < 0xf0 ? 2 : c >= 0xf0 && c < 0xf5 ? 3 : -1;
            int value = more <= 0 ? c : c & (0x3f >> more);
            for (int k = 1; k <= more; k++) {
                int next = i + k < to ? bytes[i + k] & 0xff : 0;
                if ((next & 0xc0) != 0x80) {
                    more = -1;
                    break;
                }
                value = value << 6 | (next & 0x3f);
            }
            boolean overlong = (more == 2 && value < 0x800) || (more == 3 && value < 0x10000);
            boolean surrogate = more == 2 && value >= Character.MIN_SURROGATE && value <= Character.MAX_SURROGATE;
            if (more < 0 || overlong || surrogate || value > Character.MAX_CODE_POINT) {
                out.append(REPLACEMENT);
                i++;
            } else {
                out.appendCodePoint(value);
                i += more + 1;
            }
        }
        return out.toString();
    }

    /** Value of an ASCII hex digit, or -1. */
    static int hex(int octet) {
        if (octet >= '0' && octet <= '9') {
            return octet - '0';
        }
        int lower = octet | 0x20;
        return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
    }

    /** The octet that the escape at {@code at} stands for, or -1 if no escape that ends before {@code to} is there. */
    static int escaped(byte[] bytes, int at, int to) {
        if (bytes[at] != '%' || at + 2 >= to) {
            return -1;
        }
        int high = hex(bytes[at + 1]);
        int low = hex(bytes[at + 2]);
        return high < 0 || low < 0 ? -1 : high << 4 | low;
    }

    static byte lower(byte octet) {
        return octet >= 'A' && octet <= 'Z' ? (byte) (octet | 0x20) : octet;
    }

    /** One more octet of a hash that starts with 0. */
    static int hash(int hash, byte octet) {
        return 31 * hash + octet;
    }

    /** The hash of the bytes from the first to the last. */
    static int hash(byte[] bytes) {
        int hash = 0;
        for (byte octet : bytes) {
            hash = hash(hash, octet);
        }
        return hash;
    }

    /** The hash of the bytes from the last to the first. */
    static int hashBackwards(byte[] bytes) {
        int hash = 0;
        for (int i = bytes.length - 1; i >= 0; i--) {
            hash = hash(hash, bytes[i]);
        }
        return hash;
    }
}
