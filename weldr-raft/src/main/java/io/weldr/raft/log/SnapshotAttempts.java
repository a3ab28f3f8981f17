package io.weldr.raft.log;

import java.util.concurrent.TimeUnit;

/** When to try again to write a snapshot. Confined to one thread. */
final class SnapshotAttempts {
    /** A disk that is full or read-only stays so for a while; meanwhile the log only grows. */
    static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private boolean failed;
    private long failedNanos;

    boolean due(long nowNanos) {
        return !failed || nowNanos - failedNanos >= PAUSE_NANOS;
    }

    void failed(long nowNanos) {
        failed = true;
        failedNanos = nowNanos;
    }

    void succeeded() {
        failed = false;
    }
}
