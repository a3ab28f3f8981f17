package io.weldr.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.weldr.core.pool.PoolName;
import io.weldr.testing.Ports;
import io.weldr.testing.TestCa;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;

/** TLS that passes: the name decides the pool, and the origin speaks with the client. */
class PassthroughIT {
    private static final TestCa CA = TestCa.root("authority");
    private static final String GET = "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n";

    private static SSLContext server(TestCa.Issued issued) {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry("own", issued.key(), new char[0], issued.chain().toArray(X509Certificate[]::new));
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, new char[0]);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), null, null);
            return context;
        } catch (GeneralSecurityException | java.io.IOException e) {
            throw new AssertionError(e);
        }
    }

    private static RawOrigin origin(String host) {
        return RawOrigin.secured(server(CA.issue(host)), (wire, self) -> {
            while (!self.next(wire).isEmpty()) {
                wire.send("HTTP/1.1 200 OK\r\nContent-Length: " + host.length() + "\r\n\r\n" + host);
            }
        });
    }

    @Test
    void theNameDecidesThePool() {
        try (RawOrigin a = origin("a.example");
                RawOrigin b = origin("b.example");
                TestProxy proxy = TestProxy.inFrontOf()) {
            TestListener listener =
                    TestListener.passthrough("tls", Ports.free()).putTo(proxy);
            PoolName poolA = Routes.pool(proxy, "a", a);
            PoolName poolB = Routes.pool(proxy, "b", b);
            Routes.of(proxy).on("tls").host("a.example").to(poolA).put("to-a");
            Routes.of(proxy).on("tls").host("*.example").to(poolB).put("to-b");
            TlsClient client = new TlsClient(CA);
            assertThat(client.exchange(listener.port(), "a.example", GET)).endsWith("a.example");
            assertThat(client.exchange(listener.port(), "b.example", GET)).endsWith("b.example");
            assertThatThrownBy(() -> client.exchange(listener.port(), "a.other", GET))
                    .hasMessageContaining("unrecognized_name");
            assertThatThrownBy(() -> client.exchange(listener.port(), null, GET))
                    .hasMessageContaining("unrecognized_name");
            await().until(() -> proxy.gauge("proxy_tls_handshake_failures", "cause", "unknown_name") == 1);
            await().until(() -> proxy.gauge("proxy_tls_handshake_failures", "cause", "no_server_name") == 1);
            // A hello in pieces finds its pool, too.
            try (Wire wire = listener.connect()) {
                wire.send(Hello.split(Hello.record("a.example", "http/1.1"), 3));
                assertThat(wire.read(3)).startsWith("\u0016\u0003");
            }
            await().until(() -> proxy.server.connectionsOpen() == 0);
            assertThat(proxy.value("proxy_tls_handshakes_open")).isZero();
        }
    }

    @Test
    void aRouteAdmitsClientsByTheirAddress() {
        try (RawOrigin a = origin("a.example");
                TestProxy proxy = TestProxy.inFrontOf()) {
            TestListener listener =
                    TestListener.passthrough("tls", Ports.free()).putTo(proxy);
            PoolName pool = Routes.pool(proxy, "a", a);
            Routes.of(proxy)
                    .on("tls")
                    .host("a.example")
                    .to(pool)
                    .deny("127.0.0.0/8")
                    .put("to-a");
            assertThatThrownBy(() -> new TlsClient(CA).exchange(listener.port(), "a.example", GET))
                    .isInstanceOf(java.io.UncheckedIOException.class);
            assertThat(proxy.gauge("proxy_failures", "cause", "client_denied")).isEqualTo(1);
            assertThat(a.requests()).isEmpty();
        }
    }

    @Test
    void aClientBehindAProxyIsKnownByItsHeader() {
        try (RawOrigin a = origin("a.example");
                TestProxy proxy = TestProxy.inFrontOf()) {
            TestListener listener = TestListener.passthrough("tls", Ports.free())
                    .behindProxies("127.0.0.0/8")
                    .putTo(proxy);
            PoolName pool = Routes.pool(proxy, "a", a);
            Routes.of(proxy)
                    .on("tls")
                    .host("a.example")
                    .to(pool)
                    .deny("10.0.0.0/8")
                    .put("to-a");
            byte[] hello = Hello.record("a.example", "http/1.1");
            try (Wire wire = listener.connect()) {
                wire.send("PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n").send(hello);
                assertThat(wire.read(3)).startsWith("\u0016\u0003");
            }
            try (Wire wire = listener.connect()) {
                wire.send("PROXY TCP4 10.0.0.1 192.0.2.2 1 2\r\n").send(hello);
                assertThat(wire.readToEnding().text()).isEmpty();
            }
        }
    }

    @Test
    void silenceIsClosed() {
        try (TestProxy proxy = TestProxy.limited("handshakeTimeout", java.time.Duration.ofMillis(300))) {
            TestListener listener =
                    TestListener.passthrough("tls", Ports.free()).putTo(proxy);
            List.of(new byte[0], new byte[] {22, 3}).forEach(begun -> {
                try (Wire wire = listener.connect()) {
                    assertThat(wire.send(begun).atEnd()).isTrue();
                }
            });
            await().until(() -> proxy.gauge("proxy_tls_handshake_failures", "cause", "timeout") == 2);
        }
    }
}
