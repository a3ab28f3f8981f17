package io.weldr.core.route;

import io.weldr.core.Stamp;
import io.weldr.core.listener.Listener;
import io.weldr.core.listener.ListenerName;
import io.weldr.core.pool.PoolName;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Routes for tests. */
public final class TestRoutes {
    private TestRoutes() {}

    /** Requests of one listener for one host, below one path, to one pool. */
    public static Route route(String name, ListenerName listener, String host, String prefix, PoolName pool) {
        return new Route(
                new RouteName(name),
                List.of(listener),
                List.of(HostPattern.parse(host)),
                List.of(RouteMatch.prefix(prefix)),
                RouteAction.Forward.to(pool),
                RouteFilters.NONE,
                RouteTimeouts.UNSET,
                RouteRetries.DEFAULT,
                null,
                List.of(),
                List.of(),
                List.of(),
                false,
                Stamp.INITIAL);
    }

    /** Listeners of protocol {@code http}. */
    public static RoutedListeners http(ListenerName... names) {
        SortedMap<ListenerName, Listener.Protocol> protocols = new TreeMap<>();
        List.of(names).forEach(name -> protocols.put(name, Listener.Protocol.HTTP));
        return new RoutedListeners(protocols);
    }

    /** The same route for every listener. */
    public static Route everywhere(Route route) {
        return new Route(
                route.name(),
                List.of(),
                route.hosts(),
                route.matches(),
                route.action(),
                route.filters(),
                route.timeouts(),
                route.retries(),
                route.rateLimit(),
                route.allow(),
                route.deny(),
                route.tests(),
                route.ambiguousPaths(),
                route.stamp());
    }
}
