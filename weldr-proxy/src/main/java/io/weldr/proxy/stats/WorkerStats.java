package io.weldr.proxy.stats;

import io.weldr.proxy.http.Failure;
import io.weldr.proxy.tls.HandshakeFailure;
import java.util.EnumMap;
import java.util.Map;

/** The counters of one worker. Counted on its loop, read anywhere, merged on read. */
public final class WorkerStats {

    /** Labels that this many listeners, routes and pools may have together, unless a limit is given. */
    private static final int LABELS_MAX = 1000;

    /** Requests by listener, route and pool. */
    public final HttpCells http;

    /** On its own. */
    public WorkerStats() {
        this(new SeriesLimit(LABELS_MAX));
    }

    /** @param httpLimit of all workers together */
    public WorkerStats(SeriesLimit httpLimit) {
        http = new HttpCells(httpLimit);
        for (Failure cause : Failure.values()) {
            causes.put(cause, new Counter());
        }
        for (HandshakeFailure cause : HandshakeFailure.values()) {
            handshakeFailures.put(cause, new Counter());
        }
    }

    /** Exchanges, and connections without one, that ended by that cause. */
    public Counter causes(Failure cause) {
        Counter counter = causes.get(cause);
        assert counter != null : cause;
        return counter;
    }

    /** Exchanges whose response came from an origin, whole. */
    public final Counter succeeded = new Counter();
    /** Exchanges that were answered by weldr or broken off. */
    public final Counter failed = new Counter();

    private final Map<Failure, Counter> causes = new EnumMap<>(Failure.class);

    /** Handshakes with clients that were successful. */
    public enum Agreed {
        TLS_1_2("TLSv1.2", false),
        TLS_1_2_RESUMED("TLSv1.2", true),
        TLS_1_3("TLSv1.3", false),
        TLS_1_3_RESUMED("TLSv1.3", true);

        private final String version;
        private final boolean resumed;

        Agreed(String version, boolean resumed) {
            this.version = version;
            this.resumed = resumed;
        }

        public String version() {
            return version;
        }

        public boolean resumed() {
            return resumed;
        }
    }

    private final Counter[] handshakes = {new Counter(), new Counter(), new Counter(), new Counter()};
    private final Map<HandshakeFailure, Counter> handshakeFailures = new EnumMap<>(HandshakeFailure.class);
    /** Handshakes with clients that are under way. */
    public final Counter handshakesOpen = new Counter();

    /** Handshakes with clients that were successful. */
    public Counter handshakes(String version, boolean resumed) {
        return handshakes[(version.equals(Agreed.TLS_1_3.version) ? 2 : 0) + (resumed ? 1 : 0)];
    }

    /** The same. */
    public Counter handshakes(Agreed how) {
        return handshakes(how.version, how.resumed);
    }

    /** Handshakes with clients that did not come about. */
    public Counter handshakeFailures(HandshakeFailure cause) {
        Counter counter = handshakeFailures.get(cause);
        assert counter != null : cause;
        return counter;
    }

    public final Counter retries = new Counter();
    public final Counter connectionsAccepted = new Counter();
    public final Counter connectionsOpen = new Counter();
    /** Connections turned away because the node had enough. */
    public final Counter connectionsRefused = new Counter();
    /** Connections cut because they held more bytes than any other when there was no more room. */
    public final Counter connectionsShed = new Counter();
    /** Requests refused as malformed or too large. */
    public final Counter requestsRefused = new Counter();

    /** From the request's head to a connection to an origin; reused ones are not counted. */
    public final Latencies connect = new Latencies(Latencies.Bounds.FINE);
    /** From the request's head to the head of the response. */
    public final Latencies firstByte = new Latencies(Latencies.Bounds.FINE);
    /** From the request's head to the last byte either way. */
    public final Latencies total = new Latencies(Latencies.Bounds.FINE);
    /** Attempts at origins that ended in a response below 500, and those that did not. */
    public final Counter attemptsSucceeded = new Counter();

    public final Counter attemptsFailed = new Counter();
    public final Counter exchangesOpen = new Counter();
    public final Counter tunnels = new Counter();
    public final Counter bytesToClients = new Counter();
    public final Counter bytesToOrigins = new Counter();
    /** Connections of clients that speak HTTP/2. */
    public final Http2Stats http2 = new Http2Stats();
    /** Connections to origins that speak HTTP/2. */
    public final Http2Stats http2Origins = new Http2Stats();
}
