package io.weldr.leader.vip;

import io.weldr.core.port.ClusterStatus;
import io.weldr.core.port.StatusSource;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Lets a call through that names a term only once Raft has told this node of that term. Anybody who reaches the port
 * could name any term; the term of a real leader reaches this node with the leader's first append. The call may come a
 * moment earlier, so it waits for a moment. Thread safe.
 */
final class TermGate {
    /** An append takes milliseconds. A leader that is refused asks again, so this decides nothing. */
    static final Duration PATIENCE = Duration.ofMillis(250);

    static final Duration LOOK_EVERY = Duration.ofMillis(10);

    /**
     * More than a cluster has members. What comes on top is refused at once, so that calls with invented terms do not
     * pile up.
     */
    static final int WAITING_MAX = 32;

    /** Runs a task later. */
    @FunctionalInterface
    interface Delay {
        void run(Runnable task, Duration after);
    }

    private final StatusSource status;
    private final Delay delay;
    private final AtomicInteger waiting = new AtomicInteger();

    TermGate(StatusSource status, Delay delay) {
        this.status = status;
        this.delay = delay;
    }

    /** Whether Raft has told this node of {@code term}. Completes within {@link #PATIENCE}. */
    CompletionStage<Boolean> reached(long term) {
        if (term <= 0) {
            return CompletableFuture.completedFuture(false); // Raft counts from 1
        }
        if (known(term)) {
            return CompletableFuture.completedFuture(true);
        }
        if (waiting.incrementAndGet() > WAITING_MAX) {
            waiting.decrementAndGet();
            return CompletableFuture.completedFuture(false);
        }
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        lookLater(term, PATIENCE.dividedBy(LOOK_EVERY), answer);
        return answer;
    }

    private void lookLater(long term, long looksLeft, CompletableFuture<Boolean> answer) {
        delay.run(
                () -> {
                    if (known(term) || looksLeft <= 1) {
                        waiting.decrementAndGet();
                        answer.complete(known(term));
                    } else {
                        lookLater(term, looksLeft - 1, answer);
                    }
                },
                LOOK_EVERY);
    }

    private boolean known(long term) {
        ClusterStatus now = status.status();
        return now.term() >= term;
    }
}
