package io.weldr.core.route;

import io.weldr.core.Stamp;
import io.weldr.core.listener.ListenerName;
import io.weldr.core.pool.PoolName;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.TreeMap;

/** Routes and requests of few hosts, segments and values, so that many routes match many requests. */
final class RandomRoutes {
    static final ListenerName EDGE = new ListenerName("edge");

    private static final List<String> HOSTS = List.of("a.test", "b.a.test", "c.b.a.test", "test", "x-b.a.test");
    private static final List<String> SEGMENTS = List.of("a", "b", "A", "a%20b", "a~b", "ab");
    private static final List<String> REGEXES = List.of("/a.*", "/[ab]+/?", "/a/(a|b)", ".*b", "/", "/%2F.*|/a//.*");
    private static final List<String> VALUES = List.of("1", "2", "1, 2", "", "a b");
    private static final List<String> METHODS = List.of("GET", "POST", "OPTIONS");

    private final Random random;

    RandomRoutes(long seed) {
        random = new Random(seed);
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    boolean oneIn(int n) {
        return random.nextInt(n) == 0;
    }

    <T> T any(List<T> values) {
        return values.get(random.nextInt(values.size()));
    }

    List<Route> routes(int most) {
        TreeMap<String, Route> routes = new TreeMap<>();
        int count = 1 + below(most);
        for (int i = 0; i < count; i++) {
            Route route = route("r" + below(1000));
            routes.put(route.name().value(), route);
        }
        return List.copyOf(routes.values());
    }

    Route route(String name) {
        List<ListenerName> listeners =
                oneIn(3) ? List.of() : oneIn(4) ? List.of(EDGE) : List.of(ListenerName.DEFAULT, EDGE);
        List<HostPattern> hosts = new ArrayList<>();
        for (int i = oneIn(3) ? 0 : 1 + below(3); i > 0; i--) {
            HostPattern host = HostPattern.parse((oneIn(2) ? "*." : "") + any(HOSTS));
            if (!hosts.contains(host)) {
                hosts.add(host);
            }
        }
        List<RouteMatch> matches = new ArrayList<>();
        for (int i = 1 + below(3); i > 0; i--) {
            RouteMatch match = match();
            if (!matches.contains(match)) {
                matches.add(match);
            }
        }
        return new Route(
                new RouteName(name),
                listeners,
                hosts,
                matches,
                RouteAction.Forward.to(PoolName.DEFAULT),
                RouteFilters.NONE,
                RouteTimeouts.UNSET,
                RouteRetries.DEFAULT,
                null,
                List.of(),
                List.of(),
                List.of(),
                oneIn(4),
                new Stamp(below(3), 9));
    }

    private RouteMatch match() {
        PathMatch path = oneIn(4)
                ? PathMatch.ANY
                : oneIn(5)
                        ? new PathMatch(PathMatch.Kind.REGEX, any(REGEXES))
                        : new PathMatch(oneIn(3) ? PathMatch.Kind.EXACT : PathMatch.Kind.PREFIX, path());
        return new RouteMatch(path, oneIn(3) ? any(METHODS) : null, values("x-"), values("q"));
    }

    private String path() {
        StringBuilder path = new StringBuilder();
        for (int i = below(4); i > 0; i--) {
            path.append('/').append(any(SEGMENTS));
        }
        return path.isEmpty() || oneIn(5) ? path.append('/').toString() : path.toString();
    }

    private List<ValueMatch> values(String prefix) {
        List<ValueMatch> values = new ArrayList<>();
        for (String name : List.of("a", "b")) {
            if (oneIn(4)) {
                values.add(
                        oneIn(4)
                                ? new ValueMatch(prefix + name, ValueMatch.Kind.REGEX, "[1a].*")
                                : new ValueMatch(prefix + name, ValueMatch.Kind.EXACT, any(VALUES)));
            }
        }
        return values;
    }

    WrittenRequest request() {
        String host = any(HOSTS);
        if (oneIn(8)) {
            host = "z." + host;
        }
        host = (oneIn(6) ? host.toUpperCase(Locale.ROOT) : host) + (oneIn(6) ? "." : "") + (oneIn(4) ? ":8080" : "");
        List<String[]> headers = new ArrayList<>();
        for (int i = below(4); i > 0; i--) {
            headers.add(new String[] {any(List.of("X-a", "x-b", "x-c")), any(VALUES)});
        }
        return new WrittenRequest(
                any(METHODS), oneIn(20) ? "" : host, requestPath(), oneIn(2) ? null : query(), headers);
    }

    private String requestPath() {
        if (oneIn(30)) {
            return oneIn(2) ? "" : "*";
        }
        String path = path();
        if (oneIn(3)) {
            path = path.replaceFirst(
                    "a", any(List.of("%61", "%2f", "%2F", "..", "%2e", "", "\\\\", "%zz", "%7e", "%41")));
        }
        return path.replace("%20", oneIn(2) ? "%20" : "%2a");
    }

    private String query() {
        StringBuilder query = new StringBuilder();
        for (int i = below(4); i > 0; i--) {
            query.append(query.isEmpty() ? "" : "&").append(any(List.of("qa", "q%61", "qb", "q", "")));
            if (!oneIn(5)) {
                query.append('=').append(any(List.of("1", "2", "%31", "a%20b", "1,%202", "", "a+b", "=")));
            }
        }
        return query.toString();
    }
}
