package io.weldr.core.pool;

import io.weldr.core.Check;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * When a node stops using an origin because requests to it fail. Null: as the node has it, or its default.
 *
 * @param afterFailures consecutive failures, 0 to 1000; 0: never
 * @param sharePercentMax largest share of the pool that is out at a time, 0 to 100
 * @param time for the first time, 100 ms to 1 h; doubled each time
 * @param timeMax longest time, up to 1 d
 */
public record EjectionPolicy(
        @Nullable Integer afterFailures,
        @Nullable Integer sharePercentMax,
        @Nullable Duration time,
        @Nullable Duration timeMax) {
    /** As the node has it. */
    public static final EjectionPolicy UNSET = new EjectionPolicy(null, null, null, null);

    public EjectionPolicy {
        if (afterFailures != null) {
            Check.inRange("ejection.afterFailures", afterFailures, 0, 1000);
        }
        if (sharePercentMax != null) {
            Check.inRange("ejection.sharePercentMax", sharePercentMax, 0, 100);
        }
        if (time != null) {
            Check.inRange("ejection.time", time, Duration.ofMillis(100), Duration.ofHours(1));
        }
        if (timeMax != null) {
            Check.inRange("ejection.timeMax", timeMax, Duration.ofMillis(100), Duration.ofDays(1));
        }
        Check.that(
                time == null || timeMax == null || time.compareTo(timeMax) <= 0,
                "ejection.timeMax",
                timeMax == null ? "" : Check.text(timeMax),
                "at least ejection.time");
    }
}
