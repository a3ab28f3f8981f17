package io.weldr.core.pool;

import io.weldr.core.Check;
import org.jspecify.annotations.Nullable;

/**
 * The balancing of a pool: the algorithm and its parameters.
 *
 * @param key what {@link Algorithm#HASH} goes by; null with the others
 * @param loadPercentMax with {@link Algorithm#HASH}: the most that one origin may hold of its fair share of the
 *     requests in flight, in percent, 100 to 1000; 0: no bound. 0 with the others
 */
public record Balancing(Algorithm algorithm, @Nullable RequestKey key, int loadPercentMax) {
    /** What a pool has that says nothing else. */
    public static final Balancing ROUND_ROBIN = new Balancing(Algorithm.ROUND_ROBIN, null, 0);

    /**
     * A quarter above the fair share (Mirrokni, Thorup, Zadimoghaddam, "Consistent Hashing with Bounded Loads", 2018).
     */
    public static final int LOAD_PERCENT_DEFAULT = 125;

    public Balancing {
        boolean hash = algorithm == Algorithm.HASH;
        Check.that(
                hash == (key != null),
                "balancing.key",
                String.valueOf(key),
                hash ? "what the hash is made of" : "no key, because only the algorithm hash has one");
        Check.that(
                loadPercentMax == 0 || (hash && loadPercentMax >= 100 && loadPercentMax <= 1000),
                "balancing.loadPercentMax",
                loadPercentMax,
                hash ? "between 100 and 1000, or 0 for no bound" : "0, because only the algorithm hash has a bound");
    }

    /** A hash of {@code key} with the default bound. */
    public static Balancing hash(RequestKey key) {
        return new Balancing(Algorithm.HASH, key, LOAD_PERCENT_DEFAULT);
    }
}
