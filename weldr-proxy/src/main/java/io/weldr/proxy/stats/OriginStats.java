package io.weldr.proxy.stats;

import io.weldr.core.tls.TlsCause;
import java.util.EnumMap;
import java.util.Map;

/** The counters of one event loop for one origin. Counted there, read anywhere. */
public final class OriginStats {
    /** Complete responses below 500. */
    public final Counter succeeded = new Counter();
    /** Attempts that ended any other way, retried or not. */
    public final Counter failed = new Counter();

    /** From when a request was to be sent there to the end of the response, or to why there was none. */
    public final Latencies seconds = new Latencies(Latencies.Bounds.COARSE);

    public final Counter connects = new Counter();
    public final Counter connectFailures = new Counter();
    /** Requests sent on a connection that had served another one before. */
    public final Counter reuses = new Counter();
    /** Connections that stand now, busy and idle. */
    public final Counter open = new Counter();
    /** Exchanges that hold a connection now, or wait for one. */
    public final Counter inFlight = new Counter();
    /** Requests that wait for a connection now. */
    public final Counter queued = new Counter();

    private volatile Map<TlsCause, Counter> tlsFailures = Map.of();

    /**
     * Shows failed handshakes from now on, also while there are none: the origin is one of https. Only on the owning
     * loop.
     */
    public void countTlsFailures() {
        if (tlsFailures.isEmpty()) {
            Map<TlsCause, Counter> all = new EnumMap<>(TlsCause.class);
            for (TlsCause cause : TlsCause.values()) {
                all.put(cause, new Counter());
            }
            tlsFailures = all;
        }
    }

    /** A handshake failed. Only on the owning loop. */
    public void tlsFailed(TlsCause cause) {
        Counter counter = tlsFailures.get(cause);
        if (counter != null) {
            counter.increment();
        }
    }

    /** Failed handshakes by cause; empty for an origin without TLS. Any thread. */
    public Map<TlsCause, Counter> tlsFailures() {
        return tlsFailures;
    }
}
