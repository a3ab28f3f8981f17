package io.weldr.proxy;

import io.weldr.core.pool.Origin;
import io.weldr.core.pool.OriginId;
import io.weldr.core.pool.Pool;
import io.weldr.core.pool.PoolName;
import io.weldr.core.port.Traffic;
import io.weldr.core.port.Traffic.Count;
import io.weldr.core.port.Traffic.OriginTraffic;
import io.weldr.core.state.ClusterState;
import io.weldr.proxy.stats.OriginStats;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Merges what the workers have counted. */
final class TrafficReport {

    private TrafficReport() {}

    static Traffic of(List<Worker> workers, ClusterState state, ServingPools pools) {
        Count client = Count.ZERO;
        Count server = Count.ZERO;
        for (Worker worker : workers) {
            var stats = worker.stats();
            client = client.plus(new Count(stats.succeeded.get(), stats.failed.get()));
            server = server.plus(new Count(stats.attemptsSucceeded.get(), stats.attemptsFailed.get()));
        }
        List<OriginTraffic> origins = new ArrayList<>();
        for (Pool pool : state.pools().values()) {
            Set<OriginId> ejected = pools.ejected(pool.name());
            for (Origin origin : pool.origins()) {
                Count count = of(workers, pool.name(), origin);
                int out = ejected.contains(origin.id()) ? 1 : 0;
                origins.add(
                        new OriginTraffic(pool.name(), origin.id(), origin.url().address(), count, out));
            }
        }
        return new Traffic(client, server, origins);
    }

    private static Count of(List<Worker> workers, PoolName pool, Origin origin) {
        Count sum = Count.ZERO;
        for (Worker worker : workers) {
            OriginStats stats = worker.originStats(pool).get(origin.id());
            if (stats != null) {
                sum = sum.plus(new Count(stats.succeeded.get(), stats.failed.get()));
            }
        }
        return sum;
    }
}
