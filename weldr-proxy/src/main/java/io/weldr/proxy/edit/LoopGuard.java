package io.weldr.proxy.edit;

import io.weldr.proxy.http.Field;
import io.weldr.proxy.http.Octets;
import io.weldr.proxy.http1.RequestHead;
import java.util.Locale;

/**
 * Finds requests that pass through weldr again and again, by the name that each pass adds to Via (RFC 9110 section
 * 7.6.3). Nothing is allocated. A request without Via costs the test of one bit.
 */
public final class LoopGuard {

    /**
     * More earlier passes than this are a loop. Every cluster has the same name in Via, so a request may honestly carry
     * it: a chain of two or three clusters, or an origin that calls another pool of the same cluster and passes Via on.
     * Each further pass would cost one more request upstream before the loop is found.
     */
    static final int PASSES_MAX = 3;

    private final byte[] lowerName;

    /** @param viaName our name in Via, as {@link RequestEditor} writes it */
    public LoopGuard(String viaName) {
        lowerName = Octets.ascii(viaName.toLowerCase(Locale.ROOT));
    }

    /** Whether the request has passed through weldr so often that it must not go on. */
    public boolean loops(RequestHead head) {
        return head.has(Field.VIA) && passes(head) > PASSES_MAX;
    }

    private int passes(RequestHead head) {
        int passes = 0;
        for (int i = 0; i < head.count(); i++) {
            if (head.field(i) == Field.VIA) {
                passes += passes(head.bytes(), head.valueStart(i), head.valueEnd(i));
            }
        }
        return passes;
    }

    /**
     * Counts the list members of one Via value whose received-by is our name: protocol, white space, received-by, and
     * maybe a comment.
     */
    private int passes(byte[] bytes, int from, int to) {
        int passes = 0;
        int i = from;
        while (i < to) {
            int protocol = skipSpace(bytes, i, to);
            int protocolEnd = wordEnd(bytes, protocol, to);
            int receivedBy = skipSpace(bytes, protocolEnd, to);
            int receivedByEnd = wordEnd(bytes, receivedBy, to);
            if (protocolEnd > protocol && Octets.equalsIgnoreCase(bytes, receivedBy, receivedByEnd, lowerName)) {
                passes++;
            }
            i = next(bytes, receivedByEnd, to);
        }
        return passes;
    }

    private static int skipSpace(byte[] bytes, int from, int to) {
        int i = from;
        while (i < to && isSpace(bytes[i])) {
            i++;
        }
        return i;
    }

    private static int wordEnd(byte[] bytes, int from, int to) {
        int i = from;
        while (i < to && !isSpace(bytes[i]) && bytes[i] != ',') {
            i++;
        }
        return i;
    }

    private static boolean isSpace(byte octet) {
        return octet == Octets.SP || octet == Octets.HTAB;
    }

    /** Where the next list member starts: behind the next comma that is in no comment (RFC 9110 section 5.6.5). */
    private static int next(byte[] bytes, int from, int to) {
        int depth = 0;
        for (int i = from; i < to; i++) {
            switch (bytes[i]) {
                case '(' -> depth++;
                case ')' -> depth = Math.max(0, depth - 1);
                case '\\' -> i += depth > 0 ? 1 : 0; // a quoted pair, which only comments have
                case ',' -> {
                    if (depth == 0) {
                        return i + 1;
                    }
                }
                default -> {}
            }
        }
        return to;
    }
}
