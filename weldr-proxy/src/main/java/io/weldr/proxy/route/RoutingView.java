package io.weldr.proxy.route;

import io.weldr.core.listener.ListenerName;
import io.weldr.core.pool.PoolName;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The immutable data from which a worker serves requests. Immutable, as all that it holds.
 *
 * @param revision of the first state that routes like this
 * @param routes of each listener of protocol {@code http}
 * @param challenges what certificate authorities are answered
 * @param pools by name. A pool that has not changed is the same object as in the view before
 */
public record RoutingView(
        long revision,
        Map<ListenerName, RoutePlans> routes,
        ChallengeAnswers challenges,
        Map<PoolName, ServingPool> pools) {
    public RoutingView {
        routes = Map.copyOf(routes);
        pools = Map.copyOf(pools);
    }

    /** The routes of a listener; null if there is none of that name. Called once for each view, listener and worker. */
    public @Nullable RoutePlans routes(ListenerName listener) {
        return routes.get(listener);
    }

    /** Whether both are made of the same parts: what has not changed is the same object. */
    @SuppressWarnings("ReferenceEquality")
    public boolean sameAs(RoutingView other) {
        return routes == other.routes && challenges == other.challenges && pools == other.pools;
    }
}
