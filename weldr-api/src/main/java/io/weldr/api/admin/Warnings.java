package io.weldr.api.admin;

import io.weldr.core.listener.Listener;
import io.weldr.core.listener.ListenerName;
import io.weldr.core.route.RouteChecks;
import io.weldr.core.route.RouteName;
import io.weldr.core.state.ClusterState;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

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
        Set<ListenerName> listeners = state.listeners().values().stream()
                .filter(listener -> listener.protocol() == Listener.Protocol.HTTP)
                .map(Listener::name)
                .collect(Collectors.toSet());
        return RouteChecks.check(state.routes().values(), name, state.pools().keySet(), listeners)
                .warnings();
    }
}
