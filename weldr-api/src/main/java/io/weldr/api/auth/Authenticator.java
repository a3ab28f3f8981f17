package io.weldr.api.auth;

import io.weldr.api.error.Problem;
import io.weldr.api.error.ProblemException;
import io.weldr.api.error.ProblemType;
import io.weldr.core.port.ApiTls;
import io.weldr.core.state.Actor;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.MemberId;
import io.weldr.core.token.Role;
import io.weldr.core.token.Token;
import io.weldr.core.token.TokenHash;
import io.weldr.core.token.TokenName;
import io.weldr.core.token.TokenText;
import java.net.InetAddress;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells who sent a request. Any thread; never blocks. A node that lags may still take a token that was removed: the log
 * refuses what such a request wants to change, see {@link ClusterState#apply}.
 */
public final class Authenticator {
    private static final String SCHEME = "bearer ";
    private static final String EXPECTED = "Authorization: Bearer and a valid token, or a client certificate";

    private final Supplier<ClusterState> state;
    private final @Nullable ApiTls tls;
    private final InstantSource clock;
    private final Attempts attempts;
    private final Sessions sessions;
    private volatile Index index = new Index(new TreeMap<>(), Map.of());

    /** Tokens by the beginning of their hash. Made anew when the tokens of the state are others. */
    private record Index(SortedMap<TokenName, Token> of, Map<String, List<Token>> byPrefix) {}

    /** @param tls knows who shows a certificate; null: nobody can show one */
    public Authenticator(Supplier<ClusterState> state, Sessions sessions, InstantSource clock, @Nullable ApiTls tls) {
        this(state, sessions, clock, tls, new Attempts(System::nanoTime));
    }

    Authenticator(
            Supplier<ClusterState> state,
            Sessions sessions,
            InstantSource clock,
            @Nullable ApiTls tls,
            Attempts attempts) {
        this.sessions = sessions;
        this.state = state;
        this.tls = tls;
        this.clock = clock;
        this.attempts = attempts;
    }

    /**
     * What a request shows of who sent it.
     *
     * @param authorization every {@code Authorization} field
     * @param cookies every {@code Cookie} field
     * @param proxied whether a field says that a proxy passed the request on
     * @param certified by what client certificate TLS knows the client; null: none
     * @param from where the connection comes from; null: unknown
     * @param address the same with the port, for people
     */
    public record Shown(
            AccessRule rule,
            List<String> authorization,
            List<String> cookies,
            boolean proxied,
            @Nullable Certified certified,
            @Nullable InetAddress from,
            @Nullable String address) {
        public Shown {
            authorization = List.copyOf(authorization);
            cookies = List.copyOf(cookies);
        }
    }

    /**
     * Who sent the request. A token counts more than a session, that more than a certificate, and all of them more than
     * the address: on loopback, too, a token limits what the request may do.
     *
     * @throws ProblemException of type {@code unauthenticated} or {@code too-many-attempts}. It does not tell whether
     *     there is such a token
     */
    public Caller caller(Shown shown) {
        if (!shown.authorization().isEmpty()) {
            return byToken(shown);
        }
        Caller signedIn = bySession(shown);
        if (signedIn != null) {
            return signedIn;
        }
        if (shown.certified() != null) {
            return Caller.of(shown.certified(), role(shown.certified().actor()), shown.address());
        }
        if (shown.rule() == AccessRule.ANYBODY) {
            return Caller.admin(Actor.ANONYMOUS, shown.address());
        }
        if (shown.rule() == AccessRule.LOCAL && !shown.proxied()) {
            return Caller.admin(Actor.LOCAL, shown.address());
        }
        throw Problem.of(
                        ProblemType.UNAUTHENTICATED,
                        shown.rule() == AccessRule.LOCAL
                                ? "a request that a proxy passed on, without a token"
                                : "no token",
                        EXPECTED)
                .exception();
    }

    /** A node that is no member yet, or was taken out, may read: how would it find those that it wants to join? */
    private Role role(Actor certified) {
        return certified.kind() != Actor.Kind.NODE || state.get().members().containsKey(new MemberId(certified.name()))
                ? Role.ADMIN
                : Role.VIEWER;
    }

    /** Null: there is no session, or it is over. */
    private @Nullable Caller bySession(Shown shown) {
        Sessions.Session session = shown.cookies().isEmpty() ? null : sessions.of(shown.cookies());
        if (session == null) {
            return null;
        }
        Token token = live(session.token(), session.created());
        return token == null ? null : Caller.of(token, shown.address(), session.ends());
    }

    /** The token that was made at that revision; null: there is none any more. */
    private @Nullable Token live(TokenName name, long created) {
        Token token = state.get().token(name);
        return token != null && token.stamp().created() == created && !token.expired(clock.instant()) ? token : null;
    }

    /** The token that this caller shows; null: none, or there is none any more. */
    public @Nullable Token shownToken(Caller caller) {
        Long created = caller.actor().created();
        return created == null || !caller.showsToken()
                ? null
                : live(new TokenName(caller.actor().name()), created);
    }

    private Caller byToken(Shown shown) {
        InetAddress from = shown.from();
        if (from != null && !attempts.mayTry(from)) {
            throw Problem.of(
                            ProblemType.TOO_MANY_ATTEMPTS,
                            "more than " + Attempts.BURST + " invalid tokens from this address",
                            "at most one each second after that")
                    .exception();
        }
        Token token =
                shown.authorization().size() == 1 ? token(shown.authorization().get(0)) : null;
        if (token == null) {
            if (from != null) {
                attempts.failed(from);
            }
            throw invalid();
        }
        return Caller.of(token, shown.address());
    }

    private @Nullable Token token(String authorization) {
        if (authorization.length() <= SCHEME.length()
                || !authorization
                        .substring(0, SCHEME.length())
                        .toLowerCase(Locale.ROOT)
                        .equals(SCHEME)) {
            return null;
        }
        TokenText text =
                TokenText.parse(authorization.substring(SCHEME.length()).strip());
        if (text == null) {
            return null;
        }
        TokenHash hash = text.hash();
        Token found = null;
        for (Token token : index().byPrefix().getOrDefault(prefix(hash), List.of())) {
            if (token.hash().matches(hash)) {
                found = token;
            }
        }
        return found == null || found.expired(clock.instant()) ? null : found;
    }

    private static ProblemException invalid() {
        return Problem.of(ProblemType.UNAUTHENTICATED, "a credential that is not valid", EXPECTED)
                .exception();
    }

    /**
     * Tells whether a request that was let in this moment would be let in later, too: its token may be removed or
     * expire, its certificate may expire or be of a secret that was replaced. What it gives may be asked often, by any
     * thread; of a certificate it knows within a second.
     */
    public BooleanSupplier validity(Caller caller) {
        if (caller.certified() != null && tls != null) {
            return new Validity(caller.certified(), tls, System::nanoTime);
        }
        Long created = caller.actor().created();
        return created == null ? () -> true : () -> lives(caller, created);
    }

    private boolean lives(Caller caller, long created) {
        Instant ends = caller.sessionEnds();
        return live(new TokenName(caller.actor().name()), created) != null
                && (ends == null || clock.instant().isBefore(ends));
    }

    @SuppressWarnings("ReferenceEquality") // a change of anything else leaves the map as it is
    private Index index() {
        SortedMap<TokenName, Token> tokens = state.get().tokens();
        Index known = index;
        if (known.of() != tokens) {
            Map<String, List<Token>> byPrefix = new HashMap<>();
            for (Token token : tokens.values()) {
                byPrefix.merge(prefix(token.hash()), List.of(token), Authenticator::both);
            }
            known = new Index(tokens, byPrefix);
            index = known;
        }
        return known;
    }

    private static List<Token> both(List<Token> some, List<Token> more) {
        List<Token> all = new java.util.ArrayList<>(some);
        all.addAll(more);
        return all;
    }

    /**
     * Which tokens are compared is no secret: nobody can choose the hash of a guess. The comparison itself takes the
     * same time for all.
     */
    private static String prefix(TokenHash hash) {
        return hash.hex().substring(0, 16);
    }
}
