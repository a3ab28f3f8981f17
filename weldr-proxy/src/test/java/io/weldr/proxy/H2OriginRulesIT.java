package io.weldr.proxy;

import static io.weldr.proxy.H2Client.CONTINUATION;
import static io.weldr.proxy.H2Client.DATA;
import static io.weldr.proxy.H2Client.END_HEADERS;
import static io.weldr.proxy.H2Client.END_STREAM;
import static io.weldr.proxy.H2Client.GOAWAY;
import static io.weldr.proxy.H2Client.HEADERS;
import static io.weldr.proxy.H2Client.PING;
import static io.weldr.proxy.H2Client.PUSH_PROMISE;
import static io.weldr.proxy.H2Client.RST_STREAM;
import static io.weldr.proxy.H2Client.SETTINGS;
import static io.weldr.proxy.H2Client.WINDOW_UPDATE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.proxy.limits.ProxyLimits;
import io.weldr.testing.Patience;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Origins that break the rules of RFC 9113, or keep weldr busy: their requests get a 502, and others are served. */
class H2OriginRulesIT {

    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    /** What one origin does in place of an answer. */
    private record Case(String what, H2Origins.Answer answer) {
        @Override
        public String toString() {
            return what;
        }
    }

    private static Arguments head(String what, String... fields) {
        return Arguments.of(new Case(what, (peer, stream) -> peer.headers(stream, true, fields)));
    }

    /** Each is malformed (RFC 9113 section 8.1.1): the stream ends, and nothing of it reaches the client. */
    static Stream<Arguments> malformedResponses() {
        return Stream.of(
                head("8.3.2: no status", "server", "x"),
                head("8.3.2: two", ":status", "200", ":status", "200"),
                head("8.3.2: no number", ":status", "2x0"),
                head("8.3.2: too long", ":status", "2000"),
                head("8.3.2: too high", ":status", "600"),
                head("8.3: a pseudo-field of requests", ":status", "200", ":path", "/"),
                head("8.3: an unknown pseudo-field", ":status", "200", ":other", "x"),
                head("8.3: behind a field", "server", "x", ":status", "200"),
                head("8.2.1: upper case", ":status", "200", "X-Upper", "x"),
                head("8.2.1: a space in a name", ":status", "200", "a b", "x"),
                head("8.2.1: a colon in a name", ":status", "200", "a:b", "x"),
                head("8.2.1: an empty name", ":status", "200", "", "x"),
                head("8.2.1: CR LF in a value", ":status", "200", "a", "x\r\nset-cookie: b=c"),
                head("8.2.1: LF in a value", ":status", "200", "a", "x\nb: c"),
                head("8.2.1: NUL in a value", ":status", "200", "a", "x\0y"),
                head("8.2.1: white space around a value", ":status", "200", "a", " x"),
                head("8.2.2: connection", ":status", "200", "connection", "close"),
                head("8.2.2: transfer-encoding", ":status", "200", "transfer-encoding", "chunked"),
                head("8.2.2: upgrade", ":status", "200", "upgrade", "x"),
                head("8.2.2: keep-alive", ":status", "200", "keep-alive", "timeout=1"),
                head("8.6: 101", ":status", "101"),
                head("8.1: an interim response that ends", ":status", "103"),
                head("8.1.1: less content than announced", ":status", "200", "content-length", "5"),
                head("two lengths", ":status", "200", "content-length", "0", "content-length", "5"),
                head("no length", ":status", "200", "content-length", "x"),
                Arguments.of(new Case("8.1: DATA before HEADERS", (peer, stream) -> peer.data(stream, "x", true))));
    }

