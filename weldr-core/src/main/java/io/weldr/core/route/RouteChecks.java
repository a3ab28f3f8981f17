package io.weldr.core.route;

import io.weldr.core.pool.PoolName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The checks of the leader before a change of routes enters the log. */
public final class RouteChecks {
    /** Enough to see what is wrong, and an answer that can still be read. */
    private static final int TEXTS_MAX = 16;

    /** Steps of all expressions of one route: some 4 MiB. */
    static final long ROUTE_COST_MAX = 65_536;

    /** Steps of all expressions of all routes: some 64 MiB on every node. */
    static final long COST_MAX = 1_048_576;

    private RouteChecks() {}

    /**
     * What was found. Each text names a field of the changed route, or another route.
     *
     * @param refusals why the change must not be made; none: it may
     * @param warnings what the operator probably does not mean
     */
    public record Result(List<String> refusals, List<String> warnings) {
        public Result {
            refusals = List.copyOf(refusals);
            warnings = List.copyOf(warnings);
        }
    }

    /**
     * Checks a change. Four things refuse it: a match of the changed route that no request can reach, a stored test of
     * any route that fails, more pairs of host and match than {@link RouteTable#ENTRIES_MAX}, and expressions that take
     * too much memory.
     *
     * @param after all routes as they would be after the change
     * @param changed the route that was created or changed, with the stamp that it would have; null or a route that is
     *     not there: one was removed
     * @param pools that exist
     * @param listeners that exist
     */
    public static Result check(
            Collection<Route> after, @Nullable RouteName changed, Set<PoolName> pools, RoutedListeners listeners) {
        List<Route> routes =
                after.stream().sorted(Comparator.comparing(Route::name)).toList();
        Route route = routes.stream()
                .filter(each -> each.name().equals(changed))
                .findFirst()
                .orElse(null);
        List<String> refusals = new ArrayList<>();
        List<String> warnings = new ArrayList<>();
        String tooMuch = route == null ? null : tooMuch(route, routes, listeners);
        if (tooMuch != null) { // nothing of it is compiled
            return new Result(List.of(tooMuch), warnings);
        }
        List<CompiledMatch> matches = CompiledMatch.all(routes);
        if (route != null) {
            new Reach(matches, listeners).check(route, refusals, warnings);
            checkWeights(route, routes, warnings);
        }
        refusals.addAll(new StoredTests(RouteTable.ofCompiled(matches, listeners), listeners, pools).failures(routes));
        return new Result(first(refusals), first(warnings));
    }

    private static @Nullable String tooMuch(Route route, List<Route> routes, RoutedListeners listeners) {
        long entries = RouteTable.entries(routes, listeners);
        if (entries > RouteTable.ENTRIES_MAX) {
            return "routes: " + entries + " pairs of host and match in the routes of all listeners (expected: at most "
                    + RouteTable.ENTRIES_MAX + ", by fewer hosts or listeners, or by wildcards)";
        }
        long own = cost(route);
        if (own > ROUTE_COST_MAX) {
            return "matches: expressions whose automata have " + own + " steps (expected: at most " + ROUTE_COST_MAX
                    + ", by fewer or simpler expressions)";
        }
        long all = routes.stream().mapToLong(RouteChecks::cost).sum();
        if (all > COST_MAX) {
            return "routes: the automata of the expressions of all routes have " + all + " steps (expected: at most "
                    + COST_MAX + ", by fewer or simpler expressions)";
        }
        return null;
    }

    private static long cost(Route route) {
        long cost = 0;
        for (RouteMatch match : route.matches()) {
            if (match.path().kind() == PathMatch.Kind.REGEX) {
                cost += ExpressionCost.of(match.path().value());
            }
            cost += cost(match.headers()) + cost(match.query());
        }
        return cost;
    }

    private static long cost(List<ValueMatch> values) {
        return values.stream()
                .filter(value -> value.kind() == ValueMatch.Kind.REGEX)
                .mapToLong(value -> ExpressionCost.of(value.value()))
                .sum();
    }

    private static void checkWeights(Route route, List<Route> routes, List<String> warnings) {
        if (route.action() instanceof RouteAction.Forward forward) {
            for (RouteAction.WeightedPool each : forward.pools()) {
                if (routes.stream().noneMatch(other -> hasWeight(other, each.pool()))) {
                    warnings.add("pools: pool " + each.pool()
                            + " gets no requests, because it has weight 0 in each route that names it");
                }
            }
        }
    }

    private static boolean hasWeight(Route route, PoolName pool) {
        return route.action() instanceof RouteAction.Forward forward
                && forward.pools().stream().anyMatch(each -> each.pool().equals(pool) && each.weight() > 0);
    }

    private static List<String> first(List<String> texts) {
        if (texts.size() <= TEXTS_MAX) {
            return texts;
        }
        List<String> first = new ArrayList<>(texts.subList(0, TEXTS_MAX));
        first.add("and " + (texts.size() - TEXTS_MAX) + " more");
        return first;
    }
}
