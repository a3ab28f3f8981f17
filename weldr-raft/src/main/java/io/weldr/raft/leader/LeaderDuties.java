package io.weldr.raft.leader;

import io.weldr.core.port.LeaderDuty;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts, suspends and stops what only the leader does, on one thread of its own, in turn: every start of a duty is
 * followed by its stop before it is started for another term. A duty that throws is logged and does not keep the others
 * from running.
 */
public final class LeaderDuties implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LeaderDuties.class);

    /** On a busy machine a thread may wait for some hundred milliseconds. */
    private static final long SLOW_MILLIS = 1000;

    private final List<LeaderDuty> duties;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
        Thread created = new Thread(task, "weldr-raft-duties");
        created.setDaemon(true);
        return created;
    });
    private volatile Wanted wanted = Wanted.NOTHING; // written under the lock of this
    private Wanted running = Wanted.NOTHING; // confined to the thread, as the next two
    private final Doubts doubts = new Doubts();
    private boolean doubtSaid;

    /** The term to act in, and whether that is in doubt. */
    private record Wanted(long term, boolean suspended) {
        static final Wanted NOTHING = new Wanted(0, false);
    }

    public LeaderDuties(List<LeaderDuty> duties) {
        this.duties = List.copyOf(duties);
    }

    /** Has the duties done in {@code term}. Returns at once. */
    public synchronized void start(long term) {
        assert term > 0 : term;
        want(new Wanted(term, false));
    }

    /** Has them suspended if they are done in {@code term}, and stopped otherwise. Returns at once. */
    public synchronized void suspend(long term) {
        want(wanted.term() == term ? new Wanted(term, true) : Wanted.NOTHING);
    }

    private void want(Wanted next) {
        if (!wanted.equals(next)) {
            wanted = next;
            thread.execute(this::reconcile);
        }
    }

    /** Has them stopped. Completes once they are; whoever gives up waiting does not keep them from it. */
    public synchronized CompletableFuture<Void> stop() {
        wanted = Wanted.NOTHING;
        // Not runAsync: a future that timed out meanwhile would take its task along, and the duties would go on for
        // ever.
        CompletableFuture<Void> done = new CompletableFuture<>();
        thread.execute(() -> {
            reconcile();
            done.complete(null);
        });
        return done;
    }

    /** Whether they are to be done, though perhaps not at this moment. */
    public boolean wanted() {
        return wanted.term() != 0;
    }

    private void reconcile() {
        Wanted next = wanted; // a term that came and went in between is never started
        if (next.equals(running)) {
            return;
        }
        if (running.term() != 0 && next.term() != running.term()) {
            LOG.info("Not acting as leader any more, term {}", running.term());
            for (LeaderDuty duty : duties) {
                run(duty, "stop", duty::stop);
            }
            running = Wanted.NOTHING;
        }
        if (next.suspended() && running.term() != 0) {
            String line = doubts.begin(running.term(), System.nanoTime());
            doubtSaid = !line.isEmpty();
            if (doubtSaid) {
                LOG.info("{}", line);
            }
            for (LeaderDuty duty : duties) {
                run(duty, "suspend", duty::suspend);
            }
            running = next;
        } else if (next.term() != 0 && !next.suspended()) {
            if (running.term() == 0) {
                LOG.info("Acting as leader, term {}", next.term());
            } else if (doubtSaid) {
                LOG.info("Acting as leader again, term {}", next.term());
            }
            for (LeaderDuty duty : duties) {
                run(duty, "start", () -> duty.start(next.term()));
            }
            running = next;
        }
    }

    private static void run(LeaderDuty duty, String what, Runnable action) {
        long began = System.nanoTime();
        try {
            action.run();
        } catch (RuntimeException | AssertionError e) {
            LOG.error("Duty {} failed to {}", duty, what, e);
        }
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
        if (millis > SLOW_MILLIS) {
            LOG.warn("Duty {} took {} ms to {} (expected: a few)", duty, millis, what);
        }
    }

    /** Stops the duties and waits for it, a second at most. */
    @Override
    public void close() {
        synchronized (this) {
            wanted = Wanted.NOTHING;
            thread.execute(this::reconcile);
            thread.shutdown();
        }
        try {
            if (!thread.awaitTermination(1, TimeUnit.SECONDS)) {
                LOG.warn("A leader's duty does not stop");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
