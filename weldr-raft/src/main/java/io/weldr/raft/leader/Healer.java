package io.weldr.raft.leader;

import io.weldr.raft.leader.Watchdog.Moment;
import io.weldr.raft.ratis.NodeView;
import io.weldr.raft.ratis.RaftId;
import io.weldr.raft.ratis.Seat;
import io.weldr.raft.workaround.Workaround;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Mends what Ratis leaves broken. Confined to one thread.
 *
 * <ul>
 *   <li>Connections over which nothing comes back.
 *   <li>Followers that came back without the entries that the leader has seen them acknowledge.
 *   <li>Entries that followers have, but whose acknowledgement was lost with a connection: Ratis takes them for sent,
 *       and never asks again. The answer to the next entry counts for all before it; a leader that is not ready has no
 *       next one, and gives leadership up. (Sending the same entry again, as in the Raft paper, is no way: a follower
 *       of Ratis, as it is set up here, acknowledges at once what it has already, also while that waits for its disk.)
 * </ul>
 */
public final class Healer {
    private static final Logger LOG = LoggerFactory.getLogger(Healer.class);

    /**
     * The least silence that counts. Heartbeats come several times in each election timeout, so that a longer silence
     * is a broken connection, or nobody there.
     */
    private static final Duration SILENCE_MIN = Duration.ofSeconds(2);

    /**
     * The least time that new connections get. One packet that asks for a connection goes out after each; where the
     * network drops it, the next one may come through. TCP alone would send the second one after a second, and the
     * third two seconds later (RFC 6298).
     */
    private static final Duration RESET_EVERY_MIN = Duration.ofMillis(500);

    /**
     * Each eighth attempt gets four times as long: the peer may be there and need it, as a young process on a busy
     * machine does.
     */
    private static final int PATIENT_EVERY = 8;

    private static final int PATIENT_TIMES = 4;

    /** A follower that answers applies within milliseconds what is committed. */
    private static final long STUCK_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    /** How often a follower that came back is sent something that it has to answer. */
    private static final int NUDGES = 4;

    private final Remedies remedies;
    private final Executor resetting;
    private final LongSupplier nanoTime;
    private final long silenceMillis;
    private final long resetEveryNanos;
    private final Map<RaftId, Attempt> attempts = new ConcurrentHashMap<>();
    private final Set<RaftId> underWay = ConcurrentHashMap.newKeySet();
    private final Map<RaftId, Boolean> away = new HashMap<>();
    private final Map<RaftId, Stuck> stuck = new HashMap<>();
    private int nudgesLeft;
    private @Nullable Long openedNanos;
    private final AtomicLong resets = new AtomicLong();

    /** What helps. */
    public interface Remedies {
        /** Puts an entry that changes nothing into the log of a leader that is ready. Returns at once. */
        void nudge();

        /** Gives leadership up. Returns at once. */
        void stepDown();

        /** Drops the connections to that voter, so that the next message opens new ones. May block for seconds. */
        void resetConnections(RaftId voter);
    }

