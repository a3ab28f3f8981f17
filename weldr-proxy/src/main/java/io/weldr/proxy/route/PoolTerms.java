package io.weldr.proxy.route;

import io.weldr.core.pool.EjectionPolicy;
import io.weldr.core.pool.OriginLimits;
import io.weldr.core.pool.Pool;
import io.weldr.core.pool.PoolName;
import io.weldr.core.pool.WhenAllDown;
import io.weldr.proxy.limits.ProxyLimits;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The limits of one pool as they hold on this node. What the pool does not say is as the node has it in the pool {@code
 * default}, and the built-in default in every other pool: these are the same on all nodes.
 *
 * @param ejectAfterFailures consecutive failures; 0: never
 * @param ejectSharePercentMax largest share of the serving origins that is out at a time
 * @param ejectTime for the first time
 * @param connectionsMax connections of the node to one origin; 0: no limit
 * @param queueMax requests of one worker that wait for one origin
 */
public record PoolTerms(
        int ejectAfterFailures,
        int ejectSharePercentMax,
        Duration ejectTime,
        Duration ejectTimeMax,
        int connectionsMax,
        int queueMax,
        Duration queueTimeout,
        WhenAllDown whenAllDown) {

    /** What a node does where its pools say nothing. */
    public record NodeDefaults(ProxyLimits limits, WhenAllDown whenAllDown) {}

    private static final NodeDefaults BUILT_IN = new NodeDefaults(ProxyLimits.DEFAULTS, WhenAllDown.ANSWER_503);

    public static PoolTerms of(Pool pool, NodeDefaults node) {
        NodeDefaults base = pool.name().equals(PoolName.DEFAULT) ? node : BUILT_IN;
        ProxyLimits limits = base.limits();
        EjectionPolicy ejection = pool.settings().ejection();
        OriginLimits origins = pool.settings().limits();
        Duration time = orElse(ejection.time(), limits.ejectTime());
        Duration timeMax = orElse(ejection.timeMax(), limits.ejectTimeMax());
        return new PoolTerms(
                orElse(ejection.afterFailures(), limits.ejectAfterFailures()),
                orElse(ejection.sharePercentMax(), limits.ejectSharePercentMax()),
                time,
                timeMax.compareTo(time) < 0 ? time : timeMax,
                orElse(origins.connectionsMax(), limits.connectionsPerOriginMax()),
                orElse(origins.queueMax(), limits.queuePerOriginMax()),
                orElse(origins.queueTimeout(), limits.queueTimeout()),
                orElse(pool.settings().whenAllDown(), base.whenAllDown()));
    }

    private static <T> T orElse(@Nullable T value, T otherwise) {
        return value != null ? value : otherwise;
    }
}
