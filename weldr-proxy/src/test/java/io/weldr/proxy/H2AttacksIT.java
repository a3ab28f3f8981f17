package io.weldr.proxy;

import static io.weldr.proxy.H2Client.CONTINUATION;
import static io.weldr.proxy.H2Client.DATA;
import static io.weldr.proxy.H2Client.END_HEADERS;
import static io.weldr.proxy.H2Client.END_STREAM;
import static io.weldr.proxy.H2Client.HEADERS;
import static io.weldr.proxy.H2Client.PING;
import static io.weldr.proxy.H2Client.PRIORITY;
import static io.weldr.proxy.H2Client.SETTINGS;
import static io.weldr.proxy.H2Client.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.weldr.proxy.H2Client.Response;
import io.weldr.proxy.limits.ProxyLimits;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Known attacks on HTTP/2: each ends with its counter, memory stays within its bound, and other clients are served. */
class H2AttacksIT {

    private static final byte[] NOTHING = {};

    /** An attack that ends its connection. */
    private record Attack(String name, String limit, Consumer<H2Client> client) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Attack> attacks() {
        return Stream.of(
                new Attack("rapid reset (CVE-2023-44487)", "resets", H2AttacksIT::rapidReset),
                new Attack(
                        "MadeYouReset by WINDOW_UPDATE (CVE-2025-8671)",
                        "provoked_resets",
                        each(stream -> client ->
                                client.request(stream, false, "POST", "/").openWindow(stream, 0))),
                new Attack(
                        "MadeYouReset by a window that overflows",
                        "provoked_resets",
                        each(stream -> client ->
                                client.request(stream, false, "POST", "/").openWindow(stream, Integer.MAX_VALUE))),
                new Attack(
                        "MadeYouReset by PRIORITY",
                        "provoked_resets",
                        each(stream -> client ->
                                client.request(stream, false, "POST", "/").frame(PRIORITY, 0, stream, new byte[4]))),
                new Attack(
                        "MadeYouReset by content behind the end",
                        "provoked_resets",
                        each(stream -> client ->
                                client.request(stream, true, "GET", "/slow").data(stream, "x", true))),
                new Attack(
                        "MadeYouReset by malformed requests",
                        "provoked_resets",
                        each(stream -> client -> client.request(stream, true, "GET", "/", "X-Upper", "1"))),
                new Attack("CONTINUATION flood", "block_bytes", client -> {
                    client.frame(HEADERS, END_STREAM, 1, client.block(request("GET", "/")));
                    client.frame(CONTINUATION, 0, 1, new byte[8 * 1024]);
                    client.frame(CONTINUATION, 0, 1, new byte[8 * 1024]);
                }),
                new Attack("CONTINUATION flood of empty frames", "block_frames", client -> {
                    client.frame(HEADERS, END_STREAM, 1, client.block(request("GET", "/")));
                    many(client, 20, CONTINUATION, 0, 1, NOTHING);
                }),
                new Attack("SETTINGS flood", "idle_frames", client -> many(client, 1100, SETTINGS, 0, 0, NOTHING)),
                new Attack("PING flood", "idle_frames", client -> many(client, 1100, PING, 0, 0, new byte[8])),
                new Attack(
                        "PRIORITY flood",
                        "idle_frames",
                        client -> many(client, 1100, PRIORITY, 0, 1, new byte[] {0, 0, 0, 3, 1})),
                new Attack(
                        "flood of empty DATA",
                        "idle_frames",
                        client -> many(client.request(1, false, "POST", "/"), 1100, DATA, 0, 1, NOTHING)),
                new Attack(
                        "WINDOW_UPDATE flood",
                        "idle_frames",
                        client -> many(client, 1100, H2Client.WINDOW_UPDATE, 0, 0, new byte[] {0, 0, 0, 1})),
                new Attack("flood of unknown frames", "idle_frames", client -> many(client, 1100, 0x77, 0, 0, NOTHING)),
                new Attack(
                        "a frame over the size",
                        "frame_bytes",
                        client -> client.frame(DATA, 0, 1, new byte[16 * 1024 + 1])));
    }

