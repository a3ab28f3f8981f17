package io.weldr.raft.leader;

import io.weldr.raft.ratis.LogEnd;
import io.weldr.raft.ratis.NodeView;
import io.weldr.raft.ratis.RaftId;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives leadership away when this node leads and another one had better: it does not get on, or is about to stop.
 * {@link #look} is called by one thread, again and again, and {@link #observed} by one; the rest by any.
 */
public final class GivingWay {
    private static final Logger LOG = LoggerFactory.getLogger(GivingWay.class);

    /** The heir's disk may be no better: not to and fro. */
    private static final long SLOW_DISK_EVERY_NANOS = TimeUnit.SECONDS.toNanos(30);

    /** As above, for a leader that does not get on: it may be elected again. */
    private static final long STALL_EVERY_NANOS = LeaderStall.PATIENCE.toNanos();

    /** If all members are stopping, leadership goes round among them no faster. */
    private static final long GIVE_BACK_EVERY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Predicate<@Nullable RaftId> handOver;
    private final Runnable stepDown;
    private final LeaderStall progress = new LeaderStall(); // confined to the thread that looks
    private final DiskWatch disk = new DiskWatch(); // confined to the thread that looks
    private long gaveWayNanos = System.nanoTime() - SLOW_DISK_EVERY_NANOS; // as above
    private long stalledNanos = System.nanoTime() - STALL_EVERY_NANOS; // as above
    private long gaveBackNanos = System.nanoTime() - GIVE_BACK_EVERY_NANOS; // as above
    private volatile @Nullable String slowDisk;
    private volatile @Nullable String stall;
    private volatile boolean resigning;
    private volatile @Nullable RaftId otherLeader; // the last but this node

    /**
     * @param handOver as {@link HandOver#toWhoeverLacksLeast}
     * @param stepDown leaves it to an election who leads next; returns at once
     */
    public GivingWay(Predicate<@Nullable RaftId> handOver, Runnable stepDown) {
        this.handOver = handOver;
        this.stepDown = stepDown;
    }

    /** That the disk takes nothing, for people; null while it does. */
    public @Nullable String slowDisk() {
        return slowDisk;
    }

    /** What this node does not get done as leader, for people; null while it does, and while another one leads. */
    public @Nullable String stall() {
        return stall;
    }

    /** Whether this node is about to stop, and leads no more if it can be had. */
    public boolean resigning() {
        return resigning;
    }

    /**
     * Hands leadership over, if this node leads, now and whenever it gets it again. Blocks for some two seconds at
     * most. Says whether it leads no more.
     */
    public boolean resign() {
        resigning = true;
        return handOver.test(null);
    }

    /** Keeps in mind who leads. */
    public void observed(NodeView view) {
        RaftId leader = view.leader();
        if (leader != null && !leader.equals(view.self())) {
            otherLeader = leader;
        }
    }

    /**
     * Looks once, and hands over if need be; blocks for some two seconds at most. {@code end} and {@code view} are null
     * if not known.
     */
    public void look(@Nullable LogEnd end, @Nullable NodeView view, long nowNanos) {
        Duration stuck = end == null ? Duration.ZERO : disk.look(end.lastIndex(), end.flushedIndex(), nowNanos);
        slowDisk = stuck.isZero() ? null : "its disk has taken nothing for " + stuck.toSeconds() + " s";
        stall = view == null ? null : progress.look(view, stuck, nowNanos);
        if (view == null || view.role() != NodeView.Role.LEADER || view.voters().size() < 2) {
            return;
        }
        if (stall != null && nowNanos - stalledNanos >= STALL_EVERY_NANOS) {
            stalledNanos = nowNanos;
            LOG.warn("This node leads, and {}: giving leadership away", stall);
            if (!handOver.test(null)) {
                stepDown.run(); // nobody could be named; those who are well are elected
            }
            return;
        }
        if (slowDisk != null && nowNanos - gaveWayNanos > SLOW_DISK_EVERY_NANOS) {
            gaveWayNanos = nowNanos;
            LOG.warn("This node leads, and {}: handing leadership over", slowDisk);
            var unused = handOver.test(null);
        }
        // The others do not know that this node resigns: they may hand it over to it, or have no other one with so much
        // of the log. Whoever did may be stopping as well, and gets it back last.
        if (resigning && nowNanos - gaveBackNanos > GIVE_BACK_EVERY_NANOS && handOver.test(otherLeader)) {
            gaveBackNanos = nowNanos;
        }
    }
}
