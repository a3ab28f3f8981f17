package io.weldr.core.route;

import io.weldr.core.Check;
import io.weldr.core.route.Precedence.Candidate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Explains one request. The winner is the one that {@link RouteTable#match} finds. Reasons come from a look at every
 * route, one after the other, by the same conditions.
 */
final class Explainer {
    private static final int HOSTS_NAMED_MAX = 3;

    private final RouteTable table;
    private final RequestView view;
    private final MatchScratch scratch = new MatchScratch();
    private final HostForm host = scratch.host;
    private final PathForm path = scratch.path;

    Explainer(RouteTable table, RequestView view) {
        this.table = table;
        this.view = view;
    }

    /**
     * A route by its nearest match: one that holds, or one of which the most conditions hold.
     *
     * @param failed the condition that does not hold; null: all hold
     */
    private record Nearest(Candidate candidate, @Nullable String failed) {
        Route route() {
            return candidate.match().route();
        }
    }

    Explanation explain() {
        RouteMatched winner = table.match(view, scratch);
        Map<RouteName, List<CompiledMatch>> routes = new TreeMap<>();
        table.matches()
                .forEach(match -> routes.computeIfAbsent(match.route().name(), route -> new ArrayList<>())
                        .add(match));
        List<Nearest> all = new ArrayList<>(routes.size());
        routes.values().forEach(matches -> all.add(nearest(matches.get(0).route(), matches)));
        all.sort(Comparator.comparing(Nearest::candidate, Precedence.ORDER));
        Nearest first = all.stream()
                .filter(each -> winner != null
                        && each.route().name().equals(winner.route().name()))
                .findFirst()
                .orElse(null);
        List<Explanation.Considered> considered = all.stream()
                .limit(Explanation.ROUTES_MAX)
                .map(each -> considered(each, first))
                .toList();
        return new Explanation(
                host.text(),
                path.text(),
                path.isAmbiguous(),
                winner,
                winner == null ? null : Admission.refusal(winner.route(), view.clientAddress()),
                considered,
                all.size() - considered.size());
    }

    private static Explanation.Considered considered(Nearest each, @Nullable Nearest winner) {
        boolean matches = each.failed() == null;
        String lost = each.failed();
        if (matches && winner != null && !each.equals(winner)) {
            lost = "route " + winner.route().name() + " " + advantage(winner.candidate(), each.candidate());
        }
        return new Explanation.Considered(each.route(), each.candidate().match().index(), matches, lost);
    }

    /** Why the winner goes before the other one. */
    private static String advantage(Candidate winner, Candidate other) {
        HostPattern host = winner.host();
        return switch (Precedence.between(winner, other)) {
            case HOST ->
                "is more specific (" + (host == null || !host.wildcard() ? "exact host" : "longer host " + host) + ")";
            case PATH ->
                "is more specific ("
                        + (winner.match().match().path().kind() == PathMatch.Kind.EXACT
                                ? "exact path"
                                : "longer prefix")
                        + ")";
            case METHOD -> "is more specific (method)";
            case HEADERS -> "is more specific (more headers)";
            case QUERY -> "is more specific (more query parameters)";
            case AGE -> "is older, and equally specific";
            case NAME, PLACE -> "comes first by name, and is equally specific and old";
        };
    }

    /** @param matches in the order of precedence */
    private Nearest nearest(Route route, List<CompiledMatch> matches) {
        HostPattern best = null;
        for (HostPattern pattern : route.hosts()) {
            boolean holds = holds(pattern);
            boolean bestHolds = best != null && holds(best);
            CompiledMatch any = matches.get(0);
            boolean before =
                    best == null || Precedence.HOST.compare(new Candidate(pattern, any), new Candidate(best, any)) < 0;
            if (holds == bestHolds ? before : holds) {
                best = pattern;
            }
        }
        if (best != null && !holds(best)) {
            return new Nearest(new Candidate(best, matches.get(0)), "host is " + notAnyOf(route.hosts()));
        }
        CompiledMatch nearest = matches.get(0);
        for (CompiledMatch match : matches) {
            if (conditionsHeld(match) > conditionsHeld(nearest)) {
                nearest = match;
            }
        }
        String failed = failed(nearest);
        boolean several = failed != null && route.matches().size() > 1;
        return new Nearest(
                new Candidate(best, nearest), several ? "matches[" + nearest.index() + "]: " + failed : failed);
    }

    private boolean holds(HostPattern pattern) {
        byte[] name = Octets.utf8(pattern.host());
        return pattern.wildcard() ? host.isBelow(name) : host.equalTo(name);
    }

    private static String notAnyOf(List<HostPattern> hosts) {
        if (hosts.size() == 1) {
            HostPattern only = hosts.get(0);
            return "not " + (only.wildcard() ? "below " + only.host() : only);
        }
        StringBuilder text = new StringBuilder("none of ");
        for (int i = 0; i < Math.min(hosts.size(), HOSTS_NAMED_MAX); i++) {
            text.append(i == 0 ? "" : ", ").append(hosts.get(i));
        }
        int more = hosts.size() - HOSTS_NAMED_MAX;
        return text.append(more > 0 ? " and " + more + " more" : "").toString();
    }

    /** How many conditions hold before the first that does not: path, method, headers, query. */
    private int conditionsHeld(CompiledMatch match) {
        if (!match.holdsForPath(path)) {
            return 0;
        }
        if (!match.holdsForMethod(view)) {
            return 1;
        }
        int held = 2;
        for (ValueCondition header : match.headers()) {
            if (!header.holdsForHeader(view)) {
                return held;
            }
            held++;
        }
        for (ValueCondition parameter : match.query()) {
            if (!parameter.holdsForQuery(view)) {
                return held;
            }
            held++;
        }
        return Integer.MAX_VALUE;
    }

    private @Nullable String failed(CompiledMatch match) {
        if (!match.holdsForPath(path)) {
            return pathFailed(match);
        }
        if (!match.holdsForMethod(view)) {
            return "method is not " + match.match().method();
        }
        for (ValueCondition header : match.headers()) {
            if (!header.holdsForHeader(view)) {
                return failed("header", header.match(), header.headerText(view));
            }
        }
        for (ValueCondition parameter : match.query()) {
            if (!parameter.holdsForQuery(view)) {
                return failed("query parameter", parameter.match(), parameter.queryText(view));
            }
        }
        return null;
    }

    private String pathFailed(CompiledMatch match) {
        if (!match.mayTake(path)) {
            return "path is ambiguous, and the route takes no ambiguous paths";
        }
        PathMatch wanted = match.match().path();
        return switch (wanted.kind()) {
            case EXACT -> "path is not " + wanted.value();
            case PREFIX -> "path is not below " + wanted.value();
            case REGEX -> "path does not match " + Check.quote(wanted.value());
        };
    }

    private static String failed(String kind, ValueMatch wanted, @Nullable String found) {
        return kind + " " + wanted.name() + " is " + (found == null ? "missing" : Check.quote(found)) + " (expected: "
                + (wanted.kind() == ValueMatch.Kind.REGEX ? "a match of " : "") + Check.quote(wanted.value()) + ")";
    }
}
