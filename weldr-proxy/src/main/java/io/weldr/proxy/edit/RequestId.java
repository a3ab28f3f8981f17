package io.weldr.proxy.edit;

import io.weldr.proxy.http.Field;
import io.weldr.proxy.http.HeadWriter;
import io.weldr.proxy.http.Octets;
import io.weldr.proxy.http1.RequestHead;
import java.util.Arrays;

/**
 * The name of an exchange in logs on both sides: the client's {@code X-Request-Id} when it is short and plain, else one
 * of our own. Reused by one exchange after another; belongs to one event loop.
 */
public final class RequestId {

    /** Room for a UUID and then some; a longer one is replaced. */
    private static final int BYTES_MAX = 64;

    private static final byte[] HEX = Octets.ascii("0123456789abcdef");
    private static final int LONG_DIGITS = 16;

    private final byte[] bytes = new byte[BYTES_MAX];
    private int length;

    /** Takes over the id that the client sent, or makes one of the two numbers, which must not come twice. */
    public void set(RequestHead head, long node, long sequence) {
        int line = head.find(Field.X_REQUEST_ID);
        if (line >= 0 && take(head.bytes(), head.valueStart(line), head.valueEnd(line))) {
            return;
        }
        make(node, sequence);
    }

    /** Makes an id of two numbers. */
    public void make(long node, long sequence) {
        put(node, 0);
        put(sequence, LONG_DIGITS);
        length = 2 * LONG_DIGITS;
    }

    private boolean take(byte[] from, int start, int end) {
        if (end - start > BYTES_MAX || end == start) {
            return false;
        }
        for (int i = start; i < end; i++) {
            if (!Octets.is(from[i], Octets.TOKEN)) {
                return false;
            }
        }
        System.arraycopy(from, start, bytes, 0, end - start);
        length = end - start;
        return true;
    }

    private void put(long number, int at) {
        for (int i = 0; i < LONG_DIGITS; i++) {
            bytes[at + i] = HEX[(int) (number >>> (60 - 4 * i)) & 15];
        }
    }

    void writeTo(HeadWriter out) {
        out.put(bytes, 0, length);
    }

    /** The id as bytes, for the access log. */
    public byte[] toBytes() {
        return Arrays.copyOf(bytes, length);
    }

    public int length() {
        return length;
    }

    /** One byte of the id. */
    public byte at(int index) {
        return bytes[index];
    }
}
