package io.weldr.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.core.port.Measurement;
import io.weldr.proxy.access.AccessLog;
import io.weldr.proxy.access.LineFormat;
import io.weldr.proxy.access.Redaction;
import io.weldr.proxy.limits.ProxyLimits;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** What an operator can see of the traffic. */
class ObservabilityIT {

    private static final Duration SHORT = Duration.ofMillis(200);

    @Test
    void everyExchangeLeavesALine() {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (AccessLog log = new AccessLog(LineFormat.JSON, file);
                RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = TestProxy.with(settings -> settings.accessLog(log), origin);
                Wire client = proxy.connect()) {
            client.send("GET /one?x=\"y\" HTTP/1.1\r\nHost: a\r\nX-Request-Id: id-1\r\n\r\n")
                    .readMessage();
            client.send("POST /two HTTP/1.1\r\nHost: a\r\nX-Request-Id: id-2\r\nContent-Length: 1\r\n\r\nx")
                    .readMessage();
            await().until(() -> log.written() == 2);
            String[] lines = file.toString(StandardCharsets.US_ASCII).split("\n", -1);
            assertThat(lines[0])
                    .startsWith("{\"time\":")
                    .contains(
                            "\"client\":\"127.0.0.1\",\"listener\":\"default\",\"request\":\"GET /one?x=\\\"y\\\"\",\"version\":\"1.1\",\"status\":200,")
                    .contains("\"origin\":\"" + origin.authority() + "\",\"id\":\"id-1\",\"cause\":\"\"}");
            assertThat(lines[1]).contains("\"request\":\"POST /two\"").contains("\"id\":\"id-2\"");
            origin.close();
            client.send("POST /three HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx")
                    .readMessage();
            await().until(() -> log.written() == 3);
            assertThat(file.toString(StandardCharsets.US_ASCII).split("\n", -1)[2])
                    .contains("\"status\":502,")
                    .containsPattern("\"cause\":\"(dead_reused|connect_failed)\"");
            client.send("nonsense\r\n\r\n").readMessage();
            await().until(() -> log.written() == 4);
            assertThat(file.toString(StandardCharsets.US_ASCII).split("\n", -1)[3])
                    .contains("\"request\":\"\",\"version\":\"1.1\",\"status\":400,")
                    .contains("\"cause\":\"bad_start_line\"");
        }
    }

    @Test
    void everyExchangeLeavesALineInTheCommonFormatToo() {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (AccessLog log = new AccessLog(LineFormat.COMMON, file);
                RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = TestProxy.with(settings -> settings.accessLog(log), origin)) {
            String first = proxy.exchange("GET /a?\"b\" HTTP/1.1\r\nHost: a\r\n\r\n");
            await().until(() -> log.written() == 1);
            String second = proxy.exchange("HEAD /b HTTP/1.0\r\n\r\n", Wire::readToEnd);
            await().until(() -> log.written() == 2);
            String third = proxy.exchange("GET /c HTTP/1.1\r\n\r\n");
            await().until(() -> log.written() == 3);
            String when = "127\\.0\\.0\\.1 - - \\[[0-3][0-9]/[A-Z][a-z]{2}/[0-9]{4}(:[0-9]{2}){3} \\+0000] ";
            assertThat(file.toString(StandardCharsets.US_ASCII).split("\n", -1))
                    .satisfiesExactly(
                            line -> assertThat(line)
                                    .matches(when + "\"GET /a\\?\\\\\"b\\\\\" HTTP/1\\.1\" 200 " + first.length()),
                            line -> assertThat(line).matches(when + "\"HEAD /b HTTP/1\\.0\" 200 " + second.length()),
                            line -> assertThat(line).matches(when + "\" HTTP/1\\.1\" 400 " + third.length()),
                            line -> assertThat(line).isEmpty());
        }
    }

