package io.weldr.proxy;

import static io.weldr.testing.Patience.PATIENCE_MILLIS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.proxy.access.AccessLog;
import io.weldr.proxy.access.LineFormat;
import io.weldr.testing.Ports;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

/** Listeners of protocol tcp: bytes of any protocol, both ways. */
class TcpIT {

    private static final int BIG = 64 << 20;

    static RawOrigin echo() {
        return RawOrigin.serving((wire, self) -> {
            byte[] buffer = new byte[64 * 1024];
            for (int read = wire.input().read(buffer);
                    read >= 0;
                    read = wire.input().read(buffer)) {
                wire.send(java.util.Arrays.copyOf(buffer, read));
            }
            wire.send("end");
        });
    }

    static TestListener listen(TestProxy proxy) {
        return TestListener.tcp("db", Ports.free()).putTo(proxy);
    }

    @Test
    void bytesGoBothWaysAndEachSideMayEndFirst() {
        try (RawOrigin origin = echo();
                TestProxy proxy = TestProxy.inFrontOf(origin)) {
            TestListener listener = listen(proxy);
            try (Wire client = listener.connect()) {
                assertThat(client.send("ping").read(4)).isEqualTo("ping");
                assertThat(client.send("pong").read(4)).isEqualTo("pong");
                assertThat(client.endOutput().readToEnd()).as("half-closed").isEqualTo("end");
            }
            await().until(() -> proxy.server.connectionsOpen() == 0);
            assertThat(proxy.traffic().client().success()).isEqualTo(1);
            assertThat(proxy.traffic().server().success()).isEqualTo(1);
            assertThat(proxy.traffic().client().failed()).isZero();
        }
        CountDownLatch goOn = new CountDownLatch(1);
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    wire.send("welcome").endOutput();
                    self.remember(wire.readToEnd());
                    goOn.countDown();
                });
                TestProxy proxy = TestProxy.inFrontOf(origin);
                Wire client = listen(proxy).connect()) {
            assertThat(client.readToEnd())
                    .as("the origin speaks first, and ends first")
                    .isEqualTo("welcome");
            client.send("still ").send("here").endOutput();
            awaitPatiently(goOn);
            assertThat(origin.requests()).containsExactly("still here");
            await().until(() -> proxy.traffic().client().success() == 1);
        }
    }

    @Test
    void aResetIsPassedOnAsAReset() {
        CountDownLatch reset = new CountDownLatch(1);
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    if (wire.read(1).equals("r")) {
                        wire.reset();
                    } else {
                        self.remember(wire.readToEnding().reset() ? "reset" : "end");
                        reset.countDown();
                    }
                });
                TestProxy proxy = TestProxy.inFrontOf(origin)) {
            TestListener listener = listen(proxy);
            try (Wire client = listener.connect()) {
                assertThat(client.send("r").readToEnding().reset()).isTrue();
            }
            await().until(() -> proxy.gauge("proxy_failures", "cause", "origin_reset") == 1);
            assertThat(proxy.traffic().server().failed()).isEqualTo(1);
            try (Wire client = listener.connect()) {
                client.send("c");
                await().until(() -> value(proxy, "proxy_to_origins_bytes") == 2);
                client.reset();
            }
            awaitPatiently(reset);
            assertThat(origin.requests()).containsExactly("reset");
            await().until(() -> proxy.gauge("proxy_failures", "cause", "client_gone") == 1);
        }
    }

    /** More than all buffers hold: whoever is slow makes the other side wait, and nothing is lost or held. */
    @Test
    void manyBytesReachASlowReader() throws IOException {
        byte[] block = new byte[1 << 20];
        new Random(1).nextBytes(block);
        CRC32 sent = new CRC32();
        for (int i = 0; i < BIG / block.length; i++) {
            sent.update(block);
        }
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    if (wire.read(1).equals("d")) {
                        for (int i = 0; i < BIG / block.length; i++) {
                            wire.send(block);
                        }
                    } else {
                        self.remember(slowly(wire.input()));
                    }
                });
                TestProxy proxy = TestProxy.inFrontOf(origin)) {
            TestListener listener = listen(proxy);
            try (Wire client = listener.connect()) {
                client.send("d");
                await("the proxy to wait for the client")
                        .until(() -> value(proxy, "proxy_to_clients_bytes") > block.length);
                assertThat(value(proxy, "proxy_held_bytes")).isLessThan(4 << 20);
                assertThat(slowly(client.input())).isEqualTo(BIG + " " + sent.getValue());
            }
            try (Wire client = listener.connect()) {
                client.send("u");
                for (int i = 0; i < BIG / block.length; i++) {
                    client.send(block);
                }
                client.endOutput();
                assertThat(client.readToEnd()).isEmpty();
            }
            assertThat(origin.requests()).containsExactly(BIG + " " + sent.getValue());
            assertThat(value(proxy, "proxy_to_clients_bytes")).isEqualTo(BIG);
            assertThat(value(proxy, "proxy_to_origins_bytes")).isEqualTo(BIG + 2);
            await().until(() -> proxy.traffic().client().success() == 2);
        }
    }

    /** In small parts at first. */
    private static String slowly(InputStream in) throws IOException {
        CRC32 read = new CRC32();
        byte[] buffer = new byte[64 * 1024];
        long total = 0;
        int size = 100;
        for (int bytes = in.read(buffer, 0, size); bytes >= 0; bytes = in.read(buffer, 0, size)) {
            read.update(buffer, 0, bytes);
            total += bytes;
            size = total > 1 << 20 ? buffer.length : size;
        }
        return total + " " + read.getValue();
    }

    @Test
    void bytesThatComeBeforeTheOriginIsConnectedAreNotLost() {
        try (RawOrigin origin = echo();
                TestProxy proxy = TestProxy.inFrontOf(origin)) {
            TestListener listener = listen(proxy);
            CountDownLatch goOn = proxy.hold();
            try (Wire client = listener.connect()) {
                client.send("all at once").endOutput();
                goOn.countDown();
                assertThat(client.readToEnd()).isEqualTo("all at onceend");
            }
        }
    }

    @Test
    void aSilentConnectionEndsAtTheIdleTimeOfTheListener() {
        try (RawOrigin origin = echo();
                TestProxy proxy = TestProxy.inFrontOf(origin)) {
            TestListener listener = TestListener.tcp("db", Ports.free())
                    .idle(Duration.ofSeconds(1))
                    .putTo(proxy);
            try (Wire client = listener.connect()) {
                assertThat(client.send("ping").read(4)).isEqualTo("ping");
                assertThat(client.readToEnding().reset()).isTrue();
            }
            assertThat(proxy.gauge("proxy_failures", "cause", "tunnel_idle")).isEqualTo(1);
        }
    }

    @Test
    void connectionsOfAListenerThatIsRemovedGoOnUntilItsDeadline() {
        try (RawOrigin origin = echo();
                TestProxy proxy = TestProxy.with(settings -> settings.drainTimeout(Duration.ofSeconds(2)), origin)) {
            TestListener listener = listen(proxy);
            TestListener other = TestListener.tcp("other", Ports.free()).putTo(proxy);
            try (Wire client = listener.connect();
                    Wire stays = other.connect()) {
                assertThat(client.send("ping").read(4)).isEqualTo("ping");
                assertThat(stays.send("ping").read(4)).isEqualTo("ping");
                listener.removeFrom(proxy);
                assertThat(client.send("pong").read(4)).isEqualTo("pong");
                assertThat(client.readToEnding().reset()).isTrue();
                assertThat(stays.send("pong").read(4)).isEqualTo("pong");
                await().until(() -> proxy.gauge("proxy_failures", "cause", "cut_off") == 1);
            }
        }
    }

    @Test
    void everyConnectionLeavesALine() {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (AccessLog log = new AccessLog(LineFormat.JSON, file);
                RawOrigin origin = echo();
                TestProxy proxy = TestProxy.with(settings -> settings.accessLog(log), origin)) {
            TestListener listener = listen(proxy);
            try (Wire client = listener.connect()) {
                assertThat(client.send("ping").endOutput().readToEnd()).isEqualTo("pingend");
            }
            await().until(() -> log.written() == 2);
            proxy.markDown(origin);
            try (Wire client = listener.connect()) {
                client.readToEnding();
            }
            await().until(() -> log.written() == 3);
            String[] lines = file.toString(StandardCharsets.US_ASCII).split("\n", -1);
            assertThat(lines[0])
                    .contains("\"protocol\":\"tcp\",\"event\":\"tunnel_begin\",\"bytes\":0,")
                    .endsWith("\"origin\":\"" + origin.authority() + "\",\"cause\":\"\"}");
            assertThat(lines[1])
                    .contains("\"client\":\"127.0.0.1\",\"listener\":\"db\",\"protocol\":\"tcp\",\"bytes\":7,"
                            + "\"bytesReceived\":4,\"micros\":")
                    .endsWith("\"origin\":\"" + origin.authority() + "\",\"cause\":\"\"}");
            assertThat(lines[2])
                    .contains("\"bytes\":0,\"bytesReceived\":0,")
                    .endsWith("\"origin\":\"\",\"cause\":\"no_origin_up\"}");
        }
    }

    @Test
    void aConnectionBeyondTheLimitIsReset() {
        try (RawOrigin origin = echo();
                TestProxy proxy = TestProxy.inFrontOf(origin)) {
            TestListener listener =
                    TestListener.tcp("db", Ports.free()).connectionsMax(1).putTo(proxy);
            try (Wire first = listener.connect();
                    Wire second = listener.connect()) {
                assertThat(second.readToEnding().reset()).isTrue();
                assertThat(first.send("ping").read(4)).isEqualTo("ping");
            }
            assertThat(proxy.gauge("proxy_failures", "cause", "too_many_connections"))
                    .isEqualTo(1);
        }
    }

    private static double value(TestProxy proxy, String name) {
        return proxy.value(name);
    }

    private static void awaitPatiently(CountDownLatch latch) {
        try {
            latch.await(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
