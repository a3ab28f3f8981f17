package io.weldr.core.balance;

import java.util.List;

/**
 * The origin with the least requests in flight for its weight: the one whose {@code (inFlight + 1) / weight} is
 * smallest. The 1 is the request at hand.
 *
 * <p>An origin counts as equal to the smallest if it differs by less than one of its own requests: if its {@code
 * inFlight / weight} is below. Among equals, a hash of the turn decides, in proportion to the weights. So in a pool
 * without load, each origin gets its share. Without this rule, an origin of weight 1 beside one of weight 100 would get
 * no request until the other had a hundred in flight. With equal weights, only origins with the same number of requests
 * are equal.
 *
 * <p>A pick looks at every origin two or three times. It takes two microseconds of CPU with 1024 origins, and 0.4 with
 * 100 ({@code BalanceBenchmark}). {@link RandomTwo} looks at two origins.
 */
public final class LeastRequests implements Balancer {
    private final Weights weights;

    private LeastRequests(Weights weights) {
        this.weights = weights;
    }

    public static LeastRequests of(List<Target> targets) {
        return new LeastRequests(Weights.of(targets));
    }

    @Override
    public int pick(Candidates candidates) {
        int picked = pick(candidates, false);
        return picked == NONE ? pick(candidates, true) : picked;
    }

    private int pick(Candidates candidates, boolean fullToo) {
        int least = least(candidates, fullToo);
        if (least == NONE) {
            return NONE;
        }
        long load = candidates.inFlight(least) + 1L;
        int weight = weights.weight(least);
        int sum = 0;
        for (int i = 0; i < weights.size(); i++) {
            if (equal(candidates, i, load, weight) && Weights.usable(candidates, i, fullToo)) {
                sum += weights.weight(i);
            }
        }
        // Not the turn itself: which origins are equal depends on the turns before, and would fall into step with it.
        // The sum, because another try has to draw another number: else all tries would go to neighbours.
        int left = Hashing.scale(Hashing.random(candidates.turn(), sum), sum);
        int picked = least;
        for (int i = 0; i < weights.size() && left >= 0; i++) {
            if (equal(candidates, i, load, weight) && Weights.usable(candidates, i, fullToo)) {
                picked = i;
                left -= weights.weight(i);
            }
        }
        return picked;
    }

    private int least(Candidates candidates, boolean fullToo) {
        int least = NONE;
        long leastLoad = 0;
        int leastWeight = 0;
        for (int i = 0; i < weights.size(); i++) {
            long load = candidates.inFlight(i) + 1L;
            int weight = weights.weight(i);
            if ((least == NONE || load * leastWeight < leastLoad * weight) && Weights.usable(candidates, i, fullToo)) {
                least = i;
                leastLoad = load;
                leastWeight = weight;
            }
        }
        return least;
    }

    /** Whether {@code inFlight / weight} of the origin is below {@code load / weight}. */
    private boolean equal(Candidates candidates, int index, long load, int weight) {
        return (long) candidates.inFlight(index) * weight < load * weights.weight(index);
    }
}
