package io.weldr.raft.leader;

import io.weldr.raft.ratis.NodeView;
import io.weldr.raft.ratis.RaftId;
import io.weldr.raft.ratis.Seat;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether this node may act as leader, from what Ratis knows and when it was asked. Pure but for what it
 * remembers; confined to the thread of the watchdog.
 *
 * <p>Ratis looks whether a majority still answers only when the leader is idle: a leader that is cut off while writes
 * keep coming leads for ever. So this counts the voters that answered within the least election timeout, before which
 * no other node may be elected. That is the voter's own timeout: members have different ones while the setting is
 * changed on one after the other. An eighth of it is left out: so much may pass until the next look, and the voter
 * heard this node a moment before its answer came. The time counts from the answer, not from the question: after a
 * pause of the process, answers that waited in the socket look fresh. So a late tick breaks the proof as well. The
 * proof holds again once a majority has answered that late after the pause: half of this node's least election timeout,
 * or more. What waited has been read by then. The silence that the pause itself made proves nothing: leadership is lost
 * only if no majority answers after the pause.
 */
public final class LeaderProof {
    /**
     * A leader that cannot act for so long, as its process pauses again and again, had better not lead: nobody probes
     * or holds an address meanwhile.
     */
    static final Duration IN_DOUBT_MAX = Duration.ofSeconds(5);

    /** In each least election timeout. */
    private static final int LOOKS = 8;

    /**
     * A look is late after so many. The last answers may be half a timeout old, as heartbeats are sent that often, and
     * count for seven eighths: a pause that makes them too old is always noticed as one.
     */
    private static final int LATE_LOOKS = 3;

    private final long minNanos;
    private final ToLongFunction<RaftId> voterMillis;
    /** The least timeout of all voters. Written by the watchdog, read by any thread. */
    private volatile long leastNanos;

    private static final String SILENCE = "No majority answers";
    private static final String PAUSES =
            "This process pauses again and again, and has not been able to act as leader for "
                    + IN_DOUBT_MAX.toSeconds() + " s";

    private String loss = "";
    private long lastTickNanos;
    private boolean ticked;
    /** The term in which the proof was broken, and has not held again; 0: it holds. */
    private long brokenTerm;

    /** When it was broken the last time: nobody was heard for too long, or the process paused. */
    private long brokenNanos;

    /** Since when this node has not acted for it. */
    private long inDoubtSinceNanos;

    /** Whether nobody was heard for too long, and nobody since. */
    private boolean lost;

    /** @param voterMillis the least election timeout of that voter, in milliseconds */
    public LeaderProof(Duration electionTimeoutMin, ToLongFunction<RaftId> voterMillis) {
        this.minNanos = electionTimeoutMin.toNanos();
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
        /**
         * No majority answers, or it has not been able to act for {@link #IN_DOUBT_MAX}: it has to stop acting first
         * and step down then.
         */
        LOST
    }

    /**
     * Until the next look: so often that a broken proof is noticed in time, also by the timeout of an older version as
     * long as a voter may have it.
     */
    public Duration tick() {
        return Duration.ofNanos(leastNanos / LOOKS);
    }

    /** A finding older than this proves nothing: the thread that renews it does not run. */
    public Duration validity() {
        return Duration.ofNanos(leastNanos / 2);
    }

    /** Why it was last found {@link Finding#LOST}, for people. */
    public String loss() {
        return loss;
    }

    /** Looks once. {@code nowNanos} is from before {@code view} was taken. */
    public Finding observe(@Nullable NodeView view, long nowNanos) {
        long least = view == null ? minNanos : TimeUnit.MILLISECONDS.toNanos(leastPatienceMillis(view));
        leastNanos = least;
        boolean late = ticked && nowNanos - lastTickNanos > least / LOOKS * LATE_LOOKS;
        ticked = true;
        lastTickNanos = nowNanos;
        if (view == null || !view.running() || !view.leaderReady()) {
            brokenTerm = 0;
            lost = false;
            return Finding.NOT_LEADING;
        }
        if (view.oldVoters().isEmpty() && view.voters().size() == 1 && view.votes()) {
            return Finding.ACTING; // nobody else could be elected
        }
        if (brokenTerm != view.term()) {
            brokenTerm = 0;
            lost = false;
        }
        if (late) {
            breakProof(view.term(), nowNanos);
        }
        return brokenTerm == 0 ? whileItHolds(view, nowNanos, least) : whileItIsBroken(view, nowNanos, least);
    }

    private Finding whileItHolds(NodeView view, long nowNanos, long least) {
        // It became ready by an entry that a majority acknowledged in this term.
        long newMillis = withoutOneLook(TimeUnit.NANOSECONDS.toMillis(least));
        if (view.heardByMajority(this::countedMillis) || view.roleMillis() <= newMillis) {
            return Finding.ACTING;
        }
        return lose(view.term(), nowNanos);
    }

    private Finding whileItIsBroken(NodeView view, long nowNanos, long least) {
        long passed = TimeUnit.NANOSECONDS.toMillis(nowNanos - brokenNanos);
        long settled = passed - TimeUnit.NANOSECONDS.toMillis(minNanos) / 2;
        if (settled >= 0 && view.heardByMajority(voter -> Math.min(settled, countedMillis(voter)))) {
            brokenTerm = 0;
            lost = false;
            return Finding.ACTING;
        }
        boolean heard = view.heardByMajority(voter -> Math.min(passed, countedMillis(voter)));
        if (lost && !heard) {
            return Finding.LOST;
        }
        if (!heard && passed > TimeUnit.NANOSECONDS.toMillis(least)) {
            return lose(view.term(), nowNanos);
        }
        if (nowNanos - inDoubtSinceNanos > IN_DOUBT_MAX.toNanos()) {
            loss = PAUSES;
            return Finding.LOST;
        }
        lost = false;
        return Finding.SUSPENDED;
    }

    private Finding lose(long term, long nowNanos) {
        breakProof(term, nowNanos);
        lost = true;
        loss = SILENCE;
        return Finding.LOST;
    }

    private void breakProof(long term, long nowNanos) {
        if (brokenTerm == 0) {
            inDoubtSinceNanos = nowNanos;
        }
        brokenTerm = term;
        brokenNanos = nowNanos;
    }

    /** For how long the answer of that voter counts: it is noticed in time that it has not come. */
    private long countedMillis(RaftId voter) {
        return withoutOneLook(patienceMillis(voter));
    }

    private static long withoutOneLook(long millis) {
        return millis - millis / LOOKS;
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
