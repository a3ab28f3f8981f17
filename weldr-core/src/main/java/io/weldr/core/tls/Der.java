package io.weldr.core.tls;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** As much of DER (ITU-T X.690) as private keys need that Java does not read. Pure. */
final class Der {
    static final int INTEGER = 0x02;
    static final int OCTET_STRING = 0x04;
    static final int NULL = 0x05;
    static final int OBJECT_IDENTIFIER = 0x06;
    static final int SEQUENCE = 0x30;
    /** A field [0] that holds another value. */
    static final int CONTEXT_0 = 0xA0;

    private Der() {}

    /** Reads values one after the other. Not thread safe. */
    static final class Reader {
        private final byte[] bytes;
        private int at;
        private final int end;

        Reader(byte[] bytes) {
            this(bytes, 0, bytes.length);
        }

        private Reader(byte[] bytes, int at, int end) {
            this.bytes = bytes;
            this.at = at;
            this.end = end;
        }

        /** The tag of the next value; -1: there is none. */
        int tag() {
            return at < end ? bytes[at] & 0xFF : -1;
        }

        /** The content of the next value if it has that tag, and null otherwise. */
        @Nullable Reader next(int tag) {
            if (tag() != tag || at + 2 > end) {
                return null;
            }
            int length = bytes[at + 1] & 0xFF;
            int contentAt = at + 2;
            if (length >= 0x80) {
                int count = length & 0x7F;
                if (count == 0 || count > 3 || contentAt + count > end) {
                    return null;
                }
                length = 0;
                for (int i = 0; i < count; i++) {
                    length = (length << 8) | (bytes[contentAt + i] & 0xFF);
                }
                contentAt += count;
            }
            if (length > end - contentAt) {
                return null;
            }
            at = contentAt + length;
            return new Reader(bytes, contentAt, at);
        }

        /** All that has not been read yet. */
        byte[] rest() {
            return Arrays.copyOfRange(bytes, at, end);
        }
    }

    /** A value of that tag whose content is all these one after the other. */
    static byte[] value(int tag, byte[]... contents) {
        int length = 0;
        for (byte[] content : contents) {
            length += content.length;
        }
        int lengthBytes = length < 0x80 ? 1 : length < 0x100 ? 2 : length < 0x1_0000 ? 3 : 4;
        byte[] value = new byte[1 + lengthBytes + length];
        value[0] = (byte) tag;
        if (lengthBytes == 1) {
            value[1] = (byte) length;
        } else {
            value[1] = (byte) (0x80 | (lengthBytes - 1));
            for (int i = 0; i < lengthBytes - 1; i++) {
                value[2 + i] = (byte) (length >> (8 * (lengthBytes - 2 - i)));
            }
        }
        int at = 1 + lengthBytes;
        for (byte[] content : contents) {
            System.arraycopy(content, 0, value, at, content.length);
            at += content.length;
        }
        return value;
    }
}
