package io.weldr.proxy.exchange;

import io.weldr.proxy.access.AccessEntry;
import io.weldr.proxy.access.AccessLog;
import io.weldr.proxy.edit.PeerTls;
import io.weldr.proxy.edit.RequestId;
import io.weldr.proxy.http.Failure;
import io.weldr.proxy.http1.RequestHead;
import io.weldr.proxy.stats.WorkerStats;
import io.weldr.proxy.upstream.Endpoint;
import org.jspecify.annotations.Nullable;

/** What is measured of one exchange, and told of it in the access log. */
final class ExchangeRecord {

    private final ExchangeLoop loop;
    private int status;
    private long startedNanos;
    private long endedNanos; // 0: it has not ended
    private long firstByteNanos; // from the start; 0: no response has begun
    private byte[] requestLine = {}; // only with an access log
    private int requestLineLength;
    private Dialect dialect = Dialect.HTTP_1_1;

    ExchangeRecord(ExchangeLoop loop) {
        this.loop = loop;
    }

    /** A request has come. */
    void begin(RequestHead head, Dialect spoken) {
        dialect = spoken;
        loop.stats().exchangesOpen.increment();
        status = 0;
        startedNanos = System.nanoTime();
        endedNanos = 0;
        firstByteNanos = 0;
        if (loop.accessLog() != null) {
            if (requestLine.length == 0) {
                requestLine = new byte[AccessEntry.TARGET_BYTES_MAX];
            }
            requestLineLength = head.copyRequestLine(requestLine);
        }
    }

    /** A new connection to an origin was made for it. */
    void connected() {
        loop.stats().connect.record(System.nanoTime() - startedNanos);
    }

    /** The head of the final response has come. */
    void responseBegan(int with) {
        status = with;
        firstByteNanos = System.nanoTime() - startedNanos;
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

    /**
     * Counts how it ended and the time it took, and leaves a line in the access log.
     *
     * @param failure null: nothing went wrong
     * @param endpoint that was tried last; null: none
     */
    void end(
            @Nullable Failure failure,
            @Nullable Endpoint endpoint,
            Downstream client,
            ResponseHalf response,
            Destination destination,
            RequestId id) {
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
        destination.cell(client).ended(told, totalNanos, null);
        AccessLog.Sheet sheet = loop.accessLog();
        if (sheet == null) {
            return;
        }
        AccessEntry entry = sheet.entry;
        System.arraycopy(requestLine, 0, entry.requestLine, 0, requestLineLength);
        entry.requestLineLength = requestLineLength;
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
        entry.route = destination.known() ? destination.plan().route().name().value() : "";
        entry.pool = endpoint == null ? "" : destination.affinity().pool().value();
        entry.origin = endpoint == null ? "" : endpoint.origin().id().value();
        entry.status = told;
        entry.bytes = response.bytes();
        entry.startedMillis = System.currentTimeMillis() - totalNanos / 1_000_000;
        entry.totalMicros = totalNanos / 1000;
        entry.firstByteMicros = firstByteNanos == 0 ? -1 : firstByteNanos / 1000;
        entry.failure = failure == null ? "" : failure.cause();
        sheet.add();
    }

    /** The exchange holds nothing any more, whether or not {@link #end} came through. */
    void close() {
        loop.stats().exchangesOpen.add(-1);
    }
}
