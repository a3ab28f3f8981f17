package io.weldr.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.weldr.proxy.limits.ProxyLimits;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Random frames and mutated sessions, from a seed that is printed. The connection goes on or ends, others are served,
 * what reaches origins is sound, and nothing stays behind. {@code -Dfuzz.rounds} and {@code -Dfuzz.seed} are those of
 * {@link FuzzIT}.
 */
class H2FuzzIT {
    private static final int ROUNDS = Integer.getInteger("fuzz.rounds", 2500);
    /** Of origins, in a few minutes. */
    private static final int ORIGIN_ROUNDS_MAX = 600;

    private static final Duration SHORT = Duration.ofMillis(200);
    private static final int[] STREAMS = {0, 1, 1, 1, 2, 3, 3, 5, 7, 9, 0x7fff_ffff, 0x8000_0001};
    private static final int FRAMES_MAX = 12;

    private final AtomicInteger leaks = new AtomicInteger();

    @BeforeEach
    void listenForLeaks() {
        ByteBufUtil.setLeakListener((type, records) -> leaks.incrementAndGet());
    }

    /** Leaks are noticed when buffers are collected and others allocated. */
    @AfterEach
    void nothingLeaked() {
        for (int i = 0; i < 3; i++) {
            System.gc();
            for (int j = 0; j < 100; j++) {
                ByteBufAllocator.DEFAULT.buffer().release();
            }
        }
        ByteBufUtil.setLeakListener(null);
        assertThat(leaks).hasValue(0);
    }

    private static long seed() {
        long seed = Long.getLong("fuzz.seed", System.nanoTime());
        System.out.println("fuzz.seed=" + seed);
        return seed;
    }

    private static byte[] block(String... fields) {
        return block(false, fields);
    }

    /** @param literal whether it leaves the table of its connection as it is, and does not depend on it */
    private static byte[] block(boolean literal, String... fields) {
        ByteBuf buffer = Unpooled.buffer();
        DefaultHttp2Headers all = new DefaultHttp2Headers(false);
        for (int i = 0; i < fields.length; i += 2) {
            all.add(fields[i], fields[i + 1]);
        }
        try {
            new DefaultHttp2HeadersEncoder((name, value) -> literal).encodeHeaders(1, all, buffer);
        } catch (Http2Exception e) {
            throw new AssertionError(e);
        }
        return ByteBufUtil.getBytes(buffer);
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    // ---- clients

    /** Requests with and without content, trailers and padding, and every other frame that a client may send. */
    private static byte[] session() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(text(H2Client.PREFACE));
        out.writeBytes(H2Client.frameBytes(H2Client.SETTINGS, 0, 0, H2Client.setting(4, 100_000)));
        out.writeBytes(H2Client.frameBytes(H2Client.SETTINGS, H2Client.ACK, 0, new byte[0]));
        byte[] get = block(H2Client.request("GET", "/get", "cookie", "a=b", "x-some", "thing"));
        out.writeBytes(H2Client.frameBytes(H2Client.HEADERS, H2Client.END_HEADERS | H2Client.END_STREAM, 1, get));
        byte[] post = block(H2Client.request("POST", "/post", "content-length", "11"));
        int half = post.length / 2;
        out.writeBytes(H2Client.frameBytes(H2Client.HEADERS, 0, 3, java.util.Arrays.copyOf(post, half)));
        out.writeBytes(H2Client.frameBytes(
                H2Client.CONTINUATION, H2Client.END_HEADERS, 3, java.util.Arrays.copyOfRange(post, half, post.length)));
        out.writeBytes(H2Client.frameBytes(H2Client.DATA, H2Client.PADDED, 3, text("\u0003hello \0\0\0")));
        out.writeBytes(H2Client.frameBytes(H2Client.PING, 0, 0, new byte[8]));
        out.writeBytes(H2Client.frameBytes(H2Client.WINDOW_UPDATE, 0, 0, H2Client.ints(70_000)));
        out.writeBytes(H2Client.frameBytes(H2Client.WINDOW_UPDATE, 0, 3, H2Client.ints(70_000)));
        out.writeBytes(H2Client.frameBytes(H2Client.DATA, H2Client.END_STREAM, 3, text("world")));
        byte[] put = block(H2Client.request("PUT", "/put", "te", "trailers"));
        out.writeBytes(H2Client.frameBytes(H2Client.HEADERS, H2Client.END_HEADERS, 5, put));
        out.writeBytes(H2Client.frameBytes(H2Client.DATA, 0, 5, text("content")));
        out.writeBytes(H2Client.frameBytes(
                H2Client.HEADERS, H2Client.END_HEADERS | H2Client.END_STREAM, 5, block("x-check", "9")));
        byte[] cancelled = block(H2Client.request("GET", "/cancelled"));
        out.writeBytes(H2Client.frameBytes(H2Client.HEADERS, H2Client.END_HEADERS | H2Client.END_STREAM, 7, cancelled));
        out.writeBytes(H2Client.frameBytes(H2Client.RST_STREAM, 0, 7, H2Client.ints(H2Client.CANCEL)));
        out.writeBytes(H2Client.frameBytes(H2Client.PRIORITY, 0, 9, new byte[5]));
        out.writeBytes(H2Client.frameBytes(H2Client.GOAWAY, 0, 0, H2Client.ints(0, 0)));
        return out.toByteArray();
    }

