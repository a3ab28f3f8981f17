package io.weldr.core.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.Stamp;
import io.weldr.core.listener.ListenerName;
import io.weldr.core.pool.Network;
import io.weldr.core.pool.PoolName;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ExplanationTest {
    private final List<Route> routes = new ArrayList<>();

    private void route(String name, List<String> hosts, RouteMatch... matches) {
        route(name, routes.size(), hosts, false, List.of(), matches);
    }

    private void route(
            String name,
            long created,
            List<String> hosts,
            boolean ambiguousPaths,
            List<Network> deny,
            RouteMatch... matches) {
        routes.add(new Route(
                new RouteName(name),
                List.of(),
                hosts.stream().map(HostPattern::parse).toList(),
                Arrays.asList(matches),
                RouteAction.Forward.to(PoolName.DEFAULT),
                RouteFilters.NONE,
                RouteTimeouts.UNSET,
                RouteRetries.DEFAULT,
                null,
                List.of(),
                deny,
                List.of(),
                ambiguousPaths,
                new Stamp(created, created)));
    }

    private static RouteMatch match(
            PathMatch.Kind kind,
            String path,
            @Nullable String method,
            List<ValueMatch> headers,
            List<ValueMatch> query) {
        return new RouteMatch(new PathMatch(kind, path), method, headers, query);
    }

    private static ValueMatch value(String name, String value) {
        return new ValueMatch(name, ValueMatch.Kind.EXACT, value);
    }

    private Explanation explain(WrittenRequest request) {
        return RouteTable.of(routes, ListenerName.DEFAULT).explain(request.view());
    }

    private static List<String> reasons(Explanation explanation) {
        return explanation.considered().stream()
                .map(each -> each.route().name() + ": " + (each.lost() == null ? "takes it" : each.lost()))
                .toList();
    }

    @Test
    void everyRouteSaysWhyItLost() {
        route("any", List.of());
        route("below", List.of("*.example.com"));
        route("old", List.of("shop.example.com"), RouteMatch.prefix("/cart"));
        route("young", List.of("shop.example.com"), RouteMatch.prefix("/cart"));
        route("items", List.of("shop.example.com"), RouteMatch.prefix("/cart/items"));
        route("exact", List.of("shop.example.com"), match(PathMatch.Kind.EXACT, "/cart", null, List.of(), List.of()));
        route("post", List.of("shop.example.com"), match(PathMatch.Kind.PREFIX, "/cart", "POST", List.of(), List.of()));
        route("regex", List.of("shop.example.com"), match(PathMatch.Kind.REGEX, "/[a-z]+", null, List.of(), List.of()));
        route(
                "header",
                List.of("shop.example.com"),
                match(PathMatch.Kind.EXACT, "/cart/1", null, List.of(value("x-canary", "yes")), List.of()));
        route(
                "missing",
                List.of("shop.example.com"),
                match(
                        PathMatch.Kind.EXACT,
                        "/cart/1",
                        null,
                        List.of(new ValueMatch("x-key", ValueMatch.Kind.REGEX, "[0-9]+")),
                        List.of()));
        route(
                "query",
                List.of("shop.example.com"),
                match(PathMatch.Kind.EXACT, "/cart/1", null, List.of(), List.of(value("v", "2"))));
        route("other", List.of("a.test", "b.test", "c.test", "d.test", "*.e.test"));
        route("else", List.of("else.example.com"));
        route("under", List.of("*.shop.example.com"));
        WrittenRequest request = new WrittenRequest(
                "GET", "Shop.Example.com:80", "/cart/%31", "v=1", List.<String[]>of(new String[] {"X-Canary", "no"}));
        assertThat(reasons(explain(request)))
                .containsExactlyInAnyOrder(
                        "old: takes it",
                        "young: route old is older, and equally specific",
                        "any: route old is more specific (exact host)",
                        "below: route old is more specific (exact host)",
                        "items: path is not below /cart/items",
                        "exact: path is not /cart",
                        "post: method is not POST",
                        "regex: path does not match \"/[a-z]+\"",
                        "header: header x-canary is \"no\" (expected: \"yes\")",
                        "missing: header x-key is missing (expected: a match of \"[0-9]+\")",
                        "query: query parameter v is \"1\" (expected: \"2\")",
                        "other: host is none of a.test, b.test, c.test and 2 more",
                        "else: host is not else.example.com",
                        "under: host is not below shop.example.com");
        Explanation explanation = explain(request);
        assertThat(explanation.host()).isEqualTo("shop.example.com");
        assertThat(explanation.path()).isEqualTo("/cart/1");
        assertThat(explanation.ambiguousPath()).isFalse();
    }

    @Test
    void eachCriterionHasAName() {
        route("b", 1, List.of("*.b.test"), false, List.of());
        route("wildcard", 1, List.of("*.a.b.test"), false, List.of());
        RouteMatch exact = match(PathMatch.Kind.EXACT, "/p/q", null, List.of(), List.of());
        route("any-path", 1, List.of("h.test"), false, List.of());
        route("p", 1, List.of("h.test"), false, List.of(), RouteMatch.prefix("/p"));
        assertThat(reasons(explain(WrittenRequest.get("x.a.b.test", "/"))))
                .contains("b: route wildcard is more specific (longer host *.a.b.test)");
        assertThat(reasons(explain(WrittenRequest.get("h.test", "/p/q"))))
                .contains("any-path: route p is more specific (longer prefix)");
        route("exact", 1, List.of("h.test"), false, List.of(), exact);
        assertThat(reasons(explain(WrittenRequest.get("h.test", "/p/q"))))
                .contains("p: route exact is more specific (exact path)");
        route("a-exact", 1, List.of("h.test"), false, List.of(), exact);
        assertThat(reasons(explain(WrittenRequest.get("h.test", "/p/q"))))
                .contains("exact: route a-exact comes first by name, and is equally specific and old");
        route(
                "query",
                1,
                List.of("h.test"),
                false,
                List.of(),
                match(PathMatch.Kind.EXACT, "/p/q", null, List.of(), List.of(value("q", ""))));
        WrittenRequest request =
                new WrittenRequest("GET", "h.test", "/p/q", "q", List.<String[]>of(new String[] {"h", "1"}));
        assertThat(reasons(explain(request))).contains("exact: route query is more specific (more query parameters)");
        route(
                "header",
                1,
                List.of("h.test"),
                false,
                List.of(),
                match(PathMatch.Kind.EXACT, "/p/q", null, List.of(value("h", "1")), List.of()));
        assertThat(reasons(explain(request))).contains("query: route header is more specific (more headers)");
        route(
                "method",
                1,
                List.of("h.test"),
                false,
                List.of(),
                match(PathMatch.Kind.EXACT, "/p/q", "GET", List.of(), List.of()));
        assertThat(reasons(explain(request))).contains("header: route method is more specific (method)");
    }

    @Test
    void theNearestMatchOfSeveralSpeaksForItsRoute() {
        route(
                "r",
                List.of(),
                RouteMatch.prefix("/a"),
                match(PathMatch.Kind.PREFIX, "/b", "POST", List.of(), List.of()),
                match(PathMatch.Kind.PREFIX, "/b", "PUT", List.of(value("x", "1")), List.of()));
        assertThat(reasons(explain(new WrittenRequest("PUT", "h", "/b", null, List.of()))))
                .containsExactly("r: matches[2]: header x is missing (expected: \"1\")");
        Explanation taken = explain(new WrittenRequest("POST", "h", "/b", null, List.of()));
        assertThat(reasons(taken)).containsExactly("r: takes it");
        assertThat(taken.considered().get(0).index()).isEqualTo(1);
    }

    @Test
    void anAmbiguousPathAndADeniedClientAreTold() {
        route("strict", List.of());
        route("lenient", 1, List.of(), true, List.of(Network.parse("192.0.2.0/24")), RouteMatch.prefix("/a"));
        Explanation explanation = explain(WrittenRequest.get("h", "/a//b"));
        assertThat(reasons(explanation))
                .containsExactlyInAnyOrder(
                        "lenient: takes it", "strict: path is ambiguous, and the route takes no ambiguous paths");
        assertThat(explanation.path()).isEqualTo("/a//b");
        assertThat(explanation.ambiguousPath()).isTrue();
        assertThat(explanation.refusal()).isEqualTo("client 192.0.2.1 is in the denied network 192.0.2.0/24");
    }

    @Test
    void theFirstRouteThatMatchesIsTheOneThatTheTableFinds() {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        RandomRoutes random = new RandomRoutes(seed);
        MatchScratch scratch = new MatchScratch();
        for (int i = 0; i < 4000; i++) {
            List<Route> some = random.routes(12);
            RouteTable table = RouteTable.of(some, RandomRoutes.EDGE);
            WrittenRequest request = random.request();
            String what = "seed " + seed + ", table " + i + ": " + request;
            RouteMatched found = table.match(request.view(), scratch);
            Explanation explanation = table.explain(request.view());
            assertThat(explanation.winner()).as(what).isEqualTo(found);
            Explanation.Considered first = explanation.considered().stream()
                    .filter(Explanation.Considered::matches)
                    .findFirst()
                    .orElse(null);
            assertThat(first == null ? null : new RouteMatched(first.route(), first.index()))
                    .as(what)
                    .isEqualTo(found);
            assertThat(explanation.considered())
                    .as(what)
                    .hasSize((int) some.stream()
                            .filter(route -> TestRoutes.http(RandomRoutes.EDGE).leads(route, RandomRoutes.EDGE))
                            .count())
                    .allMatch(each -> (each.lost() == null) == each.equals(first));
        }
    }
}
