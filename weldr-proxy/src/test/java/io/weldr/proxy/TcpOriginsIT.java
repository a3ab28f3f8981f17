package io.weldr.proxy;

import static io.weldr.testing.Patience.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.core.pool.AdminState;
import io.weldr.core.pool.HostPort;
import io.weldr.core.pool.PoolName;
import io.weldr.core.state.Command;
import io.weldr.core.state.OriginRef;
import io.weldr.proxy.limits.ProxyLimits;
import io.weldr.testing.RefusingPort;
import io.weldr.testing.TestAuthority;
import java.time.Instant;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;

/** Which origin the bytes of a tcp connection go to, and what happens when there is none. */
class TcpOriginsIT {

    private static RawOrigin echo() {
        return TcpIT.echo();
    }

    private static TestListener listen(TestProxy proxy) {
        return TcpIT.listen(proxy);
    }

    @Test
    void anOriginThatRefusesIsPassedOver() {
        try (RefusingPort refusing = new RefusingPort();
                RawOrigin origin = echo();
                TestProxy proxy = TestProxy.inFrontOf()) {
            proxy.add("http://127.0.0.1:" + refusing.number());
            proxy.add(origin.url());
            TestListener listener = listen(proxy);
            for (int i = 0; i < 4; i++) {
                try (Wire client = listener.connect()) {
                    assertThat(client.send("ping").read(4)).isEqualTo("ping");
                    assertThat(client.endOutput().readToEnd()).isEqualTo("end");
                }
            }
            await().until(() -> proxy.traffic().client().success() == 4);
            assertThat(proxy.value("proxy_retries")).isPositive();
            assertThat(proxy.traffic().server().failed()).isPositive();
        }
    }

    @Test
    void manyRefusalsEjectAnOrigin() {
        ProxyLimits hasty = ProxyLimits.DEFAULTS
                .with("ejectAfterFailures", 2)
                .with("ejectTime", PATIENCE.multipliedBy(2))
                .with("ejectTimeMax", PATIENCE.multipliedBy(2));
        try (RefusingPort refusing = new RefusingPort();
                RawOrigin origin = echo();
                TestProxy proxy = TestProxy.limited(hasty, origin)) {
            proxy.add("http://127.0.0.1:" + refusing.number());
            TestListener listener = listen(proxy);
            await().until(() -> {
                try (Wire client = listener.connect()) {
                    client.endOutput().readToEnd();
                }
                return proxy.gauge("proxy_origin_ejected", "origin", "127.0.0.1:" + refusing.number()) == 1;
            });
        }
    }

    /** A mere end would look like all that the origin has to say. */
    @Test
    void aClientForWhichThereIsNoOriginIsReset() {
        try (TestProxy proxy = TestProxy.inFrontOf();
                Wire client = listen(proxy).connect()) {
            assertThat(client.readToEnding().reset()).isTrue();
            await().until(() -> proxy.gauge("proxy_failures", "cause", "no_origin_up") == 1);
            assertThat(proxy.traffic().client().failed()).isEqualTo(1);
        }
    }

    @Test
    void connectionsBeyondThoseOfAnOriginWaitInItsQueue() {
        ProxyLimits limits = ProxyLimits.DEFAULTS
                .with("connectionsPerOriginMax", 1)
                .with("queuePerOriginMax", 1)
                .with("queueTimeout", PATIENCE.multipliedBy(2));
        try (RawOrigin origin = echo();
                TestProxy proxy = TestProxy.limited(limits, origin)) {
            TestListener listener = listen(proxy);
            try (Wire first = listener.connect();
                    Wire second = listener.connect()) {
                assertThat(first.send("one").read(3)).isEqualTo("one");
                second.send("two");
                await().until(() -> proxy.gauge("proxy_origin_queued", "origin", origin.authority()) == 1);
                try (Wire third = listener.connect()) {
                    assertThat(third.readToEnding().reset()).isTrue();
                }
                await().until(() -> proxy.gauge("proxy_failures", "cause", "queue_full") == 1);
                assertThat(first.endOutput().readToEnd()).isEqualTo("end");
                assertThat(second.read(3)).isEqualTo("two");
            }
        }
    }

    /** Idle connections of requests give way, and a queued request gets the place of a tcp connection that ends. */
    @Test
    void requestsAndTcpConnectionsShareTheConnectionsOfAnOrigin() {
        ProxyLimits limits =
                ProxyLimits.DEFAULTS.with("connectionsPerOriginMax", 1).with("queueTimeout", PATIENCE.multipliedBy(2));
        String get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = TestProxy.limited(limits, origin)) {
            TestListener listener = listen(proxy);
            assertThat(proxy.exchange(get)).endsWith("ok");
            try (Wire tcp = listener.connect();
                    Wire http = proxy.connect()) {
                assertThat(tcp.send(get).readMessage()).isEqualTo(RawOrigin.OK);
                http.send(get);
                await().until(() -> proxy.gauge("proxy_origin_queued", "origin", origin.authority()) == 1);
                tcp.endOutput().readToEnd();
                assertThat(http.readMessage()).endsWith("ok");
            }
        }
    }

    @Test
    void connectionsToAnOriginThatDrainsGoOnUntilItsDeadline() {
        try (RawOrigin origin = echo();
                TestProxy proxy = TestProxy.inFrontOf(origin);
                Wire client = listen(proxy).connect()) {
            assertThat(client.send("ping").read(4)).isEqualTo("ping");
            Instant deadline = Instant.now().plusMillis(500);
            proxy.apply(new Command.UpdateOrigin(
                    PoolName.DEFAULT,
                    new OriginRef.ByAddress(HostPort.parse(origin.authority())),
                    Command.adminPatch(AdminState.DRAINING, deadline),
                    null,
                    Instant.EPOCH));
            assertThat(client.readToEnding().reset()).isTrue();
            assertThat(Instant.now()).isAfterOrEqualTo(deadline);
        }
    }

    @Test
    void anHttpsOriginIsSpokenToByTls() throws Exception {
        try (TestAuthority authority = new TestAuthority("tcp");
                RawOrigin origin = RawOrigin.secured(
                        authority.issue("-1d", 10, "ip:127.0.0.1").forServer(), (wire, self) -> {
                            wire.send(wire.read(4));
                            wire.atEnd();
                        })) {
            secured(origin, authority.trust());
        }
    }

    private static void secured(RawOrigin origin, TrustManagerFactory trust) {
        try (TestProxy proxy = TestProxy.with(settings -> settings.trust(trust))) {
            proxy.add("https://127.0.0.1:" + origin.port());
            try (Wire client = listen(proxy).connect()) {
                assertThat(client.send("ping").read(4)).isEqualTo("ping");
            }
        }
    }
}
