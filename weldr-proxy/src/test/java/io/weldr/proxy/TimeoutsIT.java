package io.weldr.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.proxy.limits.ProxyLimits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Waits and stores that have a limit, and what happens at it. */
class TimeoutsIT {

    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final Duration SHORT = Duration.ofMillis(300);

    @Test
    void aSilentTunnelIsClosedOnBothSides() {
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    self.next(wire);
                    wire.send("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n");
                    wire.send(wire.read(5));
                    self.remember("then: " + wire.readToEnding().text());
                });
                TestProxy proxy = TestProxy.limited("tunnelIdleTimeout", SHORT, origin);
                Wire client = proxy.connect()) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n");
            assertThat(client.readHead()).startsWith("HTTP/1.1 101 ");
            assertThat(client.send("hello").read(5)).isEqualTo("hello");
            assertThat(client.readToEnding().text()).isEmpty();
            await().until(() -> origin.requests().size() == 2);
            assertThat(origin.requests().get(1)).isEqualTo("then: ");
        }
    }

    @Test
    void aBodyThatNobodyWantsIsReadUpToALimit() {
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    wire.readHead();
                    wire.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nearly")
                            .endOutput();
                    wire.read(1000);
                });
                TestProxy proxy = TestProxy.limited("drainBytesMax", 10_000, origin);
                Wire client = proxy.connect()) {
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5000000\r\n\r\n" + "x".repeat(1000));
            assertThat(client.readMessage()).endsWith("early");
            try {
                client.send("x".repeat(4_999_000));
            } catch (UncheckedIOException e) {
                // closed while we were sending: that is what is to be shown
            }
            assertThat(client.atEnd()).isTrue();
        }
    }

    @Test
    void anOriginThatNeverSpeaksTlsIs502() {
        try (RawOrigin silent = RawOrigin.serving((wire, self) -> wire.readToEnding());
                TestProxy proxy = TestProxy.limited("tlsTimeout", SHORT)) {
            proxy.add("https://localhost:" + silent.port());
            assertThat(proxy.exchange(GET)).startsWith("HTTP/1.1 502 ").contains("no secure connection");
        }
    }

    @Test
    void noMoreThanSoManyConnectionsAreKeptIdle() {
        CountDownLatch both = new CountDownLatch(2);
        AtomicInteger ended = new AtomicInteger();
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    while (!self.next(wire).isEmpty()) {
                        both.countDown();
                        try {
                            both.await();
                        } catch (InterruptedException e) {
                            return;
                        }
                        wire.send(RawOrigin.OK);
                    }
                    ended.incrementAndGet();
                });
                TestProxy proxy = TestProxy.limited("idlePerOriginMax", 1, origin);
                Wire one = proxy.connect();
                Wire two = proxy.connect()) {
            one.send(GET);
            two.send(GET);
            assertThat(one.readMessage()).endsWith("ok");
            assertThat(two.readMessage()).endsWith("ok");
            await().until(() -> ended.get() == 1);
            assertThat(one.send(GET).readMessage()).endsWith("ok");
            assertThat(two.send(GET).readMessage()).endsWith("ok");
            assertThat(origin.connections()).isEqualTo(2);
            assertThat(ended.get()).isEqualTo(1);
        }
    }

    @Test
    void anOriginThatAcceptsNoConnectionIs504() throws IOException {
        try (FullOrigin full = new FullOrigin();
                TestProxy proxy = TestProxy.limited("connectTimeout", SHORT)) {
            proxy.add(full.url());
            assertThat(proxy.exchange(GET)).startsWith("HTTP/1.1 504 ").contains("did not accept a connection in time");
        }
    }

    /** Whatever it sends meanwhile, and however long a silent tunnel may last. */
    @Test
    void aClientThatTakesNothingFromATunnelIsCutOff() {
        ProxyLimits limits = ProxyLimits.DEFAULTS
                .with("clientProgressTimeout", SHORT)
                .with("tunnelIdleTimeout", Duration.ofMinutes(10));
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    self.next(wire);
                    wire.send("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n");
                    try {
                        while (true) {
                            wire.send(new byte[64 * 1024]);
                        }
                    } catch (UncheckedIOException e) {
                        self.remember("cut off");
                    }
                });
                TestProxy proxy = TestProxy.limited(limits, origin);
                Wire client = proxy.connect()) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n");
            assertThat(client.readHead()).startsWith("HTTP/1.1 101 ");
            await().pollInterval(SHORT.dividedBy(6)).until(() -> {
                try {
                    client.send("x");
                } catch (UncheckedIOException e) {
                    return true;
                }
                return origin.requests().contains("cut off");
            });
        }
    }

    @Test
    void anOriginThatDoesNotTakeTheRequestIs504() throws InterruptedException {
        CountDownLatch end = new CountDownLatch(1);
        ProxyLimits limits = ProxyLimits.DEFAULTS.with("originProgressTimeout", SHORT);
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    self.remember(wire.readHead());
                    try {
                        end.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                });
                TestProxy proxy = TestProxy.limited(limits, origin);
                Wire client = proxy.connect()) {
            int length = 64 << 20;
            Thread sender = new Thread(() -> {
                client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + length + "\r\n\r\n");
                byte[] part = new byte[1 << 20];
                try {
                    for (int sent = 0; sent < length; sent += part.length) {
                        client.send(part);
                    }
                } catch (UncheckedIOException e) {
                    // the answer has come, and nobody reads on
                }
            });
            sender.start();
            assertThat(client.readMessage())
                    .startsWith("HTTP/1.1 504 Gateway Timeout\r\n")
                    .contains("origin stopped taking the request");
            client.close();
            sender.join();
            assertThat(origin.requests()).hasSize(1);
        } finally {
            end.countDown();
        }
    }
}
