package io.weldr.api.admin;

import io.weldr.api.admin.Written.Applied;
import io.weldr.api.error.Problem;
import io.weldr.api.error.ProblemException;
import io.weldr.api.error.ProblemType;
import io.weldr.api.error.Problems;
import io.weldr.core.certificate.CertificateName;
import io.weldr.core.listener.ListenerName;
import io.weldr.core.port.Committed;
import io.weldr.core.state.Command;
import io.weldr.core.state.Outcome.Accepted;
import io.weldr.core.state.Outcome.Refusal;
import io.weldr.core.state.Outcome.Refused;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Submits commands, and again where only time has passed: what the command was made of was read too early, or the
 * leader checked it too early.
 * Every further attempt has a request id of its own, which follows from that of the first. Any thread; never blocks.
 */
final class Rounds {
    /** As many writers of the same thing at the same time each have their turn. */
    private static final int STALE_MAX = 20;

    /** As many writers of routes at the same time each have their turn. */
    private static final int CHECKED_TOO_EARLY_MAX = 20;

    /** How long {@code wait=applied} waits for a member that lags. */
    private static final Duration APPLIED_WAIT = Duration.ofSeconds(5);

    private final AdminPorts ports;
    private final Census census;

    Rounds(AdminPorts ports, Census census) {
        this.ports = ports;
        this.census = census;
    }

    /**
     * A command made of what was read.
     *
     * @param unmet the writer's own condition that did not hold then; null: it held, or there is none
     */
    record Attempt(Command command, @Nullable Problem unmet) {}

    /** A state to read from. */
    CompletionStage<View> read(Consistency consistency) {
        return switch (consistency) {
            case LINEARIZABLE -> ports.gateway().linearizable().thenApply(state -> new View(state, false, null));
            case STALE ->
                CompletableFuture.completedFuture(new View(
                        ports.state().get(), true, ports.status().status().sinceLeaderContact()));
        };
    }

    /** Everybody's report. Does not fail. */
    CompletionStage<List<Census.Line>> census() {
        return census.take();
    }

    /** Submits the command. */
    CompletionStage<Written> write(WriteOptions options, Command command) {
        return write(options, command, Function.identity());
    }

    /** @param reword what the refused or accepted command stands for */
    CompletionStage<Written> write(WriteOptions options, Command command, Function<Committed, Committed> reword) {
        return write(options, command, reword, 0);
    }

    private CompletionStage<Written> write(
            WriteOptions options, Command command, Function<Committed, Committed> reword, int number) {
        return ports.gateway()
                .submit(RequestKeys.attempt(options.id(), number), command, options.by())
                .thenCompose(
                        committed -> refused(committed, Refusal.CHECKED_TOO_EARLY) && number + 1 < CHECKED_TOO_EARLY_MAX
                                ? write(options, command, reword, number + 1)
                                : settle(options, command, reword.apply(committed)));
    }

    /** Reads, makes a command of what was read, and submits it; again if only that reading was out of date. */
    CompletionStage<Written> repeat(WriteOptions options, Function<View, Attempt> attemptAt) {
        return repeat(options, Runnable::run, attemptAt);
    }

    /** @param by makes the commands, for what takes too long for the threads of the gateway */
    CompletionStage<Written> repeat(WriteOptions options, Executor by, Function<View, Attempt> attemptAt) {
        return repeat(options, by, attemptAt, 0, 0);
    }

    private CompletionStage<Written> repeat(
            WriteOptions options, Executor by, Function<View, Attempt> attemptAt, int number, int stale) {
        CompletionStage<Attempt> made = read(Consistency.LINEARIZABLE).thenApplyAsync(attemptAt, by);
        return made.thenCompose(attempt -> ports.gateway()
                .submit(RequestKeys.attempt(options.id(), number), attempt.command(), options.by())
                .thenCompose(committed -> {
                    if (refused(committed, Refusal.CHECKED_TOO_EARLY) && number - stale + 1 < CHECKED_TOO_EARLY_MAX) {
                        return repeat(options, by, attemptAt, number + 1, stale);
                    }
                    if (!refused(committed, Refusal.PRECONDITION_FAILED)) {
                        return settle(options, attempt.command(), committed);
                    }
                    if (attempt.unmet() != null) {
                        return CompletableFuture.failedFuture(attempt.unmet().exception());
                    }
                    return stale + 1 < STALE_MAX
                            ? repeat(options, by, attemptAt, number + 1, stale + 1)
                            : CompletableFuture.failedFuture(overtaken((Refused) committed.outcome()));
                }));
    }

    /**
     * The writer named no condition that does not hold, so that this is no failed one: the same request may be sent
     * again.
     */
    private static ProblemException overtaken(Refused last) {
        return Problem.of(
                        ProblemType.CONFLICT,
                        "it was changed " + STALE_MAX + " times while this change was made, at last: " + last.detail(),
                        "no other change of it at the same time")
                .exception();
    }

    private static boolean refused(Committed committed, Refusal refusal) {
        return committed.outcome() instanceof Refused refused && refused.refusal() == refusal;
    }

    /** The listener that a command writes; null: none. */
    private static @Nullable ListenerName listener(Command command) {
        if (command instanceof Command.PutListener put) {
            return put.listener().name();
        }
        return command instanceof Command.RemoveListener remove ? remove.name() : null;
    }

    /** The certificate that a command writes; null: none. */
    private static @Nullable CertificateName certificate(Command command) {
        return command instanceof Command.PutCertificate put ? put.certificate().name() : null;
    }

    private CompletionStage<Written> settle(WriteOptions options, Command command, Committed committed) {
        if (committed.outcome() instanceof Refused refused) {
            return CompletableFuture.failedFuture(Problems.of(refused).exception());
        }
        Accepted accepted = (Accepted) committed.outcome();
        CompletionStage<List<Applied>> applied = options.waitApplied()
                ? census.applied(
                        new Awaited(committed.index(), listener(command), certificate(command)),
                        accepted.revision(),
                        APPLIED_WAIT)
                : CompletableFuture.completedFuture(List.of());
        return applied.thenApply(list -> new Written(
                accepted.effect(),
                ports.state().get(),
                accepted.revision(),
                accepted.origin(),
                accepted.health(),
                accepted.stamp(),
                list));
    }
}