    @ParameterizedTest
    @MethodSource("malformedResponses")
    void aMalformedResponseIsReset(Case wrong) {
        AtomicInteger reset = new AtomicInteger(-1);
        try (RawOrigin origin = H2Origins.answering((peer, stream) -> {
                    if (stream == 1) {
                        wrong.answer().to(peer, stream);
                        reset.set(
                                peer.await(frame -> frame.type() == RST_STREAM).number(0));
                    } else {
                        H2Origins.ok(peer, stream, "ok");
                    }
                });
                TestProxy proxy = H2Origins.inFrontOf(origin);
                Wire client = proxy.connect()) {
            assertThat(client.send(GET).readMessage())
                    .startsWith("HTTP/1.1 502 ")
                    .doesNotContain("set-cookie");
            await().until(() -> reset.get() >= 0);
            assertThat(reset.get()).isEqualTo(H2Client.PROTOCOL_ERROR);
            assertThat(client.send(GET).readMessage())
                    .as("the connection goes on")
                    .endsWith("ok");
            assertThat(origin.connections()).isEqualTo(1);
        }
    }

    @Test
    void contentThatIsNoMatchForItsLengthIsCutOff() {
        try (RawOrigin origin = H2Origins.answering(
                        (peer, stream) -> peer.headers(stream, false, ":status", "200", "content-length", "5")
                                .data(stream, "123456", true));
                TestProxy proxy = H2Origins.inFrontOf(origin);
                H2Client client = H2Client.of(proxy)) {
            assertThat(client.get(1).response(1).text()).doesNotContain("6");
            assertThat(client.soFar(1).status()).isIn("502", "200");
            assertThat(client.soFar(1).status().equals("200") == client.soFar(1).reset > 0)
                    .as("what has begun is reset")
                    .isTrue();
        }
    }

    private static Arguments connection(String what, int code, H2Origins.Answer answer) {
        return Arguments.of(new Case(what, answer), code);
    }

    static Stream<Arguments> brokenConnections() {
        byte[] none = new byte[0];
        return Stream.of(
                connection("6.1: DATA without a stream", 1, (peer, s) -> peer.frame(DATA, 0, 0, none)),
                connection("5.1: DATA on an idle stream", 1, (peer, s) -> peer.data(s + 2, "x", false)),
                connection(
                        "5.1: HEADERS on an idle stream", 1, (peer, s) -> peer.headers(s + 2, true, ":status", "200")),
                connection(
                        "5.1.1: HEADERS on a stream of its own",
                        1,
                        (peer, s) -> peer.headers(2, true, ":status", "200")),
                connection("6.4: RST_STREAM on an idle stream", 1, (peer, s) -> peer.frame(RST_STREAM, 0, s + 2, 8)),
                connection("6.4: length of RST_STREAM", 6, (peer, s) -> peer.frame(RST_STREAM, 0, s, none)),
                connection("6.5: SETTINGS on a stream", 1, (peer, s) -> peer.frame(SETTINGS, 0, s, none)),
                connection("6.5: length of SETTINGS", 6, (peer, s) -> peer.frame(SETTINGS, 0, 0, new byte[5])),
                connection("6.5.2: ENABLE_PUSH", 1, (peer, s) -> peer.frame(SETTINGS, 0, 0, H2Client.setting(2, 1))),
                connection(
                        "6.5.2: INITIAL_WINDOW_SIZE",
                        3,
                        (peer, s) -> peer.frame(SETTINGS, 0, 0, H2Client.setting(4, -1))),
                connection("6.5.2: MAX_FRAME_SIZE", 1, (peer, s) -> peer.frame(SETTINGS, 0, 0, H2Client.setting(5, 1))),
                connection(
                        "6.6: PUSH_PROMISE, which was turned off",
                        1,
                        (peer, s) -> peer.frame(PUSH_PROMISE, END_HEADERS, s, 2)),
                connection("6.7: length of PING", 6, (peer, s) -> peer.frame(PING, 0, 0, new byte[7])),
                connection("6.8: GOAWAY on a stream", 1, (peer, s) -> peer.frame(GOAWAY, 0, s, 0, 0)),
                connection("6.9: WINDOW_UPDATE of nothing", 1, (peer, s) -> peer.frame(WINDOW_UPDATE, 0, 0, 0)),
                connection(
                        "6.9.1: a window that is too large",
                        3,
                        (peer, s) -> peer.frame(WINDOW_UPDATE, 0, 0, Integer.MAX_VALUE)),
                connection("6.10: CONTINUATION without HEADERS", 1, (peer, s) -> peer.frame(CONTINUATION, 0, s, none)),
                connection(
                        "4.3: another frame within a field block",
                        1,
                        (peer, s) -> peer.frame(HEADERS, 0, s, none).frame(PING, 0, 0, new byte[8])),
                connection(
                        "4.3: a block that cannot be decoded",
                        9,
                        (peer, s) -> peer.frame(HEADERS, END_HEADERS | END_STREAM, s, new byte[] {(byte) 0xff, 0x7f})),
                connection("4.2: a frame that is too long", 6, (peer, s) -> peer.frame(DATA, 0, s, new byte[16_385])));
    }

