package io.weldr.proxy.trace;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * The trace of a sampled exchange: one span for the exchange, and one for each attempt at an origin. Filled on an
 * event loop, then handed over, and not changed any more.
 */
public final class ExchangeTrace {

    /** Spans of tries beyond this are left out: no route asks for as many. */
    private static final int TRIES_MAX = 32;

    /** No status: there was no response. */
    public static final int NO_STATUS = 0;

    /** One try at an origin. */
    public static final class Try {
        private final long spanId;
        private final String origin;
        private final long startNanos;
        private long endNanos;
        private int status;
        private String cause = "";

        private Try(long spanId, String origin, long startNanos) {
            this.spanId = spanId;
            this.origin = origin;
            this.startNanos = startNanos;
            endNanos = startNanos;
        }

        /** 16 hex digits. */
        public String spanId() {
            return hex(spanId);
        }

        /** Its id, or its host and port. */
        public String origin() {
            return origin;
        }

        /** From the beginning of the exchange. */
        public long startNanos() {
            return startNanos;
        }

        /** The same. */
        public long endNanos() {
            return endNanos;
        }

        /** Of its response, or {@link #NO_STATUS}. */
        public int status() {
            return status;
        }

        /** Why it failed; empty: it did not. */
        public String cause() {
            return cause;
        }
    }

    private final String traceId;
    private final long spanId;
    private final long parentId;
    private final long startEpochMillis;
    private final List<Try> tries = new ArrayList<>(1);
    private Try open = new Try(0, "", 0);

    /** The method as it came. */
    public String method = "";
    /** Path and query, redacted. */
    public String target = "";
    /** Value of Host, or the authority; empty: none. */
    public String host = "";

    public boolean secure;
    public String clientAddress = "";
    /** 1.0, 1.1 or 2. */
    public String version = "";

    public String listener = "";
    /** Name of the route; empty: none. */
    public String route = "";
    /** Name of the pool; empty: none. */
    public String pool = "";

    public String requestId = "";
    /** What the client got, or {@link #NO_STATUS}. */
    public int status;
    /** Why it failed; empty: it did not. */
    public String cause = "";

    public long durationNanos;

    /** Of an exchange that has begun. Only if the context is sampled. */
    public ExchangeTrace(TraceContext context, long startEpochMillis) {
        assert context.sampled();
        traceId = hex(context.traceIdHigh()) + hex(context.traceIdLow());
        spanId = context.spanId();
        parentId = context.parentId();
        this.startEpochMillis = startEpochMillis;
    }

    private static String hex(long number) {
        return HexFormat.of().toHexDigits(number);
    }

    /** 32 hex digits. */
    public String traceId() {
        return traceId;
    }

    /** 16 hex digits. */
    public String spanId() {
        return hex(spanId);
    }

    /** 16 hex digits: the span of the client; empty: the trace begins here. */
    public String parentId() {
        return parentId == 0 ? "" : hex(parentId);
    }

    public long startEpochMillis() {
        return startEpochMillis;
    }

    /** In the order in which they began. */
    public List<Try> tries() {
        return tries;
    }

    /**
     * The request is to be sent to an origin.
     *
     * @param nanos from the beginning of the exchange
     */
    public void tryBegan(long id, String origin, long nanos) {
        open = new Try(id, origin, nanos);
        if (tries.size() < TRIES_MAX) {
            tries.add(open);
        }
    }

    /** The try that began last has ended; {@code cause} is empty if it has a whole response. */
    public void tryEnded(int statusOfTry, String why, long nanos) {
        if (open.endNanos == open.startNanos) {
            open.status = statusOfTry;
            open.cause = why;
            open.endNanos = Math.max(nanos, open.startNanos + 1);
        }
    }
}
