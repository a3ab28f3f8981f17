package io.weldr.proxy.route;

import io.weldr.core.listener.Listener;
import io.weldr.core.listener.ListenerName;
import io.weldr.core.route.MatchScratch;
import io.weldr.core.route.RateLimit;
import io.weldr.core.route.RequestView;
import io.weldr.core.route.Route;
import io.weldr.core.route.RouteMatched;
import io.weldr.core.route.RouteName;
import io.weldr.core.route.RouteTable;
import io.weldr.core.route.RoutedListeners;
import io.weldr.core.state.ClusterState;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The routes of one listener, with what workers follow. Immutable, and shared by all workers. */
public final class RoutePlans {
    /** No routes: nothing is served. */
    public static final RoutePlans NONE =
            new RoutePlans(RouteTable.of(List.of(), ListenerName.DEFAULT), new IdentityHashMap<>());

    private final RouteTable table;
    private final IdentityHashMap<Route, RoutePlan> plans;

    private RoutePlans(RouteTable table, IdentityHashMap<Route, RoutePlan> plans) {
        this.table = table;
        this.plans = plans;
    }

    /** The plans of every listener whose requests or connections routes lead. May take milliseconds. */
    public static Map<ListenerName, RoutePlans> of(ClusterState state) {
        int proxies = Math.max(1, proxies(state));
        IdentityHashMap<Route, RoutePlan> plans = new IdentityHashMap<>();
        state.routes().values().forEach(route -> plans.put(route, new RoutePlan(route, proxies)));
        RoutedListeners listeners = RoutedListeners.of(state.listeners().values());
        Map<ListenerName, RoutePlans> all = new HashMap<>();
        RouteTable.of(state.routes().values(), listeners)
                .forEach((name, table) -> all.put(name, new RoutePlans(table, plans)));
        return Map.copyOf(all);
    }

    private static int proxies(ClusterState state) {
        return (int) state.members().values().stream()
                .filter(member -> !member.witness())
                .count();
    }

    /** What the plans of two states that differ in something else may differ in. */
    public record Basis(Map<RouteName, Route> routes, Map<ListenerName, Listener> listeners, int sharers) {
        public static Basis of(ClusterState state) {
            return new Basis(state.routes(), state.listeners(), limitsOfCluster(state) ? proxies(state) : 0);
        }

        private static boolean limitsOfCluster(ClusterState state) {
            return state.routes().values().stream()
                    .map(Route::rateLimit)
                    .anyMatch(limit -> limit != null && limit.scope() == RateLimit.Scope.CLUSTER);
        }
    }

    /**
     * The route that takes a request, and by which of its matches; null: none does. Allocates nothing unless a route
     * has a regular expression.
     */
    public @Nullable RouteMatched match(RequestView view, MatchScratch scratch) {
        return table.match(view, scratch);
    }

    /** The plan of a route that {@link #match} gave. */
    public RoutePlan plan(RouteMatched matched) {
        RoutePlan plan = plans.get(matched.route());
        if (plan == null) {
            throw new IllegalStateException("every route has a plan");
        }
        return plan;
    }
}
