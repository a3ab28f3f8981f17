package io.weldr.api.admin;

import io.weldr.api.error.Problem;
import io.weldr.api.error.ProblemException;
import io.weldr.api.error.ProblemType;
import io.weldr.core.listener.ListenerName;
import io.weldr.core.pool.HealthPolicy;
import io.weldr.core.pool.Origin;
import io.weldr.core.pool.OriginUrl;
import io.weldr.core.pool.Pool;
import io.weldr.core.pool.PoolName;
import io.weldr.core.port.Committed;
import io.weldr.core.route.RouteTest.SampleRequest;
import io.weldr.core.state.ClusterVersion;
import io.weldr.core.state.Command;
import io.weldr.core.state.OriginRef;
import io.weldr.core.state.OriginSpec;
import io.weldr.core.state.Outcome.Refusal;
import io.weldr.core.state.Outcome.Refused;
import io.weldr.core.token.Role;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The operations of the API. Any thread; never blocks. Stages fail with {@link ProblemException} or {@link
 * io.weldr.core.port.GatewayException} and complete on threads that must not be blocked.
 *
 * <p>A request that says only a part of a health policy is completed here, because the log takes whole policies: read,
 * complete, and write on the condition that what was read still holds. If it does not, the round is repeated.
 */
public final class Admin {
    /** A revision that no origin is at. */
    private static final long NEVER = 0;

    private final AdminPorts ports;
    private final Rounds rounds;
    private final Resources resources;
    private final Tokens tokens;

    public Admin(AdminPorts ports, Census census) {
        this.ports = ports;
        this.rounds = new Rounds(ports, census);
        this.tokens = new Tokens(ports, rounds);
        this.resources = new Resources(ports, rounds);
    }

    /** The operations on tokens. */
    public Tokens tokens() {
        return tokens;
    }

    /** The operations on pools, listeners and routes. */
    public Resources resources() {
        return resources;
    }

    /**
     * Tells where a request that comes to that listener goes. Takes as long as its routes take to be compiled.
     *
     * @param listener null: the first one of protocol {@code https} if the URL begins with {@code https:} and there is
     *     one, else {@code default}
     */
    public Explained explain(View view, @Nullable ListenerName listener, SampleRequest request) {
        return Explainer.explain(view.state(), listener, request, ports.sentHeads());
    }

    /** A state to read from. */
    public CompletionStage<View> read(Consistency consistency) {
        return rounds.read(consistency);
    }

    /** Adds an origin. */
    public CompletionStage<Written> add(PoolName pool, OriginDraft draft, boolean mustBeNew, WriteOptions options) {
        options.caller().checkOperates(pool);
        OriginUrl url = required(draft.url());
        HealthDraft health = draft.health();
        if (health == null) {
            OriginSpec spec = draft.spec(url, null);
            return add(options, new Command.AddOrigin(pool, spec, mustBeNew, now()));
        }
        check(health);
        return read(Consistency.LINEARIZABLE).thenCompose(view -> {
            Pool there = view.pool(pool);
            // What is not said is as the pool has it when the origin comes. Of one that is there already that moment is
            // past: the same words mean what they meant then, whatever the pool's policy is now.
            Origin before = new OriginRef.ByAddress(url.address()).in(there);
            HealthPolicy own = before == null ? null : before.health();
            HealthPolicy whole = valid(() -> health.complete(own == null ? there.health() : own));
            OriginSpec spec = draft.spec(url, whole);
            return add(options, new Command.AddOrigin(pool, spec, mustBeNew, now()));
        });
    }

    private CompletionStage<Written> add(WriteOptions options, Command.AddOrigin command) {
        return rounds.write(options, command, committed -> command.mustBeNew() ? asCondition(committed) : committed);
    }

    /**
     * The condition that there be no such origin fails by another one under its id or address, too (RFC 9110 section
     * 13.1.2).
     */
    private static Committed asCondition(Committed committed) {
        return committed.outcome() instanceof Refused refused && refused.refusal() == Refusal.ALREADY_EXISTS
                ? new Committed(committed.index(), new Refused(Refusal.PRECONDITION_FAILED, refused.detail()))
                : committed;
    }

    /** Changes what the draft says of an origin and leaves the rest. */
    public CompletionStage<Written> update(PoolName pool, OriginRef ref, OriginDraft draft, WriteOptions options) {
        options.caller().checkOperates(pool);
        HealthDraft health = draft.health();
        if (health == null) {
            return conditional(
                    pool,
                    ref,
                    options,
                    expected -> new Command.UpdateOrigin(pool, ref, draft.patch(null), expected, now()));
        }
        check(health);
        return rounds.repeat(options, view -> {
            Pool there = view.pool(pool);
            Origin origin = ref.in(there);
            // Where there is none, the log says so, and not this view: it alone knows whether the same wish was
            // carried out before the origin went.
            HealthPolicy base = origin == null ? there.health() : origin.healthPolicy(there.health());
            long seen = origin == null ? NEVER : origin.modified();
            HealthPolicy whole = valid(() -> health.complete(base));
            return new Rounds.Attempt(
                    new Command.UpdateOrigin(pool, ref, draft.patch(whole), options.expected(seen), now()),
                    unmet(ref, origin, options));
        });
    }

