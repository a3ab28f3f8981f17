package io.weldr.api.admin;

import io.weldr.core.route.RouteChecks;
import io.weldr.core.route.RouteName;
import io.weldr.core.route.RoutedListeners;
import io.weldr.core.state.ClusterState;
import java.util.List;

/**
 * What is odd about a resource that was written, though it is valid: a route of which another one takes all requests,
 * for example.
 */
final class Warnings {
    private Warnings() {}

    /**
     * What to tell about that resource, in sentences for people.
     *
     * @param state that holds it, unless it was removed
     */
    static List<String> of(ResourceEntry written, ClusterState state) {
        if (!written.kind().equals(ResourceKind.ROUTE)) {
            return List.of();
        }
        RouteName name = new RouteName(written.name());
        if (state.route(name) == null) {
            return List.of();
        }
        RoutedListeners listeners = RoutedListeners.of(state.listeners().values());
        return RouteChecks.check(state.routes().values(), name, state.pools().keySet(), listeners)
                .warnings();
    }
}
