package io.weldr.raft.lead;

import io.weldr.raft.ratis.NodeView;
import io.weldr.raft.ratis.RaftId;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Says in one line each what an operator has to know of this node's place in the cluster: another member leads, this node is behind, this node
 * has caught up. Ratis' own log is silent about less important things than errors. Pure but for what it remembers; confined to the thread of the watchdog.
 */
public final class Milestones {
    /** A follower that has not applied within this time what was committed is behind. */
    private static final long BEHIND_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final Consumer<String> info;
    private final Consumer<String> warning;
    private @Nullable RaftId leader; // the last one that was known
    private long leaderTerm;

    /** What the cluster had committed at {@link #goalNanos}; -1: everything was applied when it was last looked at. */
    private long goal = -1;

    private long goalNanos;
    private boolean behind;

    /** Each consumer gets lines without end. */
    public Milestones(Consumer<String> info, Consumer<String> warning) {
        this.info = info;
        this.warning = warning;
    }

    /** Looks once. */
    public void observe(NodeView view, long nowNanos) {
        observeLeader(view);
        observeLag(view, nowNanos);
    }

    private void observeLeader(NodeView view) {
        RaftId now = view.leader();
        if (now == null || (now.equals(leader) && view.term() == leaderTerm)) {
            return;
        }
        if (!now.equals(view.self()) && !now.equals(leader)) { // LeaderDuties says it of this node itself.
            info.accept(
                    leader == null
                            ? "The leader is " + now.member() + ", term " + view.term()
                            : "Leadership moved to " + now.member() + ", term " + view.term());
        }
        leader = now;
        leaderTerm = view.term();
    }

    private void observeLag(NodeView view, long nowNanos) {
        long applied = view.appliedIndex();
        long committed = view.commits().values().stream()
                .mapToLong(Long::longValue)
                .max()
                .orElse(-1);
        if (goal < 0 || applied >= goal) {
            if (behind && applied >= committed) {
                behind = false;
                info.accept("This node has caught up: it has applied entry " + applied);
            }
            goal = applied < committed ? committed : -1;
            goalNanos = nowNanos;
        } else if (!behind && nowNanos - goalNanos > BEHIND_NANOS) {
            behind = true;
            warning.accept("This node is behind: it has applied entry " + applied + ", and the cluster committed entry "
                    + goal + " more than " + TimeUnit.NANOSECONDS.toSeconds(BEHIND_NANOS) + " s ago");
        }
    }
}
