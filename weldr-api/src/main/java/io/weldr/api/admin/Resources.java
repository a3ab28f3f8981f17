package io.weldr.api.admin;

import com.google.protobuf.Message;
import io.weldr.api.error.Problem;
import io.weldr.api.error.ProblemException;
import io.weldr.api.error.ProblemType;
import io.weldr.core.Stamp;
import io.weldr.core.state.Command;
import io.weldr.core.state.Condition;
import io.weldr.core.state.Outcome.Effect;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The operations on pools, listeners and routes, for every row of {@link ResourceKind}. Any thread; never blocks.
 * Methods throw, and stages fail with,
 * {@link ProblemException} or {@link io.weldr.core.port.GatewayException}. What a write leaves is looked at on the
 * common pool: the checks of
 * thousands of routes take longer than the threads of the gateway may be held.
 */
public final class Resources {
    /** A revision that no resource is at. What every cluster has from its beginning is at 0. */
    private static final long NEVER = -1;

    private final AdminPorts ports;
    private final Rounds rounds;

    Resources(AdminPorts ports, Rounds rounds) {
        this.ports = ports;
        this.rounds = rounds;
    }

    /** A state, and what was read of it. */
    public record Read<T>(View view, T found) {}

    /** All of a kind, by name; listeners with what each member has made of them. */
    public <K, R> CompletionStage<Read<List<ResourceEntry>>> list(ResourceKind<K, R> kind, Consistency consistency) {
        return rounds.read(consistency)
                .thenCombine(
                        lines(kind),
                        (view, lines) -> new Read<>(
                                view,
                                kind.all().apply(view.state()).values().stream()
                                        .map(value -> entry(kind, value, lines))
                                        .toList()));
    }

    /** The one of that name, or a problem; a listener with what each member has made of it. */
    public <K, R> CompletionStage<Read<ResourceEntry>> get(
            ResourceKind<K, R> kind, String name, Consistency consistency) {
        return rounds.read(consistency)
                .thenCombine(lines(kind), (view, lines) -> new Read<>(view, get(kind, name, view, lines)));
    }

    /** The members' reports, asked for while the state is read; none for what only the state tells about. */
    private CompletionStage<List<Census.Line>> lines(ResourceKind<?, ?> kind) {
        return kind.equals(ResourceKind.LISTENER) ? rounds.census() : CompletableFuture.completedFuture(List.of());
    }

    private static <K, R> ResourceEntry entry(ResourceKind<K, R> kind, R value, List<Census.Line> lines) {
        ResourceEntry entry = ResourceEntry.of(kind, value);
        return kind.equals(ResourceKind.LISTENER) ? entry.boundBy(lines) : entry;
    }

    private static <K, R> ResourceEntry get(ResourceKind<K, R> kind, String name, View view, List<Census.Line> lines) {
        K key = kind.parse(name);
        R value = kind.all().apply(view.state()).get(key);
        if (value == null) {
            throw kind.noSuch(key).exception();
        }
        return entry(kind, value, lines);
    }

    /** Creates it; the same again changes nothing, unless it must be new. */
    public <K, R> CompletionStage<ResourceWritten> create(
            ResourceKind<K, R> kind, Message wish, boolean mustBeNew, WriteOptions options) {
        Condition condition = mustBeNew ? Condition.ABSENT : Condition.ABSENT_OR_SAME;
        return rounds.write(options, put(kind, wish, condition)).thenApplyAsync(written -> result(kind, wish, written));
    }

    /**
     * Makes it what the message says, with defaults for what it does not say.
     *
     * @param condition holds as well as that of the options; not looked at if the options name a revision
     */
    public <K, R> CompletionStage<ResourceWritten> replace(
            ResourceKind<K, R> kind, Message wish, Condition condition, WriteOptions options) {
        put(kind, wish, condition); // what is not valid needs no quorum to be refused
        return conditional(
                        kind,
                        kind.parse(kind.name(wish)),
                        options,
                        expected -> put(kind, wish, expected == null ? condition : new Condition.At(expected)))
                .thenApplyAsync(written -> result(kind, wish, written));
    }

    /**
     * Changes a part of it.
     *
     * @param edit makes the new message out of the one until now, and may throw a problem
     */
    public <K, R> CompletionStage<ResourceWritten> update(
            ResourceKind<K, R> kind, String name, UnaryOperator<Message> edit, WriteOptions options) {
        K key = kind.parse(name);
        AtomicReference<Message> wish = new AtomicReference<>(kind.named(kind.prototype(), name));
        return rounds.repeat(options, view -> {
                    R value = kind.all().apply(view.state()).get(key);
                    if (value == null) {
                        throw kind.noSuch(key).exception();
                    }
                    long seen = kind.stamp().apply(value).modified();
                    Message next = edit.apply(kind.encode().apply(value));
                    wish.set(next);
                    return new Rounds.Attempt(
                            put(kind, next, new Condition.At(options.expected(seen))), unmet(kind, key, seen, options));
                })
                .thenApplyAsync(written -> result(kind, Objects.requireNonNull(wish.get()), written));
    }

    /** Removes it. */
    public <K, R> CompletionStage<ResourceWritten> remove(ResourceKind<K, R> kind, String name, WriteOptions options) {
        K key = kind.parse(name);
        return conditional(kind, key, options, expected -> kind.remove().command(key, expected, now()))
                .thenApplyAsync(written -> result(kind, kind.named(kind.prototype(), name), written));
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

    private <K, R> Command put(ResourceKind<K, R> kind, Message message, Condition condition) {
        kind.parse(kind.name(message));
        try {
            return kind.put().command(message, condition, now());
        } catch (IllegalArgumentException e) {
            throw Problem.ofLine(
                            ProblemType.INVALID_VALUE, String.valueOf(e.getMessage()), "a valid " + kind.singular())
                    .exception();
        }
    }

    /** @param wish stands in for what was written if that is not there any more */
    private static <K, R> ResourceWritten result(ResourceKind<K, R> kind, Message wish, Written written) {
        Stamp stamp = Objects.requireNonNull(written.stamp(), "a write of a resource gives its stamp");
        R value = kind.all().apply(written.state()).get(kind.parse(kind.name(wish)));
        ResourceEntry entry = value == null ? null : ResourceEntry.of(kind, value);
        if (entry == null
                || written.effect() == Effect.REMOVED
                || !entry.stamp().equals(stamp)) {
            entry = new ResourceEntry(kind, wish, stamp, entry == null ? null : entry.origins(), null);
        }
        return new ResourceWritten(written, entry, Warnings.of(entry, written.state()));
    }

    private Instant now() {
        return ports.clock().instant();
    }
}
