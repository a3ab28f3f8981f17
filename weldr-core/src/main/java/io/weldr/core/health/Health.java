package io.weldr.core.health;

import io.weldr.core.pool.HealthPolicy;

/**
 * The verdict on one origin from consecutive probes. The caller brings the results; the policy may change between
 * them.
 *
 * @param up the verdict so far
 * @param streak probes in a row that speak against it
 */
public record Health(boolean up, int streak) {
    /** Fresh counts from a verdict that was committed. */
    public static Health of(boolean up) {
        return new Health(up, 0);
    }

    /**
     * After one more probe. The verdict has turned if {@link #up()} differs from before; the count then starts again.
     */
    public Health observe(boolean passed, HealthPolicy policy) {
        if (passed == up) {
            return streak == 0 ? this : new Health(up, 0); // any opposite streak is over
        }
        int needed = passed ? policy.passesToUp() : policy.failuresToDown();
        return streak + 1 < needed ? new Health(up, streak + 1) : new Health(passed, 0);
    }
}
