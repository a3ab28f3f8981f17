package io.weldr.core.balance;

import io.weldr.core.pool.Algorithm;
import java.util.List;

/** Makes the balancer of a pool. */
public final class Balancers {
    private Balancers() {}

    /**
     * May take milliseconds when the pool is large.
     *
     * @param targets the balancer picks one of them, by its place in this list; with different ids for {@code HASH}
     * @param loadPercentMax for {@code HASH}: what an origin may hold in percent of its share, see {@link
     *     HashBalancer#of}; others ignore it
     */
    public static Balancer of(Algorithm kind, List<Target> targets, int loadPercentMax) {
        return switch (kind) {
            case ROUND_ROBIN -> RoundRobin.of(targets);
            case LEAST_REQUESTS -> LeastRequests.of(targets);
            case RANDOM_TWO -> RandomTwo.of(targets);
            case HASH -> HashBalancer.of(targets, loadPercentMax);
        };
    }
}
