package io.weldr.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.port.Traffic.Count;
import io.weldr.proxy.access.AccessLog;
import io.weldr.proxy.access.LineFormat;
import io.weldr.proxy.loop.Transport;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A warm-up has real requests answered, keeps its bounds, and leaves no trace. */
class WarmUpIT {

    @Test
    void requestsAreAnsweredOnEveryTransport() {
        for (Transport transport : new Transport[] {Transport.AUTO, Transport.NIO}) {
            assertThat(WarmUp.run(TestProxy.settings().with(transport), Duration.ofMillis(700)))
                    .as("%s", transport)
                    .isPositive();
        }
    }

    @Test
    void itEndsInTime() {
        // One that does not end in time goes on until the test is given up.
        assertThat(WarmUp.run(TestProxy.settings(), Duration.ofMillis(50))).isGreaterThanOrEqualTo(0);
        assertThat(WarmUp.run(TestProxy.settings(), Duration.ZERO)).isZero();
    }

    @Test
    void theProxyThatServesHasSeenNothingOfIt() {
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        try (AccessLog log = new AccessLog(LineFormat.JSON, lines)) {
            ProxySettings settings = TestProxy.settings().with(log);
            assertThat(WarmUp.run(settings, Duration.ofMillis(300))).isPositive();
            try (TestProxy proxy = TestProxy.with(ready -> settings)) {
                assertThat(proxy.traffic().client()).isEqualTo(new Count(0, 0));
                assertThat(proxy.server.connectionsOpen()).isZero();
            }
            assertThat(log.written()).isZero();
        }
        assertThat(lines.size()).isZero();
    }
}
