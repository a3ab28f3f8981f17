package io.weldr.core.route;

import io.weldr.core.Check;
import io.weldr.core.Names;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One way in which a request can match a route: all of it has to hold.
 *
 * @param method in upper case as a rule; null: any
 * @param headers each name once, at most 16
 * @param query each name once, at most 16
 */
public record RouteMatch(PathMatch path, @Nullable String method, List<ValueMatch> headers, List<ValueMatch> query) {
    /** Every request. */
    public static final RouteMatch ANY = new RouteMatch(PathMatch.ANY, null, List.of(), List.of());

    private static final int VALUES_MAX = 16;

    public RouteMatch {
        if (method != null) {
            Names.checkToken("method", method);
        }
        headers = asHeaders(headers);
        query = List.copyOf(query);
        checkNames("headers", headers);
        checkNames("query", query);
    }

    private static void checkNames(String field, List<ValueMatch> values) {
        Check.atMost(field, values.size(), VALUES_MAX);
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < values.size(); i++) {
            String name = values.get(i).name();
            Check.that(seen.add(name), field + "[" + i + "].name", name, "each name once");
        }
    }

    private static List<ValueMatch> asHeaders(List<ValueMatch> values) {
        List<ValueMatch> headers = new ArrayList<>();
        for (ValueMatch value : values) {
            headers.add(value.asHeader("headers[" + headers.size() + "].name"));
        }
        return List.copyOf(headers);
    }

    /** Every request below that path. */
    public static RouteMatch prefix(String path) {
        return new RouteMatch(new PathMatch(PathMatch.Kind.PREFIX, path), null, List.of(), List.of());
    }
}
