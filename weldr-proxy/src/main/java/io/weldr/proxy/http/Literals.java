package io.weldr.proxy.http;

/** IP addresses as text, read without allocation. */
public final class Literals {
    private Literals() {}

    /** Reads a dotted quad of {@code bytes[from, end)} into four bytes; false if it is none. */
    public static boolean ipv4(byte[] bytes, int from, int end, byte[] to) {
        int at = from;
        for (int part = 0; part < 4; part++) {
            if (part > 0 && (at >= end || bytes[at++] != '.')) {
                return false;
            }
            int value = 0;
            int digits = 0;
            while (at < end && bytes[at] >= '0' && bytes[at] <= '9' && digits < 4) {
                value = value * 10 + bytes[at++] - '0';
                digits++;
            }
            if (digits == 0 || digits > 3 || value > 255) {
                return false;
            }
            to[part] = (byte) value;
        }
        return at == end;
    }

    /**
     * Reads an IPv6 address of hexadecimal groups (RFC 4291 section 2.2), with or without brackets, into sixteen bytes;
     * false if it is none.
     */
    public static boolean ipv6(byte[] bytes, int from, int end, byte[] to) {
        int at = from;
        int last = end;
        if (at < last && bytes[at] == '[' && bytes[last - 1] == ']') {
            at++;
            last--;
        }
        int groups = 0;
        int gap = -1;
        if (last - at >= 2 && bytes[at] == ':' && bytes[at + 1] == ':') {
            gap = 0;
            at += 2;
        }
        while (at < last) {
            int value = 0;
            int digits = 0;
            while (at < last && Octets.hexDigit(bytes[at]) >= 0 && digits < 5) {
                value = value << 4 | Octets.hexDigit(bytes[at++]);
                digits++;
            }
            if (digits == 0 || digits > 4 || groups == 8) {
                return false;
            }
            to[2 * groups] = (byte) (value >> 8);
            to[2 * groups + 1] = (byte) value;
            groups++;
            if (at == last) {
                break;
            }
            if (bytes[at++] != ':' || at == last) {
                return false;
            }
            if (bytes[at] == ':') {
                if (gap >= 0) {
                    return false;
                }
                gap = groups;
                at++;
            }
        }
        return spread(to, groups, gap);
    }

    /** Puts the zeros of {@code ::} in their place. */
    private static boolean spread(byte[] to, int groups, int gap) {
        if (gap < 0) {
            return groups == 8;
        }
        if (groups == 8) {
            return false;
        }
        int behind = 2 * (groups - gap);
        System.arraycopy(to, 2 * gap, to, 16 - behind, behind);
        for (int i = 2 * gap; i < 16 - behind; i++) {
            to[i] = 0;
        }
        return true;
    }
}
