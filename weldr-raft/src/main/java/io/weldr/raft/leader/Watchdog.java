package io.weldr.raft.leader;

import io.weldr.core.state.MemberId;
import io.weldr.raft.leader.LeaderProof.Finding;
import io.weldr.raft.ratis.NodeView;
import io.weldr.raft.ratis.RatisNode;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at Ratis several times in each election timeout, on a thread of its own: proves leadership, has the duties done
 * or stopped, and gives leadership up when the proof fails. Everybody else reads what it saw last.
 */
public final class Watchdog implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Watchdog.class);

    /** Duties must stop within milliseconds. If one hangs, leadership is given up all the same. */
    private static final long DUTIES_STOP_MILLIS_MAX = 100;

    /** Until another attempt to give leadership up, if one did not. */
    private static final long STEP_DOWN_EVERY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final LeaderProof proof;
    private final Supplier<@Nullable RatisNode> node;
    private final LeaderDuties duties;
    private final Consumer<Moment> observer;
    private final Thread thread = new Thread(this::run, "weldr-raft-watchdog");
    private volatile Moment moment = new Moment(null, Finding.NOT_LEADING, System.nanoTime(), null);
    private volatile boolean closed;

    private volatile long steppedDownTerm;
    private volatile long steppedDownNanos;

    /**
     * What was seen.
     *
     * @param view null: there was nothing to see
     * @param leaderHeardNanos when a leader was last heard of, by {@link System#nanoTime}; null: never
     */
    public record Moment(
            @Nullable NodeView view,
            Finding finding,
            long atNanos,
            @Nullable Long leaderHeardNanos) {

        /** Whether there is somebody to send writes to. */
        public boolean hasLeader(MemberId self) {
            if (view == null || view.leader() == null) {
                return false;
            }
            return !view.leader().member().equals(self) || finding == Finding.ACTING || finding == Finding.SUSPENDED;
        }
    }

    /** {@code observer} is called after each look, on the thread of the watchdog, and must hand over at once. */
    public Watchdog(
            LeaderProof proof, Supplier<@Nullable RatisNode> node, LeaderDuties duties, Consumer<Moment> observer) {
        this.proof = proof;
        this.node = node;
        this.duties = duties;
        this.observer = observer;
        thread.setDaemon(true);
    }

    public void start() {
        thread.start();
    }

    /** Looks at once, on its own thread. */
    public void wake() {
        LockSupport.unpark(thread);
    }

    public Moment moment() {
        return moment;
    }

    /** Whether this node may act as leader right now. Any thread. */
    public boolean acting() {
        return moment.finding() == Finding.ACTING && valid(moment);
    }

    /** Whether this node may take writes right now. Any thread. */
    public boolean writable() {
        Finding finding = moment.finding();
        return (finding == Finding.ACTING || finding == Finding.SUSPENDED) && valid(moment);
    }

    private boolean valid(Moment seen) {
        // A watchdog that does not run proves nothing. Twice: the tick itself takes time on a busy machine.
        return System.nanoTime() - seen.atNanos() <= 2 * proof.validity().toNanos();
    }

    private void run() {
        while (!closed) {
            try {
                look();
            } catch (Throwable e) { // without it nobody leads any more, nor notices that it does not
                LOG.error("The watchdog failed to look", e);
            }
            LockSupport.parkNanos(proof.tick().toNanos());
        }
    }

    private void look() {
        long now = System.nanoTime();
        RatisNode open = node.get();
        NodeView view = view(open);
        Finding finding = proof.observe(view, now);
        String loss = proof.loss();
        moment = new Moment(view, finding, now, leaderHeard(view, finding, now));
        if (finding == Finding.ACTING && view != null && !closed) {
            duties.start(view.term());
        } else if (finding == Finding.SUSPENDED && view != null) {
            duties.suspend(view.term());
        } else if (duties.wanted()) {
            var stopped = duties.stop();
            if (finding == Finding.LOST && open != null && view != null) {
                var unused = stopped.orTimeout(DUTIES_STOP_MILLIS_MAX, TimeUnit.MILLISECONDS)
                        .whenComplete((done, failure) -> stepDown(open, view.term(), loss));
            }
        } else if (finding == Finding.LOST && open != null && view != null && dueToStepDown(view.term(), now)) {
            stepDown(open, view.term(), loss);
        }
        observer.accept(moment);
    }

    private static @Nullable NodeView view(@Nullable RatisNode open) {
        try {
            return open == null ? null : open.view();
        } catch (RuntimeException e) {
            LOG.debug("Nothing to be seen while the consensus part opens or closes", e);
            return null;
        }
    }

    private @Nullable Long leaderHeard(@Nullable NodeView view, Finding finding, long now) {
        if (view != null && view.running()) {
            if (finding == Finding.ACTING || finding == Finding.SUSPENDED) {
                return now;
            }
            if (view.role() == NodeView.Role.FOLLOWER && view.leader() != null) {
                return now - TimeUnit.MILLISECONDS.toNanos(view.leaderSilentMillis());
            }
        }
        return moment.leaderHeardNanos();
    }

    private boolean dueToStepDown(long term, long now) {
        return steppedDownTerm != term || now - steppedDownNanos > STEP_DOWN_EVERY_NANOS;
    }

    private void stepDown(RatisNode open, long term, String why) {
        if (steppedDownTerm != term) {
            LOG.warn("{}: giving leadership up, term {}", why, term);
        }
        steppedDownTerm = term;
        steppedDownNanos = System.nanoTime();
        var unused = open.stepDown().whenComplete((reply, failure) -> {
            if (failure != null) {
                LOG.info("Stepping down: {}", failure.toString());
            }
            wake();
        });
    }

    @Override
    public void close() {
        closed = true;
        wake();
        try {
            thread.join(1000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
