package io.weldr.core.route;

import io.weldr.core.Check;
import io.weldr.core.Stamp;
import io.weldr.core.listener.ListenerName;
import io.weldr.core.pool.Network;
import io.weldr.core.pool.PoolName;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which requests go where, and what is changed on the way.
 *
 * @param listeners whose requests it takes, at most 64; none: those of every listener of protocol {@code http}
 * @param hosts at most 64; none: every host
 * @param matches ways in which a request can match, in the order in which they are tried among equals; at least one, at most 64
 * @param rateLimit null: none
 * @param allow networks of clients that may come; none: all. At most 64
 * @param deny networks of clients that may not come, whatever {@code allow} says. At most 64
 * @param tests at most 32
 * @param ambiguousPaths whether paths may match that change their segments when they are decoded, see {@code Paths}
 */
public record Route(
        RouteName name,
        List<ListenerName> listeners,
        List<HostPattern> hosts,
        List<RouteMatch> matches,
        RouteAction action,
        RouteFilters filters,
        RouteTimeouts timeouts,
        RouteRetries retries,
        @Nullable RateLimit rateLimit,
        List<Network> allow,
        List<Network> deny,
        List<RouteTest> tests,
        boolean ambiguousPaths,
        Stamp stamp) {

    private static final int PARTS_MAX = 64;
    private static final int TESTS_MAX = 32;

    /** What every cluster has from its beginning: all requests, those with an ambiguous path among them, of the listener {@code default} go to the pool {@code default}. */
    public static final Route DEFAULT = new Route(
            RouteName.DEFAULT,
            List.of(ListenerName.DEFAULT),
            List.of(),
            List.of(RouteMatch.ANY),
            RouteAction.Forward.to(PoolName.DEFAULT),
            RouteFilters.NONE,
            RouteTimeouts.UNSET,
            RouteRetries.DEFAULT,
            null,
            List.of(),
            List.of(),
            List.of(),
            true,
            Stamp.INITIAL);

    public Route {
        listeners = List.copyOf(listeners);
        hosts = List.copyOf(hosts);
        matches = matches.isEmpty() ? List.of(RouteMatch.ANY) : List.copyOf(matches);
        allow = List.copyOf(allow);
        deny = List.copyOf(deny);
        tests = List.copyOf(tests);
        checkEachOnce("listeners", listeners);
        checkEachOnce("hosts", hosts);
        checkEachOnce("matches", matches);
        checkEachOnce("allow", allow);
        checkEachOnce("deny", deny);
        Check.atMost("tests", tests.size(), TESTS_MAX);
        checkPrefixRewrite(matches, action, filters);
    }

    private static void checkEachOnce(String field, List<?> values) {
        Check.atMost(field, values.size(), PARTS_MAX);
        HashSet<Object> seen = new HashSet<>();
        values.forEach(value -> Check.that(seen.add(value), field, value, "each once"));
    }

    /** There has to be a prefix that can be replaced. */
    private static void checkPrefixRewrite(List<RouteMatch> matches, RouteAction action, RouteFilters filters) {
        PathRewrite rewrite = action instanceof RouteAction.Redirect redirect ? redirect.path() : filters.rewritePath();
        if (rewrite != null && rewrite.kind() == PathRewrite.Kind.PREFIX) {
            matches.forEach(match -> Check.that(
                    match.path().kind() == PathMatch.Kind.PREFIX,
                    "matches",
                    match.path().value(),
                    "a path of kind prefix in every match, because the rewrite replaces the prefix"));
        }
    }

    /** The same, as written at another time. */
    public Route with(Stamp other) {
        return new Route(
                name,
                listeners,
                hosts,
                matches,
                action,
                filters,
                timeouts,
                retries,
                rateLimit,
                allow,
                deny,
                tests,
                ambiguousPaths,
                other);
    }

    /** Whether an operator says the same by both, whenever that was. */
    public boolean sameAs(Route other) {
        return with(Stamp.INITIAL).equals(other.with(Stamp.INITIAL));
    }

    /** Whether it can lead to that pool. */
    public boolean leadsTo(PoolName pool) {
        return action instanceof RouteAction.Forward forward
                && forward.pools().stream().anyMatch(each -> each.pool().equals(pool));
    }
}
