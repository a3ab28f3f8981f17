package io.weldr.core.route;

import io.weldr.core.listener.ListenerName;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The routes of one listener, compiled. Nothing else decides where a request goes: the proxy, {@link #explain} and
 * stored tests ask this table. The routes that match a request are ordered by {@link Precedence}, and the first one
 * takes it. A request for a host that a route names, but with a path that this route does not take, goes on to routes
 * with wildcards and to those for any host.
 *
 * <p>Immutable, and shared by all threads. {@link #match} takes one look-up for each label of the host and each segment
 * of the path, whatever the number of routes, and allocates nothing unless it has to compare with a regular expression.
 * Routes that differ in nothing but method, headers or query are tried one after the other, and so are routes with
 * expressions for the path.
 */
public final class RouteTable {
    /**
     * Pairs of a host and a match in all tables of a cluster: 4096 routes with one host and one match on each of 64
     * listeners. A pair takes 80 to 300 bytes, so that the tables take up to 75 MiB. {@link RouteChecks} refuses a
     * route that leads beyond that, and {@code core.state} a listener that does.
     */
    public static final int ENTRIES_MAX = 262_144;

    private final ListenerName listener;
    private final List<CompiledMatch> matches;
    private final ByteTable<HostIndex> exact;
    private final @Nullable ByteTable<HostIndex> wildcards;
    private final @Nullable HostIndex any;

    /** @param matches of the routes of that listener, in the order of {@link Precedence} */
    private RouteTable(List<CompiledMatch> matches, ListenerName listener) {
        this.listener = listener;
        this.matches = matches;
        Map<String, HostIndex.Builder> exactBuilders = new HashMap<>();
        Map<String, HostIndex.Builder> wildcardBuilders = new HashMap<>();
        HostIndex.Builder anyBuilder = new HostIndex.Builder();
        boolean hasAny = false;
        for (CompiledMatch match : matches) {
            for (HostPattern host : match.route().hosts()) {
                (host.wildcard() ? wildcardBuilders : exactBuilders)
                        .computeIfAbsent(host.host(), name -> new HostIndex.Builder())
                        .add(match);
            }
            if (match.route().hosts().isEmpty()) {
                anyBuilder.add(match);
                hasAny = true;
            }
        }
        exact = table(exactBuilders);
        wildcards = wildcardBuilders.isEmpty() ? null : table(wildcardBuilders);
        any = hasAny ? anyBuilder.build() : null;
    }

    private static ByteTable<HostIndex> table(Map<String, HostIndex.Builder> builders) {
        ByteTable<HostIndex> table = new ByteTable<>(builders.size());
        builders.forEach((host, builder) -> {
            byte[] key = Octets.utf8(host);
            table.put(key, Octets.hashBackwards(key), builder.build());
        });
        return table;
    }

    /**
     * The table of one listener that carries requests: of the routes that name it, and of those that name no listener.
     */
    public static RouteTable of(Collection<Route> routes, ListenerName listener) {
        return new RouteTable(
                CompiledMatch.all(routes.stream()
                        .filter(route ->
                                route.listeners().isEmpty() || route.listeners().contains(listener))
                        .toList()),
                listener);
    }

    /** The tables of several listeners, which share what they have in common. */
    public static Map<ListenerName, RouteTable> of(Collection<Route> routes, RoutedListeners listeners) {
        return ofCompiled(CompiledMatch.all(routes), listeners);
    }

    static Map<ListenerName, RouteTable> ofCompiled(List<CompiledMatch> all, RoutedListeners listeners) {
        Map<ListenerName, RouteTable> tables = new LinkedHashMap<>();
        for (ListenerName name : listeners.protocols().keySet()) {
            List<CompiledMatch> own = all.stream()
                    .filter(match -> listeners.leads(match.route(), name))
                    .toList();
            tables.put(name, new RouteTable(own, name));
        }
        return tables;
    }

    /** Pairs of a host and a match in the tables of those listeners. */
    public static long entries(Collection<Route> routes, RoutedListeners listeners) {
        long entries = 0;
        for (Route route : routes) {
            entries += (long) listeners.ledBy(route)
                    * Math.max(1, route.hosts().size())
                    * route.matches().size();
        }
        return entries;
    }

    public ListenerName listener() {
        return listener;
    }

    /** Matches of all routes, in the order of {@link Precedence} for one host. */
    List<CompiledMatch> matches() {
        return matches;
    }

    /**
     * The route that takes a request, or null if none does. The networks that a route allows and denies do not count
     * here: the route takes the request and refuses it, see {@link Admission}.
     *
     * @param scratch of the calling thread
     */
    public @Nullable RouteMatched match(RequestView view, MatchScratch scratch) {
        scratch.set(view);
        HostForm host = scratch.host;
        PathForm path = scratch.path;
        CompiledMatch found = find(exact, host, 0, host.hash(), view, path);
        if (wildcards != null) {
            for (int i = host.suffixes() - 1; i >= 0 && found == null; i--) {
                found = find(wildcards, host, host.suffixStart(i), host.suffixHash(i), view, path);
            }
        }
        if (found == null && any != null) {
            found = any.find(view, path);
        }
        return found == null ? null : found.result();
    }

    private static @Nullable CompiledMatch find(
            ByteTable<HostIndex> table, HostForm host, int from, int hash, RequestView view, PathForm path) {
        HostIndex index = table.get(host.bytes(), from, host.length(), hash);
        return index == null ? null : index.find(view, path);
    }

    /** Tells which route takes a request, and why each other one does not. Allocates, and looks at every route. */
    public Explanation explain(RequestView view) {
        return new Explainer(this, view).explain();
    }
}
