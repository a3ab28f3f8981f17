package io.weldr.api.auth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.weldr.core.state.Actor;
import io.weldr.core.token.TokenName;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class JsonLinesTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private long nowNanos;

    private static AuditLog.Entry entry(String action, boolean refused) {
        return new AuditLog.Entry(
                Instant.EPOCH,
                Actor.token(new TokenName("ci"), 7),
                "192.0.2.1:7",
                "http",
                action,
                "",
                refused ? "403" : "200",
                refused,
                "release \"7\"\n\u2028 ü 🙂");
    }

    private static List<String> lines(ByteArrayOutputStream out) {
        return out.toString(UTF_8).lines().toList();
    }

    @Test
    void eachEntryIsOneLineOfJson() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonLines log = new JsonLines("n1", out)) {
            log.add(entry("POST /servers", false));
            log.add(new AuditLog.Entry(Instant.EPOCH, null, null, "grpc", "x/Y", "s", "UNAUTHENTICATED", true, null));
        }
        List<String> lines = lines(out);
        assertThat(lines).hasSize(2);
        JsonNode first = MAPPER.readTree(lines.get(0));
        assertThat(first.path("node").asText()).isEqualTo("n1");
        assertThat(first.path("actor").asText()).isEqualTo("token");
        assertThat(first.path("name").asText()).isEqualTo("ci");
        assertThat(first.path("reason").asText()).isEqualTo("release \"7\"\n\u2028 ü 🙂");
        assertThat(first.path("refused").asBoolean()).isFalse();
        assertThat(MAPPER.readTree(lines.get(1)).has("actor")).isFalse();
        assertThat(MAPPER.readTree(lines.get(1)).path("subject").asText()).isEqualTo("s");
    }

    @Test
    void strangersLeaveSoManyLinesASecondAndTheNextLineSaysHowManyThereWereBesides() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonLines log = new JsonLines("n1", out, () -> nowNanos)) {
            for (int i = 0; i < JsonLines.REFUSED_PER_SECOND_MAX + 30; i++) {
                log.add(entry("GET /", true));
            }
            nowNanos += TimeUnit.SECONDS.toNanos(1);
            log.add(entry("GET /last", true));
        }
        List<String> lines = lines(out);
        assertThat(lines).hasSize(JsonLines.REFUSED_PER_SECOND_MAX + 1);
        assertThat(MAPPER.readTree(lines.get(lines.size() - 1)).path("dropped").asInt())
                .isEqualTo(30);
    }

    /** A disk that hangs takes neither memory nor the threads of the API. */
    @Test
    void linesBeyondTheQueueAreDroppedAndCounted() throws IOException {
        CountDownLatch go = new CountDownLatch(1);
        ByteArrayOutputStream kept = new ByteArrayOutputStream();
        OutputStream slow = new OutputStream() {
            @Override
            public void write(int octet) {
                throw new AssertionError("a line is written as a whole");
            }

            @Override
            public void write(byte[] bytes, int from, int length) throws IOException {
                try {
                    go.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
                kept.write(bytes, from, length);
            }
        };
        JsonLines log = new JsonLines("n1", slow);
        for (int i = 0; i < JsonLines.LINES_MAX + 100; i++) {
            log.add(entry("POST /" + i, false));
        }
        go.countDown();
        await().untilAsserted(() -> {
            log.add(entry("POST /again", false));
            assertThat(kept.toString(UTF_8)).contains("\"dropped\":").contains("/again");
        });
        log.close();
        int lines = lines(kept).size();
        int dropped = 0;
        int again = 0;
        for (String line : lines(kept)) {
            dropped += MAPPER.readTree(line).path("dropped").asInt();
            again += line.contains("/again") ? 1 : 0;
        }
        assertThat(lines - again + dropped).isGreaterThanOrEqualTo(JsonLines.LINES_MAX + 100);
    }

    @Test
    void aDiskThatFailsIsTriedAgain() {
        ByteArrayOutputStream kept = new ByteArrayOutputStream();
        OutputStream failsOnce = new OutputStream() {
            private boolean failed;

            @Override
            public void write(int octet) {
                throw new AssertionError("a line is written as a whole");
            }

            @Override
            public void write(byte[] bytes, int from, int length) throws IOException {
                if (!failed) {
                    failed = true;
                    throw new IOException("no space left on device");
                }
                kept.write(bytes, from, length);
            }
        };
        try (JsonLines log = new JsonLines("n1", failsOnce)) {
            log.add(entry("POST /1", false));
            log.add(entry("POST /2", false));
        }
        assertThat(kept.toString(UTF_8)).contains("/2").doesNotContain("/1");
    }
}
