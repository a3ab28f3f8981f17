package io.weldr.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.pool.PoolName;
import io.weldr.core.pool.RequestKey;
import io.weldr.core.pool.Scheme;
import io.weldr.core.pool.StatusRange;
import io.weldr.core.route.HeaderEdits;
import io.weldr.core.route.HeaderEdits.HeaderValue;
import io.weldr.core.route.PathMatch;
import io.weldr.core.route.PathRewrite;
import io.weldr.core.route.RateLimit;
import io.weldr.core.route.RouteAction;
import io.weldr.core.route.RouteFilters;
import io.weldr.core.route.RouteMatch;
import io.weldr.core.route.RouteRetries;
import io.weldr.core.route.RouteTimeouts;
import io.weldr.core.route.ValueMatch;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Where requests go, and what routes make of them. */
class RoutesIT {

    private static final String UNAVAILABLE = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\n\r\nbusy";

    private static String ok(String body) {
        return "HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\nX-Origin: " + body + "\r\n\r\n" + body;
    }

    private static String get(String host, String target, String... fields) {
        return "GET " + target + " HTTP/1.1\r\nHost: " + host + "\r\n"
                + String.join(
                        "",
                        List.of(fields).stream().map(field -> field + "\r\n").toList()) + "\r\n";
    }

    @Test
    void hostsAndPathsLeadToPools() {
        try (RawOrigin all = RawOrigin.answering(ok("all"));
                RawOrigin shop = RawOrigin.answering(ok("shop"));
                RawOrigin cart = RawOrigin.answering(ok("cart"));
                TestProxy proxy = TestProxy.inFrontOf(all)) {
            Routes.of(proxy)
                    .host("shop.example")
                    .to(Routes.pool(proxy, "shop", shop))
                    .put("shop");
            Routes.of(proxy)
                    .host("shop.example")
                    .below("/cart")
                    .to(Routes.pool(proxy, "cart", cart))
                    .put("cart");
            assertThat(proxy.exchange(get("other", "/cart"))).endsWith("all");
            assertThat(proxy.exchange(get("shop.example", "/"))).endsWith("shop");
            assertThat(proxy.exchange(get("SHOP.example:8080", "/cartoon"))).endsWith("shop");
            assertThat(proxy.exchange(get("shop.example.", "/cart"))).endsWith("cart");
            assertThat(proxy.exchange(get("shop.example", "/cart/7?x=/y"))).endsWith("cart");
            Routes.remove(proxy, "cart");
            assertThat(proxy.exchange(get("shop.example", "/cart"))).endsWith("shop");
        }
    }

    @Test
    void aRequestThatNoRouteTakesIsAnswered404AndCounted() {
        try (RawOrigin origin = RawOrigin.answering(ok("x"));
                TestProxy proxy = TestProxy.inFrontOf(origin)) {
            Routes.remove(proxy, "default");
            assertThat(proxy.exchange(get("a", "/", "Accept: application/json")))
                    .startsWith("HTTP/1.1 404 Not Found\r\n")
                    .contains("\"cause\":\"no_route\"");
            try (Wire client = proxy.connect()) { // what goes nowhere is understood: the connection stays
                assertThat(client.send(get("a", "/")).readMessage()).startsWith("HTTP/1.1 404 ");
                assertThat(client.send(get("a", "/")).readMessage()).startsWith("HTTP/1.1 404 ");
            }
            assertThat(origin.requests()).isEmpty();
        }
    }

    @Test
    void headersMethodAndQueryDecide() {
        RouteMatch canary = new RouteMatch(
                PathMatch.ANY,
                "POST",
                List.of(new ValueMatch("X-Canary", ValueMatch.Kind.EXACT, "yes")),
                List.of(new ValueMatch("v", ValueMatch.Kind.REGEX, "[0-9]+")));
        try (RawOrigin all = RawOrigin.answering(ok("all"));
                RawOrigin few = RawOrigin.answering(ok("few"));
                TestProxy proxy = TestProxy.inFrontOf(all)) {
            Routes.of(proxy).when(canary).to(Routes.pool(proxy, "few", few)).put("canary");
            String post = "POST /?v=12 HTTP/1.1\r\nHost: a\r\nx-canary: yes\r\nContent-Length: 0\r\n\r\n";
            assertThat(proxy.exchange(post)).endsWith("few");
            assertThat(proxy.exchange(post.replace("POST", "PUT"))).endsWith("all");
            assertThat(proxy.exchange(post.replace("v=12", "v=x"))).endsWith("all");
            assertThat(proxy.exchange(post.replace("yes", "no"))).endsWith("all");
        }
    }

