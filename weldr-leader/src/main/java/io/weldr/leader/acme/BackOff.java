package io.weldr.leader.acme;

import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** How long a failed order waits. Pure: the caller brings time and randomness. */
final class BackOff {
    static final Duration FIRST = Duration.ofMinutes(1);

    /** Four tries a day: an authority that is back is noticed on the same day, and none counts that as too many. */
    static final Duration MOST = Duration.ofHours(6);

    /**
     * The longest window of rate limits among public authorities is a week. A wait beyond that is a mistake of the
     * authority.
     */
    static final Duration ASKED_MOST = Duration.ofDays(7);

    private static final int DOUBLINGS_MAX = 9;

    /** Orders that failed together, because one authority was down, do not come back together. */
    private static final double JITTER = 0.1;

    private BackOff() {}

    /**
     * When an order may be tried again.
     *
     * @param failures consecutive ones, 1 or more
     * @param asked the earliest time that the authority has named; null: it named none
     */
    static Instant until(int failures, Instant now, @Nullable Instant asked, RandomGenerator random) {
        Duration doubled = FIRST.multipliedBy(1L << Math.min(failures - 1, DOUBLINGS_MAX));
        Duration wait = doubled.compareTo(MOST) < 0 ? doubled : MOST;
        Instant own = now.plus(wait).plusMillis((long) (wait.toMillis() * JITTER * random.nextDouble()));
        if (asked == null || asked.isBefore(own)) {
            return own;
        }
        Instant latest = now.plus(ASKED_MOST);
        return asked.isBefore(latest) ? asked : latest;
    }
}