    private static void rapidReset(H2Client client) {
        for (int stream = 1; stream < 1000; stream += 2) {
            client.request(stream, true, "GET", "/slow").cancel(stream);
        }
    }

    private interface OfStream {
        Consumer<H2Client> on(int stream);
    }

    private static Consumer<H2Client> each(OfStream attack) {
        return client -> {
            for (int stream = 1; stream < 200; stream += 2) {
                attack.on(stream).accept(client);
            }
        };
    }

    private static H2Client many(H2Client client, int times, int type, int flags, int stream, byte[] payload) {
        byte[] frame = H2Client.frameBytes(type, flags, stream, payload);
        for (int i = 0; i < times; i++) {
            client.raw(frame);
        }
        return client;
    }

    private static RawOrigin origin() {
        return RawOrigin.serving((wire, self) -> {
            for (String request = self.next(wire); !request.isEmpty(); request = self.next(wire)) {
                if (request.contains(" /slow ")) {
                    wire.atEnd(); // answers nothing: it waits until the proxy has gone
                    return;
                }
                wire.send(RawOrigin.OK);
            }
        });
    }

    @ParameterizedTest
    @MethodSource("attacks")
    void theAttackEndsItsConnectionAndNoOther(Attack attack) {
        try (RawOrigin origin = origin();
                TestProxy proxy = H2RequestsIT.speaking(origin);
                H2Client other = H2Client.of(proxy);
                H2Client attacker = H2Client.of(proxy)) {
            try {
                attack.client().accept(attacker);
            } catch (UncheckedIOException e) {
                // cut off while it was at it
            }
            await().until(() -> proxy.gauge("proxy_http2_limits", "limit", attack.limit()) == 1);
            await().until(() -> proxy.value("proxy_http2_connections_open") == 1);
            await().until(() -> proxy.value("proxy_http2_streams_open") == 0);
            await().until(() -> proxy.value("proxy_exchanges_open") == 0);
            await().until(() -> proxy.value("proxy_held_bytes") == 0);
            assertThat(other.get(1).response(1).text()).isEqualTo("ok");
            assertThat(proxy.value("proxy_faults")).as("faults of this process").isEqualTo(FAULTS_BEFORE);
        }
    }

    private static final double FAULTS_BEFORE = io.weldr.proxy.net.Faults.count();

    @Test
    void theClientIsToldToCalmDown() {
        try (RawOrigin origin = origin();
                TestProxy proxy = H2RequestsIT.speaking(origin);
                H2Client attacker = H2Client.of(proxy)) {
            many(attacker, 1010, PING, 0, 0, new byte[8]).readToEnd();
            assertThat(attacker.goAway).isEqualTo(H2Client.ENHANCE_YOUR_CALM);
            assertThat(attacker.goAwayText).isEqualTo("idle_frames");
            assertThat(proxy.gauge("proxy_http2_goaways", "code", "enhance_your_calm"))
                    .isEqualTo(1);
        }
    }

