package io.weldr.proxy.http1;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.weldr.proxy.http.Failure;
import io.weldr.proxy.http.Framing;
import io.weldr.proxy.limits.ProxyLimits;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** RFC 9112 sections 6 and 7: where a body ends, however its bytes arrive. */
class BodyTest {

    private final Body body = new Body(ProxyLimits.DEFAULTS);

    /**
     * Feeds the text in parts; gives what is passed on, the filtered trailers, and what is left for the next message.
     */
    private String pass(String text, int partBytes) {
        StringBuilder passed = new StringBuilder();
        byte[] bytes = MessageTables.wire(text).getBytes(ISO_8859_1);
        int at = 0;
        while (at < bytes.length && !body.complete() && body.failure() == null) {
            ByteBuf in = Unpooled.wrappedBuffer(bytes, at, Math.min(partBytes, bytes.length - at));
            int part = body.take(in);
            passed.append(in.toString(0, part, ISO_8859_1));
            at += part + body.swallowed();
            if (part + body.swallowed() == 0 && body.failure() == null && !body.complete()) {
                throw new AssertionError("no progress at " + at);
            }
        }
        byte[] trailers = body.trailers(true);
        if (trailers != null) {
            passed.append(new String(trailers, ISO_8859_1));
        }
        String rest = new String(bytes, at, bytes.length - at, ISO_8859_1);
        return passed.toString().replace("\r\n", "|") + (rest.isEmpty() ? "" : " -> " + rest);
    }

    @Test
    void aLengthIsCountedDown() {
        for (int part = 1; part < 12; part++) {
            body.start(Framing.LENGTH, 5);
            assertThat(pass("helloGET", part)).startsWith("hello").endsWith("-> GET");
            assertThat(body.complete()).isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("io.weldr.proxy.http1.MessageTables#soundChunks")
    void chunksPassAsTheyCameHoweverTheyArrive(String chunks) {
        for (int part = 1; part <= chunks.length() + 2; part++) {
            body.start(Framing.CHUNKED, 0);
            assertThat(pass(chunks + "NEXT", part)).isEqualTo(chunks + " -> NEXT");
            assertThat(body.complete()).isTrue();
            assertThat(body.failure()).isNull();
        }
    }

    @ParameterizedTest
    @MethodSource("io.weldr.proxy.http1.MessageTables#malformedChunks")
    void whatTwoReadersCouldReadDifferentlyIsRefused(String chunks) {
        for (int part : new int[] {1, 2, 3, 1000}) {
            body.start(Framing.CHUNKED, 0);
            pass(chunks, part);
            assertThat(body.failure()).as("in parts of %d", part).isEqualTo(Failure.BAD_CHUNK);
            assertThat(body.complete()).isFalse();
        }
    }

    @Test
    void extensionsAreBounded() {
        body.start(Framing.CHUNKED, 0);
        pass("5;" + "x".repeat(300) + "|hello|0||", 1000);
        assertThat(body.failure()).isEqualTo(Failure.BAD_CHUNK);
    }

    @Test
    void whatIsMostlyFramingIsRefusedAndWhatIsMostlyContentIsNot() {
        String signed = ";signature=" + "f".repeat(64);
        body.start(Framing.CHUNKED, 0);
        pass(("1" + signed + "|a|").repeat(1000) + "0||", 1000);
        assertThat(body.failure()).isEqualTo(Failure.BAD_CHUNK);
        body.start(Framing.CHUNKED, 0);
        pass(("0".repeat(200) + "1|a|").repeat(1000) + "0||", 1000);
        assertThat(body.failure()).isEqualTo(Failure.BAD_CHUNK);
        for (String sound : new String[] {
            ("400" + signed + "|" + "a".repeat(1024) + "|").repeat(1000) + "0||",
            ("1" + signed + "|a|").repeat(100) + "0||",
            "1|a|".repeat(50_000) + "0||",
        }) {
            body.start(Framing.CHUNKED, 0);
            assertThat(pass(sound, 1000)).isEqualTo(sound);
            assertThat(body.complete()).isTrue();
        }
    }

    @Test
    void trailersAreFilteredAndBounded() {
        String section = "0|Content-Length: 5|Checksum: abc|Host: x|Transfer-Encoding: chunked|Set-Cookie: a|More: d||";
        for (int part = 1; part < 100; part++) {
            body.start(Framing.CHUNKED, 0);
            assertThat(pass(section + "NEXT", part)).isEqualTo("0|Checksum: abc|More: d|| -> NEXT");
        }
        body.start(Framing.CHUNKED, 0);
        pass("0|" + "x: y|".repeat(40) + "|", 10);
        assertThat(body.failure()).isEqualTo(Failure.BAD_CHUNK);
        body.start(Framing.CHUNKED, 0);
        pass("0|x: " + "y".repeat(9000) + "||", 1000);
        assertThat(body.failure()).isEqualTo(Failure.BAD_CHUNK);
    }

    @Test
    void contentAloneIsCopiedForThoseWhoKnowNoChunks() {
        body.start(Framing.CHUNKED, 0);
        ByteBuf content = Unpooled.buffer();
        ByteBuf in = Unpooled.copiedBuffer("5;x\r\nhello\r\n3\r\nyou\r\n0\r\n\r\n", ISO_8859_1);
        body.take(in, content);
        assertThat(content.toString(ISO_8859_1)).isEqualTo("helloyou");
        assertThat(body.complete()).isTrue();
        assertThat(body.contentBytes()).isEqualTo(8);
    }

    @Test
    void randomChunksPassInRandomParts() {
        long seed = Long.getLong("seed", System.nanoTime());
        Random random = new Random(seed);
        for (int round = 0; round < 500; round++) {
            StringBuilder chunks = new StringBuilder();
            long content = 0;
            for (int i = random.nextInt(5); i > 0; i--) {
                int size = 1 + random.nextInt(300);
                chunks.append(Integer.toHexString(size))
                        .append('|')
                        .append("x".repeat(size))
                        .append('|');
                content += size;
            }
            chunks.append("0||");
            body.start(Framing.CHUNKED, 0);
            assertThat(pass(chunks.toString(), 1 + random.nextInt(200)))
                    .as("seed %d", seed)
                    .isEqualTo(chunks.toString());
            assertThat(body.complete()).as("seed %d", seed).isTrue();
            assertThat(body.contentBytes()).as("seed %d", seed).isEqualTo(content);
        }
    }
}
