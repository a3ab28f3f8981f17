package io.weldr.proxy.http2;

import io.weldr.proxy.http.Octets;
import java.util.List;

/** The field names of the static table (RFC 7541 appendix A) that responses have. */
final class StaticNames {

    private static final int FIRST = 15;

    /** From {@link #FIRST} on. */
    private static final List<String> NAMES = List.of(
            "accept-charset",
            "accept-encoding",
            "accept-language",
            "accept-ranges",
            "accept",
            "access-control-allow-origin",
            "age",
            "allow",
            "authorization",
            "cache-control",
            "content-disposition",
            "content-encoding",
            "content-language",
            "content-length",
            "content-location",
            "content-range",
            "content-type",
            "cookie",
            "date",
            "etag",
            "expect",
            "expires",
            "from",
            "host",
            "if-match",
            "if-modified-since",
            "if-none-match",
            "if-range",
            "if-unmodified-since",
            "last-modified",
            "link",
            "location",
            "max-forwards",
            "proxy-authenticate",
            "proxy-authorization",
            "range",
            "referer",
            "refresh",
            "retry-after",
            "server",
            "set-cookie",
            "strict-transport-security",
            "transfer-encoding",
            "user-agent",
            "vary",
            "via",
            "www-authenticate");

    private static final byte[][][] BY_LENGTH = new byte[32][][];
    private static final int[][] INDEX_BY_LENGTH = new int[BY_LENGTH.length][];

    static {
        for (int length = 0; length < BY_LENGTH.length; length++) {
            int wanted = length;
            List<String> fitting =
                    NAMES.stream().filter(name -> name.length() == wanted).toList();
            BY_LENGTH[length] = fitting.stream().map(Octets::ascii).toArray(byte[][]::new);
            INDEX_BY_LENGTH[length] = fitting.stream()
                    .mapToInt(name -> FIRST + NAMES.indexOf(name))
                    .toArray();
        }
    }

    private StaticNames() {}

    /** The index of the name in {@code bytes[from, to)}, in whatever case; 0: it has none. */
    static int indexOf(byte[] bytes, int from, int to) {
        int length = to - from;
        if (length >= BY_LENGTH.length) {
            return 0;
        }
        byte[][] names = BY_LENGTH[length];
        for (int i = 0; i < names.length; i++) {
            if (Octets.equalsIgnoreCase(bytes, from, to, names[i])) {
                return INDEX_BY_LENGTH[length][i];
            }
        }
        return 0;
    }
}
