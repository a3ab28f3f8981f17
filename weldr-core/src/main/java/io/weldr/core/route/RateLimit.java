package io.weldr.core.route;

import io.weldr.core.Check;
import io.weldr.core.pool.RequestKey;
import java.time.Duration;

/**
 * A limit of requests with the same key: a token bucket. More are answered 429 with {@code Retry-After}.
 *
 * @param requests that come back in each {@code period}, 1 to 1 000 000
 * @param period 1 s to 1 h
 * @param burst the most that may come at once, 1 to 1 000 000
 * @param key client address or header; requests without that header share one bucket
 */
public record RateLimit(int requests, Duration period, int burst, RequestKey key, Scope scope) {
    /** Who counts. */
    public enum Scope {
        /** Each node by itself. */
        NODE,
        /** Each node its share: the limit divided by the number of nodes that proxy. */
        CLUSTER
    }

    public RateLimit {
        Check.inRange("rateLimit.requests", requests, 1, 1_000_000);
        Check.inRange("rateLimit.period", period, Duration.ofSeconds(1), Duration.ofHours(1));
        Check.inRange("rateLimit.burst", burst, 1, 1_000_000);
        Check.that(
                key.source() == RequestKey.Source.CLIENT_ADDRESS || key.source() == RequestKey.Source.HEADER,
                "rateLimit.key",
                key,
                "client-address or header");
    }
}
