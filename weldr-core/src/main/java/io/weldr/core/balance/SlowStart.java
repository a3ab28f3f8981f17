package io.weldr.core.balance;

import io.weldr.core.Check;

/**
 * The weight of an origin that has just come up: it rises from {@value #PERCENT_LEAST} percent to all of it, in equal
 * steps over a time that the pool names. All nodes compute the same from the committed time of the verdict, whenever
 * they start. Times are milliseconds since 1970.
 *
 * <p>A node whose clock is behind begins the rise later, at the least weight. One whose clock is ahead begins further
 * up.
 */
public final class SlowStart {
    /** The first weight is never 0: {@link Target#SCALE} times this percentage is 10 at least. */
    public static final int PERCENT_LEAST = 10;

    /** An hour. */
    public static final long DURATION_MILLIS_MAX = 3_600_000;

    /** For {@link #nextChangeMillis}: the weight does not change any more. */
    public static final long NEVER = Long.MAX_VALUE;

    /** At each step, a routing view is built anew. */
    private static final int STEP_MILLIS_LEAST = 1_000;

    /**
     * Steps of five percent. {@link RoundRobin} lays out shorter cycles for weights that have a divisor in common.
     */
    private static final int PERCENT_STEP = 5;

    private static final int STEPS_MAX = (100 - PERCENT_LEAST) / PERCENT_STEP;

    private SlowStart() {}

    /**
     * The weight for {@link Target}.
     *
     * @param weight the full weight, 1 to 100
     * @param upSinceMillis when the origin came up, or was added
     * @param durationMillis from then until the full weight, up to {@value #DURATION_MILLIS_MAX}; 0 for no slow start
     */
    public static int weight(int weight, long upSinceMillis, long nowMillis, long durationMillis) {
        Check.inRange("weight", weight, 1, Target.WEIGHT_MAX / Target.SCALE);
        int steps = steps(durationMillis);
        int step = step(upSinceMillis, nowMillis, durationMillis);
        return weight * (step == steps ? 100 : PERCENT_LEAST + step * STEPS_MAX / steps * PERCENT_STEP);
    }

    /**
     * When the weight changes next: some time after {@code nowMillis}, at least a second after the change before.
     *
     * @return {@link #NEVER} once the origin has its full weight
     */
    public static long nextChangeMillis(long upSinceMillis, long nowMillis, long durationMillis) {
        int steps = steps(durationMillis);
        int step = step(upSinceMillis, nowMillis, durationMillis);
        return step == steps ? NEVER : upSinceMillis + ((step + 1) * durationMillis + steps - 1) / steps;
    }

    /** At least one: a time below a second is one step. */
    private static int steps(long durationMillis) {
        Check.that(
                durationMillis >= 0 && durationMillis <= DURATION_MILLIS_MAX,
                "slow start in milliseconds",
                durationMillis,
                "0 to " + DURATION_MILLIS_MAX);
        return (int) Math.max(1, Math.min(STEPS_MAX, durationMillis / STEP_MILLIS_LEAST));
    }

    private static int step(long upSinceMillis, long nowMillis, long durationMillis) {
        int steps = steps(durationMillis);
        if (durationMillis == 0) {
            return steps;
        }
        if (nowMillis <= upSinceMillis) {
            return 0;
        }
        long elapsedMillis = nowMillis - upSinceMillis; // negative if it is longer than a long can say
        boolean over = elapsedMillis < 0 || elapsedMillis >= durationMillis;
        return over ? steps : (int) (elapsedMillis * steps / durationMillis);
    }
}
