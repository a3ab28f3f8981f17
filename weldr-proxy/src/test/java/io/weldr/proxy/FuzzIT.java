package io.weldr.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.weldr.proxy.limits.ProxyLimits;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Mutated messages, from a seed that is printed. Whatever comes in, the proxy answers or closes, what it forwards is
 * sound and undamaged, the next ordinary request is served, and no buffer leaks. {@code -Dfuzz.rounds} sets how many of
 * each kind, {@code -Dfuzz.seed} repeats a run.
 */
class FuzzIT {

    private static final int ROUNDS = Integer.getInteger("fuzz.rounds", 2500);
    private static final String MARK =
            "GET /mark HTTP/1.1\r\nHost: mark\r\nX-Request-Id: mark\r\nConnection: close\r\n\r\n";

    /** What a client gets for it, to the last byte, wherever it stands and whatever came before. */
    private static final String MARKED = "HTTP/1.1 200 OK\r\nDate: now\r\nContent-Length: 2\r\nConnection: close\r\n"
            + "Via: 1.1 weldr\r\nX-Request-Id: mark\r\n\r\nok";

    private static final Duration SHORT = Duration.ofMillis(200);
    /**
     * In one round out of so many the client leaves its side open: then it is told why there is no answer, after a
     * while.
     */
    private static final int PATIENT_ROUNDS = 25;

