package io.weldr.proxy.upstream;

import io.weldr.core.pool.Origin;
import io.weldr.core.tls.TlsFailure;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says in the log why TLS to one origin does not come about: the first failure at once, then at most one line in
 * {@link #EVERY} with how many there were in between. Every request may run into it. Thread safe.
 */
final class TlsFailureLog {
    private static final Logger LOG = LoggerFactory.getLogger(TlsFailureLog.class);

    static final Duration EVERY = Duration.ofMinutes(1);

    private static final long NEVER = Long.MIN_VALUE;

    private final AtomicLong toldNanos = new AtomicLong(NEVER);
    private final AtomicLong untold = new AtomicLong();

    /** @param nowNanos by a clock that never shows {@link Long#MIN_VALUE} */
    void report(Origin origin, TlsFailure failure, long nowNanos) {
        long told = toldNanos.get();
        boolean due = told == NEVER || nowNanos - told >= EVERY.toNanos();
        if (!due || !toldNanos.compareAndSet(told, nowNanos)) {
            untold.incrementAndGet();
            return;
        }
        long more = untold.getAndSet(0);
        LOG.warn(
                "TLS to origin {} failed ({}): {}{}",
                origin.url(),
                failure.cause().label(),
                failure.text(),
                more == 0 ? "" : "; " + more + " more failures since the last line");
    }
}
