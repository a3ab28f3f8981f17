package io.weldr.raft.client;

import io.weldr.core.pool.HostPort;
import io.weldr.core.port.GatewayException;
import io.weldr.core.port.GatewayException.Kind;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.Member;
import io.weldr.core.state.MemberId;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Takes something to the leader, here or elsewhere, and tries again until its deadline while that is safe: writes carry
 * a request id that is applied once, barriers change nothing. So a fail-over in the middle costs time, not an error.
 */
public final class Errands {
    /** An election takes longer; a leader that was just elected is found at once. */
    private static final Duration PAUSE = Duration.ofMillis(10);

    /** A leader that froze is found out by its followers in less; then the next attempt finds its successor. */
    private static final Duration FORWARD_TIMEOUT = Duration.ofMillis(700);

    /** How often to look whether somebody else leads while an answer is awaited. Most answers come sooner. */
    private static final Duration FOLLOW = Duration.ofMillis(20);

    private final MemberId self;
    private final Supplier<Leadership> leadership;
    private final Supplier<ClusterState> state;
    private final ScheduledExecutorService timer;
    /** Nobody waits longer than this for a leader that was not there to begin with: an election would be over. */
    private final Duration patience;

    public Errands(
            MemberId self,
            Supplier<Leadership> leadership,
            Supplier<ClusterState> state,
            ScheduledExecutorService timer,
            Duration patience) {
        this.self = self;
        this.leadership = leadership;
        this.state = state;
        this.timer = timer;
        this.patience = patience;
    }

    /** What is to be done at the leader. Both fail with {@link GatewayException}. */
    public interface Errand<T> {
        /** Does it on this node, which leads. */
        CompletableFuture<T> here();

        /** Asks the leader to do it. */
        CompletableFuture<T> there(Member leader, Duration deadline);
    }

    /** Fails with {@link GatewayException} and no other, at {@code deadlineNanos} at the latest. */
    <T> CompletableFuture<T> run(Errand<T> errand, long deadlineNanos) {
        return run(errand, deadlineNanos, FORWARD_TIMEOUT);
    }

    /**
     * The same for something that takes the leader longer. {@code forwardTimeout} is how long to wait for its answer to
     * one attempt.
     */
    public <T> CompletableFuture<T> run(Errand<T> errand, long deadlineNanos, Duration forwardTimeout) {
        Attempts<T> attempts = new Attempts<>(errand, deadlineNanos, forwardTimeout);
        long left = Math.max(0, deadlineNanos - System.nanoTime());
        var alarm = timer.schedule(attempts::expire, left, TimeUnit.NANOSECONDS);
        var unused = attempts.result.whenComplete((done, failure) -> alarm.cancel(false));
        attempts.next();
        return attempts.result;
    }

    private final class Attempts<T> {
        private final Errand<T> errand;
        private final long deadlineNanos;
        private final Duration forwardTimeout;
        private final CompletableFuture<T> result = new CompletableFuture<>();
        /** An attempt is on its way to the log. */
        private volatile boolean underWay;

        /** An attempt ended without anybody knowing whether it got there. */
        private volatile boolean unsettled;

        private volatile String obstacle = "there was no time to find the leader";

        Attempts(Errand<T> errand, long deadlineNanos, Duration forwardTimeout) {
            this.errand = errand;
            this.deadlineNanos = deadlineNanos;
            this.forwardTimeout = forwardTimeout;
        }

