package io.weldr.proxy.exchange;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.weldr.core.port.Measurement.Exemplar;
import io.weldr.proxy.access.AccessEntry;
import io.weldr.proxy.access.AccessLog;
import io.weldr.proxy.access.RequestText;
import io.weldr.proxy.edit.PeerTls;
import io.weldr.proxy.edit.RequestId;
import io.weldr.proxy.http.Failure;
import io.weldr.proxy.http.Field;
import io.weldr.proxy.http1.RequestHead;
import io.weldr.proxy.stats.WorkerStats;
import io.weldr.proxy.trace.ExchangeTrace;
import io.weldr.proxy.trace.TraceContext;
import io.weldr.proxy.trace.TraceLoop;
import io.weldr.proxy.upstream.Attempt;
import io.weldr.proxy.upstream.Endpoint;
import org.jspecify.annotations.Nullable;

/** What is measured of one exchange, and told of it in the access log and in its trace. */
final class ExchangeRecord {

    private static final int NANOS_A_MILLI = 1_000_000;

    private final ExchangeLoop loop;
    private final Downstream client;
    private final Destination destination;
    private final RequestHalf request;
    private final ResponseHalf response;
    private final RequestId id;
    private final @Nullable TraceContext context; // null: the node does not trace
    private final RequestText text = new RequestText(); // only with an access log
    private @Nullable ExchangeTrace trace; // null: not sampled
    private Dialect dialect = Dialect.HTTP_1_1;
    private int status;
    private int tries;
    private long startedNanos;
    private long endedNanos; // 0: it has not ended
    // All of these from the start; 0: not, or at once.
    private long requestNanos;
    private long firstByteNanos;
    private long triedNanos;
    private long queuedNanos; // altogether
    private long queuedOfTryNanos;
    private long connectNanos;

    ExchangeRecord(
            ExchangeLoop loop,
            Downstream client,
            Destination destination,
            RequestHalf request,
            ResponseHalf response,
            RequestId id,
            @Nullable TraceContext context) {
        this.loop = loop;
        this.client = client;
        this.destination = destination;
        this.request = request;
        this.response = response;
        this.id = id;
        this.context = context;
    }

    /** A request has come. */
    void begin(RequestHead head, Dialect spoken) {
        dialect = spoken;
        loop.stats().exchangesOpen.increment();
        status = 0;
        tries = 0;
        startedNanos = System.nanoTime();
        endedNanos = 0;
        requestNanos = 0;
        firstByteNanos = 0;
        triedNanos = 0;
        queuedNanos = 0;
        connectNanos = 0;
        AccessLog.Sheet sheet = loop.accessLog();
        if (sheet != null) {
            keepText(head, sheet);
        }
        trace = null;
        if (context != null) {
            context.begin(head);
            if (context.sampled()) {
                trace = beginTrace(head, context);
            }
        }
    }

    private void keepText(RequestHead head, AccessLog.Sheet sheet) {
        byte[] b = head.bytes();
        text.requestLine(b, head.methodStart(), head.targetEnd(), sheet.redaction());
        text.host(b, head.hostStart(), head.hostEnd());
        int referer = head.find(Field.REFERER);
        if (referer >= 0) {
            text.referer(b, head.valueStart(referer), head.valueEnd(referer), sheet.redaction());
        }
        int agent = head.find(Field.USER_AGENT);
        if (agent >= 0) {
            text.userAgent(b, head.valueStart(agent), head.valueEnd(agent));
        }
    }

    private ExchangeTrace beginTrace(RequestHead head, TraceContext sampled) {
        TraceLoop tracing = loop.tracing();
        assert tracing != null : "there is a context";
        ExchangeTrace begun = new ExchangeTrace(sampled, System.currentTimeMillis());
        byte[] b = head.bytes();
        byte[] target = new byte[RequestText.REQUEST_LINE_BYTES_MAX];
        int length = tracing.redaction().copy(b, head.pathStart(), head.targetEnd(), target, 0, target.length);
        begun.method = new String(b, head.methodStart(), head.methodEnd() - head.methodStart(), ISO_8859_1);
        begun.target = new String(target, 0, length, ISO_8859_1);
        begun.host = new String(b, head.hostStart(), head.hostEnd() - head.hostStart(), ISO_8859_1);
        begun.secure = client.peer().secure();
        begun.clientAddress = new String(client.peer().address(), ISO_8859_1);
        begun.version = dialect == Dialect.HTTP_2 ? "2" : dialect == Dialect.HTTP_1_1 ? "1.1" : "1.0";
        begun.listener = loop.listener();
        return begun;
    }

    private long sinceStart() {
        return System.nanoTime() - startedNanos;
    }

    /** The rest of the request has come, behind its head. */
    void requestCame() {
        if (requestNanos == 0 && loop.accessLog() != null) {
            requestNanos = sinceStart();
        }
    }

    /** It is to be sent to an origin. */
    void tried(Endpoint to) {
        triedNanos = tries++ == 0 ? 0 : sinceStart(); // the first try begins with the request
        queuedOfTryNanos = 0;
        connectNanos = 0;
        if (context != null) {
            long span = context.nextTry();
            if (trace != null) {
                trace.tryBegan(span, to.origin().id().value(), triedNanos);
            }
        }
    }

    /**
     * There is a connection to an origin.
     *
     * @param waited what was waited for; null: nothing was
     */
    void connected(@Nullable Attempt waited, boolean reused) {
        queued(waited);
        if (!reused) {
            long now = sinceStart();
            loop.stats().connect.record(now);
            connectNanos = Math.max(1, now - triedNanos - queuedOfTryNanos);
        }
    }

