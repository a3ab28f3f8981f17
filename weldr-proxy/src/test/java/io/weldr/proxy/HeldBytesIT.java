package io.weldr.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.core.port.Measurement;
import io.weldr.proxy.limits.ProxyLimits;
import io.weldr.proxy.net.Faults;
import io.weldr.testing.Patience;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Many clients that read nothing hold no more memory than the budget says, and cost the others nothing. */
class HeldBytesIT {

    private static final long BUDGET = 4 << 20;
    private static final int STALLED = 100;
    private static final String GET = "GET /small HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final byte[] PART =
            ("4200\r\n" + "x".repeat(0x4200) + "\r\n").getBytes(java.nio.charset.StandardCharsets.US_ASCII);

    /** Sends parts of some 16 KiB for as long as somebody takes them, or a small response. */
    private static RawOrigin streaming() {
        return RawOrigin.serving((wire, self) -> {
            for (String request = self.next(wire); !request.isEmpty(); request = self.next(wire)) {
                if (request.startsWith("GET /small ")) {
                    wire.send(RawOrigin.OK);
                } else {
                    wire.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
                    while (true) {
                        wire.send(PART);
                    }
                }
            }
        });
    }

    @Test
    void clientsThatDoNotReadAreCutWhereTheyHoldTooMuchAndOthersAreServed() {
        ProxyLimits limits = ProxyLimits.builder()
                .set("heldBytesMax", BUDGET)
                .set("clientProgressTimeout", Duration.ofMinutes(5))
                .build();
        long faults = Faults.count();
        try (RawOrigin origin = streaming();
                TestProxy proxy = TestProxy.limited(limits, origin);
                Wire other = proxy.connect()) {
            List<Wire> stalled = new ArrayList<>();
            for (int i = 0; i < STALLED; i++) {
                stalled.add(proxy.connect().send("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n"));
                if (i % 10 == 9) {
                    assertServed(other);
                }
            }
            await().until(() -> value(proxy, "proxy_connections_shed") > 0);
            for (int i = 0; i < 50; i++) {
                assertServed(other);
                // One more part may have been on its way to each when it was cut, in a buffer of 64 KiB.
                assertThat(value(proxy, "proxy_held_bytes")).isLessThan(BUDGET + (1 << 20));
            }
            stalled.forEach(HeldBytesIT::close);
            await().untilAsserted(
                            () -> assertThat(value(proxy, "proxy_held_bytes")).isZero());
            assertThat(proxy.exchange(GET)).endsWith("ok");
        }
        assertThat(Faults.count()).as("allocations that failed").isEqualTo(faults);
    }

    /**
     * 503 says that there is no room, and when to come again; the connection stands. The next tick of the worker makes
     * room.
     */
    private static void assertServed(Wire client) {
        long deadline = System.nanoTime() + Patience.PATIENCE.toNanos();
        for (String answer = client.send(GET).readMessage();
                !answer.endsWith("ok");
                answer = client.send(GET).readMessage()) {
            assertThat(answer).startsWith("HTTP/1.1 503 ").contains("Retry-After: 1\r\n", "cause: memory_full");
            assertThat(System.nanoTime()).as("503 for so long").isLessThan(deadline);
        }
    }

    private static void close(Wire wire) {
        try {
            wire.close();
        } catch (UncheckedIOException e) {
            // It was cut.
        }
    }

    private static double value(TestProxy proxy, String name) {
        return proxy.server.measure().stream()
                .filter(each -> each.name().equals(name))
                .mapToDouble(each ->
                        each instanceof Measurement.Gauge gauge ? gauge.value() : ((Measurement.Counter) each).value())
                .sum();
    }
}
