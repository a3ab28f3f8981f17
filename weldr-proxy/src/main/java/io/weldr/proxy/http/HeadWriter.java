package io.weldr.proxy.http;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/** A growing byte array that heads are put together in: one for each event loop, used by one head at a time. */
public final class HeadWriter {

    private byte[] bytes = new byte[4096];
    private int length;

    public HeadWriter reset() {
        length = 0;
        return this;
    }

    /** Bytes written so far. */
    public int length() {
        return length;
    }

    public HeadWriter put(byte[] from) {
        return put(from, 0, from.length);
    }

    public HeadWriter put(byte[] from, int start, int end) {
        int size = end - start;
        ensure(size);
        System.arraycopy(from, start, bytes, length, size);
        length += size;
        return this;
    }

    /** What another one has. */
    public HeadWriter put(HeadWriter other) {
        return put(other.bytes, 0, other.length);
    }

    public HeadWriter put(char octet) {
        ensure(1);
        bytes[length++] = (byte) octet;
        return this;
    }

    public HeadWriter crlf() {
        ensure(2);
        bytes[length++] = Octets.CR;
        bytes[length++] = Octets.LF;
        return this;
    }

    /** A decimal number of 0 or more. */
    public HeadWriter put(long number) {
        assert number >= 0 : number;
        int digits = 1;
        for (long rest = number / 10; rest > 0; rest /= 10) {
            digits++;
        }
        ensure(digits);
        long rest = number;
        for (int i = length + digits - 1; i >= length; i--) {
            bytes[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        length += digits;
        return this;
    }

    private void ensure(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
        }
    }

    /** Copies what was written to {@code out}. */
    public void writeTo(ByteBuf out) {
        out.writeBytes(bytes, 0, length);
    }

    /** The array that has what was written, from its start. It holds until the next head. */
    public byte[] array() {
        return bytes;
    }

    /** A copy of what was written. */
    public byte[] toBytes() {
        return Arrays.copyOf(bytes, length);
    }
}
