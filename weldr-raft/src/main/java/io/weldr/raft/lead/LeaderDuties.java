package io.weldr.raft.lead;

import io.weldr.core.port.LeaderDuty;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts and stops what only the leader does, on one thread of its own, in turn: every start of a duty is followed by its stop
 * before the next start. A duty that throws is logged and does not keep the others from running.
 */
public final class LeaderDuties implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LeaderDuties.class);

    private final List<LeaderDuty> duties;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
        Thread created = new Thread(task, "weldr-raft-duties");
        created.setDaemon(true);
        return created;
    });
    private volatile long wanted; // the term to act in; 0: none
    private long running; // confined to the thread

    public LeaderDuties(List<LeaderDuty> duties) {
        this.duties = List.copyOf(duties);
    }

    /** Has the duties done in {@code term}. Returns at once. */
    public void start(long term) {
        assert term > 0 : term;
        if (wanted != term) {
            wanted = term;
            thread.execute(this::reconcile);
        }
    }

    /** Has them stopped. Completes once they are; whoever gives up waiting does not keep them from it. */
    public CompletableFuture<Void> stop() {
        wanted = 0;
        // Not runAsync: a future that timed out meanwhile would take its task along, and the duties would go on for
        // ever.
        CompletableFuture<Void> done = new CompletableFuture<>();
        thread.execute(() -> {
            reconcile();
            done.complete(null);
        });
        return done;
    }

    /** Whether they are to be done. */
    public boolean wanted() {
        return wanted != 0;
    }

    private void reconcile() {
        long term = wanted; // a term that came and went in between is never started
        if (term == running) {
            return;
        }
        if (running != 0) {
            LOG.info("Not acting as leader any more, term {}", running);
            for (LeaderDuty duty : duties) {
                run(duty, "stop", duty::stop);
            }
        }
        running = term;
        if (term != 0) {
            LOG.info("Acting as leader, term {}", term);
            for (LeaderDuty duty : duties) {
                run(duty, "start", () -> duty.start(term));
            }
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
        if (millis > 100) {
            LOG.warn("Duty {} took {} ms to {} (expected: a few)", duty, millis, what);
        }
    }

    /** Stops the duties and waits for it, a second at most. */
    @Override
    public void close() {
        wanted = 0;
        thread.execute(this::reconcile);
        thread.shutdown();
        try {
            if (!thread.awaitTermination(1, TimeUnit.SECONDS)) {
                LOG.warn("A leader's duty does not stop");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
