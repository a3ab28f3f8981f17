package io.weldr.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.core.pool.WhenAllDown;
import io.weldr.core.port.Measurement;
import io.weldr.core.port.Traffic.Count;
import io.weldr.proxy.limits.ProxyLimits;
import io.weldr.testing.RefusingPort;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What fails is answered, counted, retried where that is safe, and never twice where it is not. */
class FailuresIT {

    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final Duration SHORT = Duration.ofMillis(200);

    /** Answers the first request of each connection; the second one kills it unread by anybody else. */
    private static RawOrigin dyingOnReuse() {
        return RawOrigin.serving((wire, self) -> {
            self.next(wire);
            wire.send(RawOrigin.OK);
            self.next(wire);
        });
    }

    @Test
    void anIdempotentRequestOnADeadReusedConnectionIsSentOnceMore() {
        try (RawOrigin origin = dyingOnReuse();
                TestProxy proxy = TestProxy.inFrontOf(origin);
                Wire client = proxy.connect()) {
            assertThat(client.send(GET).readMessage()).endsWith("ok");
            assertThat(client.send(GET).readMessage()).endsWith("ok");
            assertThat(origin.requests()).hasSize(3);
            assertThat(proxy.traffic().client()).isEqualTo(new Count(2, 0));
            assertThat(proxy.traffic().server()).isEqualTo(new Count(2, 1));
        }
    }

    @Test
    void idleConnectionsThatAnOriginClosedSayNothingAboutItsHealth() {
        CountDownLatch all = new CountDownLatch(2 * 6);
        RawOrigin.Script script = (wire, self) -> {
            self.next(wire);
            all.countDown();
            try {
                all.await();
            } catch (InterruptedException e) {
                return;
            }
            wire.send(RawOrigin.OK);
            self.next(wire);
        };
        try (RawOrigin one = RawOrigin.serving(script);
                RawOrigin two = RawOrigin.serving(script);
                TestProxy proxy = TestProxy.inFrontOf(one, two)) {
            List<Wire> clients = new ArrayList<>();
            for (int i = 0; i < 2 * 6; i++) {
                clients.add(proxy.connect().send(GET));
            }
            clients.forEach(client -> assertThat(client.readMessage()).endsWith("ok"));
            for (Wire client : clients) {
                client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi");
                assertThat(client.readMessage()).startsWith("HTTP/1.1 502 ");
                client.close();
            }
            assertThat(gauge(proxy, "proxy_ejections")).isZero();
            assertThat(one.requests()).hasSize(2 * 6);
            assertThat(two.requests()).hasSize(2 * 6);
        }
    }

    @Test
    void aPostOnADeadReusedConnectionIsNeverSentTwice() {
        try (RawOrigin origin = dyingOnReuse();
                TestProxy proxy = TestProxy.inFrontOf(origin);
                Wire client = proxy.connect()) {
            assertThat(client.send(GET).readMessage()).endsWith("ok");
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi");
            assertThat(client.readMessage()).startsWith("HTTP/1.1 502 Bad Gateway\r\n");
            assertThat(origin.requests()).hasSize(2);
        }
    }

