package io.weldr.proxy.http;

/** Lists of tokens in field values (RFC 9110 section 5.6.1), whose members may have parameters. */
public final class Tokens {

    private Tokens() {}

    /**
     * Whether the list in {@code bytes[from, to)} has that member, in whatever case, with or without parameters. What
     * stands in a quoted string is no member.
     */
    public static boolean contains(byte[] bytes, int from, int to, byte[] lower) {
        for (int i = from; i < to; i = next(bytes, i, to)) {
            int start = skipSpace(bytes, i, to);
            int end = tokenEnd(bytes, start, to);
            if (Octets.equalsIgnoreCase(bytes, start, end, lower)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Whether each protocol in {@code some[from, to)} is also in the list {@code all}, and there is at least one: names
     * are compared without case, versions as they are (RFC 9110 section 7.8).
     */
    public static boolean containsProtocols(byte[] all, byte[] some, int from, int to) {
        boolean any = false;
        for (int i = from; i < to; i = next(some, i, to)) {
            int start = skipSpace(some, i, to);
            int end = protocolEnd(some, start, to);
            if (end > start) {
                if (!containsProtocol(all, some, start, end)) {
                    return false;
                }
                any = true;
            }
            int behind = skipSpace(some, end, to);
            if (behind < to && some[behind] != ',') {
                return false;
            }
        }
        return any;
    }

    private static boolean containsProtocol(byte[] all, byte[] one, int oneStart, int oneEnd) {
        for (int i = 0; i < all.length; i = next(all, i, all.length)) {
            int start = skipSpace(all, i, all.length);
            int end = protocolEnd(all, start, all.length);
            if (Octets.equalsIgnoreCase(all, start, end, one, oneStart, oneEnd)) {
                return true;
            }
        }
        return false;
    }

    private static int skipSpace(byte[] bytes, int from, int to) {
        int i = from;
        while (i < to && (bytes[i] == Octets.SP || bytes[i] == Octets.HTAB)) {
            i++;
        }
        return i;
    }

    private static int tokenEnd(byte[] bytes, int from, int to) {
        int i = from;
        while (i < to && Octets.is(bytes[i], Octets.TOKEN)) {
            i++;
        }
        return i;
    }

    /** Behind a name, and a slash and a version if there is one. */
    private static int protocolEnd(byte[] bytes, int from, int to) {
        int end = tokenEnd(bytes, from, to);
        return end < to && bytes[end] == '/' ? tokenEnd(bytes, end + 1, to) : end;
    }

    /** Where the next member starts: behind the next comma that is not quoted. */
    private static int next(byte[] bytes, int from, int to) {
        boolean quoted = false;
        for (int i = from; i < to; i++) {
            if (bytes[i] == '"') {
                quoted = !quoted;
            } else if (quoted && bytes[i] == '\\') {
                i++;
            } else if (!quoted && bytes[i] == ',') {
                return i + 1;
            }
        }
        return to;
    }
}