    @Test
    void filtersChangeBothWays() {
        RouteFilters filters = new RouteFilters(
                new HeaderEdits(
                        List.of(new HeaderValue("X-Env", "blue")),
                        List.of(new HeaderValue("X-Via", "w")),
                        List.of("x-old")),
                new HeaderEdits(List.of(new HeaderValue("X-Origin", "hidden")), List.of(), List.of()),
                "in.example:81",
                new PathRewrite(PathRewrite.Kind.PREFIX, "/v2"));
        try (RawOrigin origin = RawOrigin.answering(ok("x"));
                TestProxy proxy = TestProxy.inFrontOf(origin)) {
            Routes.of(proxy).below("/api").filters(filters).put("api");
            String response = proxy.exchange(get("a", "/api/%41b?q=1", "X-Env: red", "X-Old: 1", "X-Via: c"));
            assertThat(response).contains("X-Origin: hidden\r\n").doesNotContain("X-Origin: x");
            assertThat(origin.requests().get(0))
                    .startsWith("GET /v2/%41b?q=1 HTTP/1.1\r\nHost: in.example:81\r\n")
                    .contains("X-Env: blue\r\n", "X-Via: c\r\n", "X-Via: w\r\n", "X-Forwarded-Host: a\r\n")
                    .doesNotContain("red", "X-Old");
            assertThat(proxy.exchange(get("a", "/api"))).contains("200 OK");
            assertThat(origin.requests().get(1)).startsWith("GET /v2 HTTP/1.1\r\n");
        }
    }

    @Test
    void aRewriteLeavesTheAsteriskOfOptionsAlone() {
        RouteFilters filters = new RouteFilters(
                HeaderEdits.NONE, HeaderEdits.NONE, null, new PathRewrite(PathRewrite.Kind.FULL, "/v2"));
        try (RawOrigin origin = RawOrigin.answering(ok("x"));
                TestProxy proxy = TestProxy.inFrontOf(origin)) {
            Routes.of(proxy).filters(filters).put("default");
            assertThat(proxy.exchange("OPTIONS http://a HTTP/1.1\r\nHost: a\r\n\r\n"))
                    .endsWith("x");
            assertThat(proxy.exchange("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n")).endsWith("x");
            assertThat(proxy.exchange("OPTIONS http://a/ HTTP/1.1\r\nHost: a\r\n\r\n"))
                    .endsWith("x");
            assertThat(origin.requests())
                    .satisfiesExactly(
                            first -> assertThat(first).startsWith("OPTIONS * HTTP/1.1\r\n"),
                            second -> assertThat(second).startsWith("OPTIONS * HTTP/1.1\r\n"),
                            third -> assertThat(third).startsWith("OPTIONS /v2 HTTP/1.1\r\n"));
        }
    }

    @Test
    void aFieldThatARouteSetsIsThereOnceInItsOwnAnswers() {
        RouteFilters filters = new RouteFilters(
                HeaderEdits.NONE,
                new HeaderEdits(
                        List.of(new HeaderValue("Content-Type", "text/plain"), new HeaderValue("Location", "/here")),
                        List.of(),
                        List.of()),
                null,
                null);
        try (TestProxy proxy = TestProxy.inFrontOf()) {
            Routes.of(proxy)
                    .below("/fixed")
                    .action(new RouteAction.FixedResponse(200, "text/html", "x"))
                    .filters(filters)
                    .put("fixed");
            Routes.of(proxy)
                    .below("/moved")
                    .action(new RouteAction.Redirect(308, Scheme.HTTPS, null, null, null))
                    .filters(filters)
                    .put("moved");
            assertThat(proxy.exchange(get("a", "/fixed")))
                    .contains("Content-Type: text/plain\r\n")
                    .doesNotContain("text/html");
            assertThat(proxy.exchange(get("a", "/moved")))
                    .contains("Location: /here\r\n")
                    .doesNotContain("https:");
        }
    }

