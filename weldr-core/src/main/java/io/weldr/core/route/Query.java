package io.weldr.core.route;

/**
 * Parameters of a query, separated by {@code &}. Names and values are compared after their percent-encoding is decoded;
 * a broken escape stands for itself, and so does {@code +}. A parameter without {@code =} has an empty value. The first
 * parameter of a name counts.
 */
final class Query {
    private Query() {}

    /** Where the value of the first parameter of that name starts, or -1. */
    static int find(RequestView view, byte[] name) {
        byte[] bytes = view.bytes();
        int end = view.targetEnd();
        int at = view.pathEnd() + 1; // behind the question mark
        while (at <= end) {
            int stop = valueEnd(view, at);
            int equals = at;
            while (equals < stop && bytes[equals] != '=') {
                equals++;
            }
            if (decodesTo(bytes, at, equals, name)) {
                return Math.min(equals + 1, stop);
            }
            at = stop + 1;
        }
        return -1;
    }

    /** Where the parameter ends in which {@code at} lies. */
    static int valueEnd(RequestView view, int at) {
        byte[] bytes = view.bytes();
        int end = view.targetEnd();
        int stop = at;
        while (stop < end && bytes[stop] != '&') {
            stop++;
        }
        return stop;
    }

    /** Whether {@code bytes[from, to)} is that text once it is decoded. */
    static boolean decodesTo(byte[] bytes, int from, int to, byte[] text) {
        int length = 0;
        for (int i = from; i < to; i++, length++) {
            int octet = Octets.escaped(bytes, i, to);
            if (length == text.length || text[length] != (octet < 0 ? bytes[i] : (byte) octet)) {
                return false;
            }
            i += octet < 0 ? 0 : 2;
        }
        return length == text.length;
    }

    /** The value that starts at {@code from}, decoded. Allocates. */
    static String text(RequestView view, int from) {
        int to = valueEnd(view, from);
        byte[] bytes = view.bytes();
        byte[] decoded = new byte[to - from];
        int length = 0;
        for (int i = from; i < to; i++) {
            int octet = Octets.escaped(bytes, i, to);
            decoded[length++] = octet < 0 ? bytes[i] : (byte) octet;
            i += octet < 0 ? 0 : 2;
        }
        return Octets.text(decoded, 0, length);
    }
}
