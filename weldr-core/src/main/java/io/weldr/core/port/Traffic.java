package io.weldr.core.port;

import io.weldr.core.pool.HostPort;
import io.weldr.core.pool.OriginId;
import io.weldr.core.pool.PoolName;
import java.util.List;

/**
 * The traffic of one node since it started.
 *
 * @param client exchanges by what the client got: success is any response relayed from an origin, failed one that weldr
 *     had to make up or break off
 * @param server attempts at origins, all together
 * @param origins attempts at each origin
 */
public record Traffic(Count client, Count server, List<OriginTraffic> origins) {
    public static final Traffic NONE = new Traffic(Count.ZERO, Count.ZERO, List.of());

    public Traffic {
        origins = List.copyOf(origins);
    }

    /** How many went well and how many did not. */
    public record Count(long success, long failed) {
        public static final Count ZERO = new Count(0, 0);

        public Count plus(Count other) {
            return new Count(success + other.success, failed + other.failed);
        }
    }

    /**
     * Attempts at one origin: success is a complete response with a status below 500.
     *
     * @param ejectedBy how many of the nodes asked do not use it for now, because it failed on real traffic
     */
    public record OriginTraffic(PoolName pool, OriginId id, HostPort address, Count count, int ejectedBy) {

        /** One that no node has ejected. */
        public OriginTraffic(PoolName pool, OriginId id, HostPort address, Count count) {
            this(pool, id, address, count, 0);
        }

        /** The same origin as two nodes, or groups of nodes, have seen it. */
        public OriginTraffic plus(OriginTraffic other) {
            return new OriginTraffic(pool, id, address, count.plus(other.count), ejectedBy + other.ejectedBy);
        }
    }
}
