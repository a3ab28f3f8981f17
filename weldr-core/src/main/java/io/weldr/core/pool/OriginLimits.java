package io.weldr.core.pool;

import io.weldr.core.Check;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The limits of one origin of a pool on each node. Null: as the node has it, or its default.
 *
 * @param connectionsMax connections of one node to one origin, shared by its workers, 0 to 1 000 000; 0: no limit
 * @param queueMax requests that wait for a connection to one origin, for each worker, 0 to 65 536
 * @param queueTimeout how long a request waits, 100 ms to 1 min
 */
public record OriginLimits(
        @Nullable Integer connectionsMax,
        @Nullable Integer queueMax,
        @Nullable Duration queueTimeout) {
    /** As the node has it. */
    public static final OriginLimits UNSET = new OriginLimits(null, null, null);

    static final int CONNECTIONS_MOST = 1_000_000;

    public OriginLimits {
        if (connectionsMax != null) {
            Check.inRange("limits.connectionsMax", connectionsMax, 0, CONNECTIONS_MOST);
        }
        if (queueMax != null) {
            Check.inRange("limits.queueMax", queueMax, 0, 65_536);
        }
        if (queueTimeout != null) {
            Check.inRange("limits.queueTimeout", queueTimeout, Duration.ofMillis(100), Duration.ofMinutes(1));
        }
    }
}
