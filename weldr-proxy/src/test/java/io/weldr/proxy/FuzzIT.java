package io.weldr.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Mutated messages, from a seed that is printed. Whatever comes in, the proxy answers or closes, what it forwards is sound and
 * undamaged, the next ordinary request is served, and no buffer leaks. {@code -Dfuzz.rounds} sets how many of each kind,
 * {@code -Dfuzz.seed} repeats a run.
 */
class FuzzIT {

    private static final int ROUNDS = Integer.getInteger("fuzz.rounds", 2500);
    private static final String MARK = "GET /mark HTTP/1.1\r\nHost: mark\r\nConnection: close\r\n\r\n";

    private static final List<String> REQUESTS = List.of(
            "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET http://b/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
            "POST /x?y HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTE: trailers\r\n\r\n3;x=\"y\"\r\nabc\r\n0\r\nT: u\r\n\r\n",
            "OPTIONS * HTTP/1.1\r\nHost: a\r\nMax-Forwards: 1\r\n\r\n",
            "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");

    private static final List<String> RESPONSES = List.of(
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.0 200 OK\r\n\r\nto the end",
            "HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\n\r\n");

    private static final String[] SPICES = {
        "\r\n",
        "\n",
        "\r",
        "\0",
        " ",
        "\t",
        ":",
        ",",
        ";",
        "0",
        "-1",
        "chunked",
        "Content-Length: 3\r\n",
        "\u00ff",
        "Transfer-Encoding: chunked\r\n",
        "HTTP/1.1",
        "\r\n\r\n",
        "Host: b\r\n",
        "\"",
        "ffffffffffffffff",
        " folded\r\n"
    };

