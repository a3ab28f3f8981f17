package io.weldr.api.auth;

import io.weldr.api.error.Problem;
import io.weldr.api.error.ProblemType;
import io.weldr.core.Words;
import io.weldr.core.pool.PoolName;
import io.weldr.core.state.Actor;
import io.weldr.core.state.Attribution;
import io.weldr.core.token.Role;
import io.weldr.core.token.Token;
import java.time.Instant;
import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The sender of a request, and the rights of the sender.
 *
 * @param pools whose origins an operator may change; empty: those of all pools
 * @param address of the client, for people; null: unknown
 * @param certified the certificate by which it was let in; null: by something else
 * @param sessionEnds the request came by a session that ends then: the browser added it by itself; null: it did not
 */
public record Caller(
        Actor actor,
        Role role,
        SortedSet<PoolName> pools,
        @Nullable String address,
        @Nullable Certified certified,
        @Nullable Instant sessionEnds) {
    public Caller {
        pools = Collections.unmodifiableSortedSet(new TreeSet<>(pools));
    }

    /** One that may do everything. */
    public static Caller admin(Actor actor, @Nullable String address) {
        return new Caller(actor, Role.ADMIN, new TreeSet<>(), address, null, null);
    }

    /** Whoever shows that certificate. */
    static Caller of(Certified certified, Role role, @Nullable String address) {
        return new Caller(certified.actor(), role, new TreeSet<>(), address, certified, null);
    }

    /** Whoever shows that token. */
    static Caller of(Token token, @Nullable String address) {
        return of(token, address, null);
    }

    /** The same, by a session that ends then. */
    static Caller of(Token token, @Nullable String address, @Nullable Instant sessionEnds) {
        Actor actor = Actor.token(token.name(), token.stamp().created());
        return new Caller(actor, token.role(), token.pools(), address, null, sessionEnds);
    }

    /** Whoever asks for what everybody may have. */
    public static Caller nobody(@Nullable String address) {
        return new Caller(Actor.ANONYMOUS, Role.VIEWER, new TreeSet<>(), address, null, null);
    }

    /**
     * Whether the request itself carried the credential: a browser adds none by itself, so that no page of another site
     * can make it.
     */
    public boolean showsToken() {
        return actor.kind() == Actor.Kind.TOKEN && !bySession();
    }

    /** Whether a browser has added the credential by itself. */
    public boolean bySession() {
        return sessionEnds != null;
    }

    /** Whether nothing but the way on which the request came says who this is. */
    public boolean withoutCredential() {
        return actor.kind() == Actor.Kind.LOCAL || actor.kind() == Actor.Kind.ANONYMOUS;
    }

    /**
     * Returns if the role includes that one.
     *
     * @throws io.weldr.api.error.ProblemException of type {@code forbidden}
     */
    public void check(Role needed) {
        if (!role.includes(needed)) {
            throw Problem.of(
                            ProblemType.FORBIDDEN,
                            actor + " has the role " + Words.of(role),
                            "the role " + Words.of(needed))
                    .exception();
        }
    }

    /**
     * Returns if this one may change origins of that pool.
     *
     * @throws io.weldr.api.error.ProblemException of type {@code forbidden}
     */
    public void checkOperates(PoolName pool) {
        check(Role.OPERATOR);
        if (role == Role.OPERATOR && !pools.isEmpty() && !pools.contains(pool)) {
            throw Problem.of(
                            ProblemType.FORBIDDEN,
                            actor + " may not change origins of the pool " + pool,
                            "a pool of the token: "
                                    + pools.stream().map(PoolName::value).collect(Collectors.joining(", ")))
                    .exception();
        }
    }

    /** What the history says of a change that this one asked for. */
    public Attribution attribution(@Nullable String reason) {
        return new Attribution(actor, address, reason);
    }
}