    private static byte[] mutate(byte[] sound, int from, Random random) {
        byte[] bytes = sound.clone();
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            int at = Math.min(bytes.length - 1, from + random.nextInt(Math.max(1, bytes.length - from)));
            switch (random.nextInt(5)) {
                case 0 -> bytes[at] = (byte) random.nextInt();
                case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> bytes = cut(bytes, at, Math.min(bytes.length, at + 1 + random.nextInt(12)));
                case 3 -> bytes = repeat(bytes, at, Math.min(bytes.length, at + 1 + random.nextInt(40)));
                default -> bytes = java.util.Arrays.copyOf(bytes, Math.max(1, at));
            }
        }
        return bytes;
    }

    private static byte[] cut(byte[] bytes, int from, int to) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(bytes, 0, from);
        out.write(bytes, to, bytes.length - to);
        return out.size() == 0 ? new byte[1] : out.toByteArray();
    }

    private static byte[] repeat(byte[] bytes, int from, int to) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(bytes, 0, to);
        out.write(bytes, from, bytes.length - from);
        return out.toByteArray();
    }

    /** Frames of any type with any flags on a few streams; some have a sound payload. */
    private static byte[] frames(Random random, byte[] soundBlock) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 1 + random.nextInt(FRAMES_MAX); i > 0; i--) {
            byte[] payload = switch (random.nextInt(5)) {
                case 0 -> new byte[0];
                case 1 -> new byte[new int[] {4, 5, 6, 8, 12}[random.nextInt(5)]];
                case 2 -> soundBlock;
                default -> new byte[random.nextInt(200)];
            };
            if (payload != soundBlock && random.nextBoolean()) {
                random.nextBytes(payload);
            }
            int flags = random.nextInt(3) == 0 ? random.nextInt(256) : new int[] {0, 1, 4, 5}[random.nextInt(4)];
            out.writeBytes(
                    H2Client.frameBytes(random.nextInt(11), flags, STREAMS[random.nextInt(STREAMS.length)], payload));
        }
        return out.toByteArray();
    }

    @Test
    void clientsThatSendAnythingHarmNobody() {
        long seed = seed();
        Random random = new Random(seed);
        byte[] session = session();
        byte[] opening = (H2Client.PREFACE + "\0\0\0\4\0\0\0\0\0").getBytes(StandardCharsets.ISO_8859_1);
        byte[] get = block(H2Client.request("GET", "/random"));
        int answered = 0;
        int goneAway = 0;
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = H2RequestsIT.speaking(
                        settings -> settings.limits(ProxyLimits.DEFAULTS
                                .with("requestHeadTimeout", SHORT)
                                .with("clientProgressTimeout", SHORT)),
                        origin)) {
            for (int round = 0; round < ROUNDS; round++) {
                String story = "seed " + seed + ", round " + round;
                boolean mutated = round % 2 == 0;
                try (H2Client client = H2Client.silent(proxy)) {
                    try {
                        if (mutated) {
                            client.raw(mutate(session, random.nextInt(4) == 0 ? 0 : H2Client.PREFACE.length(), random));
                        } else {
                            client.raw(opening).raw(frames(random, get));
                        }
                        client.endOutput();
                    } catch (java.io.UncheckedIOException e) {
                        // Closed while we were sending: that is an answer too.
                    }
                    client.readToEnd(); // fails if it stays open
                    answered += client.soFar(1).over() || client.soFar(3).over() ? 1 : 0;
                    goneAway += client.goAway > 0 ? 1 : 0;
                } catch (AssertionError e) {
                    throw new AssertionError(story, e);
                }
                for (String forwarded : origin.requests()) {
                    assertSound(forwarded, story);
                }
                origin.requests().clear();
                if (round % 100 == 0) {
                    try (H2Client other = H2Client.of(proxy)) {
                        assertThat(other.get(1).response(1).text()).as(story).isEqualTo("ok");
                    }
                }
            }
            nothingStays(proxy);
        }
        System.out.printf("fuzz: %d sessions, %d with answers, %d ended by an error%n", ROUNDS, answered, goneAway);
        assertThat(answered).as("a fuzz that gets no answer tests little").isGreaterThan(ROUNDS / 20);
        assertThat(goneAway).as("so does one that is always taken").isGreaterThan(ROUNDS / 20);
    }

    private static void nothingStays(TestProxy proxy) {
        await().until(() -> proxy.server.connectionsOpen() == 0);
        await().until(() -> proxy.value("proxy_exchanges_open") == 0);
        await().until(() -> proxy.value("proxy_http2_streams_open") == 0);
        await().until(() -> proxy.value("proxy_held_bytes") == 0);
    }

    /** What an origin received, read strictly: one head, one framing, no control octets, our Via. */
    private static void assertSound(String request, String story) {
        String head = request.substring(0, request.indexOf("\r\n\r\n") + 2);
        assertThat(head).as(story).matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+ [!-~]+ HTTP/1\\.1\r\n(?s).*");
        assertThat(head.replace("\r\n", "")).as(story).doesNotContain("\r", "\n", "\0");
        String lower = head.toLowerCase(java.util.Locale.ROOT);
        assertThat(lower.split("\r\nhost:", -1)).as("%s: %s", story, head).hasSize(2);
        assertThat(lower.contains("\r\ncontent-length: ") && lower.contains("\r\ntransfer-encoding: "))
                .as("%s: %s", story, head)
                .isFalse();
        assertThat(lower).as(story).contains("\r\nvia: 2.0 weldr\r\n");
    }

    // ---- origins

    /** A response with an interim one, content and trailers. */
    private static byte[] response(int stream) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] hints = block(":status", "103", "link", "</a>");
        out.writeBytes(H2Client.frameBytes(H2Client.HEADERS, H2Client.END_HEADERS, stream, hints));
        byte[] head = block(":status", "200", "content-length", "11", "x-some", "thing");
        out.writeBytes(H2Client.frameBytes(H2Client.HEADERS, H2Client.END_HEADERS, stream, head));
        out.writeBytes(H2Client.frameBytes(H2Client.DATA, 0, stream, text("hello ")));
        out.writeBytes(H2Client.frameBytes(H2Client.PING, 0, 0, new byte[8]));
        out.writeBytes(H2Client.frameBytes(H2Client.DATA, H2Client.PADDED, stream, text("\u0002world\0\0")));
        byte[] trailers = block("x-sum", "7");
        out.writeBytes(
                H2Client.frameBytes(H2Client.HEADERS, H2Client.END_HEADERS | H2Client.END_STREAM, stream, trailers));
        return out.toByteArray();
    }

    @Test
    void originsThatSendAnythingHarmNobody() {
        long seed = seed();
        Random random = new Random(seed);
        int rounds =
                Math.min(ORIGIN_ROUNDS_MAX, Math.max(1, ROUNDS / 20)); // an origin that says too little takes its time
        byte[] ok = block(":status", "200");
        byte[] mark = block(true, ":status", "200", "content-length", "4");
        int marked = 0;
        int passed = 0;
        ProxyLimits limits = ProxyLimits.DEFAULTS
                .with("ejectAfterFailures", 0)
                .with("retryBurstMax", 1_000_000)
                .with("responseHeadTimeout", SHORT)
                .with("originProgressTimeout", SHORT);
        try (RawOrigin origin = H2Origins.answering((peer, stream) -> {
                    if (String.valueOf(peer.soFar(stream).head).contains("/mark")) {
                        peer.frame(H2Client.HEADERS, H2Client.END_HEADERS, stream, mark)
                                .data(stream, "mark", true);
                        return;
                    }
                    byte[] sent;
                    synchronized (random) {
                        sent = random.nextBoolean() ? mutate(response(stream), 0, random) : frames(random, ok);
                    }
                    peer.raw(sent);
                });
                TestProxy proxy = H2Origins.inFrontOf(settings -> settings.limits(limits), pool -> pool, origin)) {
            for (int round = 0; round < rounds; round++) {
                String story = "seed " + seed + ", round " + round;
                try (Wire client = proxy.connect()) {
                    String got = client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                            .readToEnding()
                            .text();
                    assertThat(got).as(story).doesNotContain("mark");
                    assertThat(got.isEmpty() || got.startsWith("HTTP/1.1 "))
                            .as("%s: %s", story, got)
                            .isTrue();
                    passed += got.contains("HTTP/1.1 200 ") ? 1 : 0;
                }
                String got = proxy.exchange("GET /mark HTTP/1.1\r\nHost: a\r\n\r\n");
                if (got.startsWith("HTTP/1.1 200 ")) {
                    assertThat(got).as(story).endsWith("\r\n\r\nmark").doesNotContain("x-some", "x-sum");
                    marked++;
                } else { // its connection has just been ended for what the origin had sent
                    assertThat(got).as(story).matches("(?s)HTTP/1\\.1 50[24] .*");
                }
            }
            await("seed " + seed)
                    .untilAsserted(() -> assertThat(proxy.exchange("GET /mark HTTP/1.1\r\nHost: a\r\n\r\n"))
                            .endsWith("\r\n\r\nmark"));
            nothingStays(proxy);
        }
        System.out.printf("fuzz: %d answers of origins, %d passed on, %d marks%n", rounds, passed, marked);
        assertThat(marked).isGreaterThan(rounds / 2);
        assertThat(passed).as("a fuzz that is never passed on tests little").isPositive();
    }
}
