package io.weldr.proxy.route;

import io.weldr.core.pool.PoolName;

/**
 * Where a request goes, as {@link RouteTable} has decided. A request keeps its route for all its tries, also when the
 * table changes meanwhile.
 *
 * @param pool whose origins may answer it; a pool that is gone has none
 */
public record Route(PoolName pool) {
    /** To the pool that always exists. */
    public static final Route DEFAULT = new Route(PoolName.DEFAULT);
}
