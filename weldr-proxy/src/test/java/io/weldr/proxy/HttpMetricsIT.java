package io.weldr.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.core.pool.OriginId;
import io.weldr.core.pool.PoolName;
import io.weldr.core.port.Measurement;
import io.weldr.core.state.Command;
import io.weldr.core.state.OriginRef;
import io.weldr.proxy.limits.ProxyLimits;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Requests and their times by listener, route, pool and origin. */
class HttpMetricsIT {

    private static final String REQUESTS = "http_requests";
    private static final String SECONDS = "http_request_duration_seconds";
    private static final String ORIGIN_SECONDS = "origin_request_duration_seconds";

    private static String get(String host) {
        return "GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
    }

    private static double requests(TestProxy proxy, String route, String pool, String code) {
        Map<String, String> labels = Map.of("listener", "default", "route", route, "pool", pool, "code", code);
        return proxy.server.measure().stream()
                .filter(each -> each.name().equals(REQUESTS) && each.labels().equals(labels))
                .mapToDouble(each -> ((Measurement.Counter) each).value())
                .sum();
    }

    private static long timed(TestProxy proxy, String name, Map<String, String> labels) {
        return proxy.server.measure().stream()
                .filter(each -> each.name().equals(name) && each.labels().equals(labels))
                .map(Measurement.Histogram.class::cast)
                .flatMap(each -> each.counts().stream())
                .mapToLong(Long::longValue)
                .sum();
    }

    private static List<String> labels(TestProxy proxy, String name, String label) {
        return proxy.server.measure().stream()
                .filter(each -> each.name().equals(name))
                .map(each -> each.labels().getOrDefault(label, "-"))
                .distinct()
                .toList();
    }

    @Test
    void eachRequestIsCountedOnceWhereItWentAndByWhatTheClientGot() {
        try (RawOrigin good = RawOrigin.answering(RawOrigin.OK);
                RawOrigin bad = RawOrigin.answering("HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n");
                TestProxy proxy = TestProxy.inFrontOf(good)) {
            Routes.of(proxy)
                    .host("bad.example")
                    .to(Routes.pool(proxy, "bad", bad))
                    .put("bad");
            try (Wire client = proxy.connect()) {
                for (int i = 0; i < 5; i++) {
                    client.send(get("a")).readMessage();
                }
                client.send(get("bad.example")).readMessage();
            }
            proxy.exchange("nonsense\r\n\r\n");
            await().untilAsserted(() -> {
                assertThat(requests(proxy, "default", "default", "2xx")).isEqualTo(5);
                assertThat(requests(proxy, "bad", "bad", "5xx")).isEqualTo(1);
                assertThat(requests(proxy, "", "", "4xx"))
                        .as("no request at all")
                        .isEqualTo(1);
                assertThat(proxy.value(REQUESTS)).isEqualTo(7);
            });
            assertThat(timed(proxy, SECONDS, Map.of("route", "default"))).isEqualTo(5);
            assertThat(timed(proxy, SECONDS, Map.of("route", "bad"))).isEqualTo(1);
            assertThat(timed(proxy, ORIGIN_SECONDS, Map.of("pool", "default", "origin", good.authority())))
                    .isEqualTo(5);
            assertThat(timed(proxy, ORIGIN_SECONDS, Map.of("pool", "bad", "origin", bad.authority())))
                    .isEqualTo(1);
            bad.close();
            assertThat(proxy.exchange(get("bad.example"))).startsWith("HTTP/1.1 502 ");
            await().untilAsserted(() ->
                    assertThat(requests(proxy, "bad", "bad", "5xx")).isEqualTo(2));
            assertThat(timed(proxy, ORIGIN_SECONDS, Map.of("pool", "bad", "origin", bad.authority())))
                    .as("a try that failed takes time, too")
                    .isGreaterThanOrEqualTo(2);
        }
    }

    @Test
    void whatWasRemovedIsNotInTheNextScrape() {
        try (RawOrigin one = RawOrigin.answering(RawOrigin.OK);
                RawOrigin other = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = TestProxy.inFrontOf(one)) {
            Routes.of(proxy)
                    .host("gone.example")
                    .to(Routes.pool(proxy, "gone", other))
                    .put("gone");
            proxy.exchange(get("gone.example"));
            proxy.exchange(get("a"));
            await().until(() -> proxy.value(REQUESTS) == 2);
            assertThat(labels(proxy, ORIGIN_SECONDS, "pool")).contains("gone");
            Routes.remove(proxy, "gone");
            assertThat(labels(proxy, REQUESTS, "route")).containsExactly("default");
            assertThat(labels(proxy, SECONDS, "route")).containsExactly("default");
            assertThat(labels(proxy, "proxy_origin_attempts", "origin")).contains(one.authority());
            // Published, and not yet with the workers: the scrape goes by the state.
            OriginId id = proxy.state.get().defaultPool().origins().get(0).id();
            var held = proxy.hold();
            try {
                proxy.publish(new Command.RemoveOrigin(PoolName.DEFAULT, new OriginRef.ById(id), null, Instant.EPOCH));
                assertThat(labels(proxy, "proxy_origin_attempts", "origin")).doesNotContain(one.authority());
                assertThat(labels(proxy, ORIGIN_SECONDS, "origin")).doesNotContain(one.authority());
            } finally {
                held.countDown();
            }
        }
    }

    @Test
    void moreLabelsThanTheLimitAreCountedTogether() {
        ProxyLimits few = ProxyLimits.builder()
                .set("httpSeriesMax", 2)
                .set("originSeriesMax", 1)
                .build();
        try (RawOrigin first = RawOrigin.answering(RawOrigin.OK);
                RawOrigin second = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = TestProxy.limited(few, first, second)) {
            for (int i = 0; i < 4; i++) {
                Routes.of(proxy).host("h" + i).to(PoolName.DEFAULT).put("r" + i);
                proxy.exchange(get("h" + i));
                int ended = i + 1;
                await().until(() -> proxy.value(REQUESTS) == ended);
            }
            assertThat(labels(proxy, REQUESTS, "route")).containsExactlyInAnyOrder("other", "r0", "r1");
            assertThat(labels(proxy, ORIGIN_SECONDS, "origin")).hasSize(2).contains("other");
            assertThat(proxy.gauge("metrics_label_sets_refused", "metric", "weldr_http_requests"))
                    .isGreaterThanOrEqualTo(2);
            Routes.remove(proxy, "r0"); // its place is free now
            proxy.exchange(get("h3"));
            await().untilAsserted(
                            () -> assertThat(labels(proxy, REQUESTS, "route")).contains("r3"));
        }
    }
}
