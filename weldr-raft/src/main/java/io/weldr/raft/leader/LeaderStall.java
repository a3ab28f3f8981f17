package io.weldr.raft.leader;

import io.weldr.raft.ratis.NodeView;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Notices a leader that does not get on, whatever the reason: it is not ready, applies nothing that is committed, or
 * gets nothing to its disk. Its heartbeats go on, so Raft leaves it in office. Pure but for what it remembers; confined
 * to one thread.
 */
final class LeaderStall {
    /** Each of the three takes milliseconds on a leader that is well. */
    static final Duration PATIENCE = Duration.ofSeconds(5);

    /** After a longer pause of this process the time begins anew: the others could not get on with it either. */
    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(2);

    private long term;
    private long applied;
    private long readySinceNanos;
    private long appliedSinceNanos;
    private long lookedNanos;

    /**
     * Looks once; a few times a second is enough.
     *
     * @param diskStuck for how long its disk has taken nothing though something waits; zero while all is well
     * @return what it has not done for {@link #PATIENCE}, for people; null: it gets on, or does not lead
     */
    @Nullable String look(NodeView view, Duration diskStuck, long nowNanos) {
        boolean anew =
                view.role() != NodeView.Role.LEADER || view.term() != term || nowNanos - lookedNanos > PAUSE_NANOS;
        lookedNanos = nowNanos;
        term = view.role() == NodeView.Role.LEADER ? view.term() : 0;
        if (anew || view.leaderReady()) {
            readySinceNanos = nowNanos;
        }
        if (anew || view.appliedIndex() != applied || view.appliedIndex() >= view.commitIndex()) {
            applied = view.appliedIndex();
            appliedSinceNanos = nowNanos;
        }
        if (anew) {
            return null;
        }
        if (passed(readySinceNanos, nowNanos)) {
            return "it has not become ready for " + seconds(readySinceNanos, nowNanos) + " s";
        }
        if (passed(appliedSinceNanos, nowNanos)) {
            return "it has applied nothing for " + seconds(appliedSinceNanos, nowNanos) + " s, though entry "
                    + view.commitIndex() + " is committed and " + view.appliedIndex() + " is applied";
        }
        return diskStuck.compareTo(PATIENCE) < 0
                ? null
                : "its disk has taken nothing for " + diskStuck.toSeconds() + " s";
    }

    private static boolean passed(long sinceNanos, long nowNanos) {
        return nowNanos - sinceNanos >= PATIENCE.toNanos();
    }

    private static long seconds(long sinceNanos, long nowNanos) {
        return TimeUnit.NANOSECONDS.toSeconds(nowNanos - sinceNanos);
    }
}
