package io.weldr.proxy.http1;

import io.netty.buffer.ByteBuf;
import io.weldr.proxy.limits.ProxyLimits;
import org.jspecify.annotations.Nullable;

/**
 * Scans the request heads of all connections of one event loop, one at a time, in scratch space of its own. A head
 * stays there until the next one is scanned: {@link #headOf} tells whether it is still there. Confined to the loop.
 */
public final class RequestScanner {

    private final RequestHead head;
    private final byte[] scratch;
    private @Nullable Object holder;

    /** @param traceAllowed whether TRACE is a method that may be used */
    public RequestScanner(ProxyLimits limits, boolean traceAllowed) {
        head = new RequestHead(limits, traceAllowed);
        scratch = new byte[limits.headBytesMax()];
    }

    /** Scans the readable bytes, which are not changed. */
    public Scan scan(ByteBuf in) {
        holder = null;
        return HeadBytes.scan(head, in, scratch);
    }

    /** There is nothing to scan: {@link #head} is that of a request of which nothing is known. */
    public void forget() {
        holder = null;
        Scan scan = head.scan(scratch, 0);
        assert scan == Scan.INCOMPLETE : scan;
    }

    /** What was scanned last. */
    public RequestHead head() {
        return head;
    }

    /** The head scanned last is the one that {@code who} will ask for. */
    public void hold(Object who) {
        holder = who;
    }

    /** {@code who} will not ask for its head again. */
    public void letGo(Object who) {
        if (holder == who) {
            holder = null;
        }
    }

    /**
     * The head that {@code who} holds: usually still there, else scanned once more.
     *
     * @param kept the bytes that the head was scanned from
     */
    @SuppressWarnings("ReferenceEquality") // the very object that holds it
    public RequestHead headOf(Object who, ByteBuf kept, int start, int length) {
        if (holder != who) {
            kept.getBytes(start, scratch, 0, length);
            Scan scan = head.scan(scratch, length);
            assert scan == Scan.COMPLETE : "the same bytes were accepted before";
            holder = who;
        }
        return head;
    }
}
