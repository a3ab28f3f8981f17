package io.weldr.core.token;

import io.weldr.core.Check;
import io.weldr.core.Stamp;
import io.weldr.core.pool.PoolName;
import java.time.Instant;
import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A credential of the API.
 *
 * @param pools whose origins an operator may change; empty: those of all pools. Only for {@link Role#OPERATOR}. A pool
 *     need not be there
 * @param hash of what the client shows
 * @param expires it is refused from then on, by the clock of the node that is asked; null: never
 */
public record Token(
        TokenName name,
        Role role,
        SortedSet<PoolName> pools,
        TokenHash hash,
        @Nullable Instant expires,
        Stamp stamp) {
    /** As many as fit a line of the history, and more than a team has. */
    public static final int POOLS_MAX = 64;

    public Token {
        pools = Collections.unmodifiableSortedSet(new TreeSet<>(pools));
        Check.atMost("pools of the token", pools.size(), POOLS_MAX);
        Check.that(
                pools.isEmpty() || role == Role.OPERATOR,
                "pools",
                pools,
                "none: only tokens of the role operator are limited to pools");
    }

    /** As it is asked for, with the initial stamp. */
    public static Token named(
            TokenName name, Role role, SortedSet<PoolName> pools, TokenHash hash, @Nullable Instant expires) {
        return new Token(name, role, pools, hash, expires, Stamp.INITIAL);
    }

    /** The same, as written at another time. */
    public Token with(Stamp other) {
        return new Token(name, role, pools, hash, expires, other);
    }

    /** Whether it is refused at that time. */
    public boolean expired(Instant now) {
        return expires != null && !now.isBefore(expires);
    }
}
