package io.weldr.proxy;

import static io.weldr.testing.Patience.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.proxy.H2Client.Response;
import io.weldr.proxy.access.AccessLog;
import io.weldr.proxy.access.LineFormat;
import io.weldr.testing.Ports;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** How HTTP/2 connections end: drained, at a limit, by their clients. */
class H2EndsIT {

    /** Answers {@code /slow} when it is told to, and all else at once. */
    private static RawOrigin slow(CountDownLatch goOn) {
        return RawOrigin.serving((wire, self) -> {
            for (String request = self.next(wire); !request.isEmpty(); request = self.next(wire)) {
                if (request.startsWith("GET /slow")) {
                    try {
                        goOn.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                }
                wire.send(RawOrigin.OK);
            }
        });
    }

    @Test
    void aNodeThatDrainsSaysSoTwiceAndLetsStreamsFinish() {
        CountDownLatch goOn = new CountDownLatch(1);
        try (RawOrigin origin = slow(goOn);
                TestProxy proxy = H2RequestsIT.speaking(origin);
                H2Client client = H2Client.of(proxy)) {
            client.request(1, true, "GET", "/slow");
            await().until(() -> origin.requests().size() == 1);
            CompletableFuture<Boolean> drained = new CompletableFuture<>();
            new Thread(() -> drained.complete(proxy.server.drain(PATIENCE.multipliedBy(2)))).start();
            client.await(frame -> frame.type() == H2Client.GOAWAY);
            assertThat(client.lastStream).isEqualTo(Integer.MAX_VALUE);
            assertThat(client.goAway).isEqualTo(H2Client.NO_ERROR);
            assertThat(client.get(3).response(3).text()).isEqualTo("ok"); // it came before the client could know
            client.await(frame -> frame.type() == H2Client.GOAWAY);
            assertThat(client.lastStream).isEqualTo(3);
            client.get(5);
            goOn.countDown();
            assertThat(client.response(1).text()).isEqualTo("ok");
            client.readToEnd();
            assertThat(client.soFar(5).over()).isFalse();
            assertThat(drained).succeedsWithin(PATIENCE).isEqualTo(true);
        }
    }

    @Test
    void whatIsNotDoneInTimeIsCutOff() {
        CountDownLatch goOn = new CountDownLatch(1);
        try (RawOrigin origin = slow(goOn);
                TestProxy proxy = TestProxy.with(settings -> settings.drainTimeout(Duration.ofMillis(700)), origin)) {
            TestListener listener =
                    TestListener.http("other", Ports.free()).http2().putTo(proxy);
            try (H2Client client =
                    H2Client.to(new InetSocketAddress(InetAddress.getLoopbackAddress(), listener.port()))) {
                client.request(1, true, "GET", "/slow");
                await().until(() -> origin.requests().size() == 1);
                listener.removeFrom(proxy);
                client.readToEnd();
                assertThat(client.soFar(1).reset).as(client.toString()).isEqualTo(H2Client.CANCEL);
            }
        } finally {
            goOn.countDown();
        }
    }

    /** Told again and again, since it depends on when the loop hears of what. */
    @Test
    void aProxyThatIsClosedTellsEachClientSo() {
        for (int round = 0; round < 20; round++) {
            CountDownLatch goOn = new CountDownLatch(1);
            try (RawOrigin origin = slow(goOn);
                    TestProxy proxy = H2RequestsIT.speaking(origin);
                    H2Client client = H2Client.of(proxy)) {
                client.request(1, true, "GET", "/slow");
                await().until(() -> origin.requests().size() == 1);
                proxy.server.close();
                client.readToEnd();
                assertThat(client.soFar(1).reset).as(client.toString()).isEqualTo(H2Client.CANCEL);
                assertThat(client.goAway).as(client.toString()).isEqualTo(H2Client.NO_ERROR);
                assertThat(client.lastStream).isEqualTo(1);
            } finally {
                goOn.countDown();
            }
        }
    }

    @Test
    void aConnectionEndsBehindItsLastExchange() {
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = H2RequestsIT.speaking(
                        settings -> settings.limits(
                                io.weldr.proxy.limits.ProxyLimits.DEFAULTS.with("exchangesPerConnectionMax", 2)),
                        origin);
                H2Client client = H2Client.of(proxy)) {
            assertThat(client.get(1).response(1).text()).isEqualTo("ok");
            assertThat(client.goAway).isEqualTo(-1);
            assertThat(client.get(3).response(3).text()).isEqualTo("ok");
            client.readToEnd();
            assertThat(client.goAway).isEqualTo(H2Client.NO_ERROR);
            assertThat(client.lastStream).isEqualTo(3);
        }
    }

    @Test
    void aConnectionThatIsTurnedAwayIsToldInItsOwnWords() {
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = H2RequestsIT.speaking(
                        settings ->
                                settings.limits(io.weldr.proxy.limits.ProxyLimits.DEFAULTS.with("connectionsMax", 1)),
                        origin);
                H2Client first = H2Client.of(proxy);
                H2Client second = H2Client.silent(proxy);
                Wire third = proxy.connect()) {
            second.begin().get(1).readToEnd();
            assertThat(second.goAway).isEqualTo(H2Client.NO_ERROR);
            assertThat(second.lastStream).isZero();
            assertThat(second.goAwayText).isEqualTo("too many connections");
            assertThat(third.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").readToEnd())
                    .startsWith("HTTP/1.1 503 ");
            assertThat(first.get(1).response(1).text()).isEqualTo("ok");
            assertThat(proxy.gauge("proxy_failures", "cause", "too_many_connections"))
                    .isEqualTo(2);
        }
    }

