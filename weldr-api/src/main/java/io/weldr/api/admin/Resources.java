package io.weldr.api.admin;

import com.google.protobuf.Message;
import io.weldr.api.admin.ResourceKind.Wish;
import io.weldr.api.error.Problem;
import io.weldr.api.error.ProblemException;
import io.weldr.api.error.ProblemType;
import io.weldr.core.Stamp;
import io.weldr.core.state.Command;
import io.weldr.core.state.Condition;
import io.weldr.core.state.Outcome.Effect;
import io.weldr.core.token.Role;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The operations on pools, listeners, routes and certificates, for every row of {@link ResourceKind}. Any thread; never
 * blocks. Methods throw, and stages fail with, {@link ProblemException} or {@link io.weldr.core.port.GatewayException}.
 * What a write leaves is looked at on threads of its own: the checks of thousands of routes take longer than an answer
 * may wait.
 */
public final class Resources {
    /** A revision that no resource is at. What every cluster has from its beginning is at 0. */
    private static final long NEVER = -1;

    private final AdminPorts ports;
    private final Rounds rounds;
    private final Executor checks = AnswerThreads.pool("weldr-check");

    Resources(AdminPorts ports, Rounds rounds) {
        this.ports = ports;
        this.rounds = rounds;
    }

    /** A state, and what was read of it. */
    public record Read<T>(View view, T found) {}

    /** All of a kind, by name; listeners and certificates with what each member has made of them. */
    public <K, R> CompletionStage<Read<List<ResourceEntry>>> list(ResourceKind<K, R> kind, Consistency consistency) {
        return rounds.read(consistency)
                .thenCombine(
                        lines(kind),
                        (view, lines) -> new Read<>(
                                view,
                                kind.all().apply(view.state()).values().stream()
                                        .map(value -> ResourceEntry.of(kind, value, view.state())
                                                .boundBy(lines))
                                        .toList()));
    }

    /** The one of that name, or a problem; a listener or certificate with what each member has made of it. */
    public <K, R> CompletionStage<Read<ResourceEntry>> get(
            ResourceKind<K, R> kind, String name, Consistency consistency) {
        return rounds.read(consistency)
                .thenCombine(lines(kind), (view, lines) -> new Read<>(view, get(kind, name, view, lines)));
    }

    /** The members' reports, asked for while the state is read; none for what only the state tells about. */
    private CompletionStage<List<Census.Line>> lines(ResourceKind<?, ?> kind) {
        return kind.asksMembers() ? rounds.census() : CompletableFuture.completedFuture(List.of());
    }

    private static <K, R> ResourceEntry get(ResourceKind<K, R> kind, String name, View view, List<Census.Line> lines) {
        K key = kind.parse(name);
        R value = kind.all().apply(view.state()).get(key);
        if (value == null) {
            throw kind.noSuch(key).exception();
        }
        return ResourceEntry.of(kind, value, view.state()).boundBy(lines);
    }

    /** Creates it; the same again changes nothing, unless it must be new. */
    public <K, R> CompletionStage<ResourceWritten> create(
            ResourceKind<K, R> kind, Message wish, boolean mustBeNew, WriteOptions options) {
        options.caller().check(Role.ADMIN);
        Condition condition = mustBeNew ? Condition.ABSENT : Condition.ABSENT_OR_SAME;
        return checked(kind, wish)
                .thenCompose(checked -> rounds.write(options, checked.command().at(condition, now()))
                        .thenApplyAsync(written -> result(kind, wish, checked, written), checks));
    }

    /**
     * Makes it what the message says, with defaults for what it does not say.
     *
     * @param condition holds as well as that of the options; not looked at if the options name a revision
     */
    public <K, R> CompletionStage<ResourceWritten> replace(
            ResourceKind<K, R> kind, Message wish, Condition condition, WriteOptions options) {
        options.caller().check(Role.ADMIN);
        return checked(kind, wish)
                .thenCompose(checked -> conditional(
                                kind,
                                kind.parse(kind.name(wish)),
                                options,
                                expected -> checked.command()
                                        .at(expected == null ? condition : new Condition.At(expected), now()))
                        .thenApplyAsync(written -> result(kind, wish, checked, written), checks));
    }