    private void queued(@Nullable Attempt waited) {
        if (waited != null) {
            queuedOfTryNanos = waited.queuedNanos();
            queuedNanos += queuedOfTryNanos;
        }
    }

    /** The last try came to nothing. */
    void tryFailed(Failure failure, @Nullable Attempt waited) {
        queued(waited);
        if (trace != null) {
            trace.tryEnded(ExchangeTrace.NO_STATUS, failure.cause(), sinceStart());
        }
    }

    /** The last try was answered, and another one follows. */
    void tryAnswered(int with) {
        if (trace != null) {
            trace.tryEnded(with, "", sinceStart());
        }
    }

    /** The head of the final response has come. */
    void responseBegan(int with) {
        status = with;
        firstByteNanos = sinceStart();
        loop.stats().firstByte.record(firstByteNanos);
    }

    /** weldr has answered it itself, and that was no failure. */
    void answered(int with) {
        status = with;
    }

    /** When it began. */
    long startedNanos() {
        return startedNanos;
    }

    /** When it ended: now, if nobody has asked before. */
    long endedNanos() {
        if (endedNanos == 0) {
            endedNanos = System.nanoTime();
        }
        return endedNanos;
    }

    /** Status of the response; 0: there was none. */
    int status() {
        return status;
    }

    /** The origin has switched protocols: leaves a line, because the next one may come after days. */
    void tunnelBegan(@Nullable Endpoint endpoint) {
        AccessLog.Sheet sheet = loop.accessLog();
        if (sheet != null) {
            addLine(sheet, AccessEntry.Event.TUNNEL_BEGIN, null, endpoint, status, sinceStart());
        }
    }

    /**
     * Counts how it ended and the time it took, leaves a line in the access log, and hands its trace over.
     *
     * @param failure null: nothing went wrong
     * @param endpoint that was tried last; null: none
     */
    void end(@Nullable Failure failure, @Nullable Endpoint endpoint) {
        WorkerStats stats = loop.stats();
        if (failure == null) {
            stats.succeeded.increment();
        } else {
            stats.failed.increment();
            stats.causes(failure).increment();
        }
        long totalNanos = endedNanos() - startedNanos;
        stats.total.record(totalNanos);
        int told = response.committed() || failure == null ? status : failure.status();
        destination.cell(client).ended(told, totalNanos, exemplar(totalNanos));
        AccessLog.Sheet sheet = loop.accessLog();
        if (sheet != null) {
            addLine(sheet, AccessEntry.Event.END, failure, endpoint, told, totalNanos);
        }
        if (trace != null) {
            endTrace(trace, failure, endpoint, told, totalNanos);
        }
    }

    private @Nullable Exemplar exemplar(long totalNanos) {
        ExchangeTrace sampled = trace;
        return sampled == null
                ? null
                : new Exemplar(sampled.traceId(), sampled.spanId(), totalNanos / 1e9, System.currentTimeMillis());
    }

    private void addLine(
            AccessLog.Sheet sheet,
            AccessEntry.Event event,
            @Nullable Failure failure,
            @Nullable Endpoint endpoint,
            int told,
            long nanos) {
        AccessEntry entry = sheet.entry;
        entry.event = event;
        entry.text = text;
        entry.protocol = AccessEntry.Protocol.HTTP;
        entry.listener = loop.listener();
        entry.majorVersion = dialect == Dialect.HTTP_2 ? 2 : 1;
        entry.minorVersion = dialect == Dialect.HTTP_1_1 ? 1 : 0;
        entry.client = client.peer().address();
        PeerTls tls = client.peer().tls();
        entry.tlsVersion = tls == null ? "" : tls.version();
        if (tls != null) {
            entry.tlsCipher = tls.cipher();
            entry.tlsServerName = tls.serverName();
            entry.tlsResumed = tls.resumed();
        }
        entry.requestId = id.toBytes();
        entry.traced = context != null;
        if (context != null) {
            context.traceIdTo(entry.traceId);
        }
        entry.route = routeName();
        entry.pool = poolName(endpoint);
        entry.origin = endpoint == null ? "" : endpoint.origin().id().value();
        entry.revision = destination.revision();
        entry.tries = tries;
        entry.status = told;
        entry.bytes = response.bytes();
        entry.bytesReceived = request.received();
        entry.startedMillis = System.currentTimeMillis() - nanos / NANOS_A_MILLI;
        entry.totalMicros = nanos / 1000;
        entry.requestMicros = requestNanos / 1000;
        entry.queueMicros = queuedNanos / 1000;
        entry.connectMicros = connectNanos / 1000;
        entry.firstByteMicros = firstByteNanos == 0 ? -1 : firstByteNanos / 1000;
        entry.failure = failure == null ? "" : failure.cause();
        sheet.add();
    }

    private String routeName() {
        return destination.known() ? destination.plan().route().name().value() : "";
    }

    private String poolName(@Nullable Endpoint endpoint) {
        return endpoint == null ? "" : destination.affinity().pool().value();
    }

    private void endTrace(
            ExchangeTrace ending, @Nullable Failure failure, @Nullable Endpoint endpoint, int told, long nanos) {
        TraceLoop tracing = loop.tracing();
        assert tracing != null : "it was sampled";
        trace = null;
        String cause = failure == null ? "" : failure.cause();
        ending.tryEnded(status, cause, nanos);
        ending.route = routeName();
        ending.pool = poolName(endpoint);
        ending.requestId = new String(id.toBytes(), ISO_8859_1);
        ending.status = told;
        ending.cause = cause;
        ending.durationNanos = nanos;
        tracing.sink().take(ending);
    }

    /** The exchange holds nothing any more, whether or not {@link #end} came through. */
    void close() {
        loop.stats().exchangesOpen.add(-1);
    }
}
