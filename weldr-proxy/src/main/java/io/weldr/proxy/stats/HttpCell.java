package io.weldr.proxy.stats;

import io.weldr.core.port.Measurement.Exemplar;
import org.jspecify.annotations.Nullable;

/** The counters of one event loop for the requests of one listener, route and pool. Counted there, read anywhere. */
public final class HttpCell {

    /**
     * Whose requests they are.
     *
     * @param route empty: none was found
     * @param pool empty: weldr has answered, or no pool was chosen
     */
    public record Key(String listener, String route, String pool) {}

    /** Classes of status codes; the first is for requests that got no response. */
    private static final String[] CODES = {"none", "1xx", "2xx", "3xx", "4xx", "5xx"};

    private static final int STATUSES_A_CLASS = 100;

    private final Counter[] codes = new Counter[CODES.length];
    private final Latencies seconds = new Latencies(Latencies.Bounds.COARSE);

    HttpCell() {
        for (int i = 0; i < codes.length; i++) {
            codes[i] = new Counter();
        }
    }

    /**
     * A request has ended. Only on the owning loop.
     *
     * @param status what the client got; 0: no response
     * @param exemplar the trace of the request; null: it has none, or is not sampled
     */
    public void ended(int status, long nanos, @Nullable Exemplar exemplar) {
        codes[status / STATUSES_A_CLASS % CODES.length].increment();
        seconds.record(nanos);
        if (exemplar != null) {
            seconds.example(nanos, exemplar);
        }
    }

    /** The classes of status codes, as labels. */
    public static int classes() {
        return CODES.length;
    }

    /** The label of a class. */
    public static String label(int statusClass) {
        return CODES[statusClass];
    }

    /** Requests that ended with a status of that class. Any thread. */
    public long count(int statusClass) {
        return codes[statusClass].get();
    }

    /** How long they took. Any thread. */
    public Latencies seconds() {
        return seconds;
    }
}
