package io.weldr.proxy.route;

import io.weldr.core.pool.OriginId;
import io.weldr.core.pool.Pool;
import io.weldr.core.pool.PoolName;
import java.util.Map;
import java.util.Set;

/**
 * What a worker needs to know of the cluster to serve requests.
 *
 * @param pools by name: those that routes may lead to
 */
public record RoutingView(RouteTable routes, Map<PoolName, ServingPool> pools) {

    /** What to do when no origin of a pool is up. */
    public enum WhenAllDown {
        /** Answer 503: nobody waits for something that is known not to work. */
        ANSWER_503,
        /** Use all that are enabled, as if they were up: for those who trust their probes less than their origins. */
        FAIL_OPEN
    }

    public RoutingView {
        pools = Map.copyOf(pools);
    }

    /**
     * Compiles the view in which every request goes to {@code pool}, which is the default pool. May take milliseconds:
     * neither on an event loop, nor on the thread that applies the log.
     *
     * @param ejected origins that this node does not use for now, whatever their verdict
     */
    public static RoutingView of(Pool pool, Set<OriginId> ejected, WhenAllDown whenAllDown) {
        return new RoutingView(
                new RouteTable(new Route(pool.name())),
                Map.of(pool.name(), ServingPool.of(pool, ejected, whenAllDown)));
    }
}
