package io.weldr.proxy.route;

import io.weldr.core.pool.PoolName;
import java.util.Map;

/**
 * What a worker needs to know of the cluster to serve requests. Immutable, as all that it holds.
 *
 * @param pools by name. A pool that has not changed is the same object as in the view before
 */
public record RoutingView(RouteTable routes, Map<PoolName, ServingPool> pools) {
    public RoutingView {
        pools = Map.copyOf(pools);
    }
}
