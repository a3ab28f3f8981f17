package io.weldr.core.port;

import io.weldr.core.pool.OriginId;
import io.weldr.core.pool.PoolName;
import java.util.List;

/**
 * What a sticky cookie holds: a token that stands for an origin. Nobody can make one without the secret of the cluster,
 * it names no address, and every member makes the same one. A part of the proxy that reads cookies keeps a map from
 * token to origin, so that no request needs cryptography. Any thread; takes microseconds, and blocks never.
 */
public interface CookieTokens {
    /** Why a node without a secret refuses sticky cookies, and what to do about it. */
    String NEEDS_SECRET = "sticky cookies need " + MissingSecret.TEXT;

    /** A node that has no secret. */
    CookieTokens NONE = new CookieTokens() {
        @Override
        public boolean available() {
            return false;
        }

        @Override
        public String token(PoolName pool, OriginId origin) {
            throw new IllegalStateException(NEEDS_SECRET);
        }

        @Override
        public List<String> accepted(PoolName pool, OriginId origin) {
            return List.of();
        }
    };

    /** Whether there are tokens. Once there are, they stay available while the node runs. */
    boolean available();

    /**
     * The token that a new cookie gets, of 22 letters, digits, {@code -} and {@code _}.
     *
     * @throws IllegalStateException there are none; see {@link #available}
     */
    String token(PoolName pool, OriginId origin);

    /**
     * The tokens by which a cookie may ask for that origin. First the one that new cookies get; while the secret is
     * replaced also the one of the previous secret. None if there are no tokens.
     */
    List<String> accepted(PoolName pool, OriginId origin);
}
