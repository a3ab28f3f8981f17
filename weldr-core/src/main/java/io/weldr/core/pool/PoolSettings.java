package io.weldr.core.pool;

import io.weldr.core.Check;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * All that an operator says of a pool besides its health policy and its origins.
 *
 * @param sticky null: clients are not bound to origins
 * @param slowStart for how long an origin that comes up gets less than its share, up to 1 h; zero: it gets all at once
 * @param whenAllDown null: as the node has it in the pool {@code default}, 503 in others
 * @param minimumUp origins of a priority that have to be up so that no origins of the next priority are used, 1 to 1024
 * @param sendsProxyProtocol whether connections of a listener of protocol {@code tcp} to origins begin with a PROXY protocol header, version 2
 */
public record PoolSettings(
        Balancing balancing,
        @Nullable StickyCookie sticky,
        Duration slowStart,
        EjectionPolicy ejection,
        OriginLimits limits,
        @Nullable WhenAllDown whenAllDown,
        int minimumUp,
        boolean sendsProxyProtocol) {

    /** What a pool has that says nothing. */
    public static final PoolSettings DEFAULT = new PoolSettings(
            Balancing.ROUND_ROBIN, null, Duration.ZERO, EjectionPolicy.UNSET, OriginLimits.UNSET, null, 1, false);

    private static final int MINIMUM_UP_MOST = 1024;

    public PoolSettings {
        Check.inRange("slowStart", slowStart, Duration.ZERO, Duration.ofHours(1));
        Check.inRange("minimumUp", minimumUp, 1, MINIMUM_UP_MOST);
    }

    /** The same with another algorithm. */
    public PoolSettings with(Balancing other) {
        return new PoolSettings(other, sticky, slowStart, ejection, limits, whenAllDown, minimumUp, sendsProxyProtocol);
    }
}
