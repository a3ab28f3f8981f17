package io.weldr.proxy.http;

/**
 * Checks {@code uri-host [ ":" port ]} (RFC 9110 section 7.2, RFC 3986 section 3.2.2): no user, path, space or list.
 */
public final class Authority {

    private static final int PORT_DIGITS_MAX = 5;
    private static final int PORT_MAX = 65535;

    private Authority() {}

    public static boolean isValid(byte[] b, int from, int to) {
        if (from == to) {
            return false;
        }
        int i = from;
        if (b[from] == '[') {
            i++;
            while (i < to && (Octets.is(b[i], Octets.HEX) || b[i] == ':' || b[i] == '.')) {
                i++;
            }
            if (i == to || b[i] != ']' || !hasColons(b, from + 1, i)) {
                return false;
            }
            i++;
        } else {
            while (i < to && Octets.is(b[i], Octets.HOST)) {
                if (b[i] == '%'
                        && (i + 2 >= to || !Octets.is(b[i + 1], Octets.HEX) || !Octets.is(b[i + 2], Octets.HEX))) {
                    return false;
                }
                i++;
            }
            if (i == from) {
                return false;
            }
        }
        return i == to || (b[i] == ':' && isPort(b, i + 1, to));
    }

    /** Where the host of a valid authority ends, and its port begins with a colon if there is one. */
    public static int hostEnd(byte[] b, int from, int to) {
        for (int i = to - 1; i >= from && b[i] != ']'; i--) {
            if (b[i] == ':') {
                return i;
            }
        }
        return to;
    }

    private static boolean hasColons(byte[] b, int from, int to) {
        int colons = 0;
        for (int i = from; i < to; i++) {
            colons += b[i] == ':' ? 1 : 0;
        }
        return colons >= 2 && colons <= 7;
    }

    /** Digits, or nothing: RFC 3986 section 3.2.3. */
    private static boolean isPort(byte[] b, int from, int to) {
        if (from == to) {
            return true;
        }
        if (to - from > PORT_DIGITS_MAX) {
            return false;
        }
        long port = Octets.decimal(b, from, to);
        return port > 0 && port <= PORT_MAX;
    }
}