    @Test
    void aLineTellsHowOftenTheRequestWasTriedAndWhatTheClientSent() {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        String request = "POST /in?key=abc&x=1 HTTP/1.1\r\nHost: a.example\r\nUser-Agent: test/1\r\n"
                + "Referer: http://b/?KEY=abc\r\nContent-Length: 4\r\n\r\n";
        try (AccessLog log = new AccessLog(LineFormat.JSON, new Redaction(List.of("key")), file);
                RawOrigin gone = RawOrigin.answering(RawOrigin.OK);
                RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = TestProxy.with(settings -> settings.accessLog(log), gone, origin)) {
            gone.close();
            for (int i = 0; i < 2; i++) { // one of them meets the origin that is gone
                try (Wire client = proxy.connect()) {
                    client.send(request).send("body").readMessage();
                }
                int lines = i + 1;
                await().until(() -> log.written() == lines);
            }
            String received = "\"bytesReceived\":" + (request.length() + 4) + ",";
            assertThat(file.toString(StandardCharsets.US_ASCII).lines())
                    .hasSize(2)
                    .allSatisfy(line -> assertThat(line)
                            .contains("\"request\":\"POST /in?key=***&x=1\"", received)
                            .contains("\"host\":\"a.example\",\"referer\":\"http://b/?KEY=***\",")
                            .contains("\"userAgent\":\"test/1\",\"route\":\"default\",\"pool\":\"default\",")
                            .contains("\"revision\":" + proxy.state.get().revision() + ",")
                            .doesNotContain("abc"))
                    .anyMatch(line -> line.matches(".*\"connectMicros\":[1-9][0-9]*,\"tries\":2,.*"))
                    .anyMatch(line -> line.contains("\"tries\":1,"));
        }
    }