    private static String mutate(String text, Random random) {
        StringBuilder mutated = new StringBuilder(text);
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            int at = random.nextInt(mutated.length());
            switch (random.nextInt(5)) {
                case 0 -> mutated.insert(at, SPICES[random.nextInt(SPICES.length)]);
                case 1 -> mutated.setCharAt(at, (char) random.nextInt(256));
                case 2 -> mutated.delete(at, Math.min(mutated.length() - 1, at + 1 + random.nextInt(4)));
                case 3 -> mutated.insert(at, mutated.substring(at, Math.min(mutated.length(), at + 20)));
                default -> mutated.setLength(Math.max(1, at));
            }
            if (mutated.length() == 0) {
                mutated.append('x');
            }
        }
        return mutated.toString();
    }

    private final AtomicInteger leaks = new AtomicInteger();

    private static long seed() {
        long seed = Long.getLong("fuzz.seed", System.nanoTime());
        System.out.println("fuzz.seed=" + seed);
        return seed;
    }

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

    @Test
    void mutatedRequestsHarmNobody() throws java.io.IOException {
        long seed = seed();
        int forwardedCount = 0;
        Random random = new Random(seed);
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    for (String request = self.next(wire); !request.isEmpty(); request = self.next(wire)) {
                        wire.send(RawOrigin.OK);
                    }
                });
                TestProxy proxy = TestProxy.inFrontOf(origin)) {
            for (int round = 0; round < ROUNDS; round++) {
                String request = mutate(REQUESTS.get(random.nextInt(REQUESTS.size())), random);
                try (Wire client = proxy.connect()) {
                    client.send(request + MARK).endOutput();
                    client.readToEnding();
                } catch (java.io.UncheckedIOException e) {
                    // Closed while we were sending: that is an answer too.
                }
                for (String forwarded : origin.requests()) {
                    assertSound(forwarded, seed);
                    assertUndamaged(forwarded, request + MARK, seed);
                }
                forwardedCount += origin.requests().size();
                origin.requests().clear();
                if (round % 100 == 0) {
                    assertThat(proxy.exchange(MARK))
                            .as("seed %d, round %d", seed, round)
                            .endsWith("ok");
                }
            }
        }
        System.out.printf("fuzz: %d mutated requests, %d messages reached the origin%n", ROUNDS, forwardedCount);
        assertThat(forwardedCount)
                .as("a fuzz that forwards nothing tests little")
                .isGreaterThan(ROUNDS / 20);
    }

    /** Lines that the proxy writes itself, and those of the client that it replaces. */
    private static final Pattern OURS = Pattern.compile(
            "(?i)(host|content-length|transfer-encoding|connection|te|upgrade|via|x-request-id|x-forwarded-.*|max-forwards):.*");

    /** Each line and each byte of the body that the origin received was sent by the client, in one piece. */
    private static void assertUndamaged(String forwarded, String sent, long seed) {
        int headEnd = forwarded.indexOf("\r\n\r\n");
        String[] lines = forwarded.substring(0, headEnd).split("\r\n", -1);
        String[] start = lines[0].split(" ", -1);
        assertThat(sent).as("seed %d: %s", seed, forwarded).contains(start[0] + " ");
        assertThat(sent).as("seed %d: %s", seed, forwarded).contains(start[1].equals("/") ? " " : start[1]);
        for (int i = 1; i < lines.length; i++) {
            if (!OURS.matcher(lines[i]).matches()) {
                assertThat(sent).as("seed %d", seed).contains("\r\n" + lines[i] + "\r\n");
            }
        }
        String body = forwarded.substring(headEnd + 4);
        int trailers = body.lastIndexOf("\r\n0"); // the end of a chunked body is the proxy's to filter
        String content = forwarded.contains("\r\nTransfer-Encoding: chunked\r\n") && trailers >= 0
                ? body.substring(0, trailers)
                : body;
        assertThat(sent).as("seed %d: %s", seed, forwarded).contains(content);
    }

    /** What an origin received, read strictly: one head, one framing, no control octets, our Via. */
    private static void assertSound(String request, long seed) {
        String head = request.substring(0, request.indexOf("\r\n\r\n") + 2);
        assertThat(head).as("seed %d", seed).matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+ [!-~]+ HTTP/1\\.1\r\n(?s).*");
        assertThat(head.replace("\r\n", "")).as("seed %d", seed).doesNotContain("\r", "\n", "\0");
        assertThat(head.split("\r\nHost:", -1).length + head.split("\r\nhost:", -1).length)
                .as("seed %d: %s", seed, head)
                .isLessThanOrEqualTo(3);
        boolean length = head.contains("\r\nContent-Length: ");
        boolean chunked = head.contains("\r\nTransfer-Encoding: chunked\r\n");
        assertThat(length && chunked).as("seed %d: %s", seed, head).isFalse();
        assertThat(head).as("seed %d", seed).contains("Via: 1.");
    }

    /** What a client received, read strictly: one head at a time, one framing, never more than the length that was told. */
    private static void assertSoundResponse(String got, long seed, int round) {
        String rest = got;
        while (rest.startsWith("HTTP/1.1 1")) {
            rest = rest.substring(rest.indexOf("\r\n\r\n") + 4);
        }
        if (rest.isEmpty()) {
            return; // broken off behind an interim response
        }
        assertThat(rest).as("seed %d, round %d", seed, round).matches("(?s)HTTP/1\\.1 [2-9][0-9][0-9] .*\r\n\r\n.*");
        String head = rest.substring(0, rest.indexOf("\r\n\r\n") + 2);
        assertThat(head.replace("\r\n", ""))
                .as("seed %d, round %d", seed, round)
                .doesNotContain("\r", "\n", "\0");
        Matcher length = Pattern.compile("\r\nContent-Length: ([0-9]+)\r\n").matcher(head);
        boolean chunked = head.contains("\r\nTransfer-Encoding: chunked\r\n");
        boolean lengthTold = length.find();
        assertThat(lengthTold && chunked)
                .as("seed %d, round %d: %s", seed, round, head)
                .isFalse();
        if (lengthTold) {
            assertThat((long) rest.length() - head.length() - 2)
                    .as("seed %d, round %d: %s", seed, round, rest)
                    .isLessThanOrEqualTo(Long.parseLong(length.group(1)));
        }
    }

    @Test
    void mutatedResponsesHarmNobody() {
        long seed = seed();
        Random random = new Random(seed);
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    String request = self.next(wire);
                    while (!request.isEmpty()) {
                        if (request.startsWith("GET /mark")) {
                            wire.send(RawOrigin.OK);
                        } else {
                            String response;
                            synchronized (random) {
                                response = mutate(RESPONSES.get(random.nextInt(RESPONSES.size())), random);
                            }
                            wire.send(response);
                            return; // closing is part of the story
                        }
                        request = self.next(wire);
                    }
                });
                TestProxy proxy = TestProxy.limited("ejectAfterFailures", 0, origin)) {
            for (int round = 0; round < ROUNDS; round++) {
                try (Wire client = proxy.connect()) {
                    client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
                    String got = client.readToEnding().text();
                    if (!got.isEmpty()) {
                        assertSoundResponse(got, seed, round);
                    }
                }
                if (round % 100 == 0) {
                    assertThat(proxy.exchange(MARK))
                            .as("seed %d, round %d", seed, round)
                            .endsWith("ok");
                }
            }
        }
    }
}
