package io.weldr.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.core.port.Measurement;
import io.weldr.proxy.limits.ProxyLimits;
import io.weldr.testing.Ports;
import io.weldr.testing.TestAuthority;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * An allocation fails, each in turn up to the last one of a request. That request may fail. Nothing is lost or mixed up
 * by it: the next client is served, nothing is counted as open, and no buffer is left.
 */
class OutOfMemoryIT {
    /** Far more than any of the requests here needs. */
    private static final int CALLS_MAX = 200;

    private static final String LARGE = "x".repeat(20_000);

    private final FailingAllocator allocator = new FailingAllocator();

    /** What one client does; the origin's part is told by the path. */
    enum Kind {
        GET("GET /small HTTP/1.1\r\nHost: a\r\n\r\n"),
        GET_OF_1_0("GET /chunked HTTP/1.0\r\nHost: a\r\n\r\n"),
        HEAD("HEAD /head HTTP/1.1\r\nHost: a\r\n\r\n"),
        PIPELINED("GET /small HTTP/1.1\r\nHost: a\r\n\r\nGET /small HTTP/1.1\r\nHost: a\r\n\r\n"),
        IN_PIECES("GET /small HTTP/1.1\r\n", "Host: a\r\n", "Accept: */*\r\n\r\n"),
        CHUNKED_POST(
                "POST /small HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
                "4e20\r\n" + LARGE + "\r\n",
                "0\r\nTrailer: t\r\n\r\n"),
        POST_WITH_LENGTH_IN_PARTS("POST /small HTTP/1.1\r\nHost: a\r\nContent-Length: 40000\r\n\r\n", LARGE, LARGE),
        CHUNKED_RESPONSE("GET /chunked HTTP/1.1\r\nHost: a\r\nTE: trailers\r\n\r\n"),
        RESPONSE_WITHOUT_END("GET /unending HTTP/1.1\r\nHost: a\r\n\r\n"),
        RESPONSE_IN_PIECES("GET /pieces HTTP/1.1\r\nHost: a\r\n\r\n"),
        EARLY_HINTS("GET /hints HTTP/1.1\r\nHost: a\r\n\r\n"),
        MALFORMED_RESPONSE("GET /malformed HTTP/1.1\r\nHost: a\r\n\r\n"),
        MALFORMED_REQUEST("GET /small HTTP/1.1\r\nHost: a b\r\n\r\n"),
        OPTIONS_FOR_THE_PROXY("OPTIONS * HTTP/1.1\r\nHost: a\r\nMax-Forwards: 0\r\n\r\n"),
        UPGRADE("GET /tunnel HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n", LARGE, "end of it");

        @SuppressWarnings("ImmutableEnumChecker") // List.of
        private final List<String> sent;

        Kind(String... sent) {
            this.sent = List.of(sent);
        }
    }

    @ParameterizedTest
    @EnumSource
    void oneFailedAllocationEndsOneConnectionAtMost(Kind kind) {
        try (RawOrigin origin = RawOrigin.serving(OutOfMemoryIT::serve);
                TestProxy proxy = TestProxy.allocating(allocator, UnaryOperator.identity(), origin)) {
            assertThat(tellsOfEach(proxy, client -> send(client, kind))).isPositive();
        }
    }

    /** A reused connection is closed as the request comes: it is sent once more. */
    @Test
    void aFailedAllocationWhileARequestIsSentAgain() {
        try (RawOrigin origin = RawOrigin.serving(OutOfMemoryIT::serve);
                TestProxy proxy = TestProxy.allocating(allocator, UnaryOperator.identity(), origin)) {
            assertThat(tellsOfEach(proxy, client -> {
                        client.send("GET /last HTTP/1.1\r\nHost: a\r\n\r\n").readMessage();
                        client.send("GET /small HTTP/1.1\r\nHost: a\r\n\r\n");
                    }))
                    .isPositive();
        }
    }

