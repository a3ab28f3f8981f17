package io.weldr.core.route;

import org.jspecify.annotations.Nullable;

/**
 * The one form in which paths are compared: percent-encoded unreserved characters are decoded (RFC 3986 section
 * 6.2.2.2), other escapes are written in upper case. A path whose segments would change if a server decoded or resolved
 * it ({@code //}, {@code /./}, {@code /../}, {@code \}, {@code %2F}, {@code %5C}, or a broken escape) is ambiguous and
 * has no normal form: two servers may take it for different paths.
 */
final class Paths {
    /** Instead of the length of a normal form. */
    static final int AMBIGUOUS = -1;

    private static final byte[] HEX = Octets.utf8("0123456789ABCDEF");

    private Paths() {}

    /** The normal form of a path, or null if the path is ambiguous. */
    static @Nullable String normal(String path) {
        byte[] bytes = Octets.utf8(path);
        byte[] normal = new byte[bytes.length];
        int length = normal(bytes, 0, bytes.length, normal);
        return length == AMBIGUOUS ? null : Octets.text(normal, 0, length);
    }

    /**
     * Writes the normal form of the path {@code bytes[from, to)} to the beginning of {@code out}.
     *
     * @param out at least as long as the path
     * @return the length of the normal form, or {@link #AMBIGUOUS}
     */
    static int normal(byte[] bytes, int from, int to, byte[] out) {
        int length = 0;
        int segment = 0;
        for (int i = from; i < to; i++) {
            byte c = bytes[i];
            if (c == '/') {
                boolean empty = length > 0 && length == segment;
                if (empty || isDots(out, segment, length)) {
                    return AMBIGUOUS;
                }
                out[length++] = c;
                segment = length;
            } else if (c == '%') {
                int octet = Octets.escaped(bytes, i, to);
                if (octet < 0 || octet == '/' || octet == '\\') {
                    return AMBIGUOUS;
                }
                if (isUnreserved(octet)) {
                    out[length++] = (byte) octet;
                } else {
                    out[length++] = '%';
                    out[length++] = HEX[octet >> 4];
                    out[length++] = HEX[octet & 0xf];
                }
                i += 2;
            } else if (c <= ' ' || c == 0x7f || c == '\\' || c == '?' || c == '#') { // bytes above 0x7f are negative
                return AMBIGUOUS;
            } else {
                out[length++] = c;
            }
        }
        return isDots(out, segment, length) ? AMBIGUOUS : length;
    }

    /**
     * Whether a segment is {@code .} or {@code ..}, perhaps with parameters: some servers drop {@code ;x} and resolve
     * what is left.
     */
    private static boolean isDots(byte[] bytes, int from, int to) {
        int end = from;
        while (end < to && bytes[end] == '.') {
            end++;
        }
        return end - from >= 1 && end - from <= 2 && (end == to || bytes[end] == ';');
    }

    static boolean isUnreserved(int octet) {
        return (octet >= 'a' && octet <= 'z')
                || (octet >= 'A' && octet <= 'Z')
                || (octet >= '0' && octet <= '9')
                || octet == '-'
                || octet == '.'
                || octet == '_'
                || octet == '~';
    }
}
