package io.weldr.raft.leader;

import java.time.Duration;

/**
 * Notices a disk that hangs: entries wait for it, and not one gets there. A leader with such a disk commits by the
 * disks of the others and looks well, until what waits no longer fits. Pure but for what it remembers; confined to one
 * thread.
 */
public final class DiskWatch {
    /** A disk that is merely busy takes something in this time. */
    public static final Duration PATIENCE = Duration.ofSeconds(2);

    private boolean looked;
    private long flushed;
    private long sinceNanos;

    /**
     * Looks once.
     *
     * @param lastIndex of the last entry of the log, -1 if there is none
     * @param flushedIndex up to which the log is on disk
     * @return for how long nothing has got to disk though something waits; zero while all is well
     */
    public Duration look(long lastIndex, long flushedIndex, long nowNanos) {
        if (!looked || flushedIndex != flushed || lastIndex <= flushedIndex) {
            looked = true;
            flushed = flushedIndex;
            sinceNanos = nowNanos;
            return Duration.ZERO;
        }
        Duration stuck = Duration.ofNanos(nowNanos - sinceNanos);
        return stuck.compareTo(PATIENCE) < 0 ? Duration.ZERO : stuck;
    }
}