    @ParameterizedTest
    @MethodSource("brokenConnections")
    void aConnectionThatBreaksTheRulesEnds(Case wrong, int code) {
        AtomicInteger connections = new AtomicInteger();
        AtomicInteger goAway = new AtomicInteger(-1);
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    H2Client peer = H2Client.ofOrigin(wire.socket());
                    if (connections.incrementAndGet() == 1) {
                        wrong.answer().to(peer, peer.nextRequest());
                        peer.readToEnd();
                        goAway.set(peer.goAway);
                        return;
                    }
                    for (int next = peer.nextRequest(); next != 0; next = peer.nextRequest()) {
                        H2Origins.ok(peer, next, "ok");
                    }
                });
                TestProxy proxy = H2Origins.inFrontOf(origin);
                Wire client = proxy.connect()) {
            assertThat(client.send(GET).readMessage()).startsWith("HTTP/1.1 502 ");
            await().until(() -> goAway.get() >= 0);
            assertThat(goAway.get()).isEqualTo(code);
            assertThat(client.send(GET).readMessage()).endsWith("ok");
        }
    }

    /** Keeps weldr busy until it has had enough; the limit that it names. */
    static Stream<Arguments> floods() {
        byte[] eight = new byte[8];
        return Stream.of(
                Arguments.of(new Case("PING", (peer, s) -> peer.frame(PING, 0, 0, eight)), "idle_frames"),
                Arguments.of(new Case("SETTINGS", (peer, s) -> peer.frame(SETTINGS, 0, 0, new byte[0])), "idle_frames"),
                Arguments.of(new Case("WINDOW_UPDATE", (peer, s) -> peer.frame(WINDOW_UPDATE, 0, s, 1)), "idle_frames"),
                Arguments.of(
                        new Case(
                                "empty DATA",
                                (peer, s) ->
                                        peer.headers(s, false, ":status", "200").frame(DATA, 0, s, new byte[0])),
                        "idle_frames"));
    }

    @ParameterizedTest
    @MethodSource("floods")
    void floodsEndTheConnectionAndOthersAreServed(Case flood, String limit) {
        ProxyLimits few = ProxyLimits.DEFAULTS.with("http2IdleFramesMax", 100);
        AtomicInteger goAway = new AtomicInteger(-1);
        try (RawOrigin flooding = RawOrigin.serving((wire, self) -> {
                    H2Client peer = H2Client.ofOrigin(wire.socket());
                    int stream = peer.nextRequest();
                    if (flood.what().equals("empty DATA")) {
                        peer.headers(stream, false, ":status", "200");
                    }
                    try {
                        for (int i = 0; i < 2000; i++) {
                            if (flood.what().equals("empty DATA")) {
                                peer.frame(DATA, 0, stream, new byte[0]);
                            } else {
                                flood.answer().to(peer, stream);
                            }
                        }
                    } catch (java.io.UncheckedIOException e) {
                        // the connection is closed: that is what is waited for
                    }
                    peer.readToEnd();
                    goAway.set(peer.goAway);
                });
                RawOrigin origin = H2Origins.ok();
                TestProxy proxy =
                        H2Origins.inFrontOf(settings -> settings.limits(few), pool -> pool, flooding, origin);
                H2Client client = H2Client.of(proxy)) {
            client.get(1);
            client.get(3);
            client.response(1);
            client.response(3);
            assertThat(proxy.gauge("proxy_origins_http2_limits", "limit", limit))
                    .isEqualTo(1);
            assertThat(Stream.of(client.soFar(1), client.soFar(3))
                            .filter(each -> each.text().equals("ok")))
                    .hasSize(1);
        }
    }

    @Test
    void endlessFieldBlocksEndTheConnection() {
        try (RawOrigin origin = H2Origins.answering((peer, stream) -> {
                    peer.frame(HEADERS, 0, stream, new byte[0]);
                    for (int i = 0; i < 20; i++) {
                        peer.frame(CONTINUATION, 0, stream, new byte[0]);
                    }
                });
                TestProxy proxy = H2Origins.inFrontOf(origin)) {
            assertThat(proxy.exchange(GET)).startsWith("HTTP/1.1 502 ");
            assertThat(proxy.gauge("proxy_origins_http2_limits", "limit", "block_frames"))
                    .isEqualTo(1);
        }
    }

    /** One-byte references to a large entry of the table: each counts as long as what it stands for, and 32 bytes. */
    @Test
    void manyReferencesToOneLargeFieldAreTooMuch() {
        try (RawOrigin origin = H2Origins.answering((peer, stream) -> {
                    byte[] name = new byte[3000];
                    java.util.Arrays.fill(name, (byte) 'a');
                    byte[] block = new byte[1 + 1 + 1 + 3 + name.length + 1 + 4000];
                    block[0] = (byte) 0x88; // :status 200
                    block[1] = 0x40; // a literal that enters the table
                    block[2] = 0x7f; // length of the name: 127 and more
                    block[3] = (byte) (((3000 - 127) & 0x7f) | 0x80);
                    block[4] = (byte) ((3000 - 127) >> 7);
                    System.arraycopy(name, 0, block, 5, name.length);
                    int at = 5 + name.length;
                    block[at] = 0; // an empty value
                    java.util.Arrays.fill(block, at + 1, at + 1 + 4000, (byte) 0xbe); // the newest entry
                    peer.frame(
                            HEADERS, END_HEADERS | END_STREAM, stream, java.util.Arrays.copyOf(block, at + 1 + 4000));
                });
                TestProxy proxy = H2Origins.inFrontOf(origin)) {
            assertThat(proxy.exchange(GET)).startsWith("HTTP/1.1 502 ").contains("too large");
            assertThat(proxy.gauge("proxy_origins_http2_limits", "limit", "section_bytes"))
                    .isEqualTo(1);
        }
    }

    @Test
    void anOriginThatSpeaksHttp11IsToldApartAndAnotherOneServes() {
        try (RawOrigin http1 = RawOrigin.serving((wire, self) -> {
                    wire.send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
                    wire.readToEnding();
                });
                RawOrigin origin = H2Origins.ok();
                TestProxy proxy = H2Origins.inFrontOf(http1, origin);
                TestProxy alone = H2Origins.inFrontOf(http1)) {
            for (int i = 0; i < 3; i++) {
                assertThat(proxy.exchange("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx"))
                        .endsWith("ok");
            }
            assertThat(alone.exchange(GET)).startsWith("HTTP/1.1 502 ").contains("origin does not speak HTTP/2");
        }
    }

    @Test
    void anOriginThatSaysNothingIsGivenUpBeforeAnythingIsSent() {
        try (RawOrigin silent = RawOrigin.serving((wire, self) -> wire.readToEnding());
                RawOrigin origin = H2Origins.ok();
                TestProxy proxy = H2Origins.inFrontOf(
                        settings -> settings.limits(ProxyLimits.DEFAULTS.with("tlsTimeout", Duration.ofMillis(300))),
                        pool -> pool,
                        silent,
                        origin)) {
            for (int i = 0; i < 2; i++) {
                assertThat(proxy.exchange("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx"))
                        .endsWith("ok");
            }
            assertThat(origin.requests()).hasSize(2);
        }
    }

    @Test
    void aDeadOriginIsNoticedByAPing() {
        CountDownLatch asked = new CountDownLatch(1);
        ProxyLimits soon = ProxyLimits.DEFAULTS
                .with("originPingInterval", Duration.ofMillis(200))
                .with("originPingTimeout", Duration.ofMillis(300));
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    H2Client peer = H2Client.ofOrigin(wire.socket());
                    peer.nextRequest();
                    peer.await(frame -> frame.type() == PING);
                    asked.countDown();
                    peer.readToEnd();
                });
                TestProxy proxy = H2Origins.inFrontOf(settings -> settings.limits(soon), pool -> pool, origin)) {
            assertThat(proxy.exchange(GET)).startsWith("HTTP/1.1 504 ").contains("did not answer in time");
            assertThat(asked.getCount()).isZero();
        }
    }

    @Test
    void anOriginThatAnswersPingsMayTakeItsTime() {
        ProxyLimits soon = ProxyLimits.DEFAULTS
                .with("originPingInterval", Duration.ofMillis(100))
                .with("originPingTimeout", Patience.PATIENCE);
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    H2Client peer = H2Client.ofOrigin(wire.socket());
                    int stream = peer.nextRequest();
                    for (int i = 0; i < 3; i++) {
                        byte[] question =
                                peer.await(frame -> frame.type() == PING).payload();
                        peer.frame(PING, H2Client.ACK, 0, question);
                    }
                    H2Origins.ok(peer, stream, "ok");
                    peer.readToEnd();
                });
                TestProxy proxy = H2Origins.inFrontOf(settings -> settings.limits(soon), pool -> pool, origin)) {
            assertThat(proxy.exchange(GET)).endsWith("ok");
        }
    }

    @Test
    void pingsOfTheOriginAreAnswered() throws InterruptedException {
        CountDownLatch answered = new CountDownLatch(1);
        try (RawOrigin origin = H2Origins.answering((peer, stream) -> {
                    peer.frame(PING, 0, 0, 7, 9);
                    assertThat(peer.await(frame -> frame.type() == PING)).satisfies(frame -> {
                        assertThat(frame.has(H2Client.ACK)).isTrue();
                        assertThat(frame.number(4)).isEqualTo(9);
                    });
                    answered.countDown();
                    H2Origins.ok(peer, stream, "ok");
                });
                TestProxy proxy = H2Origins.inFrontOf(origin)) {
            assertThat(proxy.exchange(GET)).endsWith("ok");
            assertThat(answered.await(Patience.PATIENCE_MILLIS, TimeUnit.MILLISECONDS))
                    .isTrue();
        }
    }

    /** What comes behind it would be taken for the rest of that frame. */
    @Test
    void anOriginThatDoesNotEndAFrameGetsNoMoreRequestsOnThatConnection() {
        ProxyLimits soon = ProxyLimits.DEFAULTS
                .with("responseHeadTimeout", Duration.ofMillis(300))
                .with("ejectAfterFailures", 0);
        AtomicInteger requests = new AtomicInteger();
        try (RawOrigin origin = H2Origins.answering((peer, stream) -> {
                    if (requests.getAndIncrement() == 0) {
                        byte[] frame = H2Client.frameBytes(HEADERS, END_HEADERS, stream, new byte[10_000]);
                        peer.raw(java.util.Arrays.copyOf(frame, 20));
                    } else {
                        H2Origins.ok(peer, stream, "ok");
                    }
                });
                TestProxy proxy = H2Origins.inFrontOf(settings -> settings.limits(soon), pool -> pool, origin)) {
            assertThat(proxy.exchange(GET)).startsWith("HTTP/1.1 504 ");
            await().until(() -> proxy.exchange(GET).endsWith("\r\n\r\nok"));
            assertThat(requests).hasValueLessThan(10);
            assertThat(origin.connections()).isEqualTo(2);
        }
    }
}
