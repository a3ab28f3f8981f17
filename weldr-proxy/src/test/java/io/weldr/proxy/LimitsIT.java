package io.weldr.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.proxy.limits.ProxyLimits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** What takes too long, is too large or comes too often is ended, and answered where that is possible. */
class LimitsIT {
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final Duration SHORT = Duration.ofMillis(200);

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
                await().until(() -> proxy.value("proxy_exchanges_open") == waiting + 1);
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
}
