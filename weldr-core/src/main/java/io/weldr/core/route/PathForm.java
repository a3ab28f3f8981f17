package io.weldr.core.route;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The path of one request in the form in which routes compare it. Filled anew for each request; confined to the owner
 * of the {@link MatchScratch}.
 */
final class PathForm {
    /** More than any sound path. A longer path is ambiguous, so that this is what a normal form may take. */
    static final int BYTES_MAX = 16 * 1024;

    private static final byte[] ROOT = {'/'};
    private static final byte[] OPTIONS = Octets.utf8("OPTIONS");

    private final byte[] normal = new byte[BYTES_MAX];
    /** Where whole segments end within what a prefix can be long, ascending, and the hash of the bytes up to there. */
    private final int[] ends = new int[PathMatch.CHARS_MAX + 1];

    private final int[] hashes = new int[PathMatch.CHARS_MAX + 1];
    private int count;
    private int hash;
    private byte[] bytes = ROOT;
    private int from;
    private int to;
    private boolean ambiguous;
    private boolean asterisk;
    private @Nullable String text;

    void set(RequestView view) {
        bytes = view.bytes();
        from = view.pathStart();
        to = view.pathEnd();
        text = null;
        asterisk = isAsterisk(view);
        ambiguous = false;
        if (!asterisk) {
            if (from == to) {
                bytes = ROOT;
                from = 0;
                to = 1;
            }
            int length = to - from > BYTES_MAX || bytes[from] != '/'
                    ? Paths.AMBIGUOUS
                    : Paths.normal(bytes, from, to, normal);
            ambiguous = length == Paths.AMBIGUOUS;
            if (!ambiguous) {
                bytes = normal;
                from = 0;
                to = length;
            }
        }
        findSegments();
    }

    /** RFC 9112 section 3.2.4: {@code *}, or OPTIONS for a URL that has no path and no query. */
    static boolean isAsterisk(RequestView view) {
        int path = view.pathStart();
        if (view.pathEnd() - path == 1) {
            return view.bytes()[path] == '*';
        }
        return view.targetEnd() == path
                && Arrays.equals(view.bytes(), view.methodStart(), view.methodEnd(), OPTIONS, 0, OPTIONS.length);
    }

    private void findSegments() {
        count = 0;
        hash = 0;
        if (asterisk) {
            return;
        }
        int end = Math.min(to, from + PathMatch.CHARS_MAX + 1);
        int sum = 0;
        for (int i = from; i < end; i++) {
            if (bytes[i] == '/' && i > from) {
                ends[count] = i - from;
                hashes[count++] = sum;
            }
            sum = Octets.hash(sum, bytes[i]);
        }
        hash = sum;
        if (to == end && bytes[to - 1] != '/') {
            ends[count] = to - from;
            hashes[count++] = sum;
        }
    }

    /** Whether two servers may take the path for different ones. Then {@link #bytes} are those of the request. */
    boolean isAmbiguous() {
        return ambiguous;
    }

    /** Whether it is the asterisk of OPTIONS, which is no path. */
    boolean isAsterisk() {
        return asterisk;
    }

    byte[] bytes() {
        return bytes;
    }

    int from() {
        return from;
    }

    int to() {
        return to;
    }

    int length() {
        return to - from;
    }

    /** The hash of the path, if it is not longer than an exact path of a route can be. */
    int hash() {
        return hash;
    }

    /** How many prefixes of whole segments there are, without that of length 0. */
    int prefixes() {
        return count;
    }

    /** The length of a prefix; longer ones have higher numbers. */
    int prefixLength(int i) {
        return ends[i];
    }

    int prefixHash(int i) {
        return hashes[i];
    }

    boolean equalTo(byte[] path) {
        return Arrays.equals(bytes, from, to, path, 0, path.length);
    }

    /** Whether the path is below that prefix, by whole segments. The prefix {@code /} is an empty array. */
    boolean isBelow(byte[] prefix) {
        return prefix.length == 0
                || (!asterisk
                        && length() >= prefix.length
                        && Arrays.equals(bytes, from, from + prefix.length, prefix, 0, prefix.length)
                        && (length() == prefix.length || bytes[from + prefix.length] == '/'));
    }

    /** The path as a text, made once for each request. Allocates. */
    String text() {
        String made = text;
        if (made == null) {
            made = Octets.text(bytes, from, to);
            text = made;
        }
        return made;
    }
}
