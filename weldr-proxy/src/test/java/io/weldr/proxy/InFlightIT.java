package io.weldr.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.core.port.Measurement;
import io.weldr.proxy.limits.ProxyLimits;
import io.weldr.testing.RefusingPort;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** An origin's exchanges in flight are counted from the pick to the end, whatever the end is. */
class InFlightIT {

    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String POST = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe";
    private static final String SWITCH = "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n";
    private static final String SWITCHED =
            "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n";
    private static final Duration SHORT = Duration.ofMillis(200);

    /** Reads requests and answers none. */
    private static RawOrigin silent() {
        return RawOrigin.serving((wire, self) -> {
            self.next(wire);
            wire.atEnd();
        });
    }

    private static double inFlight(TestProxy proxy) {
        return proxy.server.measure().stream()
                .filter(measurement -> measurement.name().equals("proxy_origin_in_flight"))
                .map(Measurement.Gauge.class::cast)
                .mapToDouble(Measurement.Gauge::value)
                .sum();
    }

    private static void awaitInFlight(TestProxy proxy, int number) {
        await().until(() -> inFlight(proxy) == number);
    }

    /** Nothing is in flight at any origin: no count is left over, and none is below zero. */
    private static void awaitNone(TestProxy proxy) {
        await().untilAsserted(() -> assertThat(proxy.server.measure())
                .filteredOn(measurement -> measurement.name().equals("proxy_origin_in_flight"))
                .isNotEmpty()
                .allSatisfy(measurement ->
                        assertThat(((Measurement.Gauge) measurement).value()).isZero()));
    }

