package io.weldr.proxy.net;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Handles errors thrown on an event loop that the network did not cause: a failed allocation, or a bug of weldr. The
 * connection at hand ends, the loop goes on. Where memory is short the same happens many times a second: it is
 * reported once a second, with how many there were. Any thread.
 */
public final class Faults {
    private static final Logger LOG = LoggerFactory.getLogger(Faults.class);
    private static final long EVERY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final AtomicLong LAST_NANOS = new AtomicLong(System.nanoTime() - EVERY_NANOS);
    private static final AtomicLong COUNT = new AtomicLong();
    private static final AtomicLong UNTOLD = new AtomicLong();

    private Faults() {}

    /**
     * Counts it, and logs it unless another one has just been logged.
     *
     * @param where what has failed, as in "a client connection"
     */
    public static void report(String where, Throwable cause) {
        COUNT.incrementAndGet();
        long last = LAST_NANOS.get();
        long now = System.nanoTime();
        if (now - last < EVERY_NANOS || !LAST_NANOS.compareAndSet(last, now)) {
            UNTOLD.incrementAndGet();
            return;
        }
        long untold = UNTOLD.getAndSet(0);
        String more = untold == 0 ? "" : "; " + untold + " more since the last report";
        if (cause instanceof OutOfMemoryError) { // a stack trace tells nothing of who holds the memory
            LOG.error("Failed, and ended: {}: {}{}", where, cause.toString(), more);
        } else {
            LOG.error("Failed, and ended: {}{}", where, more, cause);
        }
    }

    /** How many there have been in this process. */
    public static long count() {
        return COUNT.get();
    }
}