    @Test
    void aTunnelLeavesALineWhenItBeginsAndOneWhenItEnds() {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (AccessLog log = new AccessLog(LineFormat.JSON, file);
                RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    self.next(wire);
                    wire.send("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n");
                    wire.send(wire.read(4)).readToEnd();
                });
                TestProxy proxy = TestProxy.with(settings -> settings.accessLog(log), origin);
                Wire client = proxy.connect()) {
            client.send("GET /t HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n")
                    .readHead();
            await().until(() -> log.written() == 1);
            assertThat(file.toString(StandardCharsets.US_ASCII))
                    .contains("\"event\":\"tunnel_begin\",\"status\":101,")
                    .contains("\"origin\":\"" + origin.authority() + "\"");
            assertThat(client.send("ping").read(4)).isEqualTo("ping");
            client.endOutput();
            await().until(() -> log.written() == 2);
            assertThat(file.toString(StandardCharsets.US_ASCII).lines().skip(1))
                    .singleElement()
                    .satisfies(
                            line -> assertThat(line).contains("\"status\":101,").doesNotContain("event"));
        }
    }

    @Test
    void whatEndsWithTheProxyIsCountedAndLeavesALineToo() {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
            self.next(wire);
            wire.atEnd();
        })) {
            try (AccessLog log = new AccessLog(LineFormat.JSON, file);
                    TestProxy proxy = TestProxy.with(settings -> settings.accessLog(log), origin);
                    Wire client = proxy.connect()) {
                client.send("GET /held HTTP/1.1\r\nHost: a\r\n\r\n");
                await().until(() -> origin.requests().size() == 1);
                assertThat(proxy.server.drain(Duration.ZERO)).isFalse();
                assertThat(proxy.traffic().client().failed()).isEqualTo(1);
            }
            assertThat(file.toString(StandardCharsets.US_ASCII))
                    .contains("\"request\":\"GET /held\"")
                    .contains("\"cause\":\"cut_off\"");
        }
    }

    @Test
    void theSizeOfAnAnswerThatATimeoutBringsIsInItsLine() {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        ProxyLimits hasty = ProxyLimits.builder()
                .set("requestHeadTimeout", SHORT)
                .set("clientProgressTimeout", SHORT)
                .set("responseHeadTimeout", SHORT)
                .build();
        try (AccessLog log = new AccessLog(LineFormat.JSON, file);
                RawOrigin origin = RawOrigin.serving((wire, self) -> wire.readToEnding());
                TestProxy proxy =
                        TestProxy.with(settings -> settings.accessLog(log).limits(hasty), origin)) {
            List<String> answers = new ArrayList<>();
            for (String request : List.of(
                    "GET / HTTP/1.1\r\nHost: a\r\n\r\n", // the origin is silent
                    "GET / HTTP/1.1\r\nHost: a\r\n",
                    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhi")) {
                answers.add(proxy.exchange(request));
                await().until(() -> log.written() == answers.size());
            }
            assertThat(answers.get(0)).startsWith("HTTP/1.1 504 ");
            assertThat(answers.get(1)).startsWith("HTTP/1.1 408 ");
            assertThat(answers.get(2)).startsWith("HTTP/1.1 408 ");
            String[] lines = file.toString(StandardCharsets.US_ASCII).split("\n", -1);
            assertThat(lines[0])
                    .contains("\"status\":504,\"bytes\":" + answers.get(0).length() + ",")
                    .contains("\"cause\":\"response_timeout\"");
            assertThat(lines[1])
                    .contains("\"status\":408,\"bytes\":" + answers.get(1).length() + ",");
            assertThat(lines[2])
                    .contains("\"status\":408,\"bytes\":" + answers.get(2).length() + ",");
        }
    }

    /** A download may last for hours. */
    @Test
    void theBytesOfAResponseAreCountedWhileItIsUnderWay() {
        int half = 1 << 20;
        CountDownLatch seen = new CountDownLatch(1);
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    self.next(wire);
                    wire.send("HTTP/1.1 200 OK\r\nContent-Length: " + 2 * half + "\r\n\r\n")
                            .send(new byte[half]);
                    awaitPatiently(seen);
                    wire.send(new byte[half]);
                });
                TestProxy proxy = TestProxy.inFrontOf(origin);
                Wire client = proxy.connect()) {
            try {
                client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").readHead();
                client.read(half);
                await().untilAsserted(() ->
                        assertThat(value(proxy, "proxy_to_clients_bytes")).isGreaterThanOrEqualTo(half));
                assertThat(value(proxy, "proxy_to_clients_bytes")).isLessThan(2 * half);
                assertThat(value(proxy, "proxy_exchanges_open")).isEqualTo(1);
            } finally {
                seen.countDown();
            }
            client.read(half);
            await().until(() -> value(proxy, "proxy_exchanges_open") == 0);
            assertThat(value(proxy, "proxy_to_clients_bytes")).isGreaterThan(2 * half);
        }
    }

    private static void awaitPatiently(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static double value(TestProxy proxy, String name) {
        return proxy.server.measure().stream()
                .filter(each -> each.name().equals(name))
                .mapToDouble(each ->
                        each instanceof Measurement.Gauge gauge ? gauge.value() : ((Measurement.Counter) each).value())
                .sum();
    }

    @Test
    void timesAndCountsAreMeasured() {
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = TestProxy.inFrontOf(origin);
                Wire client = proxy.connect()) {
            for (int i = 0; i < 20; i++) {
                client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").readMessage();
            }
            await().untilAsserted(() ->
                    assertThat(counted(proxy, "proxy_exchange_seconds")).isEqualTo(20));
            assertThat(counted(proxy, "proxy_first_byte_seconds")).isEqualTo(20);
            assertThat(counted(proxy, "proxy_connect_seconds")).isEqualTo(1);
            assertThat(proxy.server.measure())
                    .filteredOn(measurement -> measurement.name().equals("proxy_origin_reuses"))
                    .singleElement()
                    .isInstanceOfSatisfying(
                            Measurement.Counter.class,
                            counter -> assertThat(counter.value()).isEqualTo(19));
        }
    }

    private static long counted(TestProxy proxy, String name) {
        return proxy.server.measure().stream()
                .filter(measurement -> measurement.name().equals(name))
                .map(Measurement.Histogram.class::cast)
                .flatMap(histogram -> histogram.counts().stream())
                .mapToLong(Long::longValue)
                .sum();
    }
}
