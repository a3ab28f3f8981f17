package io.weldr.raft.lead;

import io.weldr.raft.ratis.NodeView;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether this node may act as leader, from what Ratis knows and when it was asked. Pure but for what it remembers;
 * confined to the thread of the watchdog.
 *
 * <p>Ratis looks whether a majority still answers only when the leader is idle: a leader that is cut off while writes keep coming leads
 * for ever. So this counts the voters that answered within the least election timeout, before which no other node may be
 * elected. The time counts from the answer, not from the question: after a pause of the process answers that waited in the socket
 * look fresh, so a late tick breaks the proof as well.
 */
public final class LeaderProof {
    private final long minNanos;
    private final long maxNanos;
    private long lastTickNanos;
    private boolean ticked;
    /** The term in which the proof was broken, and since when it has held again; 0: not broken. */
    private long lapsedTerm;

    private long holdsSinceNanos;

    public LeaderProof(Duration electionTimeoutMin, Duration electionTimeoutMax) {
        this.minNanos = electionTimeoutMin.toNanos();
        this.maxNanos = electionTimeoutMax.toNanos();
    }

    /** What this node may do. */
    public enum Finding {
        /** It does not lead, or is not ready to. */
        NOT_LEADING,
        /** It may act as leader. */
        ACTING,
        /** It may take writes, which need a majority anyway, but has to prove itself for a while before it acts. */
        SUSPENDED,
        /** No majority answers: it has to stop acting first and step down then. */
        LOST
    }

    /** How often to tick, so that a broken proof is noticed in time. */
    public Duration tick() {
        return Duration.ofNanos(minNanos / 8);
    }

    /** A finding older than this proves nothing: the thread that renews it does not run. */
    public Duration validity() {
        return Duration.ofNanos(minNanos / 2);
    }

    /** Looks once. {@code nowNanos} is from before {@code view} was taken. */
    public Finding observe(@Nullable NodeView view, long nowNanos) {
        boolean late = ticked && nowNanos - lastTickNanos > minNanos / 2;
        ticked = true;
        lastTickNanos = nowNanos;
        if (view == null || !view.running() || !view.leaderReady()) {
            lapsedTerm = 0;
            return Finding.NOT_LEADING;
        }
        if (view.oldVoters().isEmpty() && view.voters().size() == 1 && view.votes()) {
            return Finding.ACTING; // nobody else could be elected
        }
        if (lapsedTerm != view.term()) {
            lapsedTerm = 0;
        }
        long minMillis = minNanos / 1_000_000;
        // It became ready by an entry that a majority acknowledged in this term.
        if (!view.heardByMajority(minMillis) && view.roleMillis() > minMillis) {
            lapsedTerm = view.term();
            holdsSinceNanos = nowNanos;
            return Finding.LOST;
        }
        if (late) {
            lapsedTerm = view.term();
            holdsSinceNanos = nowNanos;
        }
        if (lapsedTerm != 0 && nowNanos - holdsSinceNanos < maxNanos) {
            return Finding.SUSPENDED;
        }
        lapsedTerm = 0;
        return Finding.ACTING;
    }
}
