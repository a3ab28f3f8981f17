package io.weldr.core.balance;

import io.weldr.core.Check;

/**
 * One origin, as a {@link Balancer} sees it.
 *
 * @param id the stable name of the origin, for hashing: the same on every node and after every change
 * @param weight the share of requests beside the other targets, 1 to {@value #WEIGHT_MAX}: the origin's weight times
 *     {@value #SCALE}, or less during a {@link SlowStart}
 */
public record Target(String id, int weight) {
    /** A full weight of 1. A slow start scales it down by whole percents, and the result is still a whole number. */
    public static final int SCALE = 100;

    /** An origin's greatest weight, scaled. */
    public static final int WEIGHT_MAX = 100 * SCALE;

    public Target {
        Check.that(!id.isEmpty(), "id", id, "a name");
        Check.inRange("weight of " + id, weight, 1, WEIGHT_MAX);
    }
}