    /** The "HTTP/2 bomb": one large field in the table, and thousands of references of one byte to it. */
    @Test
    void aBombOfReferencesIs431() {
        try (RawOrigin origin = origin();
                TestProxy proxy = H2RequestsIT.speaking(origin);
                H2Client client = H2Client.of(proxy)) {
            byte[] request = client.block(request("GET", "/"));
            ByteBuf block = Unpooled.buffer().writeBytes(request);
            block.writeByte(0x40)
                    .writeByte(1)
                    .writeByte('a'); // a literal that goes to the table: RFC 7541 section 6.2.1
            block.writeByte(0x7f).writeByte(0x80 | 33).writeByte(30); // its length: 127 + 33 + 30 * 128
            block.writeBytes("v".repeat(4000).getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            for (int i = 0; i < 8000; i++) {
                block.writeByte(0xbe); // the newest entry of the table
            }
            client.frame(HEADERS, END_HEADERS | END_STREAM, 1, ByteBufUtil.getBytes(block));
            Response response = client.response(1);
            assertThat(response.status()).isEqualTo("431");
            assertThat(proxy.gauge("proxy_http2_limits", "limit", "section_bytes"))
                    .isEqualTo(1);
            assertThat(origin.requests()).isEmpty();
            byte[] small = {(byte) 0x82, (byte) 0x84, (byte) 0x86, 1, 1, 'a'}; // of the static table, and a literal
            client.frame(HEADERS, END_HEADERS | END_STREAM, 3, small);
            assertThat(client.response(3).text()).isEqualTo("ok");
        }
    }

    @Test
    void crumbsOfCookiesCountOneByOne() {
        try (RawOrigin origin = origin();
                TestProxy proxy = H2RequestsIT.speaking(origin);
                H2Client client = H2Client.of(proxy)) {
            String[] few = crumbs(400);
            assertThat(client.headers(1, true, few).response(1).status()).isEqualTo("200");
            assertThat(client.headers(3, true, crumbs(600)).response(3).status())
                    .isEqualTo("431");
            assertThat(origin.requests()).hasSize(1);
        }
    }

    private static String[] crumbs(int count) {
        String[] more = new String[2 * count];
        for (int i = 0; i < count; i++) {
            more[2 * i] = "cookie";
            more[2 * i + 1] = "a";
        }
        return request("GET", "/", more);
    }

    @Test
    void moreStreamsThanAdvertisedAreRefused() {
        try (RawOrigin origin = origin();
                TestProxy proxy = limited(ProxyLimits.DEFAULTS.with("http2StreamsMax", 10), origin);
                H2Client client = H2Client.of(proxy)) {
            for (int stream = 1; stream <= 21; stream += 2) {
                client.request(stream, true, "GET", "/slow");
            }
            assertThat(client.response(21).reset).isEqualTo(H2Client.REFUSED_STREAM);
            assertThat(proxy.gauge("proxy_http2_limits", "limit", "streams")).isEqualTo(1);
            client.cancel(1);
            assertThat(client.get(23).response(23).text()).isEqualTo("ok");
        }
    }

    @Test
    void streamsThatStallWithAZeroWindowAreReset() {
        ProxyLimits limits = ProxyLimits.DEFAULTS.with("clientProgressTimeout", Duration.ofMillis(300));
        try (RawOrigin origin = origin();
                TestProxy proxy = limited(limits, origin);
                H2Client client = H2Client.of(proxy)) {
            client.frame(SETTINGS, 0, 0, H2Client.setting(4, 0));
            assertThat(client.get(1).response(1).reset).isEqualTo(H2Client.CANCEL);
            assertThat(proxy.gauge("proxy_http2_limits", "limit", "stalled_stream"))
                    .isEqualTo(1);
            await().until(() -> proxy.value("proxy_held_bytes") == 0);
            client.frame(SETTINGS, 0, 0, H2Client.setting(4, 1000));
            assertThat(client.get(3).response(3).text()).isEqualTo("ok");
        }
    }

    @Test
    void aRequestThatDoesNotComeIs408() {
        ProxyLimits limits = ProxyLimits.DEFAULTS.with("clientProgressTimeout", Duration.ofMillis(300));
        try (RawOrigin origin = origin();
                TestProxy proxy = limited(limits, origin);
                H2Client client = H2Client.of(proxy)) {
            client.request(1, false, "POST", "/", "content-length", "9").data(1, "part", false);
            assertThat(client.response(1).status()).isEqualTo("408");
            assertThat(client.get(3).response(3).text()).isEqualTo("ok");
        }
    }

    @Test
    void aClientThatDoesNotBeginIsClosed() {
        ProxyLimits limits = ProxyLimits.DEFAULTS.with("requestHeadTimeout", Duration.ofMillis(300));
        try (RawOrigin origin = origin();
                TestProxy proxy = limited(limits, origin);
                H2Client client = H2Client.silent(proxy)) {
            client.raw(H2Client.PREFACE.getBytes(java.nio.charset.StandardCharsets.US_ASCII))
                    .readToEnd();
            assertThat(client.goAway).isEqualTo(H2Client.SETTINGS_TIMEOUT);
            assertThat(proxy.gauge("proxy_http2_limits", "limit", "preface_time"))
                    .isEqualTo(1);
        }
    }

    @Test
    void aBlockThatDripsIsClosed() {
        ProxyLimits limits = ProxyLimits.DEFAULTS.with("requestHeadTimeout", Duration.ofMillis(300));
        try (RawOrigin origin = origin();
                TestProxy proxy = limited(limits, origin);
                H2Client block = H2Client.of(proxy);
                H2Client frame = H2Client.of(proxy)) {
            block.frame(HEADERS, END_STREAM, 1, block.block(request("GET", "/")))
                    .readToEnd();
            frame.raw(new byte[] {0, 0}).readToEnd();
            assertThat(block.goAway).isEqualTo(H2Client.ENHANCE_YOUR_CALM);
            assertThat(frame.goAway).isEqualTo(H2Client.ENHANCE_YOUR_CALM);
            assertThat(proxy.gauge("proxy_http2_limits", "limit", "block_time")).isEqualTo(2);
        }
    }

    @Test
    void anIdleConnectionIsClosedAlsoIfItPings() {
        ProxyLimits limits = ProxyLimits.DEFAULTS
                .with("clientIdleTimeout", Duration.ofMillis(400))
                .with("http2IdleFramesMax", 1_000_000);
        try (RawOrigin origin = origin();
                TestProxy proxy = limited(limits, origin);
                H2Client client = H2Client.of(proxy)) {
            while (client.goAway < 0) {
                try {
                    client.frame(PING, 0, 0, 1, 2);
                } catch (UncheckedIOException e) {
                    break; // closed while it pinged
                }
                client.read();
            }
            client.readToEnd();
            assertThat(client.goAway).isEqualTo(H2Client.NO_ERROR);
            assertThat(proxy.gauge("proxy_http2_limits", "limit", "idle_time")).isEqualTo(1);
        }
    }

    /** Heads are bound by no window: a client that does not read is not read, either. */
    @Test
    void aClientThatDoesNotReadIsNotRead() {
        ProxyLimits limits = ProxyLimits.builder()
                .set("clientProgressTimeout", Duration.ofMillis(500))
                .set("http2ResetsMax", 1_000_000)
                .build();
        try (RawOrigin origin = RawOrigin.answering("HTTP/1.1 204 No Content\r\nX: " + "x".repeat(7000) + "\r\n\r\n");
                TestProxy proxy = limited(limits, origin);
                H2Client client = H2Client.of(proxy);
                H2Client other = H2Client.of(proxy)) {
            Thread sender = new Thread(() -> {
                try {
                    for (int stream = 1; stream < 1_000_000; stream += 2) {
                        client.get(stream);
                    }
                } catch (UncheckedIOException e) {
                    // cut off: as it should be
                }
            });
            sender.start();
            await().until(() -> proxy.value("proxy_http2_connections_open") == 1);
            assertThat(other.get(1).response(1).status()).isEqualTo("204");
            join(sender);
            await().until(() -> proxy.value("proxy_held_bytes") == 0);
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join(io.weldr.testing.Patience.PATIENCE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        assertThat(thread.isAlive()).isFalse();
    }

    static TestProxy limited(ProxyLimits limits, RawOrigin... origins) {
        return H2RequestsIT.speaking(settings -> settings.limits(limits), origins);
    }
}