    @Test
    void aResponseEndsIt() {
        CountDownLatch answer = new CountDownLatch(1);
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    while (!self.next(wire).isEmpty()) {
                        pause(answer);
                        wire.send(RawOrigin.OK);
                    }
                });
                TestProxy proxy = TestProxy.inFrontOf(origin);
                Wire one = proxy.connect();
                Wire two = proxy.connect()) {
            one.send(GET);
            two.send(GET);
            awaitInFlight(proxy, 2);
            answer.countDown();
            assertThat(one.readMessage()).endsWith("ok");
            assertThat(two.readMessage()).endsWith("ok");
            awaitNone(proxy);
            assertThat(one.send(GET).readMessage()).as("on a kept connection").endsWith("ok");
            assertThat(one.send("OPTIONS * HTTP/1.1\r\nHost: a\r\nMax-Forwards: 0\r\n\r\n")
                            .readMessage())
                    .as("answered by weldr")
                    .startsWith("HTTP/1.1 200 ");
            awaitNone(proxy);
        }
    }

    @Test
    void aClientThatLeavesEndsIt() {
        try (RawOrigin origin = silent();
                TestProxy proxy = TestProxy.inFrontOf(origin)) {
            try (Wire whole = proxy.connect();
                    Wire half = proxy.connect()) {
                whole.send(GET);
                half.send(POST);
                awaitInFlight(proxy, 2);
                half.endOutput();
                awaitInFlight(proxy, 1);
                whole.reset();
                awaitNone(proxy);
            }
        }
    }

    @Test
    void aFailureOfTheOriginEndsIt() throws IOException {
        try (RawOrigin dying = RawOrigin.serving((wire, self) -> self.next(wire));
                TestProxy proxy = TestProxy.inFrontOf(dying)) {
            assertThat(proxy.exchange(GET)).startsWith("HTTP/1.1 502 ");
            awaitNone(proxy);
        }
        try (RawOrigin breaking = RawOrigin.answeringOnce("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
                TestProxy proxy = TestProxy.inFrontOf(breaking)) {
            assertThat(proxy.exchange(GET, Wire::readToEnd)).endsWith("half");
            awaitNone(proxy);
        }
        try (RefusingPort refusing = new RefusingPort();
                RawOrigin good = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = TestProxy.inFrontOf(good)) {
            proxy.add("http://127.0.0.1:" + refusing.number());
            for (int i = 0; i < 4; i++) {
                assertThat(proxy.exchange(GET)).endsWith("ok");
            }
            awaitNone(proxy);
        }
    }

    @Test
    void anotherTryOnADeadConnectionCountsOnce() {
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    self.next(wire);
                    wire.send(RawOrigin.OK);
                    self.next(wire); // and dies with it
                });
                TestProxy proxy = TestProxy.inFrontOf(origin);
                Wire client = proxy.connect()) {
            for (int i = 0; i < 3; i++) {
                assertThat(client.send(GET).readMessage()).endsWith("ok");
            }
            assertThat(origin.requests().size()).isGreaterThan(3);
            awaitNone(proxy);
        }
    }

    @Test
    void aTimeoutEndsIt() {
        ProxyLimits limits = ProxyLimits.DEFAULTS.with("responseHeadTimeout", SHORT);
        try (RawOrigin origin = silent();
                TestProxy proxy = TestProxy.limited(limits, origin)) {
            assertThat(proxy.exchange(GET)).startsWith("HTTP/1.1 504 ");
            awaitNone(proxy);
        }
        try (RawOrigin origin = silent();
                TestProxy proxy = TestProxy.limited("exchangeTimeout", SHORT, origin)) {
            assertThat(proxy.exchange(GET)).startsWith("HTTP/1.1 504 ");
            awaitNone(proxy);
        }
        try (FullOrigin full = new FullOrigin();
                TestProxy proxy = TestProxy.limited("connectTimeout", SHORT)) {
            proxy.add(full.url());
            assertThat(proxy.exchange(GET)).startsWith("HTTP/1.1 504 ");
            awaitNone(proxy);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void whoWaitsInTheQueueCountsToo() {
        ProxyLimits limits = ProxyLimits.DEFAULTS
                .with("connectionsPerOriginMax", 1)
                .with("queuePerOriginMax", 2)
                .with("queueTimeout", Duration.ofMinutes(1));
        try (RawOrigin origin = silent();
                TestProxy proxy = TestProxy.limited(limits, origin);
                Wire served = proxy.connect();
                Wire waiting = proxy.connect();
                Wire leaving = proxy.connect()) {
            served.send(GET);
            awaitInFlight(proxy, 1);
            waiting.send(GET);
            leaving.send(GET);
            awaitInFlight(proxy, 3);
            assertThat(proxy.exchange(GET)).as("the queue is full").startsWith("HTTP/1.1 503 ");
            awaitInFlight(proxy, 3);
            leaving.reset();
            awaitInFlight(proxy, 2);
            served.reset();
            await().until(() -> origin.requests().size() == 2);
            awaitInFlight(proxy, 1);
            waiting.reset();
            awaitNone(proxy);
        }
        try (RawOrigin origin = silent();
                TestProxy proxy = TestProxy.limited(limits.with("queueTimeout", SHORT), origin);
                Wire served = proxy.connect()) {
            served.send(GET);
            awaitInFlight(proxy, 1);
            assertThat(proxy.exchange(GET)).as("waited in vain").startsWith("HTTP/1.1 50");
            awaitInFlight(proxy, 1);
        }
    }

    @Test
    void aTunnelEndsItWhenItEnds() {
        List<Wire> open = new ArrayList<>();
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    self.next(wire);
                    wire.send(SWITCHED);
                    wire.readToEnd();
                });
                TestProxy proxy = TestProxy.inFrontOf(origin)) {
            for (int i = 0; i < 3; i++) {
                Wire client = proxy.connect();
                open.add(client);
                assertThat(client.send(SWITCH).readHead()).startsWith("HTTP/1.1 101 ");
            }
            assertThat(inFlight(proxy)).isEqualTo(3);
            open.get(0).reset();
            awaitInFlight(proxy, 2);
            assertThat(open.get(1).endOutput().atEnd()).isTrue();
            awaitInFlight(proxy, 1);
            origin.dropConnections();
            open.get(2).endOutput();
            awaitNone(proxy);
        } finally {
            open.forEach(Wire::close);
        }
    }

    /** The rest of the request is read and dropped. The origin has nothing to do with it any more. */
    @Test
    void anOriginThatAnswersEarlyAndLeavesIsNotWaitedFor() {
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    self.remember(wire.readHead());
                    wire.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                });
                TestProxy proxy = TestProxy.inFrontOf(origin);
                Wire client = proxy.connect()) {
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n" + "x".repeat(1000));
            assertThat(client.readMessage()).endsWith("ok");
            awaitNone(proxy);
        }
    }

    @Test
    void aDrainThatRunsOutOfTimeEndsIt() {
        try (RawOrigin origin = silent();
                TestProxy proxy = TestProxy.inFrontOf(origin);
                Wire client = proxy.connect()) {
            client.send(GET);
            awaitInFlight(proxy, 1);
            assertThat(proxy.server.drain(Duration.ZERO)).isFalse();
            awaitNone(proxy);
        }
    }

    private static void pause(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