    @Test
    void aClientThatEndsItsSideGetsItsAnswers() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        try (RawOrigin origin = slow(goOn);
                TestProxy proxy = H2RequestsIT.speaking(origin);
                H2Client client = H2Client.of(proxy)) {
            client.request(1, true, "GET", "/slow").request(3, false, "POST", "/");
            await().until(() -> origin.requests().size() == 1);
            client.socket().shutdownOutput();
            await().until(() -> proxy.value("proxy_http2_streams_open") == 1);
            goOn.countDown();
            assertThat(client.response(1).text()).isEqualTo("ok");
            client.readToEnd();
            await().until(() -> proxy.value("proxy_http2_connections_open") == 0);
        }
    }

    @Test
    void aClientThatSaysGoodbyeIsClosedBehindItsStreams() {
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = H2RequestsIT.speaking(origin);
                H2Client client = H2Client.of(proxy)) {
            client.get(1).frame(H2Client.GOAWAY, 0, 0, 0, 0);
            assertThat(client.response(1).text()).isEqualTo("ok");
            assertThat(client.readToEnd().atEnd).isTrue();
        }
    }

    @Test
    void aClientThatBreaksOffLeavesNothing() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        try (RawOrigin origin = slow(goOn);
                TestProxy proxy = H2RequestsIT.speaking(origin)) {
            for (int i = 0; i < 20; i++) {
                try (H2Client client = H2Client.of(proxy)) {
                    client.request(1, true, "GET", "/slow")
                            .request(3, false, "POST", "/")
                            .data(3, "part", false);
                    Socket socket = client.socket();
                    socket.setSoLinger(true, 0); // a reset
                }
            }
            await().until(() -> proxy.value("proxy_http2_connections_open") == 0);
            await().until(() -> proxy.value("proxy_exchanges_open") == 0);
            await().until(() -> proxy.value("proxy_held_bytes") == 0);
        } finally {
            goOn.countDown();
        }
    }

    @Test
    void theAccessLogSaysWhatWasSpoken() {
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK)) {
            AccessLog log = new AccessLog(LineFormat.COMMON, lines);
            try (TestProxy proxy = H2RequestsIT.speaking(settings -> settings.accessLog(log), origin);
                    H2Client client = H2Client.of(proxy);
                    Wire old = proxy.connect()) {
                client.get(1).response(1);
                assertThat(client.request(3, true, "GET", "/", "X-Upper", "1").response(3).reset)
                        .isEqualTo(H2Client.PROTOCOL_ERROR);
                old.send("GET /old HTTP/1.1\r\nHost: a\r\n\r\n").readMessage();
                await().until(() -> log.written() == 3);
            }
            log.close();
        }
        String text = lines.toString(StandardCharsets.US_ASCII);
        assertThat(text).contains("\"GET / HTTP/2.0\" 200 ", "\"GET /old HTTP/1.1\" 200 ", " HTTP/2.0\" 400 0");
    }

    @Test
    void aTunnelIsAnExtendedConnect() {
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    String head = wire.readHead();
                    self.remember(head);
                    if (!head.contains("/chat")) {
                        wire.send("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno");
                        return;
                    }
                    wire.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                            + "Sec-WebSocket-Accept: x\r\nSec-WebSocket-Protocol: chat\r\n\r\nhello");
                    String said = wire.read(4);
                    wire.send(said.toUpperCase(java.util.Locale.ROOT));
                    self.remember("then " + (wire.atEnd() ? "the end" : "more"));
                    wire.endOutput();
                });
                TestProxy proxy = H2RequestsIT.speaking(origin);
                H2Client client = H2Client.of(proxy)) {
            assertThat(client.frames.get(0).payload()).contains(0, 8, 0, 0, 0, 1); // ENABLE_CONNECT_PROTOCOL
            String[] connect = {
                ":method",
                "CONNECT",
                ":protocol",
                "websocket",
                ":scheme",
                "http",
                ":path",
                "/chat",
                ":authority",
                "a",
                "sec-websocket-version",
                "13",
                "sec-websocket-protocol",
                "chat"
            };
            client.headers(1, false, connect).data(1, "ec", false);
            Response response = client.content(1, 5);
            assertThat(response.status()).isEqualTo("200");
            assertThat(response.field("sec-websocket-protocol")).isEqualTo("chat");
            assertThat(response.field("sec-websocket-accept")).isNull();
            assertThat(response.field("upgrade")).isNull();
            client.data(1, "ho", false).content(1, 9);
            assertThat(response.text()).isEqualTo("helloECHO");
            assertThat(client.data(1, "", true).response(1).ended).isTrue();
            assertThat(origin.requests().get(0))
                    .startsWith("GET /chat HTTP/1.1\r\n")
                    .contains("\r\nConnection: upgrade\r\nUpgrade: websocket\r\n", "\r\nsec-websocket-version: 13\r\n")
                    .containsPattern("\r\nsec-websocket-key: [A-Za-z0-9+/]{22}==\r\n");
            await().until(() -> origin.requests().contains("then the end"));
            connect[7] = "/refused";
            Response refused = client.headers(3, false, connect).response(3);
            assertThat(refused.status()).isEqualTo("403");
            assertThat(refused.text()).isEqualTo("no");
            assertThat(proxy.value("proxy_tunnels")).isEqualTo(1);
        }
    }
}
