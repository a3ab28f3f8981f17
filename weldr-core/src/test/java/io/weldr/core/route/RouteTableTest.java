package io.weldr.core.route;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.weldr.core.Stamp;
import io.weldr.core.listener.ListenerName;
import io.weldr.core.pool.PoolName;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RouteTableTest {
    private static final int TABLES = 4000;
    private static final int REQUESTS = 10;

    private final MatchScratch scratch = new MatchScratch();

    @Test
    void theTableAgreesWithTheGatewayApiOnRandomRoutesAndRequests() {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        RandomRoutes random = new RandomRoutes(seed);
        int taken = 0;
        for (int i = 0; i < TABLES; i++) {
            List<Route> routes = random.routes(i % 10 == 0 ? 60 : 12);
            ListenerName listener = random.oneIn(2) ? RandomRoutes.EDGE : ListenerName.DEFAULT;
            RouteTable table = Objects.requireNonNull(
                    RouteTable.of(routes, TestRoutes.http(ListenerName.DEFAULT, RandomRoutes.EDGE))
                            .get(listener));
            for (int k = 0; k < REQUESTS; k++) {
                WrittenRequest request = random.request();
                Optional<RouteMatched> expected = GatewayModel.take(routes, listener, request);
                Optional<RouteMatched> found = Optional.ofNullable(table.match(request.view(), scratch));
                assertThat(found).as("seed %d, table %d: %s", seed, i, request).isEqualTo(expected);
                taken += found.isPresent() ? 1 : 0;
            }
        }
        System.out.println(taken + " of " + TABLES * REQUESTS + " requests matched a route");
        assertThat(taken).isBetween(TABLES * REQUESTS / 5, TABLES * REQUESTS * 4 / 5);
    }

    @Test
    void theOrderInWhichRoutesComeDoesNotMatter() {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        RandomRoutes random = new RandomRoutes(seed);
        for (int i = 0; i < 200; i++) {
            List<Route> routes = random.routes(20);
            List<Route> shuffled = new ArrayList<>(routes);
            Collections.shuffle(shuffled, new Random(seed + i));
            WrittenRequest request = random.request();
            assertThat(RouteTable.of(shuffled, ListenerName.DEFAULT).match(request.view(), scratch))
                    .as("seed %d, table %d: %s", seed, i, request)
                    .isEqualTo(RouteTable.of(routes, ListenerName.DEFAULT).match(request.view(), scratch));
        }
    }

    /**
     * Headers and parameters that are compared as texts, IPv6 literals, escapes and ambiguous paths: nothing of it
     * takes memory.
     */
    @Test
    void aMatchAllocatesNothing() {
        RandomRoutes random = new RandomRoutes(1);
        List<Route> routes = random.routes(200).stream()
                .filter(route -> route.matches().stream().noneMatch(RouteTableTest::hasExpression))
                .toList();
        RouteTable table = RouteTable.of(routes, ListenerName.DEFAULT);
        List<RequestView> views = new ArrayList<>();
        for (String url : List.of(
                "http://a.test/a/b?qa=1&q%62=2",
                "http://C.b.A.test.:8080/a%20b/%61?qb=a%20b",
                "http://[2001:DB8:0:0::1]:80/a//b",
                "http://[::ffff:192.0.2.1]/../a",
                "http://b.a.test",
                "http://nowhere/a")) {
            for (String method : List.of("GET", "OPTIONS")) {
                views.add(new SampleView(new RouteTest.SampleRequest(
                        method,
                        url,
                        List.of(
                                new HeaderEdits.HeaderValue("X-A", "1"),
                                new HeaderEdits.HeaderValue("x-b", "1"),
                                new HeaderEdits.HeaderValue("x-b", "2")),
                        null)));
            }
        }
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        int taken = matchAll(table, views, 100);
        long before = threads.getCurrentThreadAllocatedBytes();
        taken += matchAll(table, views, 1000);
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertThat(taken).isPositive();
        assertThat(allocated).as("bytes for 12000 matches").isLessThan(1000);
    }

    private int matchAll(RouteTable table, List<RequestView> views, int rounds) {
        int taken = 0;
        for (int i = 0; i < rounds; i++) {
            for (int k = 0; k < views.size(); k++) {
                taken += table.match(views.get(k), scratch) == null ? 0 : 1;
            }
        }
        return taken;
    }

    private static boolean hasExpression(RouteMatch match) {
        return match.path().kind() == PathMatch.Kind.REGEX
                || Stream.concat(match.headers().stream(), match.query().stream())
                        .anyMatch(value -> value.kind() == ValueMatch.Kind.REGEX);
    }

    @Test
    void aRequestGoesOnFromAHostThatDoesNotTakeItsPath() {
        PoolName pool = PoolName.DEFAULT;
        List<Route> routes = List.of(
                TestRoutes.route("exact", ListenerName.DEFAULT, "a.b.test", "/exact", pool),
                TestRoutes.route("near", ListenerName.DEFAULT, "*.b.test", "/near", pool),
                TestRoutes.route("far", ListenerName.DEFAULT, "*.test", "/", pool),
                Route.DEFAULT);
        RouteTable table = RouteTable.of(routes, ListenerName.DEFAULT);
        assertThat(name(table, "a.b.test", "/exact/1")).isEqualTo("exact");
        assertThat(name(table, "a.b.test", "/near")).isEqualTo("near");
        assertThat(name(table, "a.b.test", "/else")).isEqualTo("far");
        assertThat(name(table, "a.b.net", "/exact")).isEqualTo("default");
        assertThat(name(table, "b.test", "/near")).isEqualTo("far");
        assertThat(name(table, "test", "/")).isEqualTo("default");
        assertThat(RouteTable.of(routes, RandomRoutes.EDGE)
                        .match(WrittenRequest.get("h", "/").view(), scratch))
                .isNull();
    }

    private String name(RouteTable table, String host, String path) {
        RouteMatched matched = table.match(WrittenRequest.get(host, path).view(), scratch);
        return matched == null ? "none" : matched.route().name().value();
    }

    @Test
    void pathsThatAreLongOrAmbiguousMatchPrefixesOfTheRawPath() {
        Route strict = TestRoutes.route("strict", ListenerName.DEFAULT, "h", "/a", PoolName.DEFAULT);
        Route lenient = new Route(
                new RouteName("lenient"),
                strict.listeners(),
                strict.hosts(),
                strict.matches(),
                strict.action(),
                strict.filters(),
                strict.timeouts(),
                strict.retries(),
                null,
                List.of(),
                List.of(),
                List.of(),
                true,
                new Stamp(5, 5));
        RouteTable table = RouteTable.of(List.of(strict, lenient), ListenerName.DEFAULT);
        assertThat(name(table, "h", "/%61")).isEqualTo("strict");
        assertThat(name(table, "h", "/a/../b")).isEqualTo("lenient");
        assertThat(name(table, "h", "/%61/../b")).isEqualTo("none");
        assertThat(name(table, "h", "/a" + "/b".repeat(2000))).isEqualTo("strict");
        assertThat(name(table, "h", "/a" + "/b".repeat(20_000))).isEqualTo("lenient");
        assertThat(name(table, "h", "/A")).isEqualTo("none");
    }
}
