package io.weldr.core.balance;

/**
 * Weighted rendezvous hashing (Thaler and Ravishankar, 1998; weights: Schindelhauer and Schomaker, 2005). Each key has
 * an order of its own in which it prefers the places. A place comes first for a part of all keys that is exactly in
 * proportion to its weight. When a place comes, goes, or changes its weight, keys move only to it or away from it, and
 * only as many as have to.
 *
 * <p>The score of a key at a place is {@code -ln(1 - v) / weight}, where the hash of both gives {@code v} in [0, 1).
 * The place with the lowest score comes first. Twelve bytes a place.
 */
final class Rendezvous {
    private static final double FRACTION_UNIT = 0x1p-53;

    private final long[] places;
    private final int[] weights;

    /**
     * @param places a hash for each place, which depends on its name only; different hashes
     * @param weights 1 or more; a place of weight 0 has no finite score
     */
    Rendezvous(long[] places, int[] weights) {
        this.places = places;
        this.weights = weights;
    }

    int size() {
        return places.length;
    }

    int weight(int index) {
        return weights[index];
    }

    /**
     * The score of {@code key} at a place.
     *
     * @return the score if it is below {@code bound}; else {@link Double#POSITIVE_INFINITY}, mostly without a logarithm
     */
    double score(long key, int index, double bound) {
        double fraction = (Hashing.mix(key ^ places[index]) >>> 11) * FRACTION_UNIT;
        if (fraction >= bound * weights[index]) {
            return Double.POSITIVE_INFINITY; // -ln(1 - v) is never below v
        }
        // StrictMath, because every node and JVM has to come to the same result.
        double score = -StrictMath.log1p(-fraction) / weights[index];
        return score < bound ? score : Double.POSITIVE_INFINITY;
    }
}
