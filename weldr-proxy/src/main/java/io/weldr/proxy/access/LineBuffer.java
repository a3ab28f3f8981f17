package io.weldr.proxy.access;

/** Bytes of log lines, with the few ways of writing that lines need. */
final class LineBuffer {

    private static final byte[] HEX = {'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'};

    private final byte[] bytes;
    private int length;

    LineBuffer(int capacity) {
        bytes = new byte[capacity];
    }

    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }

    int remaining() {
        return bytes.length - length;
    }

    void clear() {
        length = 0;
    }

    LineBuffer put(char ascii) {
        bytes[length++] = (byte) ascii;
        return this;
    }

    /** ASCII text that needs no escaping. */
    LineBuffer put(String ascii) {
        for (int i = 0; i < ascii.length(); i++) {
            bytes[length++] = (byte) ascii.charAt(i);
        }
        return this;
    }

    LineBuffer put(byte[] from) {
        return put(from, from.length);
    }

    LineBuffer put(byte[] from, int count) {
        System.arraycopy(from, 0, bytes, length, count);
        length += count;
        return this;
    }

    /** Octets of which some may not stand in a quoted string: those are written as {@code \xHH} or {@code \\u00HH}. */
    LineBuffer putQuoted(byte[] from, int start, int end, boolean json) {
        for (int i = start; i < end; i++) {
            int octet = from[i] & 0xff;
            if (octet == '"' || octet == '\\') {
                put('\\').put((char) octet);
            } else if (octet < 0x20 || octet >= 0x7f) {
                put(json ? "\\u00" : "\\x").put((char) HEX[octet >> 4]).put((char) HEX[octet & 15]);
            } else {
                bytes[length++] = (byte) octet;
            }
        }
        return this;
    }

    LineBuffer put(long number) {
        if (number < 0) {
            return put('-').put(-number);
        }
        int digits = 1;
        for (long rest = number / 10; rest > 0; rest /= 10) {
            digits++;
        }
        long rest = number;
        for (int i = length + digits - 1; i >= length; i--) {
            bytes[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        length += digits;
        return this;
    }
}
