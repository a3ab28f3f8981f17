package io.weldr.core.route;

import io.weldr.core.Check;
import io.weldr.core.Stamp;
import io.weldr.core.listener.ListenerName;
import io.weldr.core.pool.Network;
import io.weldr.core.pool.PoolName;
import io.weldr.core.pool.RequestKey;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A route: conditions on requests, their destination, and edits.
 *
 * @param listeners whose requests it takes, at most 64; none: those of every listener of protocol {@code http} or
 *     {@code https}. Either all are of protocol {@code tls-passthrough} or none is, see {@link #refusedOfPassthrough}
 * @param hosts at most 64; none: every host
 * @param matches ways in which a request can match, in the order in which they are tried among equals; at least one, at
 *     most 64
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
    private static final String OPAQUE = "a listener of protocol tls-passthrough sees no requests";

    /**
     * What every cluster has from its beginning: all requests, those with an ambiguous path among them, of the listener
     * {@code default} go to the pool {@code default}.
     */
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

    /**
     * What it says that cannot be said of connections of a listener of protocol {@code tls-passthrough}: weldr sees the
     * name that a client asks for, and nothing of the requests.
     *
     * @return {@code field: what was found (expected: what may stand there)}; null: it says nothing of that sort
     */
    public @Nullable String refusedOfPassthrough() {
        if (!(action instanceof RouteAction.Forward forward)) {
            String field = action instanceof RouteAction.Redirect ? "redirect" : "fixedResponse";
            return field + ": an answer by weldr (expected: pools, because " + OPAQUE + ")";
        }
        if (forward.splitBy().source() != RequestKey.Source.CLIENT_ADDRESS) {
            return unseen("splitBy", forward.splitBy());
        }
        if (!matches.equals(List.of(RouteMatch.ANY))) {
            return unseen("matches", matches.get(0).path().value());
        }
        if (!filters.request().equals(HeaderEdits.NONE)) {
            return unseen("requestHeaders", "changes");
        }
        if (!filters.response().equals(HeaderEdits.NONE)) {
            return unseen("responseHeaders", "changes");
        }
        if (filters.rewriteHost() != null || filters.rewritePath() != null) {
            return unseen("rewrite", "another host or path");
        }
        if (!timeouts.equals(RouteTimeouts.UNSET)) {
            return unseen("timeouts", "of requests");
        }
        if (!retries.equals(RouteRetries.DEFAULT)) {
            return unseen("retries", "of requests");
        }
        if (rateLimit != null) {
            return unseen("rateLimit", "of requests");
        }
        if (!tests.isEmpty()) {
            return unseen("tests", tests.get(0).request().url());
        }
        return ambiguousPaths ? unseen("ambiguousPaths", true) : null;
    }

    private static String unseen(String field, Object found) {
        return field + ": " + Check.quote(found) + " (expected: none, because " + OPAQUE + ")";
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
