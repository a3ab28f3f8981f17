package io.weldr.proxy.access;

import io.weldr.core.Check;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/**
 * The query parameters that logs must not show: their values are replaced by {@code ***}. Names are compared as an
 * origin reads them, percent-decoded, and regardless of case. Immutable; allocates nothing while it copies.
 */
public final class Redaction {

    /** Every value is shown. */
    public static final Redaction NONE = new Redaction(List.of());

    /** The name that stands for all parameters. */
    public static final String ALL = "*";

    private static final int NAMES_MAX = 64;
    private static final byte[] STARS = {'*', '*', '*'};

    private final byte[][] names; // lower case
    private final boolean all;

    /**
     * Parameters of these names.
     *
     * @param names at most 64; {@link #ALL}: every parameter
     */
    public Redaction(List<String> names) {
        Check.that(names.size() <= NAMES_MAX, "names", names.size(), "at most " + NAMES_MAX);
        all = names.contains(ALL);
        this.names = names.stream()
                .map(name -> name.toLowerCase(Locale.ROOT).getBytes(StandardCharsets.UTF_8))
                .toArray(byte[][]::new);
    }

    /**
     * Copies {@code from[start, end)}, which has a URL or the target of a request, as much as fits.
     *
     * @return how many bytes were written from {@code at} on
     */
    public int copy(byte[] from, int start, int end, byte[] to, int at, int max) {
        int query = start;
        while (names.length > 0 && query < end && from[query] != '?') {
            query++;
        }
        if (names.length == 0 || query == end) {
            int plain = Math.min(end - start, max);
            System.arraycopy(from, start, to, at, plain);
            return plain;
        }
        int i = query + 1;
        int out = put(from, start, i, to, at, at + max);
        while (i < end) {
            int next = i; // behind the parameter, its separator included
            int equals = -1;
            while (next < end && !separates(from[next])) {
                if (from[next] == '=' && equals < 0) {
                    equals = next;
                }
                next++;
            }
            if (equals >= 0 && hidden(from, i, equals)) {
                out = put(from, i, equals + 1, to, out, at + max);
                out = put(STARS, 0, STARS.length, to, out, at + max);
                out = put(from, next, Math.min(next + 1, end), to, out, at + max);
            } else {
                out = put(from, i, Math.min(next + 1, end), to, out, at + max);
            }
            i = next + 1;
        }
        return out - at;
    }

    private static boolean separates(byte octet) {
        return octet == '&' || octet == ';' || octet == '#';
    }

    private static int put(byte[] from, int start, int end, byte[] to, int at, int limit) {
        int size = Math.min(Math.max(0, end - start), limit - at);
        System.arraycopy(from, start, to, at, size);
        return at + size;
    }

    private boolean hidden(byte[] from, int start, int end) {
        if (all) {
            return true;
        }
        for (byte[] name : names) {
            if (named(from, start, end, name)) {
                return true;
            }
        }
        return false;
    }

    private static boolean named(byte[] from, int start, int end, byte[] name) {
        int i = start;
        int matched = 0;
        while (i < end && matched < name.length) {
            int octet = from[i] & 0xff;
            if (octet == '%' && i + 2 < end && hex(from[i + 1]) >= 0 && hex(from[i + 2]) >= 0) {
                octet = 16 * hex(from[i + 1]) + hex(from[i + 2]);
                i += 2;
            }
            if (octet >= 'A' && octet <= 'Z') {
                octet |= 0x20;
            }
            if (octet != (name[matched] & 0xff)) {
                return false;
            }
            matched++;
            i++;
        }
        return i == end && matched == name.length;
    }

    private static int hex(byte octet) {
        return Character.digit((char) (octet & 0xff), 16);
    }
}
