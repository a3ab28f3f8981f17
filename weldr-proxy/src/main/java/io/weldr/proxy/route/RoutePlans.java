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
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The routes of one listener, with what workers follow. Immutable, and shared by all workers. */
public final class RoutePlans {
    /** No routes: nothing is served. */
    public static final RoutePlans NONE =
            new RoutePlans(RouteTable.of(List.of(), ListenerName.DEFAULT), new IdentityHashMap<>(), 1, Set.of());

    private final RouteTable table;
    private final IdentityHashMap<Route, RoutePlan> plans;

    private final int cells;
    private final Set<Destined> destined;

    /** A route, and one of its pools. */
    private record Destined(String route, String pool) {}

    private RoutePlans(RouteTable table, IdentityHashMap<Route, RoutePlan> plans, int cells, Set<Destined> destined) {
        this.table = table;
        this.cells = cells;
        this.destined = destined;
        this.plans = plans;
    }

    /** The plans of every listener whose requests or connections routes lead. May take milliseconds. */
    public static Map<ListenerName, RoutePlans> of(ClusterState state) {
        int proxies = Math.max(1, proxies(state));
        IdentityHashMap<Route, RoutePlan> plans = new IdentityHashMap<>();
        int cells = 1;
        Set<Destined> destined = new HashSet<>();
        for (Route route : state.routes().values()) {
            RoutePlan plan = new RoutePlan(route, proxies, cells);
            plans.put(route, plan);
            cells += plan.cells();
            plan.poolsAndNone()
                    .forEach(pool -> destined.add(new Destined(route.name().value(), pool)));
        }
        int all = cells;
        RoutedListeners listeners = RoutedListeners.of(state.listeners().values());
        Map<ListenerName, RoutePlans> byListener = new HashMap<>();
        RouteTable.of(state.routes().values(), listeners)
                .forEach((name, table) -> byListener.put(name, new RoutePlans(table, plans, all, destined)));
        return Map.copyOf(byListener);
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

    /** How many places of {@link RoutePlan#cell} there are, that of nobody included. */
    public int cells() {
        return cells;
    }

    /**
     * Whether any listener has a route of that name with that pool.
     *
     * @param pool empty: whatever its pools are
     */
    public boolean has(String route, String pool) {
        return destined.contains(new Destined(route, pool));
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