    @Test
    void redirectsAndFixedResponsesNeedNoOrigin() {
        try (TestProxy proxy = TestProxy.inFrontOf()) {
            Routes.of(proxy)
                    .below("/old")
                    .action(new RouteAction.Redirect(
                            308, Scheme.HTTPS, "new.example", null, new PathRewrite(PathRewrite.Kind.PREFIX, "/new")))
                    .put("moved");
            Routes.of(proxy)
                    .below("/down")
                    .action(new RouteAction.FixedResponse(503, "text/html", "<p>back soon</p>"))
                    .put("down");
            try (Wire client = proxy.connect()) { // one connection for all: each answer leaves it usable
                assertThat(client.send(get("a", "/old/x?y=z")).readMessage())
                        .startsWith("HTTP/1.1 308 Permanent Redirect\r\nLocation: https://new.example/new/x?y=z\r\n");
                assertThat(client.send(get("a", "/down")).readMessage())
                        .contains("503 Service Unavailable", "Content-Type: text/html\r\n")
                        .endsWith("<p>back soon</p>");
                assertThat(client.send(get("a", "/down").replace("GET", "HEAD")).readHead())
                        .contains("Content-Length: 16\r\n");
            }
        }
    }

    @Test
    void anEditOfAnAnswerOfTheRouteReplacesTheField() {
        RouteFilters filters = new RouteFilters(
                HeaderEdits.NONE,
                new HeaderEdits(
                        List.of(new HeaderValue("Location", "/there"), new HeaderValue("content-type", "text/x")),
                        List.of(),
                        List.of()),
                null,
                null);
        try (TestProxy proxy = TestProxy.inFrontOf()) {
            Routes.of(proxy)
                    .below("/old")
                    .filters(filters)
                    .action(new RouteAction.Redirect(308, Scheme.HTTPS, null, null, null))
                    .put("moved");
            Routes.of(proxy)
                    .below("/down")
                    .filters(filters)
                    .action(new RouteAction.FixedResponse(503, "text/html", "<p>back soon</p>"))
                    .put("down");
            assertThat(proxy.exchange(get("a", "/old")))
                    .containsOnlyOnce("ocation: ")
                    .contains("Location: /there\r\n");
            assertThat(proxy.exchange(get("a", "/down")))
                    .doesNotContain("text/html")
                    .contains("content-type: text/x\r\n");
        }
    }

    @Test
    void aSplitKeepsEachClientOnOneSide() {
        try (RawOrigin stable = RawOrigin.answering(ok("stable"));
                RawOrigin canary = RawOrigin.answering(ok("canary"));
                TestProxy proxy = TestProxy.inFrontOf()) {
            PoolName one = Routes.pool(proxy, "one", stable);
            PoolName two = Routes.pool(proxy, "two", canary);
            RequestKey key = new RequestKey(RequestKey.Source.COOKIE, "user");
            Routes.of(proxy).split(one, 80, two, 20, key).put("default");
            int canaries = 0;
            for (int user = 0; user < 200; user++) {
                String cookie = "Cookie: a=b; user=u" + user;
                String first = proxy.exchange(get("a", "/", cookie));
                canaries += first.endsWith("canary") ? 1 : 0;
                assertThat(proxy.exchange(get("a", "/other", cookie)).endsWith("canary"))
                        .isEqualTo(first.endsWith("canary"));
            }
            assertThat(canaries).isBetween(20, 60);
        }
    }

    @Test
    void requestsWithoutTheKeyOfASplitGoByTheirClient() {
        try (RawOrigin stable = RawOrigin.answering(ok("stable"));
                RawOrigin canary = RawOrigin.answering(ok("canary"));
                TestProxy proxy = TestProxy.with(settings -> settings.trustedPeers(List.of("127.0.0.0/8")))) {
            PoolName one = Routes.pool(proxy, "one", stable);
            PoolName two = Routes.pool(proxy, "two", canary);
            for (RequestKey key : List.of(
                    new RequestKey(RequestKey.Source.COOKIE, "user"),
                    new RequestKey(RequestKey.Source.HEADER, "x-user"))) {
                Routes.of(proxy).split(one, 80, two, 20, key).put("default");
                int canaries = 0;
                for (int client = 0; client < 200; client++) {
                    String answer = proxy.exchange(get("a", "/", "X-Forwarded-For: 192.0.2." + client));
                    canaries += answer.endsWith("canary") ? 1 : 0;
                }
                assertThat(canaries).as("split by %s", key).isBetween(20, 60);
            }
        }
    }

    @Test
    void whatAnUntrustedPeerSaysOfTheClientDecidesNothing() {
        RouteMatch secure = new RouteMatch(
                PathMatch.ANY,
                null,
                List.of(new ValueMatch("x-forwarded-proto", ValueMatch.Kind.EXACT, "https")),
                List.of());
        for (boolean trusted : List.of(false, true)) {
            try (RawOrigin all = RawOrigin.answering(ok("all"));
                    RawOrigin few = RawOrigin.answering(ok("few"));
                    TestProxy proxy = TestProxy.with(
                            settings -> settings.trustedPeers(trusted ? List.of("127.0.0.0/8") : List.of()), all)) {
                Routes.of(proxy).when(secure).to(Routes.pool(proxy, "few", few)).put("secure");
                assertThat(proxy.exchange(get("a", "/", "X-Forwarded-Proto: https")))
                        .endsWith(trusted ? "few" : "all");
                assertThat(proxy.exchange(get("a", "/", "X-Forwarded-Proto: http")))
                        .endsWith("all");
            }
        }
    }

