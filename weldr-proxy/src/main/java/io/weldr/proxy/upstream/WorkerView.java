package io.weldr.proxy.upstream;

import io.weldr.core.pool.Origin;
import io.weldr.core.pool.OriginId;
import io.weldr.core.pool.PoolName;
import io.weldr.proxy.route.RoutingView;
import io.weldr.proxy.route.ServingPool;
import io.weldr.proxy.stats.OriginStats;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * One worker's copy of the routing view: its route table, and the pools that routes lead to, with the worker's own
 * connections. Confined to the worker's loop, but for {@link #stats}.
 */
public final class WorkerView {

    private final UpstreamLoop upstream;
    private final BiFunction<PoolName, Origin, OriginRecord> records;
    private final int firstTurn;
    /** Written by the loop only. */
    private final Map<PoolName, PoolView> byName = new ConcurrentHashMap<>();

    private @Nullable RoutingView current;

    /**
     * No pools yet.
     *
     * @param records how origins do on real traffic, seen by the whole node
     * @param firstTurn where this worker begins in the order of every pool, so that workers do not begin with the same
     *     origin
     */
    public WorkerView(UpstreamLoop upstream, BiFunction<PoolName, Origin, OriginRecord> records, int firstTurn) {
        this.upstream = upstream;
        this.records = records;
        this.firstTurn = firstTurn;
    }

    /**
     * Takes over a new view. Connections to origins that stay in their pool are kept; what is under way to others goes
     * on.
     */
    public void update(RoutingView next) {
        Map<PoolName, ServingPool> pools = next.pools();
        byName.forEach((name, view) -> {
            if (!pools.containsKey(name)) {
                view.retireAll();
                byName.remove(name);
            }
        });
        pools.forEach(
                (name, pool) -> byName.computeIfAbsent(name, this::newPool).update(pool));
        current = next;
    }

    private PoolView newPool(PoolName name) {
        return new PoolView(upstream, origin -> records.apply(name, origin), firstTurn);
    }

    /** What all workers know of a pool; null if there is none of that name. */
    public @Nullable ServingPool pool(PoolName name) {
        PoolView pool = byName.get(name);
        return pool == null ? null : pool.pool();
    }

    /** The view that was taken over last; null before the first. */
    public @Nullable RoutingView current() {
        return current;
    }

    /**
     * An origin for a request, other than those tried already.
     *
     * @return null when there is none, or none left
     */
    public @Nullable Endpoint pick(Affinity affinity, Endpoint[] tried, int triedCount) {
        PoolView pool = byName.get(affinity.pool());
        return pool == null ? null : pool.pick(affinity, tried, triedCount);
    }

    /** The names of all pools; any thread. */
    public Set<PoolName> pools() {
        return byName.keySet();
    }

    /** What this worker has counted of the origins of a pool; any thread. */
    public Map<OriginId, OriginStats> stats(PoolName name) {
        PoolView pool = byName.get(name);
        return pool == null ? Map.of() : pool.stats();
    }

    /** Closes what is idle. */
    public void retireAll() {
        byName.values().forEach(PoolView::retireAll);
    }
}
