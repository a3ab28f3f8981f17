package io.weldr.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.listener.Listener;
import io.weldr.core.listener.ListenerName;
import io.weldr.core.pool.Origin;
import io.weldr.core.pool.PoolName;
import io.weldr.core.port.SentHeads.Head;
import io.weldr.core.route.HeaderEdits;
import io.weldr.core.route.HeaderEdits.HeaderValue;
import io.weldr.core.route.PathRewrite;
import io.weldr.core.route.RouteFilters;
import io.weldr.core.route.RouteMatched;
import io.weldr.core.route.RouteTable;
import io.weldr.core.route.RouteTest.SampleRequest;
import io.weldr.core.route.SampleView;
import io.weldr.core.state.ClusterState;
import io.weldr.proxy.edit.Forwarding;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is told of a request that somebody wrote down is what an origin gets of that request. */
class SampleHeadsIT {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    private static final String ID = "X-Request-Id: sample-1";

    private static Head told(TestProxy proxy, SampleRequest request) {
        ClusterState state = proxy.state.get();
        Listener listener = Objects.requireNonNull(state.listener(ListenerName.DEFAULT));
        RouteMatched matched =
                Objects.requireNonNull(RouteTable.of(state.routes().values(), listener.name())
                        .explain(new SampleView(request))
                        .winner());
        Origin origin =
                Objects.requireNonNull(state.pool(PoolName.DEFAULT)).origins().get(0);
        return proxy.server.sentHeads().head(request, listener, matched, origin);
    }

    private static SampleRequest sample(String url, String... headers) {
        List<HeaderValue> fields = new ArrayList<>();
        for (String header : headers) {
            int colon = header.indexOf(':');
            fields.add(new HeaderValue(
                    header.substring(0, colon), header.substring(colon + 1).strip()));
        }
        return new SampleRequest("GET", url, fields, "127.0.0.1");
    }

    private static void same(UnaryOperator<ProxySettings.Builder> settings, RouteFilters filters) {
        String[] headers = {
            ID,
            "Accept: */*",
            "Connection: close, X-Hop",
            "X-Hop: 1",
            "Keep-Alive: timeout=5",
            "TE: trailers",
            "Proxy: http://evil.example",
            "X-Forwarded-For: 192.0.2.7",
            "X-Forwarded-Proto: https",
            "X_Forwarded_For: 192.0.2.8",
            "Forwarded: for=192.0.2.7",
            "X-Old: 1",
            "X-Env: red",
            "Via: 1.1 before"
        };
        try (RawOrigin origin = RawOrigin.answering(OK);
                TestProxy proxy = TestProxy.with(settings, origin)) {
            Routes.of(proxy).below("/api").filters(filters).put("api");
            for (String target : List.of("/api/%41b?q=1", "/", "/api", "?x=1")) {
                Head told = told(proxy, sample("http://shop.example:81" + target, headers));
                assertThat(proxy.exchange("GET " + (target.startsWith("?") ? "/" : "") + target
                                + " HTTP/1.1\r\nHost: shop.example:81\r\n" + String.join("\r\n", headers) + "\r\n\r\n"))
                        .startsWith("HTTP/1.1 200");
                List<String> requests = origin.requests();
                List<String> sent = requests.get(requests.size() - 1)
                        .lines()
                        .filter(line -> !line.isEmpty())
                        .toList();
                assertThat(sent.get(0)).isEqualTo("GET " + told.target() + " HTTP/1.1");
                assertThat(told.fields().stream()
                                .map(field -> field.name() + ": " + field.value())
                                .toList())
                        .containsExactlyElementsOf(sent.subList(1, sent.size()));
                assertThat(told.refused()).isNull();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Forwarding.class)
    void originsGetWhatIsTold(Forwarding forwarding) {
        same(settings -> settings.forwarding(forwarding), RouteFilters.NONE);
    }

    @Test
    void originsGetWhatIsToldOfAPeerThatIsTrusted() {
        same(settings -> settings.trustedPeers(List.of("127.0.0.0/8")), RouteFilters.NONE);
    }

    @Test
    void originsGetWhatIsToldOfARouteWithFilters() {
        same(
                UnaryOperator.identity(),
                new RouteFilters(
                        new HeaderEdits(
                                List.of(new HeaderValue("X-Env", "blue")),
                                List.of(new HeaderValue("X-More", "w")),
                                List.of("x-old")),
                        HeaderEdits.NONE,
                        "in.example:81",
                        new PathRewrite(PathRewrite.Kind.PREFIX, "/v2")));
    }

    @Test
    void aRequestThatTheProxyRefusesHasNoFields() {
        try (RawOrigin origin = RawOrigin.answering(OK);
                TestProxy proxy = TestProxy.inFrontOf(origin)) {
            Head twice = told(proxy, sample("http://a/", "Content-Length: 1", "Content-Length: 1"));
            assertThat(twice.fields()).isEmpty();
            assertThat(twice.refused()).startsWith("400 bad_framing: ");
            Head loop = told(proxy, sample("http://a/", "Via: 1.1 weldr, 1.1 weldr, 1.1 weldr, 1.1 weldr"));
            assertThat(loop.refused()).startsWith("508 loop_detected: ");
        }
    }
}
