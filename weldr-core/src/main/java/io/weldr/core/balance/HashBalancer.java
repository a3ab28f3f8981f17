package io.weldr.core.balance;

import io.weldr.core.Check;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Consistent hashing with bounded loads: requests with the same key go to the same origin, on every node, as long as
 * the origin is there and has room. A key prefers the origins in an order of its own ({@link Rendezvous}). When an
 * origin comes, goes, or changes its weight, only the keys move that have to, each to or from this origin.
 *
 * <p>A key's request goes to the first origin in the key's order that was not tried, is not full, and has room. An
 * origin has room as long as it would hold at most {@code ⌈c · t · s⌉} requests: {@code t} are in flight in the pool
 * with this one, {@code s} is the share of the origin's weight, and {@code c} is {@code loadPercentMax / 100} (Mirrokni
 * et al., "Consistent hashing with bounded loads", 2017). There is always an origin with room, unless some were tried
 * or are full: then the bound is waived before an origin is. Every key has another order, so what one origin cannot
 * take is spread over all others. Loads are what the owner of the candidates knows: each worker keeps the bound for its
 * own requests.
 *
 * <p>A request without a key is balanced by {@link RandomTwo}.
 *
 * <p>A pick takes a hash an origin: three microseconds of CPU with 1024 origins, and 0.6 with 100 ({@code
 * BalanceBenchmark}). A table like that of Maglev (Eisenbud et al., 2016) takes one read. But it moves keys between
 * origins that did not change, needs 65 537 slots or more for weights of this range, and has no order of its own for
 * each key.
 */
public final class HashBalancer implements Balancer {
    /** For {@code loadPercentMax}: loads are not bounded. */
    public static final int UNBOUNDED = 0;

    /** A hot key takes at most a quarter more than its share of the pool. */
    public static final int LOAD_PERCENT_MAX_DEFAULT = 125;

    /** Below, no origin might have room. */
    public static final int LOAD_PERCENT_MAX_LEAST = 100;

    /** A hundred times the share of an origin bounds nothing in practice. */
    public static final int LOAD_PERCENT_MAX_MOST = 10_000;

    private final Rendezvous places;
    private final RandomTwo withoutKey;
    private final int totalWeight;
    private final int loadPercentMax;

    private HashBalancer(Rendezvous places, RandomTwo withoutKey, int totalWeight, int loadPercentMax) {
        this.places = places;
        this.withoutKey = withoutKey;
        this.totalWeight = totalWeight;
        this.loadPercentMax = loadPercentMax;
    }

    /**
     * Keeps a hash of each id.
     *
     * @param targets with different ids
     * @param loadPercentMax {@link #UNBOUNDED}, or {@value #LOAD_PERCENT_MAX_LEAST} to {@value #LOAD_PERCENT_MAX_MOST}
     */
    public static HashBalancer of(List<Target> targets, int loadPercentMax) {
        Check.that(
                loadPercentMax == UNBOUNDED
                        || (loadPercentMax >= LOAD_PERCENT_MAX_LEAST && loadPercentMax <= LOAD_PERCENT_MAX_MOST),
                "load percent max",
                loadPercentMax,
                "0 for no bound, or " + LOAD_PERCENT_MAX_LEAST + " to " + LOAD_PERCENT_MAX_MOST);
        Weights weights = Weights.of(targets);
        Set<String> ids = new HashSet<>();
        targets.forEach(target -> Check.that(ids.add(target.id()), "id", target.id(), "different ids"));
        Rendezvous places = new Rendezvous(
                targets.stream().mapToLong(target -> Hashing.of(target.id())).toArray(),
                targets.stream().mapToInt(Target::weight).toArray());
        return new HashBalancer(places, RandomTwo.of(targets), weights.total(), loadPercentMax);
    }

    @Override
    public int pick(Candidates candidates) {
        if (candidates.key() == 0) {
            return withoutKey.pick(candidates);
        }
        int picked = loadPercentMax == UNBOUNDED ? NONE : first(candidates, Admits.WITH_ROOM);
        if (picked == NONE) {
            picked = first(candidates, Admits.NOT_FULL);
        }
        return picked == NONE ? first(candidates, Admits.NOT_TRIED) : picked;
    }

    private enum Admits {
        WITH_ROOM,
        NOT_FULL,
        NOT_TRIED
    }

    /** The first in the key's order of those that are admitted. */
    private int first(Candidates candidates, Admits admits) {
        long key = candidates.key();
        // Products of whole numbers, exact in a double up to 2^53.
        double capacity = admits == Admits.WITH_ROOM ? loadPercentMax * (candidates.totalInFlight() + 1.0) : 0;
        int first = NONE;
        double lowest = Double.POSITIVE_INFINITY;
        for (int i = 0; i < places.size(); i++) {
            double score = places.score(key, i, lowest);
            if (score < lowest
                    && Weights.usable(candidates, i, admits == Admits.NOT_TRIED)
                    && (admits != Admits.WITH_ROOM || hasRoom(candidates, i, capacity))) {
                first = i;
                lowest = score;
            }
        }
        return first;
    }

    /** Whether {@code inFlight + 1 <= ⌈capacity / 100 · weight / totalWeight⌉}, without rounding. */
    private boolean hasRoom(Candidates candidates, int index, double capacity) {
        return 100.0 * totalWeight * candidates.inFlight(index) < capacity * places.weight(index);
    }
}
