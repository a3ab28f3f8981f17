package io.weldr.core.route;

import io.weldr.core.pool.HostPort;
import java.util.Arrays;

/**
 * The host of one request in the form in which routes compare it. Filled anew for each request; confined to the owner
 * of the {@link MatchScratch}.
 */
final class HostForm {
    private static final int LABELS_MAX = HostPort.HOST_CHARS_MAX / 2 + 1;

    private final byte[] bytes = new byte[HostPort.HOST_CHARS_MAX];
    private final int[] starts = new int[LABELS_MAX];
    private final int[] hashes = new int[LABELS_MAX];
    private final Ipv6Form ipv6 = new Ipv6Form();
    private int length;
    private int hash;
    private int count;

    /** An empty or impossible host becomes empty: no host of a route is. */
    void set(RequestView view) {
        byte[] raw = view.bytes();
        int from = view.hostStart();
        int to = view.hostEnd();
        length = 0;
        if (from < to && raw[from] == '[') {
            int close = from + 1;
            while (close < to && raw[close] != ']') {
                close++;
            }
            boolean whole = close < to && (close + 1 == to || raw[close + 1] == ':');
            length = whole && ipv6.read(raw, from + 1, close) ? ipv6.write(bytes) : 0;
        } else {
            copyName(raw, from, to);
        }
        findSuffixes();
    }

    private void copyName(byte[] raw, int from, int to) {
        int end = from;
        while (end < to && raw[end] != ':') {
            end++;
        }
        if (end > from && raw[end - 1] == '.') {
            end--;
        }
        if (end - from <= bytes.length) {
            for (int i = from; i < end; i++) {
                bytes[length++] = Octets.lower(raw[i]);
            }
        }
    }

    /** The hash goes from the end to the beginning, because then those of all suffixes come on the way. */
    private void findSuffixes() {
        count = 0;
        int sum = 0;
        for (int i = length - 1; i >= 0; i--) {
            if (bytes[i] == '.' && i > 0 && count < LABELS_MAX) {
                starts[count] = i + 1;
                hashes[count++] = sum;
            }
            sum = Octets.hash(sum, bytes[i]);
        }
        hash = sum;
    }

    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }

    int hash() {
        return hash;
    }

    /** How many suffixes of whole labels there are that have something in front of them. */
    int suffixes() {
        return count;
    }

    /** Where a suffix starts; longer ones have higher numbers. */
    int suffixStart(int i) {
        return starts[i];
    }

    int suffixHash(int i) {
        return hashes[i];
    }

    boolean equalTo(byte[] host) {
        return Arrays.equals(bytes, 0, length, host, 0, host.length);
    }

    /** Whether the host has at least one more label in front of that one. */
    boolean isBelow(byte[] host) {
        int start = length - host.length;
        return start > 1 && bytes[start - 1] == '.' && Arrays.equals(bytes, start, length, host, 0, host.length);
    }

    String text() {
        return Octets.text(bytes, 0, length);
    }
}
