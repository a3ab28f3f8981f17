package io.weldr.raft.leader;

import io.weldr.raft.ratis.NodeView;
import io.weldr.raft.ratis.RaftId;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Says in one line each what an operator has to know of this node's place in the cluster: another member leads, this
 * node is behind, this node has caught up. Ratis' own log is silent about less important things than errors. Pure but
 * for what it remembers; confined to the thread of the watchdog.
 */
public final class Milestones {
    /** A node that starts is behind for a moment. That is not told. */
    private static final long BEHIND_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Consumer<String> info;
    private final Consumer<String> warning;
    private @Nullable RaftId leader; // the last one that was known
    private long leaderTerm;

    private @Nullable Long behindSinceNanos; // null: it is not
    private boolean behind; // and told

    /** Each consumer gets lines without end. */
    public Milestones(Consumer<String> info, Consumer<String> warning) {
        this.info = info;
        this.warning = warning;
    }

    /** Looks once. {@code lag}: why this node is behind its leader; null if it is not. */
    public void observe(NodeView view, @Nullable String lag, long nowNanos) {
        observeLeader(view);
        observeLag(view, lag, nowNanos);
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

    private void observeLag(NodeView view, @Nullable String lag, long nowNanos) {
        if (lag == null) {
            if (behind) {
                info.accept("This node has caught up: it has applied entry " + view.appliedIndex());
            }
            behind = false;
            behindSinceNanos = null;
        } else if (behindSinceNanos == null) {
            behindSinceNanos = nowNanos;
        } else if (!behind && nowNanos - behindSinceNanos >= BEHIND_NANOS) {
            behind = true;
            warning.accept("This node is behind: " + lag);
        }
    }
}
