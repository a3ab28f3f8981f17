package io.weldr.core.route;

import com.google.re2j.Pattern;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One match of one route, with texts as bytes and expressions as automata. */
final class CompiledMatch {
    private final RouteMatched result;
    /** Of a prefix: without the slash of {@code /}, so that each prefix ends where a segment does. */
    private final byte[] path;

    private final @Nullable Pattern pathPattern;
    private final byte @Nullable [] method;
    private final ValueCondition[] headers;
    private final ValueCondition[] query;

    private CompiledMatch(Route route, int index) {
        result = new RouteMatched(route, index);
        RouteMatch match = result.match();
        boolean regex = match.path().kind() == PathMatch.Kind.REGEX;
        path = match.path().equals(PathMatch.ANY)
                ? new byte[0]
                : Octets.utf8(match.path().value());
        pathPattern = regex ? Patterns.compile(match.path().value()) : null;
        method = match.method() == null ? null : Octets.utf8(match.method());
        headers = ValueCondition.compile(match.headers());
        query = ValueCondition.compile(match.query());
    }

    /** All matches of these routes, those before others that go before them for the same host. */
    static List<CompiledMatch> all(Collection<Route> routes) {
        List<CompiledMatch> all = new ArrayList<>();
        for (Route route : routes) {
            for (int i = 0; i < route.matches().size(); i++) {
                all.add(new CompiledMatch(route, i));
            }
        }
        all.sort(Precedence.FOR_ONE_HOST);
        return all;
    }

    RouteMatched result() {
        return result;
    }

    Route route() {
        return result.route();
    }

    int index() {
        return result.index();
    }

    RouteMatch match() {
        return result.match();
    }

    byte[] path() {
        return path;
    }

    ValueCondition[] headers() {
        return headers;
    }

    ValueCondition[] query() {
        return query;
    }

    /** Whether the route takes paths that two servers may take for different ones, if this is such a path. */
    boolean mayTake(PathForm form) {
        return !form.isAmbiguous() || route().ambiguousPaths();
    }

    /** Whether the path is the one that is asked for. An expression allocates. */
    boolean holdsForPath(PathForm form) {
        if (!mayTake(form)) {
            return false;
        }
        if (pathPattern != null) {
            return !form.isAsterisk() && pathPattern.matches(form.text());
        }
        return match().path().kind() == PathMatch.Kind.PREFIX
                ? form.isBelow(path)
                : !form.isAsterisk() && form.equalTo(path);
    }

    boolean holdsForMethod(RequestView view) {
        byte[] expected = method;
        return expected == null
                || Arrays.equals(view.bytes(), view.methodStart(), view.methodEnd(), expected, 0, expected.length);
    }

    /** Whether everything holds that is asked for besides host and path. */
    boolean holdsForRest(RequestView view) {
        if (!holdsForMethod(view)) {
            return false;
        }
        for (ValueCondition header : headers) {
            if (!header.holdsForHeader(view)) {
                return false;
            }
        }
        for (ValueCondition parameter : query) {
            if (!parameter.holdsForQuery(view)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Whether every request for which the other one holds is one for which this one holds. False if that cannot be
     * told.
     */
    boolean isImpliedBy(CompiledMatch other) {
        return (route().ambiguousPaths() || !other.route().ambiguousPaths())
                && pathIsImpliedBy(other)
                && (method == null || Arrays.equals(method, other.method))
                && areImpliedBy(headers, other.headers)
                && areImpliedBy(query, other.query);
    }

    private boolean pathIsImpliedBy(CompiledMatch other) {
        PathMatch mine = match().path();
        PathMatch others = other.match().path();
        if (mine.equals(others) || mine.equals(PathMatch.ANY)) {
            return true;
        }
        if (others.kind() == PathMatch.Kind.REGEX) {
            return false;
        }
        String prefix = mine.value();
        String path = others.value();
        return mine.kind() == PathMatch.Kind.PREFIX
                && path.startsWith(prefix)
                && (path.length() == prefix.length() || path.charAt(prefix.length()) == '/');
    }

    private static boolean areImpliedBy(ValueCondition[] mine, ValueCondition[] others) {
        return Arrays.stream(mine).allMatch(condition -> Arrays.stream(others).anyMatch(condition::isImpliedBy));
    }
}
