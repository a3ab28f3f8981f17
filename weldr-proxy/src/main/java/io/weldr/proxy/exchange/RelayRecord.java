package io.weldr.proxy.exchange;

import io.weldr.proxy.access.AccessEntry;
import io.weldr.proxy.access.AccessLog;
import io.weldr.proxy.edit.Peer;
import io.weldr.proxy.http.Failure;
import io.weldr.proxy.upstream.Endpoint;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** What is measured of one tcp connection, and told of it in the access log. */
final class RelayRecord {

    private final ExchangeLoop loop;
    private long startedNanos;
    private long bytesToClient;
    private long bytesToOrigin;

    RelayRecord(ExchangeLoop loop) {
        this.loop = loop;
    }

    void begin() {
        startedNanos = System.nanoTime();
    }

    /** A connection to an origin was made for it. */
    void connected() {
        loop.stats().connect.record(System.nanoTime() - startedNanos);
    }

    void toClient(int bytes) {
        bytesToClient += bytes;
        loop.stats().bytesToClients.add(bytes);
    }

    void toOrigin(int bytes) {
        bytesToOrigin += bytes;
        loop.stats().bytesToOrigins.add(bytes);
    }

    /** A connection to an origin stands: leaves a line, because the next one may come after days. */
    void began(String pool, @Nullable Endpoint endpoint, SocketAddress client) {
        line(AccessEntry.Event.TUNNEL_BEGIN, null, pool, endpoint, client);
    }

    /**
     * Leaves a line in the access log.
     *
     * @param failure null: nothing went wrong
     * @param pool where it went
     * @param endpoint that was tried last; null: none
     */
    void end(@Nullable Failure failure, String pool, @Nullable Endpoint endpoint, SocketAddress client) {
        line(AccessEntry.Event.END, failure, pool, endpoint, client);
    }

    private void line(
            AccessEntry.Event event,
            @Nullable Failure failure,
            String pool,
            @Nullable Endpoint endpoint,
            SocketAddress client) {
        AccessLog.Sheet sheet = loop.accessLog();
        if (sheet == null) {
            return;
        }
        long totalNanos = System.nanoTime() - startedNanos;
        AccessEntry entry = sheet.entry;
        entry.event = event;
        entry.protocol = AccessEntry.Protocol.TCP;
        entry.listener = loop.listener();
        entry.client = Peer.of(client, false).address();
        entry.route = "";
        entry.pool = pool;
        entry.origin = endpoint == null ? "" : endpoint.origin().id().value();
        entry.bytes = bytesToClient;
        entry.bytesReceived = bytesToOrigin;
        entry.startedMillis = System.currentTimeMillis() - totalNanos / 1_000_000;
        entry.totalMicros = totalNanos / 1000;
        entry.failure = failure == null ? "" : failure.cause();
        sheet.add();
    }
}
