package io.weldr.api.admin;

import io.weldr.api.error.Problem;
import io.weldr.api.error.ProblemType;
import io.weldr.core.Check;
import io.weldr.core.pool.PoolName;
import io.weldr.core.state.Command;
import io.weldr.core.state.Outcome.Effect;
import io.weldr.core.token.Role;
import io.weldr.core.token.Token;
import io.weldr.core.token.TokenName;
import io.weldr.core.token.TokenText;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The operations on tokens, for administrators alone. Any thread; never blocks. Methods throw, and stages fail with,
 * {@link io.weldr.api.error.ProblemException} or {@link io.weldr.core.port.GatewayException}.
 */
public final class Tokens {
    /** Longer is for ever, and that can be said. */
    public static final Duration LIFETIME_MAX = Duration.ofDays(3650);

    private static final Duration LIFETIME_LEAST = Duration.ofSeconds(1);

    private final AdminPorts ports;
    private final Rounds rounds;
    private final SecureRandom random = new SecureRandom();

    Tokens(AdminPorts ports, Rounds rounds) {
        this.ports = ports;
        this.rounds = rounds;
    }

    /**
     * What a request says of a token to be made.
     *
     * @param lifetime null: it does not expire
     */
    public record Draft(
            TokenName name,
            Role role,
            SortedSet<PoolName> pools,
            @Nullable Duration lifetime) {
        public Draft {
            pools = new TreeSet<>(pools);
            Check.atMost("pools", pools.size(), Token.POOLS_MAX);
            Check.that(
                    pools.isEmpty() || role == Role.OPERATOR,
                    "pools",
                    pools,
                    "none: only tokens of the role operator are limited to pools");
            if (lifetime != null) {
                Check.inRange("lifetime", lifetime, LIFETIME_LEAST, LIFETIME_MAX);
            }
        }
    }

    /** A token that was made. Its text is in no other place: nobody can tell it again. */
    public record Made(Token token, TokenText text, Written written) {}

    /** Tokens of a state. */
    public record Read(View view, List<Token> tokens) {
        public Read {
            tokens = List.copyOf(tokens);
        }
    }

    /** All tokens, by name. */
    public CompletionStage<Read> list(Consistency consistency) {
        return rounds.read(consistency)
                .thenApply(
                        view -> new Read(view, List.copyOf(view.state().tokens().values())));
    }

    /** The one of that name, or a problem. */
    public CompletionStage<Read> get(TokenName name, Consistency consistency) {
        return rounds.read(consistency).thenApply(view -> {
            Token token = view.state().token(name);
            if (token == null) {
                throw Problem.of(ProblemType.NO_SUCH_TOKEN, "there is no token " + name, "the name of a token")
                        .exception();
            }
            return new Read(view, List.of(token));
        });
    }

    /** Makes a token. One of its name that is there is left alone, and this fails with {@code already-exists}. */
    public CompletionStage<Made> create(Draft draft, WriteOptions options) {
        options.caller().check(Role.ADMIN);
        byte[] bytes = new byte[TokenText.RANDOM_BYTES];
        random.nextBytes(bytes);
        TokenText text = TokenText.of(bytes);
        Instant now = ports.clock().instant();
        Token wish = Token.named(
                draft.name(),
                draft.role(),
                draft.pools(),
                text.hash(),
                draft.lifetime() == null ? null : now.plus(draft.lifetime()));
        return rounds.write(options, new Command.PutToken(wish, now)).thenApply(written -> {
            Token there = written.state().token(draft.name());
            if (there == null
                    || written.effect() != Effect.CREATED
                    || !there.hash().matches(text.hash())) {
                // The same idempotency key has made a token before. Its text was told then, or got lost.
                throw Problem.of(
                                ProblemType.ALREADY_EXISTS,
                                "this request has made token " + draft.name() + " before, or it was removed since",
                                "another name; a token is shown once")
                        .exception();
            }
            return new Made(there, text, written);
        });
    }

    /** Removes a token: from then on nothing that shows it is let in or changes anything. */
    public CompletionStage<Written> remove(TokenName name, WriteOptions options) {
        options.caller().check(Role.ADMIN);
        List<Long> revisions = options.expectedRevisions();
        if (revisions != null && revisions.size() > 1) {
            throw Problem.of(ProblemType.BAD_REQUEST, "several revisions", "one: a token does not change")
                    .exception();
        }
        return rounds.write(
                options,
                new Command.RemoveToken(
                        name,
                        revisions == null ? null : revisions.get(0),
                        ports.clock().instant()));
    }
}
