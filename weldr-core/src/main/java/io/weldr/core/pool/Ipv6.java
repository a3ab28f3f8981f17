package io.weldr.core.pool;

import io.weldr.core.Check;
import org.jspecify.annotations.Nullable;

/**
 * IPv6 literals (RFC 4291 section 2.2), written as RFC 5952 section 4 asks. Zones are refused: they mean nothing on
 * another node.
 */
final class Ipv6 {
    private static final int GROUPS = 8;

    private Ipv6() {}

    static boolean isLiteral(String text) {
        return parse(text) != null;
    }

    /** The sixteen bytes of a literal; none if the text is no literal. */
    static byte[] bytes(String text) {
        int @Nullable [] groups = parse(text);
        if (groups == null) {
            return new byte[0];
        }
        byte[] bytes = new byte[2 * GROUPS];
        for (int i = 0; i < GROUPS; i++) {
            bytes[2 * i] = (byte) (groups[i] >> 8);
            bytes[2 * i + 1] = (byte) groups[i];
        }
        return bytes;
    }

    static String canonical(String text) {
        int[] groups = Check.present(parse(text), "host", text, "an IPv6 address without zone, as in 2001:db8::1");
        int bestStart = -1;
        int bestLength = 1; // a single zero group is not shortened
        for (int i = 0; i < GROUPS; ) {
            int end = i;
            while (end < GROUPS && groups[end] == 0) {
                end++;
            }
            if (end - i > bestLength) {
                bestStart = i;
                bestLength = end - i;
            }
            i = Math.max(end, i + 1);
        }
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < GROUPS; i++) {
            if (i == bestStart) {
                out.append("::");
                i += bestLength - 1;
                continue;
            }
            if (!out.isEmpty() && out.charAt(out.length() - 1) != ':') {
                out.append(':');
            }
            out.append(Integer.toHexString(groups[i]));
        }
        return out.toString();
    }

    /** The eight groups, or null if this is no IPv6 literal. */
    private static int @Nullable [] parse(String text) {
        int gap = text.indexOf("::");
        if (gap >= 0 && text.indexOf("::", gap + 1) >= 0) {
            return null;
        }
        int @Nullable [] head = groups(gap < 0 ? text : text.substring(0, gap), gap < 0);
        int @Nullable [] tail = gap < 0 ? new int[0] : groups(text.substring(gap + 2), true);
        if (head == null || tail == null) {
            return null;
        }
        int given = head.length + tail.length;
        if (gap < 0 ? given != GROUPS : given >= GROUPS) {
            return null;
        }
        int[] groups = new int[GROUPS];
        System.arraycopy(head, 0, groups, 0, head.length);
        System.arraycopy(tail, 0, groups, GROUPS - tail.length, tail.length);
        return groups;
    }

    private static int @Nullable [] groups(String text, boolean mayEndInIpv4) {
        if (text.isEmpty()) {
            return new int[0];
        }
        String[] parts = text.split(":", -1);
        boolean ipv4Tail = mayEndInIpv4 && parts[parts.length - 1].indexOf('.') >= 0;
        int[] groups = new int[parts.length + (ipv4Tail ? 1 : 0)];
        for (int i = 0; i < parts.length; i++) {
            if (ipv4Tail && i == parts.length - 1) {
                int @Nullable [] bytes = ipv4(parts[i]);
                if (bytes == null) {
                    return null;
                }
                groups[i] = bytes[0] << 8 | bytes[1];
                groups[i + 1] = bytes[2] << 8 | bytes[3];
                continue;
            }
            if (parts[i].isEmpty() || parts[i].length() > 4) {
                return null;
            }
            for (char c : parts[i].toCharArray()) {
                int digit = Character.digit(c, 16);
                if (digit < 0 || c > 'f') {
                    return null;
                }
                groups[i] = groups[i] << 4 | digit;
            }
        }
        return groups;
    }

    private static int @Nullable [] ipv4(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length != 4) {
            return null;
        }
        int[] bytes = new int[4];
        for (int i = 0; i < 4; i++) {
            if (!parts[i].matches("0|[1-9][0-9]{0,2}")) {
                return null;
            }
            bytes[i] = Integer.parseInt(parts[i]);
            if (bytes[i] > 255) {
                return null;
            }
        }
        return bytes;
    }
}
