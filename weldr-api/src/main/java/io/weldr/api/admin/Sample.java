package io.weldr.api.admin;

import io.weldr.core.pool.OriginId;
import io.weldr.core.pool.PoolName;
import java.util.List;

/**
 * The latest measurements of a node.
 *
 * @param atSeconds when, as Unix time by its clock
 * @param node all that it proxies
 * @param pools each pool that it proxies to
 */
public record Sample(long atSeconds, Figures node, List<OfPool> pools) {
    public Sample {
        pools = List.copyOf(pools);
    }

    /** Of one pool. */
    public record OfPool(PoolName pool, Figures figures, List<OfOrigin> origins) {
        public OfPool {
            origins = List.copyOf(origins);
        }
    }

    /**
     * Of one origin.
     *
     * @param requestsPerSecond attempts that ended
     * @param errorsPerSecond attempts that failed, or were answered 5xx
     * @param connections that are open
     * @param ejected whether the node does not use it for now, because it failed on real traffic
     */
    public record OfOrigin(
            OriginId origin,
            double requestsPerSecond,
            double errorsPerSecond,
            int inFlight,
            int queued,
            int connections,
            boolean ejected) {}
}
