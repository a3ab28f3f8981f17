package io.weldr.core.route;

import java.util.Arrays;

/**
 * The path and query that a rewrite makes of a request. A buffer that is used for one request after the other, so that
 * a rewrite allocates only when a longer target than all before comes. Confined to its owner.
 */
public final class RewrittenTarget {
    private static final byte[] ROOT = {'/'};

    private byte[] bytes = new byte[PathMatch.CHARS_MAX];
    private int length;

    /**
     * Replaces what {@link #bytes} and {@link #length} tell. A prefix is replaced as the Gateway API has it: {@code
     * /foo/bar} with {@code /xyz} or {@code /xyz/} in place of {@code /foo} becomes {@code /xyz/bar}, and {@code /foo}
     * with {@code /} becomes {@code /}. What follows the prefix stays as it came, escape by escape, and so does the
     * query. The asterisk of OPTIONS stays as it is.
     *
     * @param matched the match by which the route takes this request
     */
    public void set(PathRewrite rewrite, RouteMatched matched, RequestView view) {
        length = 0;
        byte[] raw = view.bytes();
        if (PathForm.isAsterisk(view)) {
            append(raw, view.pathStart(), view.targetEnd());
            return;
        }
        String value = rewrite.value();
        if (rewrite.kind() == PathRewrite.Kind.FULL) {
            append(value, value.length());
        } else {
            append(value, value.endsWith("/") ? value.length() - 1 : value.length());
            String prefix = matched.match().path().value();
            if (view.pathStart() < view.pathEnd()) {
                append(raw, rest(view, prefix), view.pathEnd());
            } else {
                append(ROOT, 0, 1); // an empty path counts as a slash, and only the prefix / matches that
            }
            if (length == 0) {
                append(ROOT, 0, 1);
            }
        }
        append(raw, view.pathEnd(), view.targetEnd());
    }

    /**
     * Where the path of the request goes on behind a prefix that matches. In a path that is compared in normal form, a
     * byte of the prefix is a byte of the request or an escape. The others are compared as they came, and have no
     * escape of an unreserved character in the prefix.
     */
    private static int rest(RequestView view, String prefix) {
        byte[] raw = view.bytes();
        int end = view.pathEnd();
        int at = view.pathStart();
        int left = prefix.equals("/") ? 0 : prefix.length();
        while (left > 0 && at < end) {
            int octet = Octets.escaped(raw, at, end);
            left -= octet >= 0 && !Paths.isUnreserved(octet) ? 3 : 1;
            at += octet >= 0 ? 3 : 1;
        }
        return at;
    }

    private void append(String ascii, int count) {
        reserve(count);
        for (int i = 0; i < count; i++) {
            bytes[length++] = (byte) ascii.charAt(i);
        }
    }

    private void append(byte[] from, int start, int end) {
        reserve(end - start);
        System.arraycopy(from, start, bytes, length, end - start);
        length += end - start;
    }

    /** The bound is that of a request head, and what a rewrite may add. */
    private void reserve(int more) {
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(length + more, 2 * bytes.length));
        }
    }

    /** The target is in {@code bytes()[0, length())}, until the next call of {@link #set}. */
    public byte[] bytes() {
        return bytes;
    }

    public int length() {
        return length;
    }

    /** The target as a text. */
    @Override
    public String toString() {
        return Octets.text(bytes, 0, length);
    }
}
