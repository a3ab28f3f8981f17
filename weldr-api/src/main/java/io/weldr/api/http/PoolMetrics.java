package io.weldr.api.http;

import io.weldr.core.pool.Origin;
import io.weldr.core.pool.Pool;
import io.weldr.core.port.Measurement;
import io.weldr.core.port.Measurement.Gauge;
import io.weldr.core.port.MetricSource;
import io.weldr.core.port.Published;
import io.weldr.core.state.ClusterState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * How the origins stand, as far as this node has applied the log: what somebody who is woken at night wants to be told.
 */
record PoolMetrics(Published<ClusterState> state) implements MetricSource {
    /** Each of them is always there: a number that vanishes cannot be alerted on. */
    private static final List<String> STATES = List.of("up", "down", "draining", "maintenance");

    @Override
    public List<Measurement> measure() {
        List<Measurement> all = new ArrayList<>();
        for (Pool pool : state.get().pools().values()) {
            String name = pool.name().value();
            for (String each : STATES) {
                long count = pool.origins().stream()
                        .filter(origin -> origin.state().equals(each))
                        .count();
                all.add(new Gauge(
                        "pool_origins", "Origins by how they stand.", Map.of("pool", name, "state", each), (double)
                                count));
            }
            for (Origin origin : pool.origins()) {
                all.add(new Gauge(
                        "pool_origin_up",
                        "1 while its verdict is up.",
                        Map.of("pool", name, "origin", origin.id().value()),
                        origin.verdict().up() ? 1 : 0));
            }
        }
        return all;
    }
}
