package io.weldr.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.proxy.limits.ProxyLimits;
import io.weldr.testing.Patience;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** An origin that had ended its side and is gone then: nobody waits for it, and no loop stays awake for it. */
class ResetsIT {
    /** No deadline of the proxy ends the wait: only that the origin is gone. */
    private static final ProxyLimits NO_DEADLINES = noDeadlines();

    private static ProxyLimits noDeadlines() {
        ProxyLimits limits = ProxyLimits.DEFAULTS;
        for (String deadline : List.of(
                "requestHeadTimeout",
                "responseHeadTimeout",
                "clientIdleTimeout",
                "originIdleTimeout",
                "clientProgressTimeout",
                "originProgressTimeout",
                "tunnelIdleTimeout")) {
            limits = limits.with(deadline, Patience.PATIENCE.multipliedBy(2));
        }
        return limits;
    }

    private static final byte[] PART = new byte[16 * 1024];

    private static void sendUntilItFails(Wire client) {
        await("the client to be told").pollInterval(Duration.ofMillis(10)).until(() -> {
            try {
                client.send(PART);
                return false;
            } catch (UncheckedIOException e) {
                return true;
            }
        });
    }

    @Test
    void aTunnelEndsWhenAnOriginThatSaysNothingMoreIsReset() {
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    self.next(wire);
                    wire.send("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n")
                            .endOutput();
                    wire.read(PART.length);
                    wire.reset();
                });
                TestProxy proxy = TestProxy.limited(NO_DEADLINES, origin);
                Wire client = proxy.connect()) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n")
                    .readHead();
            assertThat(client.readToEnd()).isEmpty();
            sendUntilItFails(client);
        }
    }

    @Test
    void anAnswerThatEndedWithItsConnectionIsDeliveredThoughTheOriginIsResetBeforeItHasTheRequest() {
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    wire.readHead();
                    wire.send("HTTP/1.1 413 x\r\nConnection: close\r\n\r\nno").endOutput();
                    wire.read(4 * PART.length);
                    wire.reset();
                });
                TestProxy proxy = TestProxy.limited(NO_DEADLINES, origin);
                Wire client = proxy.connect()) {
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000\r\n\r\n");
            for (int i = 0; i < 4; i++) {
                client.send(PART);
            }
            assertThat(client.readHead()).startsWith("HTTP/1.1 413 x\r\n");
            sendUntilItFails(client);
        }
    }
}