    @Test
    void aFailedAllocationWhenTheOriginIsAskedBeforeTheBodyIsSent() {
        try (RawOrigin origin = RawOrigin.serving(OutOfMemoryIT::answerHeads);
                TestProxy proxy = TestProxy.allocating(allocator, UnaryOperator.identity(), origin)) {
            assertThat(tellsOfEach(proxy, client -> {
                        client.send(
                                "POST /asked HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
                        if (client.readHead().startsWith("HTTP/1.1 100 ")) {
                            client.send("hello");
                        }
                    }))
                    .isPositive();
        }
    }

    @Test
    void aFailedAllocationWhenTheOriginAnswersEarlyAndCloses() {
        try (RawOrigin origin = RawOrigin.serving(OutOfMemoryIT::answerHeads);
                TestProxy proxy = TestProxy.allocating(allocator, UnaryOperator.identity(), origin)) {
            assertThat(tellsOfEach(proxy, client -> {
                        client.send("POST /early HTTP/1.1\r\nHost: a\r\nContent-Length: 40000\r\n\r\n");
                        client.send(LARGE).send(LARGE);
                    }))
                    .isPositive();
        }
    }

    /** Two requests come at once, and there may be one connection: one of them waits in the queue. */
    @Test
    void aFailedAllocationWhileARequestWaitsForAConnection() {
        UnaryOperator<ProxySettings.Builder> narrow =
                settings -> settings.limits(ProxyLimits.DEFAULTS.with("connectionsPerOriginMax", 1));
        try (RawOrigin origin = RawOrigin.serving(OutOfMemoryIT::serve);
                TestProxy proxy = TestProxy.allocating(allocator, narrow, origin)) {
            assertThat(tellsOfEach(proxy, client -> {
                        CountDownLatch goOn = proxy.hold();
                        try (Wire other = proxy.connect()) {
                            other.send("GET /small HTTP/1.1\r\nHost: a\r\n\r\n");
                            client.send("GET /small HTTP/1.1\r\nHost: a\r\n\r\n");
                            goOn.countDown();
                            other.endOutput().readToEnding();
                        } finally {
                            goOn.countDown();
                        }
                    }))
                    .isPositive();
        }
    }

    @Test
    void aFailedAllocationWhenAWaitIsOver() {
        UnaryOperator<ProxySettings.Builder> hasty =
                settings -> settings.limits(ProxyLimits.DEFAULTS.with("responseHeadTimeout", Duration.ofMillis(100)));
        try (RawOrigin origin = RawOrigin.serving(OutOfMemoryIT::serve);
                TestProxy proxy = TestProxy.allocating(allocator, hasty, origin)) {
            assertThat(tellsOfEach(proxy, client -> client.send("GET /silent HTTP/1.1\r\nHost: a\r\n\r\n")))
                    .isPositive();
        }
    }

    /** Each request makes a connection, so that handshakes fail, too. */
    @Test
    void aFailedAllocationOnTheWayToAnOriginOfHttps() throws Exception {
        try (TestAuthority authority = new TestAuthority("Test Authority")) {
            TrustManagerFactory trust = authority.trust();
            UnaryOperator<ProxySettings.Builder> secure = settings -> settings.trust(trust)
                    .limits(ProxyLimits.builder()
                            .set("idlePerOriginMax", 0)
                            .set("responseHeadTimeout", Duration.ofMinutes(10)) // a request that is lost fails surely
                            .build());
            try (RawOrigin origin = RawOrigin.secured(
                            authority.issue("-1d", 10, "dns:localhost").forServer(), OutOfMemoryIT::serve);
                    TestProxy proxy = TestProxy.allocating(allocator, secure)) {
                proxy.add("https://localhost:" + origin.port());
                assertThat(tellsOfEach(proxy, client -> client.send("GET /chunked HTTP/1.1\r\nHost: a\r\n\r\n")))
                        .isPositive();
            }
        }
    }

    @Test
    void aFailedAllocationOfATcpConnectionBehindAProxyHeader() {
        String line = "PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n";
        try (RawOrigin origin = RawOrigin.serving(OutOfMemoryIT::serve);
                TestProxy proxy = TestProxy.allocating(allocator, UnaryOperator.identity(), origin)) {
            TestListener listener = TestListener.tcp("db", Ports.free())
                    .behindProxies("127.0.0.1")
                    .putTo(proxy);
            assertThat(tellsOfEach(proxy, listener::connect, client -> {
                        client.send(line.substring(0, 9));
                        client.send(line.substring(9) + "GET /chunked HTTP/1.1\r\nHost: a\r\n\r\n");
                        client.send("POST /small HTTP/1.1\r\nHost: a\r\nContent-Length: 20000\r\n\r\n")
                                .send(LARGE);
                    }))
                    .isPositive();
        }
    }

    /** Returns how many allocations there are. */
    private int tellsOfEach(TestProxy proxy, Consumer<Wire> story) {
        return tellsOfEach(proxy, proxy::connect, story);
    }

    private int tellsOfEach(TestProxy proxy, Supplier<Wire> connect, Consumer<Wire> story) {
        return tellsOfEach(allocator, proxy, 0, () -> {
            try (Wire client = connect.get()) {
                try {
                    story.accept(client);
                    client.endOutput();
                    client.readToEnding();
                } catch (UncheckedIOException e) {
                    // It was cut off.
                }
            }
            return allocator.failed();
        });
    }

    /**
     * The same for a story of any kind.
     *
     * @param standing client connections that are open between the stories
     * @param story says whether the allocation that was to fail has come
     */
    static int tellsOfEach(FailingAllocator allocator, TestProxy proxy, int standing, BooleanSupplier story) {
        for (int call = 1; call <= CALLS_MAX; call++) {
            String at = "at call " + call;
            allocator.failAt(call);
            boolean failed;
            try {
                failed = story.getAsBoolean();
            } catch (AssertionError e) {
                throw new AssertionError(at, e);
            }
            // A machine that is slow enough may let the short wait of a story pass for this request, too.
            await(at)
                    .until(() -> proxy.exchange("GET /small HTTP/1.1\r\nHost: a\r\n\r\n")
                            .endsWith("\r\n\r\nok"));
            await(at).untilAsserted(() -> {
                assertThat(gauge(proxy, "proxy_exchanges_open")).as(at).isZero();
                assertThat(gauge(proxy, "proxy_http2_streams_open")).as(at).isZero();
                assertThat(proxy.server.connectionsOpen()).as(at).isEqualTo(standing);
                assertThat(allocator.bytesHeld()).as(at).isZero();
                assertThat(gauge(proxy, "proxy_held_bytes")).as(at).isZero();
            });
            if (!failed) {
                return call - 1;
            }
        }
        throw new AssertionError("more than " + CALLS_MAX + " allocations");
    }

    private static double gauge(TestProxy proxy, String name) {
        return proxy.server.measure().stream()
                .filter(each -> each.name().equals(name))
                .mapToDouble(each -> ((Measurement.Gauge) each).value())
                .sum();
    }

    private static void send(Wire client, Kind kind) {
        for (String part : kind.sent) {
            client.send(part);
            if (part.endsWith("Upgrade: echo\r\n\r\n")) {
                client.readHead();
            }
        }
    }

    /** Does not wait for a body before it answers. */
    private static void answerHeads(Wire wire, RawOrigin origin) {
        for (String head = wire.readHead(); !head.isEmpty(); head = wire.readHead()) {
            switch (head.split("[ ]", 3)[1]) {
                case "/small" -> wire.send(RawOrigin.OK);
                case "/early" -> {
                    wire.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
                    return;
                }
                case "/asked" -> {
                    wire.send("HTTP/1.1 100 Continue\r\n\r\n").read(5);
                    wire.send(RawOrigin.OK);
                }
                default -> throw new AssertionError(head);
            }
        }
    }

    private static void serve(Wire wire, RawOrigin origin) {
        for (String request = origin.next(wire); !request.isEmpty(); request = origin.next(wire)) {
            switch (request.split("[ ]", 3)[1]) {
                case "/small" -> wire.send(RawOrigin.OK);
                case "/head" -> wire.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
                case "/chunked" ->
                    wire.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: t\r\n\r\n4e20\r\n" + LARGE
                            + "\r\n0\r\nt: v\r\n\r\n");
                case "/unending" -> {
                    wire.send("HTTP/1.1 200 OK\r\n\r\n").send(LARGE);
                    return;
                }
                case "/pieces" -> {
                    for (String piece : RawOrigin.OK.split("(?<=\n)", -1)) {
                        wire.send(piece);
                    }
                }
                case "/hints" ->
                    wire.send("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n").send(RawOrigin.OK);
                case "/malformed" -> {
                    wire.send("HTTP/1.1 200 OK\r\nContent-Length: 2, 3\r\n\r\n");
                    return;
                }
                case "/last" -> {
                    wire.send(RawOrigin.OK);
                    origin.next(wire);
                    return;
                }
                case "/silent" -> wire.readToEnd();
                case "/tunnel" -> {
                    wire.send("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n");
                    wire.send(wire.readToEnd());
                    return;
                }
                default -> throw new AssertionError(request);
            }
        }
    }
}
