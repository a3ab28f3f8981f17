package io.weldr.proxy;

import static io.weldr.testing.Patience.PATIENCE;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.weldr.core.pool.HealthPolicy;
import io.weldr.core.pool.PoolName;
import io.weldr.core.pool.PoolSettings;
import io.weldr.core.state.Command;
import io.weldr.core.state.Condition;
import io.weldr.proxy.access.AccessLog;
import io.weldr.proxy.access.LineFormat;
import io.weldr.proxy.net.ProxyHeader;
import io.weldr.proxy.net.ProxyHeaderWriter;
import io.weldr.testing.Ports;
import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Clients behind proxies that tell by the PROXY protocol where connections come from. */
class ProxyProtocolIT {

    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String LINE = "PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n";

    private static byte[] binary(String source, String destination) {
        ByteBuf header = ProxyHeaderWriter.write(
                ByteBufAllocator.DEFAULT, new InetSocketAddress(source, 1), new InetSocketAddress(destination, 2));
        byte[] bytes = new byte[header.readableBytes()];
        header.readBytes(bytes).release();
        return bytes;
    }

    private static TestListener behindLoopback() {
        return TestListener.http("public", Ports.free()).behindProxies("127.0.0.1");
    }

    private static double refused(TestProxy proxy) {
        return proxy.gauge("proxy_proxy_protocol_refused", "listener", "public");
    }

    @Test
    void theAddressThatIsToldIsTheClient() {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (AccessLog log = new AccessLog(LineFormat.JSON, file);
                RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = TestProxy.with(settings -> settings.accessLog(log), origin)) {
            TestListener listener = behindLoopback().putTo(proxy);
            assertThat(listener.exchange(LINE + GET)).endsWith("ok");
            try (Wire client = listener.connect()) {
                client.send(binary("2001:db8::1", "2001:db8::2"));
                assertThat(client.send(GET).readMessage()).endsWith("ok");
                assertThat(client.send(GET).readMessage()).endsWith("ok");
            }
            assertThat(origin.requests())
                    .satisfiesExactly(
                            request -> assertThat(request).contains("X-Forwarded-For: 192.0.2.1\r\n"),
                            request -> assertThat(request).contains("X-Forwarded-For: 2001:db8::1\r\n"),
                            request -> assertThat(request).contains("X-Forwarded-For: 2001:db8::1\r\n"));
            await().until(() -> log.written() == 3);
            assertThat(file.toString(StandardCharsets.US_ASCII))
                    .contains("\"client\":\"192.0.2.1\"")
                    .contains("\"client\":\"2001:db8::1\"")
                    .doesNotContain("127.0.0.1\",\"listener");
        }
    }

