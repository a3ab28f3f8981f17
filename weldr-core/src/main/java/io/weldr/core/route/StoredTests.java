package io.weldr.core.route;

import io.weldr.core.listener.Listener.Protocol;
import io.weldr.core.listener.ListenerName;
import io.weldr.core.pool.PoolName;
import io.weldr.core.pool.Scheme;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Runs the tests that routes carry. */
final class StoredTests {
    private static final int NOT_FOUND = 404;
    private static final int FORBIDDEN = 403;

    private final Map<ListenerName, RouteTable> tables;
    private final RoutedListeners listeners;
    private final Set<PoolName> pools;
    private final MatchScratch scratch = new MatchScratch();

    /** @param tables of all these listeners */
    StoredTests(Map<ListenerName, RouteTable> tables, RoutedListeners listeners, Set<PoolName> pools) {
        this.tables = tables;
        this.listeners = listeners;
        this.pools = pools;
    }

    /** What does not come out as a test of one of these routes expects. */
    List<String> failures(Collection<Route> routes) {
        List<String> failures = new ArrayList<>();
        for (Route route : routes) {
            for (int i = 0; i < route.tests().size(); i++) {
                RouteTest test = route.tests().get(i);
                String name = "route " + route.name() + ", test " + (i + 1) + ": ";
                if (test.pool() != null && !pools.contains(test.pool())) {
                    failures.add(name + "there is no pool " + test.pool() + " (expected: the name of a pool)");
                    continue;
                }
                RequestView view = new SampleView(test.request());
                for (RouteTable table : tablesFor(route, test.request().scheme())) {
                    String failure = run(route, test, view, table);
                    if (failure != null) {
                        String where = tables.size() > 1 ? " on listener " + table.listener() : "";
                        failures.add(name + test.request().method() + " "
                                + test.request().url() + where + " " + failure);
                    }
                }
            }
        }
        return failures;
    }

    /** Those of the listeners of the route that speak that scheme, or of all of its listeners if none does. */
    private List<RouteTable> tablesFor(Route route, Scheme scheme) {
        Protocol wanted = scheme == Scheme.HTTPS ? Protocol.HTTPS : Protocol.HTTP;
        List<RouteTable> all = tables.values().stream()
                .filter(table -> listeners.leads(route, table.listener()))
                .toList();
        List<RouteTable> speaking = all.stream()
                .filter(table -> listeners.protocols().get(table.listener()) == wanted)
                .toList();
        return speaking.isEmpty() ? all : speaking;
    }

    private @Nullable String run(Route owner, RouteTest test, RequestView view, RouteTable table) {
        RouteMatched matched = table.match(view, scratch);
        String found = matched == null ? "no route" : "route " + matched.route().name();
        String wanted = test.route() == null ? owner.name().value() : test.route();
        boolean none = wanted.equals(RouteTest.NO_ROUTE);
        if (none
                ? matched != null
                : matched == null || !matched.route().name().value().equals(wanted)) {
            return "takes " + found + " (expected: " + (none ? "no route" : "route " + wanted) + ")";
        }
        String refusal = matched == null ? null : Admission.refusal(matched.route(), view.clientAddress());
        if (test.pool() != null && (refusal != null || !canReach(matched, test.pool()))) {
            return "takes " + found + ", which leads to "
                    + (refusal != null ? "no pool, because " + refusal : poolsOf(matched)) + " (expected: pool "
                    + test.pool() + ")";
        }
        Integer status = matched == null
                ? Integer.valueOf(NOT_FOUND)
                : refusal != null
                        ? Integer.valueOf(FORBIDDEN)
                        : statusOf(matched.route().action());
        if (test.status() != null && !test.status().equals(status)) {
            return "takes " + found + " and gets " + (status == null ? "the status of an origin" : "status " + status)
                    + (refusal == null ? "" : ", because " + refusal) + " (expected: status " + test.status() + ")";
        }
        return null;
    }

    private static @Nullable Integer statusOf(RouteAction action) {
        if (action instanceof RouteAction.Redirect redirect) {
            return redirect.status();
        }
        return action instanceof RouteAction.FixedResponse fixed ? Integer.valueOf(fixed.status()) : null;
    }

    private static List<RouteAction.WeightedPool> weighted(@Nullable RouteMatched matched) {
        return matched != null && matched.route().action() instanceof RouteAction.Forward forward
                ? forward.pools().stream().filter(each -> each.weight() > 0).toList()
                : List.of();
    }

    private static boolean canReach(@Nullable RouteMatched matched, PoolName pool) {
        return weighted(matched).stream().anyMatch(each -> each.pool().equals(pool));
    }

    private static String poolsOf(@Nullable RouteMatched matched) {
        List<RouteAction.WeightedPool> pools = weighted(matched);
        return pools.isEmpty()
                ? "no pool"
                : pools.stream().map(each -> "pool " + each.pool()).collect(Collectors.joining(" or "));
    }
}