    @Test
    void aRequestOnAFreshConnectionIsNeverSentTwice() {
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> self.next(wire));
                TestProxy proxy = TestProxy.inFrontOf(origin)) {
            assertThat(proxy.exchange(GET)).startsWith("HTTP/1.1 502 ");
            assertThat(origin.requests()).hasSize(1);
        }
    }

    @Test
    void anOriginThatDoesNotAnswerIs504() {
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    self.next(wire);
                    self.next(wire);
                });
                TestProxy proxy = TestProxy.limited("responseHeadTimeout", SHORT, origin);
                Wire client = proxy.connect()) {
            assertThat(client.send(GET).readMessage()).startsWith("HTTP/1.1 504 Gateway Timeout\r\n");
            assertThat(client.send(GET).readMessage()).startsWith("HTTP/1.1 504 Gateway Timeout\r\n");
            assertThat(origin.connections()).isEqualTo(2);
        }
    }

    @Test
    void anOriginThatStallsInTheMiddleIsCutOff() {
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    self.next(wire);
                    wire.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
                    self.next(wire);
                });
                TestProxy proxy = TestProxy.limited("originProgressTimeout", SHORT, origin);
                Wire client = proxy.connect()) {
            assertThat(client.send(GET).readToEnding().text()).endsWith("\r\n\r\nhalf");
        }
    }

    @Test
    void slowHeadsAre408AndSlowBodiesToo() {
        ProxyLimits limits =
                ProxyLimits.DEFAULTS.with("requestHeadTimeout", SHORT).with("clientProgressTimeout", SHORT);
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = TestProxy.limited(limits, origin);
                Wire slowHead = proxy.connect();
                Wire slowBody = proxy.connect()) {
            slowHead.send("GET / HTTP/1.1\r\nHos");
            slowBody.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf");
            assertThat(slowHead.readToEnd()).startsWith("HTTP/1.1 408 Request Timeout\r\n");
            assertThat(slowBody.readToEnd()).startsWith("HTTP/1.1 408 Request Timeout\r\n");
        }
    }

    @Test
    void idleConnectionsAreClosedOnBothSides() {
        ProxyLimits limits =
                ProxyLimits.DEFAULTS.with("clientIdleTimeout", SHORT).with("originIdleTimeout", SHORT);
        CountDownLatch originSawTheEnd = new CountDownLatch(1);
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    self.next(wire);
                    wire.send(RawOrigin.OK);
                    if (self.next(wire).isEmpty()) {
                        originSawTheEnd.countDown();
                    }
                });
                TestProxy proxy = TestProxy.limited(limits, origin);
                Wire client = proxy.connect();
                Wire silent = proxy.connect()) {
            assertThat(client.send(GET).readMessage()).endsWith("ok");
            assertThat(client.readToEnd()).isEmpty();
            assertThat(silent.readToEnd()).isEmpty();
            await().until(() -> originSawTheEnd.getCount() == 0);
        }
    }

    @Test
    void aWholeExchangeCanHaveALimit() {
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    self.next(wire);
                    self.next(wire);
                });
                TestProxy proxy = TestProxy.limited("exchangeTimeout", SHORT, origin)) {
            assertThat(proxy.exchange(GET)).startsWith("HTTP/1.1 504 ").contains("exchange took too long");
        }
    }

    @Test
    void aBodyOverTheLimitIs413() {
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = TestProxy.limited("requestBodyBytesMax", 10, origin)) {
            assertThat(proxy.exchange("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\nhello hello"))
                    .startsWith("HTTP/1.1 413 Content Too Large\r\n");
            assertThat(proxy.exchange(
                            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nb\r\nhello hello\r\n"))
                    .startsWith("HTTP/1.1 413 Content Too Large\r\n");
            assertThat(origin.requests()).isEmpty();
            assertThat(proxy.exchange("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello hell"))
                    .endsWith("ok");
        }
    }

    @Test
    void chunksThatAreMostlyExtensionsAre400() {
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> wire.readToEnding());
                TestProxy proxy = TestProxy.inFrontOf(origin);
                Wire client = proxy.connect()) {
            client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
            client.send(("1;" + "x".repeat(200) + "\r\na\r\n").repeat(1000));
            assertThat(client.readMessage()).startsWith("HTTP/1.1 400 ").contains("malformed chunked body");
        }
    }

    @Test
    void aConnectionServesSoManyExchangesAndNoMore() {
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = TestProxy.limited("exchangesPerConnectionMax", 2, origin);
                Wire client = proxy.connect()) {
            assertThat(client.send(GET).readMessage()).doesNotContain("close");
            assertThat(client.send(GET).readToEnd())
                    .contains("Connection: close\r\n")
                    .endsWith("ok");
        }
    }

    @Test
    void moreConnectionsThanTheLimitAreTurnedAway() {
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = TestProxy.limited("connectionsMax", 2, origin);
                Wire one = proxy.connect();
                Wire two = proxy.connect()) {
            assertThat(one.send(GET).readMessage()).endsWith("ok");
            assertThat(two.send(GET).readMessage()).endsWith("ok");
            try (Wire three = proxy.connect()) {
                // It sends before it reads: bytes that nobody read must not cost it the answer.
                three.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 50000\r\n\r\n" + "x".repeat(50_000));
                assertThat(three.readMessage())
                        .matches(
                                "HTTP/1[.]1 503 Service Unavailable\r\nContent-Type: text/plain; charset=us-ascii\r\n"
                                        + "Content-Length: 119\r\nX-Request-Id: ([0-9a-f]{32})\r\nRetry-After: 1\r\n"
                                        + "Date: [A-Za-z]{3}, [0-9]{2} [A-Za-z]{3} [0-9]{4} [0-9:]{8} GMT\r\nConnection: close\r\n\r\n"
                                        + "503 Service Unavailable: too many connections\ncause: too_many_connections\nrequest id: \\1\n");
                assertThat(three.endOutput().readToEnd()).isEmpty();
            }
            one.close();
            await().until(() -> proxy.server.connectionsOpen() == 1);
            assertThat(proxy.exchange(GET)).endsWith("ok");
        }
    }

    @Test
    void requestsWaitInABoundedQueueForAConnection() throws InterruptedException {
        CountDownLatch go = new CountDownLatch(1);
        ProxyLimits limits =
                ProxyLimits.DEFAULTS.with("connectionsPerOriginMax", 1).with("queuePerOriginMax", 2);
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    while (!self.next(wire).isEmpty()) {
                        try {
                            go.await();
                        } catch (InterruptedException e) {
                            return;
                        }
                        wire.send(RawOrigin.OK);
                    }
                });
                TestProxy proxy = TestProxy.limited(limits, origin)) {
            List<Wire> clients = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                Wire client = proxy.connect();
                clients.add(client.send(GET));
                int waiting = i;
                await().until(() -> gauge(proxy, "proxy_exchanges_open") == waiting + 1);
            }
            assertThat(proxy.exchange(GET)).startsWith("HTTP/1.1 503 ").contains("too many requests wait");
            go.countDown();
            for (Wire client : clients) {
                assertThat(client.readMessage()).endsWith("ok");
                client.close();
            }
            assertThat(origin.connections()).isEqualTo(1);
        }
    }

    @Test
    void waitingInTheQueueHasAnEnd() {
        ProxyLimits limits =
                ProxyLimits.DEFAULTS.with("connectionsPerOriginMax", 1).with("queueTimeout", SHORT);
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    self.next(wire);
                    self.next(wire);
                });
                TestProxy proxy = TestProxy.limited(limits, origin);
                Wire first = proxy.connect()) {
            first.send(GET);
            await().until(() -> origin.requests().size() == 1);
            assertThat(proxy.exchange(GET)).startsWith("HTTP/1.1 503 ").contains("connection limit");
        }
    }

    /** Some clients send one line end too many behind a body. */
    @Test
    void anEmptyLineBehindABodyIsNoRequestThatHasBegun() {
        ProxyLimits limits =
                ProxyLimits.DEFAULTS.with("requestHeadTimeout", SHORT).with("clientIdleTimeout", Duration.ofMinutes(5));
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = TestProxy.limited(limits, origin);
                Wire client = proxy.connect()) {
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi\r\n");
            assertThat(client.readMessage()).endsWith("ok");
            await().during(SHORT.multipliedBy(4)).until(() -> client.input().available() == 0);
            assertThat(client.send(GET).readMessage())
                    .startsWith("HTTP/1.1 200")
                    .endsWith("ok");
            client.send("\r");
            client.send("\n").send(GET);
            assertThat(client.readMessage()).startsWith("HTTP/1.1 200").endsWith("ok");
        }
    }

    /** Any client could have it taken out from everybody else otherwise, by what it asks for. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 501 What\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 505 No\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
            })
    void whatAnOriginAnswersToOneRequestDoesNotHaveItEjected(String response) {
        try (RawOrigin odd = RawOrigin.answering(response);
                RawOrigin good = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = TestProxy.limited("ejectAfterFailures", 3, odd, good)) {
            for (int i = 0; i < 20; i++) {
                proxy.exchange(GET);
            }
            assertThat(odd.requests()).hasSize(10);
            assertThat(gauge(proxy, "proxy_ejections")).isZero();
        }
    }

    @Test
    void anOriginThatKeepsFailingIsLeftAloneForAWhile() throws IOException {
        ProxyLimits limits =
                ProxyLimits.DEFAULTS.with("ejectAfterFailures", 3).with("ejectTime", Duration.ofMinutes(1));
        try (RawOrigin bad = RawOrigin.answering("HTTP/1.1 503 Oops\r\nContent-Length: 0\r\n\r\n");
                RawOrigin good = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = TestProxy.limited(limits, bad, good);
                Wire client = proxy.connect()) {
            await().until(() -> {
                client.send(GET).readMessage();
                return gauge(proxy, "proxy_ejections") == 1;
            });
            proxy.server.awaitRouting();
            int before = bad.requests().size();
            assertThat(before).isGreaterThanOrEqualTo(3);
            for (int i = 0; i < 30; i++) {
                assertThat(client.send(GET).readMessage()).endsWith("ok");
            }
            assertThat(bad.requests()).hasSize(before);
            assertThat(gauge(proxy, "proxy_ejections")).isEqualTo(1);
            assertThat(proxy.traffic().origins())
                    .allSatisfy(origin -> assertThat(origin.ejectedBy())
                            .isEqualTo(origin.address().port() == bad.port() ? 1 : 0));
        }
    }

    @Test
    void anEjectedOriginComesBack() {
        ProxyLimits limits = ProxyLimits.DEFAULTS.with("ejectAfterFailures", 3).with("ejectTime", SHORT);
        try (RawOrigin bad = RawOrigin.answering("HTTP/1.1 503 Oops\r\nContent-Length: 0\r\n\r\n");
                RawOrigin good = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = TestProxy.limited(limits, bad, good);
                Wire client = proxy.connect()) {
            for (int i = 0; i < 10; i++) {
                client.send(GET).readMessage();
            }
            int before = bad.requests().size();
            await().until(() -> {
                client.send(GET).readMessage();
                return bad.requests().size() > before;
            });
        }
    }

    @Test
    void theOnlyOriginIsNeverEjected() {
        try (RawOrigin bad = RawOrigin.answering("HTTP/1.1 503 Oops\r\nContent-Length: 0\r\n\r\n");
                TestProxy proxy = TestProxy.limited("ejectAfterFailures", 1, bad);
                Wire client = proxy.connect()) {
            for (int i = 0; i < 10; i++) {
                assertThat(client.send(GET).readMessage()).startsWith("HTTP/1.1 503 Oops");
            }
        }
    }

    @Test
    void retriesHaveABudget() {
        ProxyLimits limits = ProxyLimits.DEFAULTS
                .with("retryPercentMax", 0)
                .with("retryBurstMax", 0)
                .with("ejectAfterFailures", 0);
        try (RefusingPort refusing = new RefusingPort();
                RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = TestProxy.limited(limits, origin);
                Wire client = proxy.connect()) {
            proxy.add("http://127.0.0.1:" + refusing.number());
            int failed = 0;
            for (int i = 0; i < 10; i++) {
                failed += client.send(GET).readMessage().startsWith("HTTP/1.1 502") ? 1 : 0;
            }
            assertThat(failed).isEqualTo(5);
        }
    }

    @Test
    void whenAllAreDownThePolicyDecides() {
        for (WhenAllDown policy : WhenAllDown.values()) {
            try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                    TestProxy proxy = TestProxy.with(settings -> settings.whenAllDown(policy), origin)) {
                proxy.markDown(origin);
                assertThat(proxy.exchange(GET))
                        .startsWith(policy == WhenAllDown.FAIL_OPEN ? "HTTP/1.1 200" : "HTTP/1.1 503");
            }
        }
    }

    @Test
    void aNameServerThatIsSilentCostsNoMoreThanAConnectionWould() throws IOException {
        CountDownLatch end = new CountDownLatch(1);
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = TestProxy.resolving(
                        host -> {
                            if (host.equals("silent.example")) {
                                end.await();
                            }
                            return new InetAddress[] {InetAddress.getLoopbackAddress()};
                        },
                        ProxyLimits.DEFAULTS.with("connectTimeout", Duration.ofSeconds(1)))) {
            proxy.add("http://silent.example:" + origin.port());
            assertThat(proxy.exchange(GET)).startsWith("HTTP/1.1 504 ");
            proxy.add("http://other.example:" + origin.port());
            for (int i = 0; i < 4; i++) { // in turn: the silent one is left for the other one each time
                assertThat(proxy.exchange(GET)).endsWith("ok");
            }
        } finally {
            end.countDown();
        }
    }

    @Test
    void anAttemptBehindOneThatFailedAtOnceEndsWithItsExchange() throws IOException {
        try (FullOrigin full = new FullOrigin();
                TestProxy proxy = TestProxy.resolving(
                        host -> {
                            throw new java.net.UnknownHostException(host);
                        },
                        ProxyLimits.DEFAULTS.with("connectTimeout", Duration.ofMillis(500)))) {
            proxy.add("http://gone.example:80");
            assertThat(proxy.exchange(GET)).startsWith("HTTP/1.1 502 "); // from now on it is known that it is not known
            proxy.add(full.url());
            for (int i = 0; i < 2; i++) { // one of the two is sent to the name first
                Wire client = proxy.connect().send(GET);
                await().pollInterval(Duration.ofMillis(5))
                        .until(() -> gauge(proxy, "proxy_origin_connections_open") >= 1);
                client.reset(); // its exchange is over, and serves another one
            }
            await().untilAsserted(() -> assertThat(gauge(proxy, "proxy_origin_connections_open"))
                    .as("connections that stand or are being made")
                    .isZero());
            assertThat(proxy.exchange(GET)).startsWith("HTTP/1.1 50");
        }
    }

    @Test
    void aNameThatDoesNotResolveIs502() {
        try (TestProxy proxy = TestProxy.inFrontOf()) {
            proxy.add("http://no-such-host.invalid:80");
            assertThat(proxy.exchange(GET)).startsWith("HTTP/1.1 502 ").contains("does not resolve");
        }
    }

    @Test
    void namesAndIpv6LiteralsAreOriginsToo() {
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = TestProxy.inFrontOf()) {
            proxy.add("http://localhost:" + origin.port());
            for (int i = 0; i < 3; i++) {
                assertThat(proxy.exchange(GET)).endsWith("ok");
            }
        }
    }

    private static double gauge(TestProxy proxy, String name) {
        double sum = 0;
        for (Measurement measurement : proxy.server.measure()) {
            if (measurement.name().equals(name)) {
                if (measurement instanceof Measurement.Gauge gauge) {
                    sum += gauge.value();
                } else if (measurement instanceof Measurement.Counter counter) {
                    sum += counter.value();
                }
            }
        }
        return sum;
    }
}
