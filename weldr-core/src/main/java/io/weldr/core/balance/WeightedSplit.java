package io.weldr.core.balance;

import io.weldr.core.Check;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Splits requests between alternatives, such as the pools of a route, in proportion to their weights. Requests with the
 * same key take the same alternative, on every node and on every route with the same alternatives. When a weight
 * changes, only the keys move that have to ({@link Rendezvous}): to the alternative whose weight grew, or away from the
 * one whose weight shrank.
 *
 * <p>Immutable. A pick allocates nothing. It takes a hash an alternative.
 */
public final class WeightedSplit {
    /** A pick looks at all of them. */
    public static final int ALTERNATIVES_MAX = 1024;

    public static final int WEIGHT_MAX = 1_000_000;

    /**
     * One of the things to choose from.
     *
     * @param id its stable name, for hashing
     * @param weight its share beside the others, 0 to {@value #WEIGHT_MAX}; 0 takes no requests
     */
    public record Alternative(String id, int weight) {
        public Alternative {
            Check.that(!id.isEmpty(), "id", id, "a name");
            Check.inRange("weight of " + id, weight, 0, WEIGHT_MAX);
        }
    }

    private final Rendezvous places;

    private WeightedSplit(Rendezvous places) {
        this.places = places;
    }

    /**
     * Keeps a hash of each id.
     *
     * @param alternatives with different ids
     */
    public static WeightedSplit of(List<Alternative> alternatives) {
        Check.atMost("alternatives", alternatives.size(), ALTERNATIVES_MAX);
        Set<String> ids = new HashSet<>();
        alternatives.forEach(one -> Check.that(ids.add(one.id()), "id", one.id(), "different ids"));
        return new WeightedSplit(new Rendezvous(
                // Not the hash that HashBalancer takes: an origin may have the name of its pool, and the same key.
                alternatives.stream()
                        .mapToLong(one -> Hashing.mix(Hashing.of(one.id())))
                        .toArray(),
                alternatives.stream().mapToInt(Alternative::weight).toArray()));
    }

    /**
     * The index of the alternative for {@code key}, a hash ({@link Hashing}).
     *
     * @return {@link Balancer#NONE} if no alternative has a weight
     */
    public int pick(long key) {
        int first = Balancer.NONE;
        double lowest = Double.POSITIVE_INFINITY;
        for (int i = 0; i < places.size(); i++) {
            double score = places.weight(i) == 0 ? Double.POSITIVE_INFINITY : places.score(key, i, lowest);
            if (score < lowest) {
                first = i;
                lowest = score;
            }
        }
        return first;
    }
}