    /** Makes an origin what the draft says, with defaults for what it does not say. */
    public CompletionStage<Written> replace(PoolName pool, OriginRef ref, OriginDraft whole, WriteOptions options) {
        options.caller().checkOperates(pool);
        required(whole.url());
        // Under an older cluster version no origin can have these, and no command may name them.
        OriginDraft draft =
                ports.state().get().version().atLeast(ClusterVersion.RESOURCES) ? whole : whole.withoutDefaults();
        HealthDraft health = draft.health();
        if (health == null) {
            return update(pool, ref, draft, options);
        }
        check(health);
        return read(Consistency.LINEARIZABLE).thenCompose(view -> {
            HealthPolicy policy = valid(() -> health.complete(view.pool(pool).health()));
            return conditional(
                    pool,
                    ref,
                    options,
                    expected -> new Command.UpdateOrigin(pool, ref, draft.patch(policy), expected, now()));
        });
    }

    /** Removes an origin. */
    public CompletionStage<Written> remove(PoolName pool, OriginRef ref, WriteOptions options) {
        options.caller().checkOperates(pool);
        return conditional(pool, ref, options, expected -> new Command.RemoveOrigin(pool, ref, expected, now()));
    }

    /**
     * Writes on the condition of the options. A command expects one revision at most. Where the writer names several,
     * this reads which of them holds.
     */
    private CompletionStage<Written> conditional(
            PoolName pool, OriginRef ref, WriteOptions options, Function<@Nullable Long, Command> command) {
        List<Long> revisions = options.expectedRevisions();
        if (revisions == null || revisions.size() == 1) {
            return rounds.write(options, command.apply(revisions == null ? null : revisions.get(0)));
        }
        return rounds.repeat(options, view -> {
            Origin origin = ref.in(view.pool(pool));
            long expected = options.expected(origin == null ? NEVER : origin.modified());
            return new Rounds.Attempt(command.apply(expected), unmet(ref, origin, options));
        });
    }

    private static @Nullable Problem unmet(OriginRef ref, @Nullable Origin origin, WriteOptions options) {
        return origin == null || options.expects(origin.modified())
                ? null
                : Problem.of(
                        ProblemType.PRECONDITION_FAILED,
                        "origin " + ref + " is at revision " + origin.modified(),
                        "one of " + options.expectedRevisions());
    }

    /**
     * Changes what the draft says of the pool's policy.
     *
     * @param base what it completes: given the policy until now, the one to start from
     * @param unless checked against the policy until now: why the write is refused, unless all is as it wishes already
     *     (RFC 9110 section 13.1.1) or its id was carried out before; null or a result of null: it is not
     */
    public CompletionStage<Written> setHealth(
            PoolName pool,
            HealthDraft draft,
            Function<HealthPolicy, HealthPolicy> base,
            @Nullable Function<HealthPolicy, @Nullable Problem> unless,
            WriteOptions options) {
        options.caller().check(Role.ADMIN);
        check(draft);
        return rounds.repeat(options, view -> {
            HealthPolicy before = view.pool(pool).health();
            Problem unmet = unless == null ? null : unless.apply(before);
            HealthPolicy whole = valid(() -> draft.complete(base.apply(before)));
            // Whether this id was carried out before is known to the log alone.
            HealthPolicy expected = unmet == null ? before : whole;
            return new Rounds.Attempt(new Command.SetHealthPolicy(pool, whole, expected, now()), unmet);
        });
    }

    private static OriginUrl required(@Nullable OriginUrl url) {
        if (url == null) {
            throw Problem.of(ProblemType.INVALID_VALUE, "url: nothing", "http://host:port")
                    .exception();
        }
        return url;
    }

    /** What no policy could make valid needs no quorum to be refused. */
    private static void check(HealthDraft health) {
        try {
            health.check();
        } catch (IllegalArgumentException e) {
            throw invalid(e);
        }
    }

    private static ProblemException invalid(IllegalArgumentException e) {
        return Problem.ofLine(ProblemType.INVALID_VALUE, "health." + e.getMessage(), "a valid health policy")
                .exception();
    }

    private static HealthPolicy valid(Supplier<HealthPolicy> policy) {
        try {
            return policy.get();
        } catch (IllegalArgumentException e) {
            throw invalid(e);
        }
    }

    private Instant now() {
        return ports.clock().instant();
    }
}
