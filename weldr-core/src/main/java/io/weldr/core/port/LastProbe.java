package io.weldr.core.port;

import io.weldr.core.health.SecondOpinion;
import io.weldr.core.pool.OriginId;
import io.weldr.core.pool.PoolName;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The last probe of an origin that counted.
 *
 * @param at when it ended, by the clock of the leader
 * @param answer for people: {@code status 200}
 * @param latency from its start to its end
 * @param asked what the other members said when the leader last asked them, since it sees the origin down; null: it has
 *     not asked
 */
public record LastProbe(
        PoolName pool,
        OriginId origin,
        Instant at,
        boolean passed,
        String answer,
        Duration latency,
        @Nullable Asked asked) {
    /** Of an origin that nobody was asked about. */
    public LastProbe(PoolName pool, OriginId origin, Instant at, boolean passed, String answer, Duration latency) {
        this(pool, origin, at, passed, answer, latency, null);
    }

    /** What the others said, and when. */
    public record Asked(Instant at, SecondOpinion opinion) {}

    /** The same with what the others said. */
    public LastProbe with(@Nullable Asked said) {
        return new LastProbe(pool, origin, at, passed, answer, latency, said);
    }
}
