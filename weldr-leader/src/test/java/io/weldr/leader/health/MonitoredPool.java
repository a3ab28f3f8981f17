package io.weldr.leader.health;

import static io.weldr.leader.health.Laboratory.url;

import io.weldr.core.pool.HealthPolicy;
import io.weldr.core.pool.OriginUrl;
import io.weldr.core.pool.StatusRange;
import java.time.Duration;
import java.util.List;

/** What tests of the health monitor share: a pool in the laboratory, and policies for it. */
abstract class MonitoredPool {
    static final OriginUrl A = url(1);
    static final HealthPolicy EVERY_10_S = policy("/", Duration.ofSeconds(10), HealthPolicy.Initial.UP);
    final Laboratory lab = new Laboratory();

    static HealthPolicy policy(String path, Duration interval, HealthPolicy.Initial initial) {
        return new HealthPolicy(
                path,
                HealthPolicy.Method.GET,
                List.of(new StatusRange(200, 299)),
                interval,
                Duration.ofSeconds(1).compareTo(interval) < 0 ? Duration.ofSeconds(1) : interval,
                3,
                2,
                initial);
    }

    void seconds(long seconds) {
        lab.time.advance(Duration.ofSeconds(seconds));
    }
}