        void next() {
            Duration left = Duration.ofNanos(deadlineNanos - System.nanoTime());
            if (result.isDone() || left.isNegative() || left.isZero()) {
                return; // the alarm does the rest
            }
            Leadership now = leadership.get();
            Member leader = leader(now);
            if (now.closed() != null) {
                obstacle = now.closed();
                failUnlessUnsettled(Kind.UNAVAILABLE);
            } else if (now.here()) {
                underWay = true;
                var unused = begun(errand::here).whenComplete(this::ended);
            } else if (leader != null && !leader.id().equals(self)) {
                underWay = true;
                Duration timeout = left.compareTo(forwardTimeout) < 0 ? left : forwardTimeout;
                CompletableFuture<T> answer = begun(() -> errand.there(leader, timeout));
                var unused = answer.whenComplete(this::ended);
                if (forwardTimeout.equals(FORWARD_TIMEOUT)) {
                    // What takes longer may itself be what moves leadership.
                    follow(answer, leader.id());
                }
            } else {
                obstacle = describe(now);
                if (now.absent().compareTo(patience) > 0) {
                    failUnlessUnsettled(Kind.NO_LEADER);
                } else {
                    again();
                }
            }
        }

        /** As it has announced itself or, until then, as Raft knows it. */
        private @Nullable Member leader(Leadership now) {
            MemberId id = now.leader();
            HostPort raft = now.leaderRaft();
            Member announced = id == null ? null : state.get().members().get(id);
            return announced != null || id == null || raft == null ? announced : Member.atRaft(id, raft);
        }

        /**
         * A leader that froze answers nothing for as long as its attempt may take; once another leads, that one is
         * asked.
         */
        private void follow(CompletableFuture<T> answer, MemberId asked) {
            if (answer.isDone()) {
                return;
            }
            MemberId leads = leadership.get().leader();
            if (leads != null && !leads.equals(asked)) {
                answer.completeExceptionally(new GatewayException(
                        Kind.UNKNOWN_OUTCOME, asked + " had not answered when " + leads + " was elected"));
                return;
            }
            var unused = timer.schedule(() -> follow(answer, asked), FOLLOW.toMillis(), TimeUnit.MILLISECONDS);
        }

        private String describe(Leadership now) {
            if (now.leader() == null) {
                return "no leader is known";
            }
            return now.leader().equals(self)
                    ? "this node leads, but is not ready or no majority answers it"
                    : "the leader, " + now.leader() + ", has not announced its address yet";
        }

        private void ended(@Nullable T value, @Nullable Throwable thrown) {
            if (thrown == null) {
                result.complete(value);
                return;
            }
            GatewayException failure = gatewayException(thrown);
            obstacle = String.valueOf(failure.getMessage());
            if (failure.kind() == Kind.UNKNOWN_OUTCOME) {
                unsettled = true;
            }
            underWay = false;
            switch (failure.kind()) {
                case NO_LEADER, UNAVAILABLE, UNKNOWN_OUTCOME -> again();
                case OVERLOADED, TOO_LARGE, UNSUPPORTED, OWN_ADDRESS, ROUTES, NEEDS_SECRET ->
                    failUnlessUnsettled(failure.kind());
            }
        }

        private void again() {
            var unused = timer.schedule(this::next, PAUSE.toMillis(), TimeUnit.MILLISECONDS);
        }

        private void failUnlessUnsettled(Kind kind) {
            if (unsettled) {
                again(); // a leader may yet tell what became of it
            } else {
                result.completeExceptionally(new GatewayException(kind, obstacle));
            }
        }

        private void expire() {
            result.completeExceptionally(
                    unsettled || underWay
                            ? new GatewayException(
                                    Kind.UNKNOWN_OUTCOME, "no answer in time; the last obstacle: " + obstacle)
                            : new GatewayException(Kind.NO_LEADER, obstacle));
        }
    }

    /**
     * Begins an attempt. One that throws instead of failing has failed: whoever counts what is under way waits for its
     * end.
     */
    static <T> CompletableFuture<T> begun(Supplier<CompletableFuture<T>> attempt) {
        try {
            return attempt.get();
        } catch (RuntimeException | Error e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    public static GatewayException gatewayException(Throwable thrown) {
        Throwable cause = thrown;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause instanceof GatewayException known
                ? known
                : new GatewayException(Kind.UNKNOWN_OUTCOME, String.valueOf(cause), cause);
    }
}
