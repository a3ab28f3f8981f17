package io.weldr.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.port.Traffic.Count;
import io.weldr.proxy.limits.ProxyLimits;
import io.weldr.proxy.net.Transport;
import io.weldr.testing.Patience;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A side that has ended loses nothing of what it had sent, and nothing of what it is sent. */
class EndsIT {

    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String UPGRADE = "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n";
    private static final String SWITCHED =
            "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n";

    /**
     * How much the kernel takes before the proxy has to hold some varies: with steps below what it holds one size meets
     * it. {@code -Dends.step=4} takes every fourth, which may miss it, where the same is told once more on another
     * transport.
     */
    private static final int[] SIZES = IntStream.rangeClosed(1, 64 / Integer.getInteger("ends.step", 1))
            .map(i -> i * 110_000 * Integer.getInteger("ends.step", 1))
            .toArray();

    @Test
    void aTunnelDeliversAllThatTheOriginSentBeforeItsEnd() {
        for (int size : SIZES) {
            CountDownLatch sent = new CountDownLatch(1);
            try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                        self.next(wire);
                        wire.send(SWITCHED).send(new byte[size]).endOutput();
                        sent.countDown();
                        self.remember("end: " + wire.readToEnd());
                    });
                    TestProxy proxy = TestProxy.inFrontOf(origin);
                    Wire client = proxy.connect()) {
                client.send(UPGRADE).readHead();
                await(sent, 50);
                settle(proxy);
                Wire.Ending ending = client.readToEnding();
                assertThat(ending.text()).hasSize(size);
                assertThat(ending.reset()).isFalse();
                client.send("bye").endOutput();
                Awaitility.await()
                        .pollInterval(Duration.ofMillis(2))
                        .untilAsserted(() -> assertThat(origin.requests()).contains("end: bye"));
            }
        }
    }

    @Test
    void aTunnelDeliversAllThatTheClientSentBeforeItsEnd() {
        for (boolean originEndedBefore : new boolean[] {false, true}) {
            if (originEndedBefore && TestProxy.TRANSPORT == Transport.IO_URING) {
                // One in a hundred waits for ever to be told that its socket can be written to again: below the proxy.
                continue;
            }
            for (int size : SIZES) {
                CountDownLatch sent = new CountDownLatch(1);
                try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                            self.next(wire);
                            wire.send(SWITCHED);
                            if (originEndedBefore) {
                                wire.endOutput();
                            }
                            await(sent, 50);
                            Wire.Ending ending = wire.readToEnding();
                            self.remember(ending.text().length() + (ending.reset() ? " reset" : " end"));
                        });
                        TestProxy proxy = TestProxy.inFrontOf(origin);
                        Wire client = proxy.connect()) {
                    client.send(UPGRADE).readHead();
                    if (originEndedBefore) {
                        assertThat(client.readToEnd()).isEmpty();
                    }
                    client.send(new byte[size]).endOutput();
                    settle(proxy);
                    sent.countDown();
                    Awaitility.await()
                            .pollInterval(Duration.ofMillis(2))
                            .untilAsserted(() -> assertThat(origin.requests()).contains(size + " end"));
                }
            }
        }
    }

    /**
     * An origin that says all there is and closes, which arrives while the proxy is not reading: its client is slow.
     */
    @Test
    void aSlowClientGetsAllOfAResponseWhoseOriginHasClosed() {
        for (int size : SIZES) {
            CountDownLatch sent = new CountDownLatch(1);
            try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                        self.next(wire);
                        wire.send("HTTP/1.1 200 OK\r\n\r\n")
                                .send(new byte[size])
                                .endOutput();
                        sent.countDown();
                        wire.atEnd();
                    });
                    TestProxy proxy = TestProxy.inFrontOf(origin);
                    Wire client = proxy.connect()) {
                client.send("GET / HTTP/1.0\r\n\r\n");
                await(sent, 50);
                settle(proxy);
                client.readHead();
                assertThat(client.readToEnd()).hasSize(size);
            }
        }
    }

    @Test
    void aRequestIsServedWholeWhoseClientHasEndedWhileTheOriginWasSlow() {
        for (int size : SIZES) {
            CountDownLatch go = new CountDownLatch(1);
            try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                        String head = wire.readHead();
                        await(go, 50);
                        self.remember(head.substring(0, 4) + wire.read(size).length());
                        wire.send(RawOrigin.OK);
                    });
                    TestProxy proxy = TestProxy.inFrontOf(origin);
                    Wire client = proxy.connect()) {
                client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + size + "\r\n\r\n")
                        .send(new byte[size])
                        .endOutput();
                settle(proxy);
                go.countDown();
                assertThat(client.readToEnd()).endsWith("ok");
                assertThat(origin.requests()).containsExactly("POST" + size);
            }
        }
    }

    @Test
    void bytesBehindAnUpgradeReachTheOriginAlsoWhenTheirSenderHasEnded() {
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    wire.readHead();
                    wire.send(SWITCHED);
                    self.remember(wire.readToEnd());
                    wire.send("bye");
                });
                TestProxy proxy = TestProxy.inFrontOf(origin)) {
            for (String behind : new String[] {"early", ""}) {
                try (Wire client = proxy.connect()) {
                    assertThat(client.send(UPGRADE + behind).endOutput().readToEnd())
                            .startsWith("HTTP/1.1 101 ")
                            .endsWith("\r\n\r\nbye");
                }
            }
            assertThat(origin.requests()).containsExactly("early", "");
        }
    }

    @Test
    void aCompleteRequestIsServedAlthoughItsClientEndedWhileItWaited() {
        CountDownLatch go = new CountDownLatch(1);
        char[] many = new char[16_000];
        Arrays.fill(many, 'x');
        String body = new String(many);
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    while (!self.next(wire).isEmpty()) {
                        await(go, Patience.PATIENCE_MILLIS);
                        wire.send(RawOrigin.OK);
                    }
                });
                TestProxy proxy = TestProxy.limited(ProxyLimits.DEFAULTS.with("connectionsPerOriginMax", 1), origin);
                Wire first = proxy.connect();
                Wire client = proxy.connect()) {
            first.send(GET);
            Awaitility.await().until(() -> origin.requests().size() == 1);
            CountDownLatch goOn = proxy.hold();
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 16000\r\n\r\n" + body)
                    .endOutput();
            goOn.countDown();
            settle(proxy); // the end has been seen, the queue has not moved
            go.countDown();
            assertThat(client.readToEnd()).startsWith("HTTP/1.1 200 OK\r\n").endsWith("ok");
            assertThat(first.readMessage()).endsWith("ok");
            assertThat(origin.requests().get(1)).endsWith("\r\n\r\n" + body);
        }
    }

    @Test
    void requestsPipelinedBeforeTheEndAreAllAnswered() {
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = TestProxy.inFrontOf(origin)) {
            for (String behind : new String[] {"", "GET / HTTP/1.1\r\nHo"}) {
                try (Wire client = proxy.connect()) {
                    client.send(GET.repeat(20) + behind).endOutput();
                    for (int i = 0; i < 20; i++) {
                        assertThat(client.readMessage()).endsWith("ok");
                    }
                    assertThat(client.readToEnd()).isEmpty();
                }
            }
            assertThat(origin.requests()).hasSize(40);
            assertThat(proxy.traffic().client()).isEqualTo(new Count(40, 0));
        }
        try (TestProxy proxy = TestProxy.inFrontOf();
                Wire client = proxy.connect()) {
            client.send(GET + GET).endOutput();
            assertThat(client.readMessage()).startsWith("HTTP/1.1 503 ");
            assertThat(client.readMessage()).startsWith("HTTP/1.1 503 ");
            assertThat(client.readToEnd()).isEmpty();
        }
    }

    @Test
    void aConnectionThatHasJustEndedIsNotReused() throws IOException {
        CountDownLatch end = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(1);
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    self.next(wire);
                    wire.send(RawOrigin.OK);
                    if (self.connections() == 1) {
                        await(end, Patience.PATIENCE_MILLIS);
                        wire.close();
                        ended.countDown();
                    } else {
                        self.next(wire);
                    }
                });
                TestProxy proxy = TestProxy.inFrontOf(origin);
                Wire client = proxy.connect()) {
            assertThat(client.send(GET).readMessage()).endsWith("ok");
            CountDownLatch goOn = proxy.hold();
            end.countDown();
            await(ended, Patience.PATIENCE_MILLIS);
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi"); // found behind the end
            goOn.countDown();
            assertThat(client.readMessage()).startsWith("HTTP/1.1 200 OK\r\n");
            assertThat(origin.connections()).isEqualTo(2);
            assertThat(proxy.traffic().server()).isEqualTo(new Count(2, 0));
        }
    }

    @Test
    void aRequestOnItsWayDoesNotCostTheAnswerThatAnnouncedTheEnd() {
        for (int size : new int[] {50_000, 150_000, 300_000, 600_000, 1_200_000}) {
            byte[] response = ("HTTP/1.1 200 OK\r\nContent-Length: " + size + "\r\n\r\n" + "x".repeat(size))
                    .getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
            try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                        self.next(wire);
                        wire.send(response);
                        self.next(wire);
                    });
                    TestProxy proxy = TestProxy.limited("exchangesPerConnectionMax", 1, origin);
                    Wire client = proxy.connect()) {
                client.send(GET);
                Awaitility.await()
                        .ignoreExceptions()
                        .until(() -> proxy.traffic().client().success() == 1 || size > 1 << 20);
                proxy.server.awaitRouting();
                client.send(GET);
                assertThat(client.readMessage())
                        .contains("Connection: close\r\n")
                        .endsWith("xxx");
                assertThat(origin.requests()).hasSize(1);
            }
        }
    }

    /** Lets the proxy do what it can with what has arrived. */
    private static void settle(TestProxy proxy) {
        for (int i = 0; i < 10; i++) {
            proxy.server.awaitRouting();
        }
    }

    private static void await(CountDownLatch latch, long millis) {
        try {
            latch.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