    /**
     * Changes a part of it.
     *
     * @param edit makes the new message out of the one until now, and may throw a problem
     */
    public <K, R> CompletionStage<ResourceWritten> update(
            ResourceKind<K, R> kind, String name, UnaryOperator<Message> edit, WriteOptions options) {
        options.caller().check(Role.ADMIN);
        K key = kind.parse(name);
        AtomicReference<Message> wish = new AtomicReference<>(kind.named(kind.prototype(), name));
        AtomicReference<Wish> checked = new AtomicReference<>(Wish.NOTHING);
        return rounds.repeat(options, kind.equals(ResourceKind.CERTIFICATE) ? checks : Runnable::run, view -> {
                    R value = kind.all().apply(view.state()).get(key);
                    if (value == null) {
                        throw kind.noSuch(key).exception();
                    }
                    long seen = kind.stamp().apply(value).modified();
                    Message next = edit.apply(kind.encode().apply(value));
                    Wish now = check(kind, next, value);
                    wish.set(next);
                    checked.set(now);
                    return new Rounds.Attempt(
                            now.command().at(new Condition.At(options.expected(seen)), now()),
                            unmet(kind, key, seen, options));
                })
                .thenApplyAsync(
                        written -> result(
                                kind,
                                Objects.requireNonNull(wish.get()),
                                Objects.requireNonNull(checked.get()),
                                written),
                        checks);
    }

    /** Removes it. */
    public <K, R> CompletionStage<ResourceWritten> remove(ResourceKind<K, R> kind, String name, WriteOptions options) {
        options.caller().check(Role.ADMIN);
        K key = kind.parse(name);
        return conditional(kind, key, options, expected -> kind.remove().command(key, expected, now()))
                .thenApplyAsync(
                        written -> result(kind, kind.named(kind.prototype(), name), Wish.NOTHING, written), checks);
    }

    /**
     * Writes on the condition of the options. A command expects one revision at most; of several, this reads which one
     * holds.
     */
    private <K, R> CompletionStage<Written> conditional(
            ResourceKind<K, R> kind, K key, WriteOptions options, Function<@Nullable Long, Command> command) {
        List<Long> revisions = options.expectedRevisions();
        if (revisions == null || revisions.size() == 1) {
            return rounds.write(options, command.apply(revisions == null ? null : revisions.get(0)));
        }
        return rounds.repeat(options, view -> {
            R value = kind.all().apply(view.state()).get(key);
            long seen = value == null ? NEVER : kind.stamp().apply(value).modified();
            return new Rounds.Attempt(command.apply(options.expected(seen)), unmet(kind, key, seen, options));
        });
    }

    private static <K, R> @Nullable Problem unmet(ResourceKind<K, R> kind, K key, long seen, WriteOptions options) {
        return options.expects(seen)
                ? null
                : Problem.of(
                        ProblemType.PRECONDITION_FAILED,
                        kind.singular() + " " + key + (seen == NEVER ? " is not there" : " is at revision " + seen),
                        "one of " + options.expectedRevisions());
    }

    /**
     * What the message says, checked. What is not valid needs no quorum to be refused, unless what it says depends on
     * the resource that is there. Certificates are checked on threads of their own, since that takes milliseconds.
     */
    private <K, R> CompletionStage<Wish> checked(ResourceKind<K, R> kind, Message message) {
        K key = kind.parse(kind.name(message));
        if (kind.leans().test(message)) {
            return rounds.read(Consistency.LINEARIZABLE)
                    .thenApplyAsync(
                            view -> check(
                                    kind,
                                    message,
                                    kind.all().apply(view.state()).get(key)),
                            checks);
        }
        return kind.equals(ResourceKind.CERTIFICATE)
                ? CompletableFuture.supplyAsync(() -> check(kind, message, null), checks)
                : CompletableFuture.completedFuture(check(kind, message, null));
    }

    private <K, R> Wish check(ResourceKind<K, R> kind, Message message, @Nullable R before) {
        kind.parse(kind.name(message));
        try {
            return kind.put().wish(message, before, ports.intake(), now());
        } catch (IllegalArgumentException e) {
            throw Problem.ofLine(
                            ProblemType.INVALID_VALUE, String.valueOf(e.getMessage()), "a valid " + kind.singular())
                    .exception();
        }
    }

    /** @param wish stands in for what was written if that is not there any more */
    private static <K, R> ResourceWritten result(ResourceKind<K, R> kind, Message wish, Wish checked, Written written) {
        Stamp stamp = Objects.requireNonNull(written.stamp(), "a write of a resource gives its stamp");
        R value = kind.all().apply(written.state()).get(kind.parse(kind.name(wish)));
        ResourceEntry entry = value == null ? null : ResourceEntry.of(kind, value, written.state());
        if (entry == null
                || written.effect() == Effect.REMOVED
                || !entry.stamp().equals(stamp)) {
            entry = ResourceEntry.gone(kind, wish, stamp, entry == null ? null : entry.origins());
        }
        List<String> warnings = new ArrayList<>(checked.warnings());
        warnings.addAll(Warnings.of(entry, written.state()));
        return new ResourceWritten(written, entry, warnings);
    }

    private Instant now() {
        return ports.clock().instant();
    }
}
