package io.weldr.core.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weldr.core.Stamp;
import io.weldr.core.listener.ListenerName;
import io.weldr.core.pool.Network;
import io.weldr.core.pool.PoolName;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RouteChecksTest {
    private static final ListenerName EDGE = RandomRoutes.EDGE;
    private static final PoolName BLUE = new PoolName("blue");
    private static final PoolName GREEN = new PoolName("green");
    private static final Set<PoolName> POOLS = Set.of(PoolName.DEFAULT, BLUE, GREEN);

    /** A route to build on. */
    private record Draft(
            String name,
            long created,
            List<ListenerName> listeners,
            List<String> hosts,
            List<RouteMatch> matches,
            RouteAction action,
            List<RouteTest> tests,
            List<Network> deny,
            boolean ambiguousPaths) {
        static Draft named(String name, long created) {
            return new Draft(
                    name,
                    created,
                    List.of(),
                    List.of(),
                    List.of(),
                    RouteAction.Forward.to(PoolName.DEFAULT),
                    List.of(),
                    List.of(),
                    false);
        }

        Draft on(ListenerName... names) {
            return new Draft(name, created, Arrays.asList(names), hosts, matches, action, tests, deny, ambiguousPaths);
        }

        Draft hosts(String... names) {
            return new Draft(
                    name, created, listeners, Arrays.asList(names), matches, action, tests, deny, ambiguousPaths);
        }

        Draft matches(RouteMatch... others) {
            return new Draft(
                    name, created, listeners, hosts, Arrays.asList(others), action, tests, deny, ambiguousPaths);
        }

        Draft action(RouteAction other) {
            return new Draft(name, created, listeners, hosts, matches, other, tests, deny, ambiguousPaths);
        }

        Draft tests(RouteTest... others) {
            return new Draft(
                    name, created, listeners, hosts, matches, action, Arrays.asList(others), deny, ambiguousPaths);
        }

        Draft denies(String network) {
            return new Draft(
                    name,
                    created,
                    listeners,
                    hosts,
                    matches,
                    action,
                    tests,
                    List.of(Network.parse(network)),
                    ambiguousPaths);
        }

        Draft ambiguous() {
            return new Draft(name, created, listeners, hosts, matches, action, tests, deny, true);
        }

        Route route() {
            return new Route(
                    new RouteName(name),
                    listeners,
                    hosts.stream().map(HostPattern::parse).toList(),
                    matches,
                    action,
                    RouteFilters.NONE,
                    RouteTimeouts.UNSET,
                    RouteRetries.DEFAULT,
                    null,
                    List.of(),
                    deny,
                    tests,
                    ambiguousPaths,
                    new Stamp(created, created));
        }
    }

    private static RouteChecks.Result check(String changed, Draft... drafts) {
        return RouteChecks.check(
                Arrays.stream(drafts).map(Draft::route).toList(),
                new RouteName(changed),
                POOLS,
                TestRoutes.http(ListenerName.DEFAULT, EDGE));
    }

    private static RouteMatch regex(String expression) {
        return new RouteMatch(new PathMatch(PathMatch.Kind.REGEX, expression), null, List.of(), List.of());
    }

    private static RouteMatch header(ValueMatch.Kind kind, String value) {
        return new RouteMatch(PathMatch.ANY, null, List.of(new ValueMatch("x", kind, value)), List.of());
    }

    private static RouteTest test(
            String method, String url, @Nullable String route, @Nullable PoolName pool, @Nullable Integer status) {
        return new RouteTest(new RouteTest.SampleRequest(method, url, List.of(), null), route, pool, status);
    }

    @Test
    void aMatchThatAnOlderRouteHasIsRefused() {
        Draft cart = Draft.named("cart", 1).hosts("a.test", "b.test").matches(RouteMatch.prefix("/cart"));
        Draft late =
                Draft.named("late", 2).hosts("b.test").matches(RouteMatch.prefix("/x"), RouteMatch.prefix("/cart/"));
        RouteChecks.Result result = check("late", cart, late);
        assertThat(result.refusals())
                .containsExactly("matches[1]: route cart has the same hosts, path and conditions and is older"
                        + " (expected: a match that no other route takes first)");
        assertThat(result.warnings()).isEmpty();
    }

    @Test
    void amongRoutesOfTheSameAgeTheNameDecides() {
        Draft a = Draft.named("a", 0);
        Draft b = Draft.named("b", 0);
        assertThat(check("b", a, b).refusals())
                .containsExactly("matches[0]: route a has the same hosts, path and conditions and comes first by name"
                        + " (expected: a match that no other route takes first)");
        assertThat(check("a", a, b).refusals()).isEmpty();
        assertThat(check("a", a, b).warnings())
                .containsExactly(
                        "route b, matches[0]: gets no requests, because route a has the same hosts, path and conditions"
                                + " and comes first by name");
    }

    @Test
    void aMatchThatIsTakenOnSomeHostsOrListenersIsWarnedAbout() {
        Draft cart = Draft.named("cart", 1).on(EDGE).hosts("a.test");
        Draft late = Draft.named("late", 2).hosts("a.test", "b.test");
        RouteChecks.Result result = check("late", cart, late);
        assertThat(result.refusals()).isEmpty();
        assertThat(result.warnings())
                .containsExactly(
                        "matches[0]: for host a.test on listener edge, route cart has the same path and conditions"
                                + " and is older");
    }

    @Test
    void severalRoutesCanLeaveNothing() {
        Draft one = Draft.named("one", 1).on(EDGE);
        Draft two = Draft.named("two", 1).on(ListenerName.DEFAULT);
        assertThat(check("late", one, two, Draft.named("late", 2)).refusals())
                .containsExactly("matches[0]: routes one and two together take all of its requests first"
                        + " (expected: a match that no other route takes first)");
    }

    @Test
    void anExpressionBehindAPrefixForAllPathsIsNeverTried() {
        Draft site = Draft.named("site", 5).hosts("a.test");
        Draft users = Draft.named("users", 1).hosts("a.test").matches(regex("/u/[0-9]+"));
        assertThat(check("users", site, users).refusals())
                .containsExactly("matches[0]: route site takes every path, and a prefix goes before an expression"
                        + " (expected: a match that no other route takes first)");
        assertThat(check("site", site, users).warnings())
                .containsExactly(
                        "route users, matches[0]: gets no requests, because route site takes every path, and a prefix"
                                + " goes before an expression");
        Draft both = Draft.named("both", 1).hosts("b.test").matches(RouteMatch.ANY, regex("/u/[0-9]+"));
        assertThat(check("both", both).refusals()).isEmpty();
        assertThat(check("both", both).warnings())
                .containsExactly("matches[1]: matches[0] of the same route takes all of its requests first");
    }

    @Test
    void aConditionThatIsImpliedIsNoDifference() {
        Draft any = Draft.named("any", 1).matches(header(ValueMatch.Kind.REGEX, "[a-z]+"));
        Draft one = Draft.named("one", 2).matches(header(ValueMatch.Kind.EXACT, "abc"));
        assertThat(check("one", any, one).refusals())
                .containsExactly(
                        "matches[0]: route any has the same hosts, path and takes all of its requests, and is older"
                                + " (expected: a match that no other route takes first)");
        assertThat(check("one", any, one.matches(header(ValueMatch.Kind.EXACT, "ab1")))
                        .refusals())
                .isEmpty();
    }

    @Test
    void whatTakesAmbiguousPathsIsReachedByThese() {
        assertThat(check("late", Draft.named("old", 1), Draft.named("late", 2).ambiguous())
                        .refusals())
                .isEmpty();
    }

    @Test
    void aRouteWithoutAListenerIsWarnedAbout() {
        Draft lost = Draft.named("lost", 1).on(new ListenerName("gone"));
        assertThat(check("lost", lost).warnings())
                .containsExactly("listeners: no listener leads requests to route lost");
    }

    @Test
    void aPoolThatGetsNothingAnywhereIsWarnedAbout() {
        RouteAction split = new RouteAction.Forward(
                List.of(new RouteAction.WeightedPool(BLUE, 1), new RouteAction.WeightedPool(GREEN, 0)),
                RouteAction.Forward.to(BLUE).splitBy());
        Draft shop = Draft.named("shop", 1).action(split);
        assertThat(check("shop", shop).warnings())
                .containsExactly(
                        "pools: pool green gets no requests, because it has weight 0 in each route that names it");
        Draft other = Draft.named("other", 1).hosts("o.test").action(RouteAction.Forward.to(GREEN));
        assertThat(check("shop", shop, other).warnings()).isEmpty();
    }

    @Test
    void theTestsOfAllRoutesHaveToHold() {
        Draft other = Draft.named("other", 1)
                .hosts("shop.test")
                .tests(
                        test("GET", "http://shop.test/cart", null, null, null),
                        test("GET", "http://shop.test/x", null, null, null));
        Draft cart = Draft.named("cart", 2)
                .hosts("shop.test")
                .matches(RouteMatch.prefix("/cart"))
                .on(EDGE);
        assertThat(check("cart", other, cart).refusals())
                .containsExactly("route other, test 1: GET http://shop.test/cart on listener edge takes route cart"
                        + " (expected: route other)");
        assertThat(check("gone", other, cart).refusals()).hasSize(1);
        assertThat(check("other", other).refusals()).isEmpty();
    }

    @Test
    void testsSayWhatTheyFoundAndWhatTheyExpected() {
        RouteAction fixed = new RouteAction.FixedResponse(418, "text/plain", "");
        Draft blue = Draft.named("blue", 1)
                .on(EDGE)
                .hosts("blue.test")
                .action(RouteAction.Forward.to(BLUE))
                .denies("10.0.0.0/8");
        Draft tea = Draft.named("tea", 1).on(EDGE).hosts("tea.test").action(fixed);
        RouteTest denied = new RouteTest(
                new RouteTest.SampleRequest("GET", "http://blue.test/", List.of(), "10.1.1.1"), "blue", BLUE, null);
        RouteTest forbidden = new RouteTest(denied.request(), "blue", null, 403);
        Draft owner = Draft.named("owner", 1)
                .on(EDGE)
                .hosts("owner.test")
                .tests(
                        test("GET", "http://nowhere.test/", "none", null, 404),
                        test("GET", "http://tea.test/", "tea", null, 418),
                        test("GET", "http://blue.test/", "blue", BLUE, null),
                        forbidden,
                        test("GET", "http://tea.test/", "none", null, null),
                        test("GET", "http://nowhere.test/", "tea", null, null),
                        test("GET", "http://blue.test/", "blue", GREEN, null),
                        test("GET", "http://tea.test/", "tea", BLUE, null),
                        test("GET", "http://tea.test/", "tea", null, 200),
                        test("GET", "http://blue.test/", "blue", null, 200),
                        denied,
                        test("GET", "http://blue.test/", "blue", new PoolName("gold"), null));
        RouteChecks.Result result = RouteChecks.check(
                List.of(blue.route(), tea.route(), owner.route()), null, POOLS, TestRoutes.http(EDGE));
        assertThat(result.refusals())
                .containsExactly(
                        "route owner, test 5: GET http://tea.test/ takes route tea (expected: no route)",
                        "route owner, test 6: GET http://nowhere.test/ takes no route (expected: route tea)",
                        "route owner, test 7: GET http://blue.test/ takes route blue, which leads to pool blue"
                                + " (expected: pool green)",
                        "route owner, test 8: GET http://tea.test/ takes route tea, which leads to no pool"
                                + " (expected: pool blue)",
                        "route owner, test 9: GET http://tea.test/ takes route tea and gets status 418 (expected: status 200)",
                        "route owner, test 10: GET http://blue.test/ takes route blue and gets the status of an origin"
                                + " (expected: status 200)",
                        "route owner, test 11: GET http://blue.test/ takes route blue, which leads to no pool, because"
                                + " client 10.1.1.1 is in the denied network 10.0.0.0/8 (expected: pool blue)",
                        "route owner, test 12: there is no pool gold (expected: the name of a pool)");
    }

    @Test
    void tooManyPairsOfHostAndMatchAreRefused() {
        String[] hosts = IntStream.range(0, 64).mapToObj(i -> "h" + i + ".test").toArray(String[]::new);
        RouteMatch[] matches =
                IntStream.range(0, 64).mapToObj(i -> RouteMatch.prefix("/" + i)).toArray(RouteMatch[]::new);
        List<Route> routes = new ArrayList<>();
        for (int i = 0; i < 33; i++) {
            routes.add(Draft.named("r" + i, i).hosts(hosts).matches(matches).route());
        }
        RoutedListeners two = TestRoutes.http(ListenerName.DEFAULT, EDGE);
        assertThat(RouteChecks.check(routes, new RouteName("r32"), POOLS, two).refusals())
                .containsExactly("routes: 270336 pairs of host and match in the routes of all listeners"
                        + " (expected: at most 262144, by fewer hosts or listeners, or by wildcards)");
        List<String> refusals = RouteChecks.check(routes.subList(0, 32), new RouteName("r31"), POOLS, two)
                .refusals();
        assertThat(refusals).hasSize(17).last().isEqualTo("and 48 more");
    }

    /**
     * A match that is refused never takes a request, and a route of which no match is ever taken by the model is not
     * common.
     */
    @Test
    void aRefusedMatchTakesNoRequest() {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        RandomRoutes random = new RandomRoutes(seed);
        MatchScratch scratch = new MatchScratch();
        int refused = 0;
        for (int i = 0; i < 3000; i++) {
            List<Route> routes = random.routes(8);
            Route changed = random.any(routes);
            RoutedListeners listeners = TestRoutes.http(ListenerName.DEFAULT, EDGE);
            List<String> refusals =
                    RouteChecks.check(routes, changed.name(), POOLS, listeners).refusals();
            refused += refusals.size();
            for (int k = 0; k < 30 && !refusals.isEmpty(); k++) {
                WrittenRequest request = random.request();
                for (ListenerName listener : listeners.protocols().keySet()) {
                    RouteMatched found = RouteTable.of(routes, listener).match(request.view(), scratch);
                    if (found != null && found.route().name().equals(changed.name())) {
                        assertThat(refusals)
                                .as("seed %d, table %d: %s", seed, i, request)
                                .noneMatch(text -> text.startsWith("matches[" + found.index() + "]: "));
                    }
                }
            }
        }
        assertThat(refused).isGreaterThan(20);
    }

    /** Sixty expressions that are each as large as one may be. */
    private static RouteMatch[] largeExpressions(int matches) {
        return IntStream.range(0, matches)
                .mapToObj(i -> regex("/" + i + ".{1000}"))
                .toArray(RouteMatch[]::new);
    }

    @Test
    void expressionsHaveABudgetForEachRouteAndForAll() {
        RouteChecks.Result one = check("one", Draft.named("one", 1).matches(largeExpressions(60)));
        assertThat(one.refusals())
                .singleElement()
                .asString()
                .startsWith("matches: expressions whose automata have ")
                .endsWith("steps (expected: at most 65536, by fewer or simpler expressions)");
        Draft[] many = IntStream.range(0, 40)
                .mapToObj(i -> Draft.named("r" + i, i).hosts("h" + i + ".test").matches(largeExpressions(30)))
                .toArray(Draft[]::new);
        assertThat(check("r0", Arrays.copyOf(many, 10)).refusals()).isEmpty();
        assertThat(check("r0", many).refusals())
                .singleElement()
                .asString()
                .startsWith("routes: the automata of the expressions of all routes have ")
                .contains("(expected: at most 1048576");
        assertThat(RouteChecks.check(Arrays.stream(many).map(Draft::route).toList(), null, POOLS, TestRoutes.http(EDGE))
                        .refusals())
                .as("one may always be removed")
                .isEmpty();
    }

    /** Its text goes into messages that people read in a terminal. */
    @Test
    void aSampleHasAnUrlOfPrintableCharactersAndOneAddress() {
        for (String url : List.of(
                "http://a\nb/", "http://\u001b[31mred/", "http://a b/", "http://me@a.test/", "http://é.test/")) {
            assertThatThrownBy(() -> new RouteTest.SampleRequest("GET", url, List.of(), null))
                    .as(url)
                    .hasMessageStartingWith("url: ");
        }
        assertThatThrownBy(() -> new RouteTest.SampleRequest("GET", "http://a.test/", List.of(), "10.0.0.0/8"))
                .hasMessageStartingWith("client: \"10.0.0.0/8\" (expected: an IP address");
        assertThat(new RouteTest.SampleRequest("GET", "http://[2001:db8::1]:8080?a", List.of(), "2001:db8::2").client())
                .isEqualTo("2001:db8::2");
    }
}