    @Test
    void clientsOfADeniedNetworkAreRefused() {
        try (RawOrigin origin = RawOrigin.answering(ok("x"));
                TestProxy proxy = TestProxy.with(settings -> settings.trustedPeers(List.of("127.0.0.0/8")), origin)) {
            Routes.of(proxy)
                    .below("/private")
                    .deny("192.0.2.0/24", "2001:db8::/32")
                    .put("private");
            assertThat(proxy.exchange(get("a", "/private"))).endsWith("x");
            assertThat(proxy.exchange(get("a", "/private", "X-Forwarded-For: 10.0.0.1, 192.0.2.77")))
                    .startsWith("HTTP/1.1 403 Forbidden\r\n")
                    .contains("client_denied");
            assertThat(proxy.exchange(get("a", "/private", "X-Forwarded-For: 2001:db8::1")))
                    .startsWith("HTTP/1.1 403");
            assertThat(proxy.exchange(get("a", "/private", "X-Forwarded-For: 192.0.2.77, 10.0.0.1")))
                    .endsWith("x");
        }
    }

    @Test
    void aRateLimitAnswers429AndSaysWhen() {
        RateLimit limit = new RateLimit(
                1, Duration.ofHours(1), 2, new RequestKey(RequestKey.Source.HEADER, "x-tenant"), RateLimit.Scope.NODE);
        try (RawOrigin origin = RawOrigin.answering(ok("x"));
                TestProxy proxy = TestProxy.inFrontOf(origin)) {
            Routes.of(proxy).rateLimit(limit).put("default");
            assertThat(proxy.exchange(get("a", "/", "X-Tenant: one"))).endsWith("x");
            assertThat(proxy.exchange(get("a", "/", "X-Tenant: one"))).endsWith("x");
            assertThat(proxy.exchange(get("a", "/", "X-Tenant: one")))
                    .startsWith("HTTP/1.1 429 Too Many Requests\r\n")
                    .containsPattern("Retry-After: (3[56][0-9]{2})\r\n");
            assertThat(proxy.exchange(get("a", "/", "X-Tenant: two"))).endsWith("x");
        }
    }

    @Test
    void aStatusThatTheRouteNamesIsTriedElsewhere() {
        try (RawOrigin busy = RawOrigin.answering(UNAVAILABLE);
                RawOrigin sound = RawOrigin.answering(ok("x"));
                TestProxy proxy = TestProxy.inFrontOf(busy, sound)) {
            Routes.of(proxy)
                    .retries(new RouteRetries(2, List.of(new StatusRange(503, 503))))
                    .put("default");
            for (int i = 0; i < 4; i++) {
                assertThat(proxy.exchange(get("a", "/"))).endsWith("x");
            }
            assertThat(busy.requests()).isNotEmpty();
            String post = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n";
            assertThat(List.of(proxy.exchange(post), proxy.exchange(post)))
                    .anyMatch(response -> response.endsWith("busy"));
            Routes.remove(proxy, "default");
            Routes.of(proxy)
                    .retries(new RouteRetries(1, List.of(new StatusRange(503, 503))))
                    .put("once");
            assertThat(List.of(proxy.exchange(get("a", "/")), proxy.exchange(get("a", "/"))))
                    .anyMatch(response -> response.endsWith("busy"));
        }
    }

    @Test
    void timeoutsOfTheRouteGoBeforeThoseOfTheNode() {
        try (RawOrigin silent = RawOrigin.serving((wire, self) -> {
                    self.next(wire);
                    wire.readToEnd();
                });
                TestProxy proxy = TestProxy.inFrontOf(silent)) {
            Routes.of(proxy)
                    .timeouts(new RouteTimeouts(null, Duration.ofMillis(300)))
                    .put("default");
            assertThat(proxy.exchange(get("a", "/"))).contains("504 Gateway Timeout", "response_timeout");
            Routes.of(proxy)
                    .timeouts(new RouteTimeouts(Duration.ofMillis(300), null))
                    .put("default");
            assertThat(proxy.exchange(get("a", "/"))).contains("504 Gateway Timeout", "exchange_timeout");
        }
    }
}
