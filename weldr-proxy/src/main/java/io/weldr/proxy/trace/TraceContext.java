package io.weldr.proxy.trace;

import io.weldr.proxy.http.Field;
import io.weldr.proxy.http.HeadWriter;
import io.weldr.proxy.http.Octets;
import io.weldr.proxy.http1.RequestHead;

/**
 * The trace that a request belongs to (W3C Trace Context, level 1). A valid {@code traceparent} is continued, and its
 * sampled flag decides. A missing, repeated or invalid one begins a new trace: then {@code tracestate} is left out
 * (section 4.3), and the sample of the node decides. An object serves one request after another; allocates nothing.
 * Confined to an event loop.
 */
public final class TraceContext {

    private static final byte[] NAME = Octets.ascii("traceparent: 00-");
    private static final byte[] HEX = Octets.ascii("0123456789abcdef");

    /** Version, trace id, parent id and flags, with the dashes between. */
    private static final int LENGTH = 55;

    private static final int TRACE_ID_AT = 3;
    private static final int PARENT_ID_AT = 36;
    private static final int FLAGS_AT = 53;
    private static final int DIGITS_A_LONG = 16;
    private static final int SAMPLED = 1;
    /** Of level 2: the trace id is random. It is passed on as it came. */
    private static final int RANDOM = 2;

    private final TraceLoop loop;
    private long traceIdHigh;
    private long traceIdLow;
    private long parentId; // 0: the trace begins here
    private long spanId; // of the exchange; 0: it is not sampled
    private long sentId; // what the origin gets as its parent
    private int flags;
    private boolean malformed; // of the number that was read last

    public TraceContext(TraceLoop loop) {
        this.loop = loop;
    }

    /** A request has come. */
    public void begin(RequestHead head) {
        if (!continues(head)) {
            traceIdHigh = loop.id();
            traceIdLow = loop.id();
            parentId = 0;
            flags = loop.samples() ? SAMPLED : 0;
        }
        spanId = sampled() ? loop.id() : 0;
        sentId = sampled() ? spanId : parentId == 0 ? loop.id() : parentId;
    }

    private boolean continues(RequestHead head) {
        int line = head.find(Field.TRACEPARENT);
        if (line < 0 || head.isRepeated(Field.TRACEPARENT)) {
            return false;
        }
        byte[] b = head.bytes();
        int at = head.valueStart(line);
        int length = head.valueEnd(line) - at;
        if (length < LENGTH || b[at + 2] != '-' || b[at + PARENT_ID_AT - 1] != '-' || b[at + FLAGS_AT - 1] != '-') {
            return false;
        }
        malformed = false;
        long version = hex(b, at, 2);
        long high = hex(b, at + TRACE_ID_AT, DIGITS_A_LONG);
        long low = hex(b, at + TRACE_ID_AT + DIGITS_A_LONG, DIGITS_A_LONG);
        long parent = hex(b, at + PARENT_ID_AT, DIGITS_A_LONG);
        long sent = hex(b, at + FLAGS_AT, 2);
        // Section 3.2.2: version ff is forbidden. A later version may have more behind a dash; ours has not.
        boolean ends = length == LENGTH || (version > 0 && b[at + LENGTH] == '-');
        if (malformed || version == 0xff || !ends || (high | low) == 0 || parent == 0) {
            return false;
        }
        traceIdHigh = high;
        traceIdLow = low;
        parentId = parent;
        flags = (int) sent & (SAMPLED | RANDOM);
        return true;
    }

    /** Lower case only: section 3.2.2. */
    private long hex(byte[] b, int at, int digits) {
        long number = 0;
        for (int i = at; i < at + digits; i++) {
            int digit = b[i] >= '0' && b[i] <= '9' ? b[i] - '0' : b[i] >= 'a' && b[i] <= 'f' ? b[i] - 'a' + 10 : -1;
            malformed |= digit < 0;
            number = number << 4 | (digit & 15);
        }
        return number;
    }

    /** Whether the exchange is told of. */
    public boolean sampled() {
        return (flags & SAMPLED) != 0;
    }

    /** Whether the client's trace goes on: then what it says about its state does, too. */
    public boolean continued() {
        return parentId != 0;
    }

    /** The request is to be sent to an origin: begins a span of its own if it is sampled, and returns its id, or 0. */
    public long nextTry() {
        if (!sampled()) {
            return 0;
        }
        sentId = loop.id();
        return sentId;
    }

    /** The line that an origin gets. */
    public void writeTo(HeadWriter out) {
        out.put(NAME);
        writeTraceId(out);
        out.put('-');
        writeHex(out, sentId);
        out.put('-').put('0').put((char) ('0' + flags)).crlf();
    }

    private void writeTraceId(HeadWriter out) {
        writeHex(out, traceIdHigh);
        writeHex(out, traceIdLow);
    }

    private static void writeHex(HeadWriter out, long number) {
        for (int shift = 60; shift >= 0; shift -= 4) {
            out.put((char) HEX[(int) (number >>> shift) & 15]);
        }
    }

    /** Writes the id of the trace as 32 hex digits. */
    public void traceIdTo(byte[] to) {
        for (int i = 0; i < DIGITS_A_LONG; i++) {
            to[i] = HEX[(int) (traceIdHigh >>> (60 - 4 * i)) & 15];
            to[DIGITS_A_LONG + i] = HEX[(int) (traceIdLow >>> (60 - 4 * i)) & 15];
        }
    }

    long traceIdHigh() {
        return traceIdHigh;
    }

    long traceIdLow() {
        return traceIdLow;
    }

    long parentId() {
        return parentId;
    }

    long spanId() {
        return spanId;
    }
}
