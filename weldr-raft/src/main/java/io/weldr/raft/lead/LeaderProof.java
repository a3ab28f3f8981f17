package io.weldr.raft.lead;

import io.weldr.raft.ratis.NodeView;
import io.weldr.raft.ratis.RaftId;
import io.weldr.raft.ratis.Seat;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether this node may act as leader, from what Ratis knows and when it was asked. Pure but for what it remembers;
 * confined to the thread of the watchdog.
 *
 * <p>Ratis looks whether a majority still answers only when the leader is idle: a leader that is cut off while writes keep coming leads
 * for ever. So this counts the voters that answered within the least election timeout, before which no other node may be
 * elected. That is the voter's own timeout: members have different ones while the setting is changed on one after the other. The time counts from
 * the answer, not from the question: after a pause of the process answers that waited in the socket look fresh, so a late tick breaks the proof as
 * well.
 */
public final class LeaderProof {
    private final long minNanos;
    private final long maxNanos;
    private final ToLongFunction<RaftId> voterMillis;
    /** The least timeout of all voters. Written by the watchdog, read by any thread. */
    private volatile long leastNanos;

    private long lastTickNanos;
    private boolean ticked;
    /** The term in which the proof was broken, and since when it has held again; 0: not broken. */
    private long lapsedTerm;

    private long holdsSinceNanos;

    /** @param voterMillis the least election timeout of that voter, in milliseconds */
    public LeaderProof(Duration electionTimeoutMin, Duration electionTimeoutMax, ToLongFunction<RaftId> voterMillis) {
        this.minNanos = electionTimeoutMin.toNanos();
        this.maxNanos = electionTimeoutMax.toNanos();
        this.voterMillis = voterMillis;
        this.leastNanos = minNanos;
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

    /** How often to tick, so that a broken proof is noticed in time, also by the timeout of an older version. */
    public Duration tick() {
        return Duration.ofNanos(Math.min(minNanos, TimeUnit.MILLISECONDS.toNanos(VoterSettings.OLDER_MILLIS)) / 8);
    }

    /** A finding older than this proves nothing: the thread that renews it does not run. */
    public Duration validity() {
        return Duration.ofNanos(leastNanos / 2);
    }

    /** Looks once. {@code nowNanos} is from before {@code view} was taken. */
    public Finding observe(@Nullable NodeView view, long nowNanos) {
        long least = view == null ? minNanos : TimeUnit.MILLISECONDS.toNanos(leastPatienceMillis(view));
        leastNanos = least;
        boolean late = ticked && nowNanos - lastTickNanos > least / 2;
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
        // It became ready by an entry that a majority acknowledged in this term.
        if (!view.heardByMajority(this::patienceMillis) && view.roleMillis() > TimeUnit.NANOSECONDS.toMillis(least)) {
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

    private long patienceMillis(RaftId voter) {
        return Math.min(TimeUnit.NANOSECONDS.toMillis(minNanos), voterMillis.applyAsLong(voter));
    }

    private long leastPatienceMillis(NodeView view) {
        return view.voters().stream()
                .map(Seat::id)
                .filter(voter -> !voter.equals(view.self()))
                .mapToLong(this::patienceMillis)
                .min()
                .orElse(TimeUnit.NANOSECONDS.toMillis(minNanos));
    }
}
