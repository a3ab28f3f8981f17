package io.weldr.proxy.net;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Reads addresses and numbers that stand as text in a buffer. Confined to one event loop. */
final class AddressText {

    private static final int GROUPS = 8;

    private final int[] groups = new int[GROUPS];

    /**
     * An IPv4 or IPv6 address.
     *
     * @param four which of them is expected
     * @return its bytes; null: it is none
     */
    byte @Nullable [] read(ByteBuf in, int from, int end, boolean four) {
        return four ? readFour(in, from, end) : readSix(in, from, end);
    }

    private static byte @Nullable [] readFour(ByteBuf in, int from, int end) {
        byte[] bytes = new byte[4];
        int at = from;
        for (int i = 0; i < bytes.length; i++) {
            int dot = i == 3 ? end : at < end ? in.indexOf(at, end, (byte) '.') : -1;
            int octet = dot < 0 ? -1 : number(in, at, dot, 255);
            if (octet < 0) {
                return null;
            }
            bytes[i] = (byte) octet;
            at = dot + 1;
        }
        return bytes;
    }

    /** Groups of up to four digits; one {@code ::} stands for groups of 0; the end may be written as IPv4. */
    private byte @Nullable [] readSix(ByteBuf in, int from, int end) {
        int count = 0;
        int gap = -1; // before which group
        int at = from;
        if (end - from >= 2 && in.getByte(from) == ':' && in.getByte(from + 1) == ':') {
            gap = 0;
            at = from + 2;
        }
        while (at < end) {
            int colon = in.indexOf(at, end, (byte) ':');
            int stop = colon < 0 ? end : colon;
            if (colon < 0 && in.indexOf(at, end, (byte) '.') >= 0) {
                byte[] four = readFour(in, at, end);
                if (four == null || count > GROUPS - 2) {
                    return null;
                }
                groups[count++] = (four[0] & 0xff) << 8 | (four[1] & 0xff);
                groups[count++] = (four[2] & 0xff) << 8 | (four[3] & 0xff);
                at = end;
                break;
            }
            int group = hex(in, at, stop);
            if (group < 0 || count == GROUPS) {
                return null;
            }
            groups[count++] = group;
            at = stop + 1;
            if (stop < end && at < end && in.getByte(at) == ':') {
                if (gap >= 0) {
                    return null;
                }
                gap = count;
                at++;
            } else if (stop < end && at >= end) {
                return null; // ends in a single colon
            }
        }
        return gap < 0 ? (count == GROUPS ? bytes(count, count) : null) : (count < GROUPS ? bytes(count, gap) : null);
    }

    private byte[] bytes(int count, int gap) {
        byte[] bytes = new byte[2 * GROUPS];
        for (int i = 0; i < count; i++) {
            int place = i < gap ? i : GROUPS - count + i;
            bytes[2 * place] = (byte) (groups[i] >> 8);
            bytes[2 * place + 1] = (byte) groups[i];
        }
        Arrays.fill(groups, 0);
        return bytes;
    }

    private static int hex(ByteBuf in, int from, int end) {
        if (from >= end || end - from > 4) {
            return -1;
        }
        int value = 0;
        for (int i = from; i < end; i++) {
            int digit = Character.digit(in.getByte(i), 16);
            if (digit < 0) {
                return -1;
            }
            value = value << 4 | digit;
        }
        return value;
    }

    /** A decimal number up to {@code max} without leading zeros; -1: it is none. */
    static int number(ByteBuf in, int from, int end, int max) {
        if (from >= end || end - from > 5 || (in.getByte(from) == '0' && end - from > 1)) {
            return -1;
        }
        int value = 0;
        for (int i = from; i < end; i++) {
            int digit = in.getByte(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            value = value * 10 + digit;
        }
        return value <= max ? value : -1;
    }
}
