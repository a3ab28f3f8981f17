package io.weldr.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.core.port.Measurement;
import io.weldr.core.port.Traffic;
import io.weldr.proxy.access.AccessLog;
import io.weldr.proxy.access.LineFormat;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** An origin whose address leads back to weldr: a request comes to an end after a few hops. */
class LoopsIT {
    private static final String LOOP = "508 Loop Detected: the request has passed through weldr several times";

    /**
     * How often the proxy sends a request of a loop on: without our name in Via, and with it once, twice and thrice.
     */
    private static final int HOPS = 4;

    private static TestProxy inFrontOfItself(AccessLog log) {
        TestProxy proxy = TestProxy.with(settings -> settings.accessLog(log));
        proxy.add("http://127.0.0.1:" + proxy.server.boundAddress().getPort());
        return proxy;
    }

    private static void endsInALoop(String request, Function<Wire, String> read) {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (AccessLog log = new AccessLog(LineFormat.JSON, file);
                TestProxy proxy = inFrontOfItself(log)) {
            assertThat(proxy.exchange(request, read)).startsWith("HTTP/1.1 508 Loop Detected\r\n");
            // All but the first exchange came from the proxy itself. If the client leaves before its request ends, not
            // all of them succeed.
            await().untilAsserted(
                            () -> assertThat(total(proxy.traffic().client())).isEqualTo(HOPS + 1));
            assertThat(total(proxy.traffic().server())).isLessThanOrEqualTo(HOPS);
            assertThat(proxy.server.measure())
                    .filteredOn(measurement -> measurement.name().equals("proxy_failures")
                            && "loop_detected".equals(measurement.labels().get("cause")))
                    .singleElement()
                    .isInstanceOfSatisfying(
                            Measurement.Counter.class,
                            counter -> assertThat(counter.value()).isEqualTo(1));
            await().until(() -> log.written() == HOPS + 1);
            assertThat(file.toString(StandardCharsets.US_ASCII).lines())
                    .filteredOn(line -> line.contains("\"status\":508,"))
                    .filteredOn(line -> line.contains("\"cause\":\"loop_detected\""))
                    .hasSize(1);
        }
    }

    private static long total(Traffic.Count count) {
        return count.success() + count.failed();
    }

    @Test
    void aGetEnds() {
        endsInALoop("GET / HTTP/1.1\r\nHost: a\r\n\r\n", wire -> {
            String answer = wire.readMessage();
            assertThat(answer).contains(LOOP);
            return answer;
        });
    }

    @Test
    void aPostEnds() {
        endsInALoop("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", Wire::readMessage);
    }

    @Test
    void aPostEndsWhoseBodyIsStillToCome() {
        endsInALoop(
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", Wire::readMessage);
    }

    @Test
    void aWebSocketUpgradeEnds() {
        endsInALoop(
                "GET /chat HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n"
                        + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
                Wire::readMessage);
    }

    @Test
    void twoProxiesInFrontOfEachOtherEndItTogether() {
        try (TestProxy one = TestProxy.inFrontOf();
                TestProxy other = TestProxy.inFrontOf()) {
            one.add("http://127.0.0.1:" + other.server.boundAddress().getPort());
            other.add("http://127.0.0.1:" + one.server.boundAddress().getPort());
            assertThat(one.exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n")).contains(LOOP);
            await().untilAsserted(() -> {
                assertThat(one.traffic().server()).isEqualTo(new Traffic.Count(0, 2));
                assertThat(other.traffic().server()).isEqualTo(new Traffic.Count(0, 2));
            });
        }
    }

    @Test
    void aChainOfClustersIsNoLoop() {
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy last = TestProxy.inFrontOf(origin);
                TestProxy middle = TestProxy.inFrontOf();
                TestProxy first = TestProxy.inFrontOf()) {
            middle.add("http://127.0.0.1:" + last.server.boundAddress().getPort());
            first.add("http://127.0.0.1:" + middle.server.boundAddress().getPort());
            assertThat(first.exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n")).startsWith("HTTP/1.1 200 ");
            assertThat(origin.requests().get(0).lines())
                    .filteredOn(line -> line.equals("Via: 1.1 weldr"))
                    .hasSize(3);
        }
    }

    @Test
    void theClientKeepsItsConnection() {
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = TestProxy.inFrontOf(origin);
                Wire client = proxy.connect()) {
            String via = "Via: 1.1 weldr, 1.1 weldr, 1.1 weldr, 1.1 weldr\r\n";
            assertThat(client.send("GET / HTTP/1.1\r\nHost: a\r\n" + via + "\r\n")
                            .readMessage())
                    .contains(LOOP);
            assertThat(client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").readMessage())
                    .startsWith("HTTP/1.1 200 ");
            assertThat(origin.requests()).hasSize(1);
        }
    }
}
