package io.weldr.proxy.upstream;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;

/**
 * The consecutive failures of an origin on real traffic, for the whole node. Written only when something fails or
 * works again, so that all workers can share it; a success after a success is one read. Thread safe.
 */
public final class OriginRecord {

    private final IntSupplier failuresMax;
    private final Runnable tooMany;
    private final AtomicInteger failures = new AtomicInteger();
    private final TlsFailureLog tlsFailures = new TlsFailureLog();

    /**
     * A record that starts clean.
     *
     * @param failuresMax consecutive failures that are one too many; 0: none ever is
     * @param tooMany called each time they are reached or exceeded, on the event loop that counted the last one; must
     *     not block
     */
    public OriginRecord(IntSupplier failuresMax, Runnable tooMany) {
        this.failuresMax = failuresMax;
        this.tooMany = tooMany;
    }

    /** The record of an origin that nobody ejects. */
    public static OriginRecord unwatched() {
        return new OriginRecord(() -> 0, () -> {});
    }

    /** A response has come, of whatever status but those of a gateway that does not reach its server. */
    public void succeeded() {
        if (failures.get() != 0) {
            failures.set(0);
        }
    }

    /** No connection, no response, or the response of a gateway that does not reach its server. */
    public void failed() {
        int max = failuresMax.getAsInt();
        if (max > 0 && failures.incrementAndGet() >= max) {
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
