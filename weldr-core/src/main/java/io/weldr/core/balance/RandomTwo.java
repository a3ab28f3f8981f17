package io.weldr.core.balance;

import java.util.List;

/**
 * Draws two different origins at random, in proportion to their weights, and picks the one with fewer requests in
 * flight for its weight (Mitzenmacher, "The power of two choices in randomized load balancing", 2001). Nearly as even
 * as {@link LeastRequests}, at a cost that hardly grows with the pool, and it sends no burst to an origin that has just
 * come.
 *
 * <p>The second one is picked only if it is less loaded by at least one request: its {@code (inFlight + 1) / weight} is
 * not above the {@code inFlight / weight} of the first. So in a pool without load, each origin gets exactly its share.
 * With equal weights, the one with fewer requests in flight is picked.
 */
public final class RandomTwo implements Balancer {
    private final Weights weights;

    private RandomTwo(Weights weights) {
        this.weights = weights;
    }

    public static RandomTwo of(List<Target> targets) {
        return new RandomTwo(Weights.of(targets));
    }

    @Override
    public int pick(Candidates candidates) {
        int first = weights.draw(candidates, Weights.NO_EXCEPTION, 0);
        if (first == NONE) {
            return NONE;
        }
        int second = weights.draw(candidates, first, 1);
        if (second == NONE || (candidates.full(second) && !candidates.full(first))) {
            return first;
        }
        long loadWithThis = candidates.inFlight(second) + 1L;
        boolean secondIsBetter =
                loadWithThis * weights.weight(first) <= (long) candidates.inFlight(first) * weights.weight(second);
        return secondIsBetter ? second : first;
    }
}
