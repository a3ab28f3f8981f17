package io.weldr.core.state;

import io.weldr.core.pool.Origin;
import io.weldr.core.pool.PoolName;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One change that was applied, for history and watchers.
 *
 * @param revision the log index that it came with
 * @param at when its command was made, by the clock of the node that took it
 * @param pool the pool it happened in; null for members, listeners, routes, certificates, tokens and the cluster itself
 * @param subject the id of the origin or member, the name of the pool, listener, route, certificate or token, or the
 *     cluster version
 * @param origin the origin after the change, or as it last stood if it was removed; null where it is no origin's
 * @param detail one line for people, in the words of the API. Members of two versions may word it differently, so
 *     nothing depends on it
 * @param by who asked for it; null: it was applied before {@link ClusterVersion#TOKENS}
 */
public record Change(
        long revision,
        Instant at,
        Kind kind,
        @Nullable PoolName pool,
        String subject,
        @Nullable Origin origin,
        String detail,
        @Nullable Attribution by) {

    /** One of which nobody has said yet who asked for it. */
    Change(
            long revision,
            Instant at,
            Kind kind,
            @Nullable PoolName pool,
            String subject,
            @Nullable Origin origin,
            String detail) {
        this(revision, at, kind, pool, subject, origin, detail, null);
    }

    /** The same change, asked for by that actor. */
    Change by(Attribution who) {
        return new Change(revision, at, kind, pool, subject, origin, detail, who);
    }

    /** What happened. */
    public enum Kind {
        ORIGIN_ADDED(true),
        ORIGIN_UPDATED(true),
        ORIGIN_REMOVED(true),
        VERDICT(false),
        HEALTH_POLICY_SET(true),
        POOL_CREATED(true),
        POOL_UPDATED(true),
        POOL_REMOVED(true),
        LISTENER_CREATED(true),
        LISTENER_UPDATED(true),
        LISTENER_REMOVED(true),
        ROUTE_CREATED(true),
        ROUTE_UPDATED(true),
        ROUTE_REMOVED(true),
        CERTIFICATE_CREATED(true),
        CERTIFICATE_UPDATED(true),
        CERTIFICATE_REMOVED(true),
        CERTIFICATE_ISSUED(false),
        CERTIFICATE_ORDER_FAILED(false),
        TOKEN_CREATED(true),
        TOKEN_REMOVED(true),
        MEMBER_ANNOUNCED(false),
        MEMBER_RETIRED(true),
        CLUSTER_VERSION_RAISED(false);

        private final boolean byOperator;

        Kind(boolean byOperator) {
            this.byOperator = byOperator;
        }

        /** Whether an operator asked for it, as {@link Command#byOperator} says. */
        public boolean byOperator() {
            return byOperator;
        }
    }
}
