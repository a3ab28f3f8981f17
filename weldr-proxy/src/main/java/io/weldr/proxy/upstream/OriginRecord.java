package io.weldr.proxy.upstream;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * How an origin does on real traffic, seen by the whole node: consecutive failures. Written only when something fails or
 * works again, so that all workers can share it; a success after a success is one read. Thread safe.
 */
public final class OriginRecord {

    private final int failuresMax;
    private final Runnable tooMany;
    private final AtomicInteger failures = new AtomicInteger();
    private final TlsFailureLog tlsFailures = new TlsFailureLog();

    /**
     * A record that starts clean.
     *
     * @param failuresMax consecutive failures that are one too many; 0: none ever is
     * @param tooMany called once each time they are reached, on the event loop that counted the last one; must not block
     */
    public OriginRecord(int failuresMax, Runnable tooMany) {
        this.failuresMax = failuresMax;
        this.tooMany = tooMany;
    }

    /** A response has come, of whatever status but those of a gateway that does not reach its server. */
    public void succeeded() {
        if (failures.get() != 0) {
            failures.set(0);
        }
    }

    /** No connection, no response, or the response of a gateway that does not reach its server. */
    public void failed() {
        if (failuresMax > 0 && failures.incrementAndGet() == failuresMax) {
            tooMany.run();
        }
    }

    TlsFailureLog tlsFailures() {
        return tlsFailures;
    }

    /** Starts anew, with the next failures counting from zero. */
    public void reset() {
        failures.set(0);
    }
}
