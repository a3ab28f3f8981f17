package io.weldr.core.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.Stamp;
import io.weldr.core.listener.ListenerName;
import io.weldr.core.pool.PoolName;
import io.weldr.core.pool.Scheme;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ActionsTest {
    private static final RouteAction.Redirect TO_HTTPS = new RouteAction.Redirect(301, Scheme.HTTPS, null, null, null);

    private static RouteMatched matched(String prefix) {
        return new RouteMatched(
                new Route(
                        new RouteName("r"),
                        List.of(),
                        List.of(),
                        List.of(RouteMatch.prefix(prefix)),
                        RouteAction.Forward.to(PoolName.DEFAULT),
                        RouteFilters.NONE,
                        RouteTimeouts.UNSET,
                        RouteRetries.DEFAULT,
                        null,
                        List.of(),
                        List.of(),
                        List.of(),
                        true,
                        Stamp.INITIAL),
                0);
    }

    private static RequestView request(String method, String host, String path, @Nullable String query) {
        return new WrittenRequest(method, host, path, query, List.of()).view();
    }

    @ParameterizedTest
    @CsvSource({
        "/foo, /xyz, /foo/bar, /xyz/bar",
        "/foo, /xyz, /f%6Fo/b%61r%2c, /xyz/b%61r%2c",
        "/foo, /xyz, /%66%6f%6f, /xyz",
        "/a%20b, /x, /%61%20b/c, /x/c",
        "/a%2Cb, /x, /a%2cb/c, /x/c",
        "/, /xyz, /foo, /xyz/foo",
        "/, /xyz, /, /xyz/",
        "/, /xyz, '', /xyz/",
        "/, /, '', /",
        "/foo, /, /foo//bar, //bar",
        "/foo, /xyz, /foo/../%2f, /xyz/../%2f",
        "/, /xyz, *, *",
    })
    void aPrefixIsReplacedAndTheRestStaysAsItCame(String prefix, String value, String path, String expected) {
        RewrittenTarget target = new RewrittenTarget();
        PathRewrite rewrite = new PathRewrite(PathRewrite.Kind.PREFIX, value);
        String method = path.equals("*") ? "OPTIONS" : "GET";
        target.set(rewrite, matched(prefix), request(method, "h", path, null));
        assertThat(target).hasToString(expected);
        if (!path.equals("*")) {
            target.set(rewrite, matched(prefix), request("GET", "h", path, "a=%41&b"));
            assertThat(target).hasToString(expected + "?a=%41&b");
        }
    }

    @Test
    void aLongTargetGrowsTheBuffer() {
        RewrittenTarget target = new RewrittenTarget();
        String rest = "/b".repeat(20_000);
        target.set(
                new PathRewrite(PathRewrite.Kind.PREFIX, "/x"), matched("/a"), request("GET", "h", "/a" + rest, "q"));
        assertThat(target).hasToString("/x" + rest + "?q");
        target.set(new PathRewrite(PathRewrite.Kind.FULL, "/x"), matched("/a"), request("GET", "h", "/a", ""));
        assertThat(target).hasToString("/x?");
    }

    /**
     * Whatever is rewritten: the new path begins with the replacement, and its normal form is that of the replacement
     * and the rest.
     */
    @Test
    void randomPathsLoseWhatMatched() {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        RandomRoutes random = new RandomRoutes(seed);
        MatchScratch scratch = new MatchScratch();
        RewrittenTarget target = new RewrittenTarget();
        int rewritten = 0;
        for (int i = 0; i < 20_000; i++) {
            WrittenRequest request = random.request();
            List<Route> routes = random.routes(6);
            RouteMatched matched = RouteTable.of(routes, ListenerName.DEFAULT).match(request.view(), scratch);
            String normal = Paths.normal(request.path());
            if (matched == null
                    || matched.match().path().kind() != PathMatch.Kind.PREFIX
                    || normal == null
                    || !normal.startsWith("/")) {
                continue;
            }
            String prefix = matched.match().path().value();
            target.set(new PathRewrite(PathRewrite.Kind.PREFIX, "/new/"), matched, request.view());
            String path = target.toString().replaceFirst("\\?.*", "");
            String rest = prefix.equals("/") ? normal : normal.substring(prefix.length());
            assertThat(Paths.normal(path))
                    .as("seed %d: %s below %s", seed, request, prefix)
                    .isEqualTo("/new" + rest);
            rewritten++;
        }
        assertThat(rewritten).isGreaterThan(500);
    }

    @ParameterizedTest
    @CsvSource({
        "h.test, /a, https://h.test/a",
        "h.test:8080, /a, https://h.test/a",
        "'[::1]:8080', /a, 'https://[::1]/a'",
        "H.test, '', https://H.test/",
        "'', /a, /a",
        "'', //evil.test/a, /.//evil.test/a",
    })
    void anotherSchemeHasItsOwnPort(String host, String path, String expected) {
        RequestView view = request("GET", host, path, "q=1");
        assertThat(Actions.location(TO_HTTPS, matched("/"), view, Scheme.HTTP)).isEqualTo(expected + "?q=1");
    }

    @Test
    void theAsteriskIsAnEmptyPath() {
        assertThat(Actions.location(TO_HTTPS, matched("/"), request("OPTIONS", "h", "*", null), Scheme.HTTP))
                .isEqualTo("https://h");
        assertThat(Actions.location(TO_HTTPS, matched("/"), request("OPTIONS", "h", "", null), Scheme.HTTP))
                .isEqualTo("https://h");
    }

    @ParameterizedTest
    @CsvSource({"h:8443, https://[2001:db8::1]:8443/a", "h:443, https://[2001:db8::1]/a", "h:, https://[2001:db8::1]/a"
    })
    void thePortStaysWhereNeitherSchemeNorPortIsNamed(String host, String expected) {
        RouteAction.Redirect redirect = new RouteAction.Redirect(302, null, "2001:DB8::1", null, null);
        assertThat(Actions.location(redirect, matched("/"), request("GET", host, "/a", null), Scheme.HTTPS))
                .isEqualTo(expected);
    }
}
