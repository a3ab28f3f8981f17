package io.weldr.raft.lead;

import io.weldr.raft.lead.Watchdog.Moment;
import io.weldr.raft.ratis.NodeView;
import io.weldr.raft.ratis.RaftId;
import io.weldr.raft.ratis.RatisNode;
import io.weldr.raft.ratis.Seat;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Mends what Ratis leaves broken: connections over which nothing comes back, and followers that came back without the entries that
 * the leader has seen them acknowledge. Confined to one thread.
 */
public final class Healer {
    private static final Logger LOG = LoggerFactory.getLogger(Healer.class);

    /** Heartbeats come several times in each election timeout; this long a silence is a broken connection, or nobody there. */
    private static final long SILENT_MILLIS = 2000;

    /**
     * One packet that asks for a connection goes out after each; where the network drops it, the next one may come through. TCP alone
     * would send the second one after a second, and the third two seconds later (RFC 6298).
     */
    private static final long RESET_EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    /** A follower that answers applies within milliseconds what is committed. */
    private static final long STUCK_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    /** How often a follower that came back is sent something that it has to answer, and how far apart. */
    private static final int NUDGES = 4;

    private final Runnable nudge;
    private final Executor resetting;
    private final Map<RaftId, Long> resetAt = new ConcurrentHashMap<>(); // when the last one ended
    private final Set<RaftId> underWay = ConcurrentHashMap.newKeySet();
    private final Map<RaftId, Boolean> away = new HashMap<>();
    private final Map<RaftId, Stuck> stuck = new HashMap<>();
    private int nudgesLeft;
    private final AtomicLong resets = new AtomicLong();

    /**
     * @param nudge puts an entry that changes nothing into the log
     * @param resetting for what may block for seconds
     */
    public Healer(Runnable nudge, Executor resetting) {
        this.nudge = nudge;
        this.resetting = resetting;
    }

    /** Looks once; a few times a second is enough. */
    public void look(RatisNode node, Moment moment, long nowNanos) {
        NodeView view = moment.view();
        if (view == null) {
            return;
        }
        boolean leads = view.role() == NodeView.Role.LEADER;
        boolean deaf = !leads
                && (moment.leaderHeardNanos() == null
                        || nowNanos - moment.leaderHeardNanos() > TimeUnit.MILLISECONDS.toNanos(SILENT_MILLIS));
        for (Seat voter : view.voters()) {
            RaftId id = voter.id();
            if (id.equals(view.self())) {
                continue;
            }
            boolean silent = leads && view.silentMillis().getOrDefault(id, 0L) > SILENT_MILLIS;
            if (silent || deaf) {
                reset(node, id, nowNanos);
            }
            if (leads && Boolean.TRUE.equals(away.put(id, silent)) && !silent) {
                // If its disk is behind what it once acknowledged, heartbeats alone never bring it up to date
                // (RATIS-2523).
                nudgesLeft = NUDGES;
            }
            if (leads && !silent && behind(view, id, nowNanos)) {
                // It was away for a moment, and lost the end of its log: the same.
                nudgesLeft = Math.max(nudgesLeft, 1);
            }
        }
        if (!leads) {
            away.clear();
            stuck.clear();
            nudgesLeft = 0;
        } else if (nudgesLeft > 0) {
            nudgesLeft--;
            nudge.run();
        }
    }

    /** Whether it answers and yet does not come closer to what is committed. */
    private boolean behind(NodeView view, RaftId id, long nowNanos) {
        long commit = view.commits()
                .getOrDefault(id, -1L); // nothing is known of one that never accepted an entry in this term
        if (commit >= view.commitIndex()) {
            stuck.remove(id);
            return false;
        }
        Stuck before = stuck.get(id);
        if (before == null || before.commit() != commit) {
            stuck.put(id, new Stuck(commit, nowNanos, 0));
            return false;
        }
        if (before.nudges() == NUDGES || nowNanos - before.sinceNanos() < STUCK_NANOS) {
            return false;
        }
        stuck.put(id, new Stuck(commit, nowNanos, before.nudges() + 1)); // the next time after as long
        return true;
    }

    private record Stuck(long commit, long sinceNanos, int nudges) {}

    private void reset(RatisNode node, RaftId id, long nowNanos) {
        Long last = resetAt.get(id);
        if (underWay.contains(id) || (last != null && nowNanos - last < RESET_EVERY_NANOS)) {
            return;
        }
        resets.incrementAndGet();
        LOG.debug("Nothing comes from {}: opening new connections", id);
        underWay.add(id);
        try {
            resetting.execute(() -> {
                try {
                    node.resetConnections(id);
                } finally {
                    resetAt.put(id, System.nanoTime()); // from the end: a connection just begun must not be dropped
                    underWay.remove(id);
                }
            });
        } catch (RejectedExecutionException e) {
            underWay.remove(id); // closing
        }
    }

    /** How many connections were given up. */
    public long resets() {
        return resets.get();
    }
}
