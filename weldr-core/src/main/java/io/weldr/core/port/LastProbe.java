package io.weldr.core.port;

import io.weldr.core.pool.OriginId;
import io.weldr.core.pool.PoolName;
import java.time.Duration;
import java.time.Instant;

/**
 * What the last probe of an origin found whose result counted.
 *
 * @param at when it ended, by the clock of the leader
 * @param answer for people: {@code status 200}
 * @param latency from its start to its end
 */
public record LastProbe(PoolName pool, OriginId origin, Instant at, boolean passed, String answer, Duration latency) {}
