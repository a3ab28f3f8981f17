package io.weldr.core.route;

import java.util.Arrays;

/**
 * Reads IPv6 literals (RFC 4291 section 2.2) and writes them as RFC 5952 section 4 asks: the same as {@link
 * io.weldr.core.pool.HostPort} does, on bytes and without allocation. Confined to the owner of the {@link
 * MatchScratch}.
 */
final class Ipv6Form {
    private static final int GROUPS = 8;
    private static final byte[] HEX = Octets.utf8("0123456789abcdef");

    private final int[] groups = new int[GROUPS];

    /** Reads {@code text[from, to)}; false if that is no literal. */
    boolean read(byte[] text, int from, int to) {
        int count = 0;
        int gap = -1;
        int i = from;
        if (to - from >= 2 && text[from] == ':' && text[from + 1] == ':') {
            gap = 0;
            i += 2;
        }
        while (i < to) {
            int end = i;
            boolean dots = false;
            while (end < to && text[end] != ':') {
                dots |= text[end] == '.';
                end++;
            }
            if (dots) {
                if (end != to || count > GROUPS - 2 || !readIpv4(text, i, end, count)) {
                    return false;
                }
                count += 2;
                break;
            }
            if (count == GROUPS || !readGroup(text, i, end, count++)) {
                return false;
            }
            i = end + 1;
            if (i == to) {
                return false; // one colon at the end
            }
            if (i < to && text[i] == ':') {
                if (gap >= 0) {
                    return false;
                }
                gap = count;
                i++;
            }
        }
        if (gap < 0 ? count != GROUPS : count >= GROUPS) {
            return false;
        }
        if (gap >= 0) {
            int tail = count - gap;
            System.arraycopy(groups, gap, groups, GROUPS - tail, tail);
            Arrays.fill(groups, gap, GROUPS - tail, 0);
        }
        return true;
    }

    private boolean readGroup(byte[] text, int from, int to, int group) {
        if (from == to || to - from > 4) {
            return false;
        }
        int value = 0;
        for (int i = from; i < to; i++) {
            int digit = Octets.hex(text[i]);
            if (digit < 0) {
                return false;
            }
            value = value << 4 | digit;
        }
        groups[group] = value;
        return true;
    }

    /** Four decimal numbers, none with a leading zero. */
    private boolean readIpv4(byte[] text, int from, int to, int group) {
        int number = 0;
        int digits = 0;
        int numbers = 0;
        for (int i = from; i <= to; i++) {
            if (i == to || text[i] == '.') {
                if (digits == 0 || number > 255 || numbers == 4) {
                    return false;
                }
                int at = group + numbers / 2;
                groups[at] = numbers % 2 == 0 ? number << 8 : groups[at] | number;
                numbers++;
                number = 0;
                digits = 0;
            } else {
                boolean leadingZero = digits > 0 && number == 0;
                if (text[i] < '0' || text[i] > '9' || leadingZero || digits == 3) {
                    return false;
                }
                number = 10 * number + (text[i] - '0');
                digits++;
            }
        }
        return numbers == 4;
    }

    /** Writes what was read to the beginning of {@code out}, and returns its length. */
    int write(byte[] out) {
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
        int length = 0;
        for (int i = 0; i < GROUPS; i++) {
            if (i == bestStart) {
                out[length++] = ':';
                out[length++] = ':';
                i += bestLength - 1;
                continue;
            }
            if (length > 0 && out[length - 1] != ':') {
                out[length++] = ':';
            }
            boolean begun = false;
            for (int shift = 12; shift >= 0; shift -= 4) {
                int digit = groups[i] >> shift & 0xf;
                begun |= digit != 0 || shift == 0;
                if (begun) {
                    out[length++] = HEX[digit];
                }
            }
        }
        return length;
    }
}