    @Test
    void aConnectionOfTheProxyItselfIsOfTheProxy() {
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = TestProxy.inFrontOf(origin)) {
            TestListener listener = behindLoopback().putTo(proxy);
            assertThat(listener.exchange("PROXY UNKNOWN\r\n" + GET)).endsWith("ok");
            assertThat(listener.exchange("\r\n\r\n\0\r\nQUIT\n \0\0\0" + GET)).endsWith("ok");
            assertThat(origin.requests()).hasSize(2).allMatch(each -> each.contains("X-Forwarded-For: 127.0.0.1\r\n"));
        }
    }

    @Test
    void aHeaderMayComeInPieces() {
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = TestProxy.inFrontOf(origin)) {
            TestListener listener = behindLoopback().putTo(proxy);
            byte[] whole = (new String(binary("192.0.2.7", "192.0.2.8"), ISO_8859_1) + GET).getBytes(ISO_8859_1);
            try (Wire client = listener.connect()) {
                for (byte octet : whole) {
                    client.send(new byte[] {octet});
                }
                assertThat(client.readMessage()).endsWith("ok");
            }
            assertThat(origin.requests()).singleElement().asString().contains("X-Forwarded-For: 192.0.2.7\r\n");
        }
    }

    @Test
    void aConnectionWithoutAHeaderIsClosedAndCounted() {
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = TestProxy.limited("requestHeadTimeout", Duration.ofMillis(300), origin)) {
            TestListener listener = behindLoopback().putTo(proxy);
            for (String wrong :
                    new String[] {GET, "PROXY TCP4 192.0.2.1 198.51.100.1 1\r\n" + GET, "\r\n\r\n\0\r\nQUIT\n1"}) {
                try (Wire client = listener.connect()) {
                    assertThat(client.send(wrong).readToEnding().text()).isEmpty();
                }
            }
            await().until(() -> refused(proxy) == 3);
            try (Wire late = listener.connect()) {
                assertThat(late.send("PROXY TCP4 ").readToEnding().text()).isEmpty();
            }
            await().until(() -> refused(proxy) == 4);
            try (Wire half = listener.connect()) {
                assertThat(half.send("PROXY TCP4 ").endOutput().readToEnding().text())
                        .isEmpty();
            }
            await().until(() -> refused(proxy) == 5);
            try (Wire check = listener.connect()) {
                assertThat(check.endOutput().readToEnding().text()).isEmpty();
            }
            await().until(() -> proxy.server.connectionsOpen() == 0);
            assertThat(refused(proxy))
                    .as("a connection that says nothing is a check of the port")
                    .isEqualTo(5);
            assertThat(origin.requests()).isEmpty();
            assertThat(proxy.gauge("proxy_failures", "cause", "bad_proxy_header"))
                    .isEqualTo(5);
        }
    }

    @Test
    void otherNetworksAreServedAsTheyAre() {
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = TestProxy.inFrontOf(origin)) {
            TestListener listener = TestListener.http("public", Ports.free())
                    .behindProxies("10.0.0.0/8", "2001:db8::/32")
                    .putTo(proxy);
            assertThat(listener.exchange(GET)).endsWith("ok");
            assertThat(listener.exchange(LINE + GET))
                    .as("nobody may say that it is another")
                    .startsWith("HTTP/1.1 400 ");
            TestListener.ofNode().behindProxies("127.0.0.0/8").putTo(proxy);
            assertThat(proxy.exchange(LINE + GET))
                    .as("the node's own listener can be behind one")
                    .endsWith("ok");
        }
    }

    @Test
    void aListenerThatIsDrainedDoesNotWaitForAHeader() {
        try (TestProxy proxy = TestProxy.with(settings -> settings.drainTimeout(PATIENCE))) {
            TestListener listener = behindLoopback().putTo(proxy);
            try (Wire silent = listener.connect();
                    Wire begun = listener.connect()) {
                begun.send("PROXY ");
                await().until(() -> proxy.server.connectionsOpen() == 2);
                listener.removeFrom(proxy);
                assertThat(silent.readToEnding().text()).isEmpty();
                assertThat(begun.readToEnding().text()).isEmpty();
            }
        }
    }

    /** From a proxy in front of weldr to an origin behind it. */
    @Test
    void aTcpConnectionCarriesTheClientsAddressThrough() {
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    self.remember(wire.read(28));
                    wire.send("hello").send(wire.read(4));
                });
                TestProxy proxy = TestProxy.inFrontOf(origin)) {
            PoolSettings plain = PoolSettings.DEFAULT;
            proxy.apply(new Command.PutPool(
                    PoolName.DEFAULT,
                    HealthPolicy.DEFAULT,
                    plain.toBuilder().sendsProxyProtocol(true).build(),
                    Condition.NONE,
                    Instant.EPOCH));
            TestListener listener = TestListener.tcp("public", Ports.free())
                    .behindProxies("127.0.0.1")
                    .putTo(proxy);
            try (Wire client = listener.connect()) {
                client.send(LINE);
                assertThat(client.read(5)).isEqualTo("hello");
                assertThat(client.send("ping").read(4)).isEqualTo("ping");
            }
            ProxyHeader header = new ProxyHeader();
            assertThat(header.scan(Unpooled.copiedBuffer(origin.requests().get(0), ISO_8859_1)))
                    .isEqualTo(ProxyHeader.Scan.COMPLETE);
            assertThat(header.source()).isEqualTo(new InetSocketAddress("192.0.2.1", 56324));
            assertThat(header.destination()).isEqualTo(new InetSocketAddress("198.51.100.1", 443));

            listener.behindProxies().putTo(proxy);
            try (Wire client = listener.connect()) {
                assertThat(client.read(5)).isEqualTo("hello");
                assertThat(header.scan(Unpooled.copiedBuffer(origin.requests().get(1), ISO_8859_1)))
                        .isEqualTo(ProxyHeader.Scan.COMPLETE);
                assertThat(header.source()).isEqualTo(client.socket().getLocalSocketAddress());
                assertThat(header.destination()).isEqualTo(client.socket().getRemoteSocketAddress());
            }
        }
    }
}