    /** Many times the timeouts of the proxy in these stories. */
    private static final int SILENCE_MILLIS = 10_000;

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
                TestProxy proxy = TestProxy.limited(
                        ProxyLimits.DEFAULTS
                                .with("requestHeadTimeout", SHORT)
                                .with("clientProgressTimeout", SHORT)
                                .with("tunnelIdleTimeout", SHORT),
                        origin)) {
            for (int round = 0; round < ROUNDS; round++) {
                String request = mutate(REQUESTS.get(random.nextInt(REQUESTS.size())), random);
                boolean patient = round % PATIENT_ROUNDS == 0;
                Wire.Ending got = new Wire.Ending("", true);
                try (Wire client = proxy.connect()) {
                    client.send(request + MARK);
                    if (!patient) {
                        client.endOutput();
                    }
                    got = patient ? readPatiently(client, request) : client.readToEnding();
                } catch (java.io.UncheckedIOException e) {
                    // Closed while we were sending: that is an answer too.
                } catch (AssertionError e) {
                    throw new AssertionError("seed " + seed + ", round " + round + ": " + request, e);
                }
                boolean markForwarded = origin.requests().stream().anyMatch(each -> each.startsWith("GET /mark "));
                assertAnswered(got, patient, markForwarded, "seed " + seed + ", round " + round + ": " + request);
                for (String forwarded : origin.requests()) {
                    assertSound(forwarded, seed);
                    assertUndamaged(forwarded, request + MARK, seed);
                }
                forwardedCount += origin.requests().size();
                if (round % 100 == 0) {
                    assertThat(proxy.exchange(MARK))
                            .as("seed %d, round %d", seed, round)
                            .isEqualTo(MARKED);
                }
                origin.requests().clear();
            }
        }
        System.out.printf("fuzz: %d mutated requests, %d messages reached the origin%n", ROUNDS, forwardedCount);
        assertThat(forwardedCount)
                .as("a fuzz that forwards nothing tests little")
                .isGreaterThan(ROUNDS / 20);
    }

    /**
     * A mutated request can take all of the mark for its own, as its trailers say: then it was answered, and the
     * connection rightly waits for the next one.
     */
    private static Wire.Ending readPatiently(Wire client, String request) {
        try {
            // Shorter than the time after which an idle connection is closed: that comes without a word, and rightly.
            return client.readToEnding(SILENCE_MILLIS);
        } catch (AssertionError open) {
            client.send(MARK);
            Wire.Ending second = client.readToEnding();
            assertThat(second.text()).as(request).isEqualTo(MARKED);
            return second;
        }
    }

    /**
     * What a client got that sent a mutated request and the mark behind it: whole responses and nothing else, the last
     * of which says that it is the last. The mark is answered when the origin got it.
     */
    private static void assertAnswered(Wire.Ending ending, boolean patient, boolean markForwarded, String story) {
        if (ending.reset()) {
            return; // what was on its way may be lost
        }
        String got = ending.text();
        StrictReader reader = new StrictReader(got);
        assertThat(reader.rest()).as(story).isEmpty();
        List<StrictReader.Response> responses = reader.responses();
        boolean lastSaysClose =
                !responses.isEmpty() && responses.get(responses.size() - 1).saysClose();
        for (int i = 0; i < responses.size() - 1; i++) {
            assertThat(responses.get(i).saysClose()).as(story).isFalse();
        }
        if (patient) {
            assertThat(lastSaysClose)
                    .as("%s: nobody hangs up without a word", story)
                    .isTrue();
        }
        if (markForwarded) {
            assertThat(got).as(story).endsWith(MARKED);
        }
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
        assertThat(sent).as("seed %d: %s", seed, forwarded).contains(sentTarget(start[1]));
        for (int i = 1; i < lines.length; i++) {
            if (!OURS.matcher(lines[i]).matches()) {
                assertThat(sent).as("seed %d", seed).contains("\r\n" + lines[i] + "\r\n");
            }
        }
        String body = forwarded.substring(headEnd + 4);
        int trailers = body.startsWith("0")
                ? 0
                : body.lastIndexOf("\r\n0"); // the end of a chunked body is the proxy's to filter
        String content = forwarded.contains("\r\nTransfer-Encoding: chunked\r\n") && trailers >= 0
                ? body.substring(0, trailers)
                : body;
        assertThat(sent).as("seed %d: %s", seed, forwarded).contains("\r\n\r\n" + content);
    }

    /**
     * What a client must have sent of a target: the slash of an empty path in absolute-form is ours (RFC 9112 section
     * 3.2.1).
     */
    private static String sentTarget(String target) {
        return target.equals("/") || target.startsWith("/?") ? target.substring(1) : target;
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

    /**
     * A mutated response, and the mark behind it on the same connections where both sides keep them: nothing that an
     * origin says beyond its response gets into another one.
     */
    @Test
    void mutatedResponsesHarmNobody() {
        long seed = seed();
        Random random = new Random(seed);
        int kept = 0;
        int rounds = Math.max(1, ROUNDS / 2); // an origin that says too little takes its time
        ProxyLimits limits = ProxyLimits.DEFAULTS.with("ejectAfterFailures", 0).with("retryBurstMax", 1_000_000);
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    for (String request = next(wire, self); !request.isEmpty(); request = next(wire, self)) {
                        if (request.startsWith("GET /mark")) {
                            wire.send(RawOrigin.OK);
                            continue;
                        }
                        String response;
                        boolean last;
                        synchronized (random) {
                            response = mutate(RESPONSES.get(random.nextInt(RESPONSES.size())), random);
                            last = random.nextInt(4) == 0;
                        }
                        wire.send(response);
                        if (last) {
                            return; // closing is part of the story
                        }
                        wire.socket().setSoTimeout(5); // the mark comes at once, or the proxy waits in vain for more
                    }
                });
                TestProxy proxy = TestProxy.limited(limits, origin)) {
            for (int round = 0; round < rounds; round++) {
                int before = origin.connections();
                try (Wire client = proxy.connect()) {
                    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n" + MARK);
                    String got = client.readToEnding().text();
                    assertMarkIsItself(got, "seed " + seed + ", round " + round + ": " + got);
                }
                kept += origin.connections() <= before + 1 ? 1 : 0;
            }
        }
        System.out.printf("fuzz: %d mutated responses, %d rounds on a connection that stood%n", rounds, kept);
        assertThat(kept).as("a fuzz of closed connections poisons nothing").isGreaterThan(rounds / 20);
    }

    /** The next request, or nothing if it does not come in time. */
    private static String next(Wire wire, RawOrigin self) {
        try {
            return self.next(wire);
        } catch (AssertionError e) {
            return "";
        }
    }

    private static void assertMarkIsItself(String got, String story) {
        StrictReader reader = new StrictReader(got);
        List<StrictReader.Response> responses = reader.responses();
        if (!reader.rest().isEmpty()) { // the first one was broken off under way: then nothing comes behind it
            assertThat(responses).as(story).isEmpty();
            assertThat(reader.rest()).as(story).startsWith("HTTP/1.1 ").doesNotContain("X-Request-Id: mark");
        } else if (!got.isEmpty()) {
            assertThat(responses.size()).as(story).isBetween(1, 2);
            if (responses.size() == 2 || got.endsWith(MARKED)) {
                assertThat(got).as(story).endsWith(MARKED);
                assertThat(responses).as(story).hasSize(2);
                assertThat(responses.get(0).saysClose()).as(story).isFalse();
            } else {
                assertThat(responses.get(0).saysClose()).as(story).isTrue();
            }
        }
    }
}
