package io.weldr.proxy.route;

import io.weldr.proxy.http.Field;
import io.weldr.proxy.http1.RequestHead;

/** Finds cookies in the Cookie fields of a request (RFC 6265 section 4.2.1). No allocation. */
final class Cookies {
    /** No such cookie. */
    static final long NONE = -1;

    private Cookies() {}

    /**
     * The range of the value of the first cookie of that name: its start in the upper half, its end in the lower; or
     * {@link #NONE}.
     */
    static long find(RequestHead head, byte[] name) {
        if (!head.has(Field.COOKIE)) {
            return NONE;
        }
        for (int i = 0; i < head.count(); i++) {
            if (head.field(i) == Field.COOKIE) {
                long found = find(head.bytes(), head.valueStart(i), head.valueEnd(i), name);
                if (found != NONE) {
                    return found;
                }
            }
        }
        return NONE;
    }

    static int start(long range) {
        return (int) (range >>> 32);
    }

    static int end(long range) {
        return (int) range;
    }

    private static long find(byte[] bytes, int from, int to, byte[] name) {
        int at = from;
        while (at < to) {
            while (at < to && (bytes[at] == ' ' || bytes[at] == ';' || bytes[at] == '\t')) {
                at++;
            }
            int end = at;
            while (end < to && bytes[end] != ';') {
                end++;
            }
            int value = at + name.length;
            if (value < end && bytes[value] == '=' && startsWith(bytes, at, name)) {
                int last = end;
                while (last > value + 1 && (bytes[last - 1] == ' ' || bytes[last - 1] == '\t')) {
                    last--;
                }
                return (long) (value + 1) << 32 | last;
            }
            at = end + 1;
        }
        return NONE;
    }

    private static boolean startsWith(byte[] bytes, int from, byte[] name) {
        for (int i = 0; i < name.length; i++) {
            if (bytes[from + i] != name[i]) {
                return false;
            }
        }
        return true;
    }
}
