package io.weldr.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

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
            assertThat(proxy.value("proxy_ejections")).isZero();
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
                        .until(() -> proxy.value("proxy_origin_connections_open") >= 1);
                client.reset(); // its exchange is over, and serves another one
            }
            await().untilAsserted(() -> assertThat(proxy.value("proxy_origin_connections_open"))
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
}
