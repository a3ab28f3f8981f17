package io.weldr.core.pool;

/** The algorithm by which a pool spreads requests over its origins. */
public enum Algorithm {
    /** In turn, each origin exactly as often as its weight says. */
    ROUND_ROBIN,
    /** To the origin with the fewest requests in flight for its weight. */
    LEAST_REQUESTS,
    /**
     * Of two random origins to the one with fewer requests in flight for its weight (Mitzenmacher, "The power of two
     * choices", 2001).
     */
    RANDOM_TWO,
    /**
     * Requests with the same key to the same origin, as long as that origin takes them (consistent hashing with bounded
     * loads).
     */
    HASH
}
