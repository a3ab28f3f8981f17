package io.weldr.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.core.pool.WhenAllDown;
import io.weldr.proxy.limits.ProxyLimits;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An origin that keeps failing is left alone for a while, and no client can have one left alone. */
class EjectionIT {
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final Duration SHORT = Duration.ofMillis(200);

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
            assertThat(proxy.value("proxy_ejections")).isZero();
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
                return proxy.value("proxy_ejections") == 1;
            });
            proxy.server.awaitRouting();
            int before = bad.requests().size();
            assertThat(before).isGreaterThanOrEqualTo(3);
            for (int i = 0; i < 30; i++) {
                assertThat(client.send(GET).readMessage()).endsWith("ok");
            }
            assertThat(bad.requests()).hasSize(before);
            assertThat(proxy.value("proxy_ejections")).isEqualTo(1);
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
}