    /**
     * @param resetting for what may block for seconds
     * @param nanoTime the clock, as {@link System#nanoTime}
     */
    public Healer(
            Remedies remedies,
            Executor resetting,
            Duration electionTimeoutMin,
            Duration electionTimeoutMax,
            LongSupplier nanoTime) {
        this.remedies = remedies;
        this.resetting = resetting;
        this.nanoTime = nanoTime;
        silenceMillis = longer(SILENCE_MIN, electionTimeoutMax).toMillis();
        resetEveryNanos = longer(RESET_EVERY_MIN, electionTimeoutMin).toNanos();
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    /**
     * Looks once; a few times a second is enough.
     *
     * @param owing the followers that were sent the whole log, and have not said that it is on their disks
     */
    public void look(Moment moment, Set<RaftId> owing) {
        NodeView view = moment.view();
        if (view == null) {
            return;
        }
        long nowNanos = nanoTime.getAsLong();
        if (openedNanos == null) {
            openedNanos = nowNanos;
        }
        boolean leads = view.role() == NodeView.Role.LEADER;
        attempts.keySet().retainAll(view.members().stream().map(Seat::id).toList());
        // One that never heard of a leader has listened only since then.
        long heardNanos = moment.leaderHeardNanos() == null ? openedNanos : moment.leaderHeardNanos();
        boolean deaf = !leads && nowNanos - heardNanos > TimeUnit.MILLISECONDS.toNanos(silenceMillis);
        for (Seat voter : view.members()) {
            RaftId id = voter.id();
            if (id.equals(view.self())) {
                continue;
            }
            // Ratis has one that just came to lead begin with a silence that never was.
            boolean silent =
                    leads && Math.min(view.silentMillis().getOrDefault(id, 0L), view.roleMillis()) > silenceMillis;
            if (silent || deaf) {
                reset(id, nowNanos);
            } else {
                attempts.remove(id);
            }
            if (leads && Boolean.TRUE.equals(away.put(id, silent)) && !silent) {
                // If its disk is behind what it once acknowledged, heartbeats alone never bring it up to date
                // (RATIS-2523).
                nudgesLeft = NUDGES;
            }
            if (silent) {
                stuck.remove(id); // it is not asked
            } else if (leads && behind(view, id, owing.contains(id), nowNanos)) {
                // It was away for a moment, and lost the end of its log: the same. Or it has it, but its answer was
                // lost.
                nudgesLeft = Math.max(nudgesLeft, 1);
            }
        }
        if (!leads) {
            away.clear();
            stuck.clear();
            nudgesLeft = 0;
        } else if (!view.leaderReady()) {
            if (unheard(view, owing, nowNanos)) {
                LOG.warn(
                        "All answer, but too few say that they have the first entry of term {}: giving leadership up",
                        view.term());
                stuck.clear(); // if it does not help, later again
                remedies.stepDown();
            }
        } else if (nudgesLeft > 0 && Workaround.NUDGES.used()) {
            nudgesLeft--;
            remedies.nudge();
        }
    }

    /**
     * Whether it answers and yet does not come closer to what is committed, or does not acknowledge what it was sent.
     */
    private boolean behind(NodeView view, RaftId id, boolean owes, long nowNanos) {
        long commit = view.commits()
                .getOrDefault(id, -1L); // nothing is known of one that never accepted an entry in this term
        if (commit >= view.commitIndex() && !owes) {
            stuck.remove(id);
            return false;
        }
        Stuck before = stuck.get(id);
        if (before == null || before.commit() != commit) {
            stuck.put(id, new Stuck(commit, nowNanos, 0));
            return false;
        }
        int nudges = before.nudges() + 1;
        if (nudges > NUDGES || nowNanos - before.sinceNanos() < nudges * STUCK_NANOS) {
            return false;
        }
        stuck.put(id, new Stuck(commit, before.sinceNanos(), nudges));
        return true;
    }

    /**
     * Whether a new leader will never be ready: its first entry is not acknowledged for as long as a silence may be, by
     * somebody who is not silent.
     */
    private boolean unheard(NodeView view, Set<RaftId> owing, long nowNanos) {
        long patience = TimeUnit.MILLISECONDS.toNanos(silenceMillis);
        return view.roleMillis() > silenceMillis
                && view.voters().stream()
                        .map(Seat::id)
                        .filter(owing::contains)
                        .map(stuck::get)
                        .anyMatch(one -> one != null && nowNanos - one.sinceNanos() >= patience);
    }

    private record Stuck(long commit, long sinceNanos, int nudges) {}

    private void reset(RaftId id, long nowNanos) {
        Attempt last = attempts.getOrDefault(id, Attempt.NONE);
        if (underWay.contains(id) || !last.over(nowNanos, resetEveryNanos)) {
            return;
        }
        resets.incrementAndGet();
        LOG.debug("Nothing comes from {}: opening new connections", id);
        underWay.add(id);
        try {
            resetting.execute(() -> {
                try {
                    remedies.resetConnections(id);
                } finally {
                    // From the end: a connection just begun must not be dropped.
                    attempts.put(id, new Attempt(last.number() + 1, nanoTime.getAsLong()));
                    underWay.remove(id);
                }
            });
        } catch (RejectedExecutionException e) {
            underWay.remove(id); // closing
        }
    }

    /**
     * New connections to a peer of which nothing was heard.
     *
     * @param number how many there were since, this one included
     * @param atNanos when they were asked for
     */
    private record Attempt(int number, long atNanos) {
        static final Attempt NONE = new Attempt(0, 0);

        boolean over(long nowNanos, long leastNanos) {
            long time = number % PATIENT_EVERY == 0 ? leastNanos * PATIENT_TIMES : leastNanos;
            return number == 0 || nowNanos - atNanos >= time;
        }
    }

    /** How many connections were given up. */
    public long resets() {
        return resets.get();
    }
}
