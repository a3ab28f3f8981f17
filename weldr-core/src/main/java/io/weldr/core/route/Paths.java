package io.weldr.core.route;

import org.jspecify.annotations.Nullable;

/**
 * The one form in which paths are compared: percent-encoded unreserved characters are decoded (RFC 3986 section 6.2.2.2), other escapes are written
 * in upper case. A path whose segments would change if a server decoded or resolved it ({@code //}, {@code /./}, {@code /../}, {@code \}, {@code %2F},
 * {@code %5C}, or a broken escape) is ambiguous and has no normal form: two servers may take it for different paths.
 */
final class Paths {
    private Paths() {}

    /** The normal form of a path, or null if the path is ambiguous. */
    static @Nullable String normal(String path) {
        StringBuilder out = new StringBuilder(path.length());
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c <= ' ' || c >= 0x7f || c == '\\' || c == '?' || c == '#') {
                return null;
            }
            if (c != '%') {
                out.append(c);
                continue;
            }
            int high = i + 2 < path.length() ? Character.digit(path.charAt(i + 1), 16) : -1;
            int low = i + 2 < path.length() ? Character.digit(path.charAt(i + 2), 16) : -1;
            int octet = high << 4 | low;
            if (high < 0 || low < 0 || octet == '/' || octet == '\\') {
                return null;
            }
            if (isUnreserved(octet)) {
                out.append((char) octet);
            } else {
                out.append('%').append(hex(high)).append(hex(low));
            }
            i += 2;
        }
        String normal = out.toString();
        for (String segment : normal.split("/", -1)) {
            if (segment.equals(".") || segment.equals("..")) {
                return null;
            }
        }
        return normal.contains("//") ? null : normal;
    }

    private static char hex(int digit) {
        return Character.toUpperCase(Character.forDigit(digit, 16));
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
