package io.weldr.proxy;

import static io.weldr.testing.Patience.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.proxy.access.AccessLog;
import io.weldr.proxy.access.LineFormat;
import io.weldr.testing.Ports;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What one listener says of its clients holds for them, and for no others. */
class ListenerSettingsIT {

    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String POST = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab";

    @Test
    void aListenerHasALimitOfConnectionsWithinThatOfTheNode() {
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = TestProxy.limited("connectionsMax", 3, origin)) {
            TestListener listener =
                    TestListener.http("public", Ports.free()).connectionsMax(1).putTo(proxy);
            try (Wire first = listener.connect()) {
                assertThat(first.send(GET).readMessage()).endsWith("ok");
                assertThat(listener.exchange(GET)).startsWith("HTTP/1.1 503 ").contains("too_many_connections");
                assertThat(proxy.exchange(GET)).endsWith("ok");
                listener.connectionsMax(10).putTo(proxy);
                try (Wire second = listener.connect();
                        Wire third = proxy.connect()) {
                    assertThat(second.send(GET).readMessage()).endsWith("ok");
                    assertThat(third.send(GET).readMessage()).endsWith("ok");
                    assertThat(listener.exchange(GET)).as("the node has enough").startsWith("HTTP/1.1 503 ");
                    assertThat(proxy.gauge("proxy_listener_connections_open", "listener", "public"))
                            .isEqualTo(2);
                    assertThat(proxy.gauge("proxy_listener_connections_open", "listener", "default"))
                            .isEqualTo(1);
                }
            }
            await().until(() -> proxy.server.connectionsOpen() == 0);
            assertThat(proxy.gauge("proxy_listener_accepted", "listener", "public"))
                    .isEqualTo(2);
            assertThat(listener.exchange(GET)).endsWith("ok");
        }
    }

    @Test
    void theLimitOfABodyIsThatOfTheListener() {
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = TestProxy.limited("requestBodyBytesMax", 1, origin)) {
            TestListener listener = TestListener.http("public", Ports.free()).putTo(proxy);
            assertThat(listener.exchange(POST)).as("as the node has it").startsWith("HTTP/1.1 413 ");
            listener.bodyMax(2).putTo(proxy);
            assertThat(listener.exchange(POST)).endsWith("ok");
            assertThat(proxy.exchange(POST)).startsWith("HTTP/1.1 413 ");
            TestListener.ofNode().bodyMax(0).putTo(proxy);
            assertThat(proxy.exchange(POST))
                    .as("the node's own listener follows, too")
                    .endsWith("ok");
        }
    }

    @Test
    void theIdleTimeIsThatOfTheListener() {
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = TestProxy.limited("clientIdleTimeout", PATIENCE.multipliedBy(2), origin)) {
            TestListener listener = TestListener.http("public", Ports.free())
                    .idle(Duration.ofSeconds(1))
                    .putTo(proxy);
            try (Wire idle = listener.connect()) {
                assertThat(idle.send(GET).readMessage()).endsWith("ok");
                assertThat(idle.readToEnd()).isEmpty();
            }
        }
    }

    @Test
    void trustedPeersAreThoseOfTheListener() {
        String get = "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n";
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = TestProxy.with(settings -> settings.trustedPeers(List.of("127.0.0.0/8")), origin)) {
            TestListener listener = TestListener.http("public", Ports.free()).putTo(proxy);
            proxy.exchange(get);
            listener.exchange(get);
            listener.trusting("127.0.0.1").putTo(proxy);
            listener.exchange(get);
            TestListener.ofNode().trusting().putTo(proxy);
            proxy.exchange(get);
            String believed = "X-Forwarded-For: 192.0.2.1, 127.0.0.1\r\n";
            String replaced = "X-Forwarded-For: 127.0.0.1\r\n";
            assertThat(origin.requests())
                    .satisfiesExactly(
                            request -> assertThat(request).contains(believed),
                            request -> assertThat(request)
                                    .as("the node's list is of its own listener")
                                    .contains(replaced),
                            request -> assertThat(request).contains(believed),
                            request -> assertThat(request).contains(replaced));
        }
    }

    @Test
    void errorPagesReplaceTheWordsOfWeldr() {
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    self.next(wire);
                    wire.send("HTTP/1.1 500 Oops\r\nContent-Length: 4\r\n\r\nmine");
                });
                TestProxy proxy = TestProxy.inFrontOf()) {
            TestListener listener = TestListener.http("public", Ports.free())
                    .page(5, "text/html; charset=utf-8", "<p>Später</p>")
                    .putTo(proxy);
            String answer = listener.exchange(GET);
            assertThat(answer)
                    .startsWith("HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/html; charset=utf-8\r\n"
                            + "Content-Length: 14\r\nX-Request-Id: ")
                    .endsWith("\r\n\r\n"
                            + new String(
                                    "<p>Später</p>".getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1));
            assertThat(listener.exchange("GET / HTTP/1.1\r\nHost: a\r\nAccept: application/json\r\n\r\n"))
                    .contains("application/problem+json")
                    .contains("\"cause\":\"no_origin_up\"");
            assertThat(listener.exchange("nonsense\r\n\r\n")).contains("cause: bad_start_line");
            assertThat(proxy.exchange(GET)).contains("cause: no_origin_up");
            try (Wire head = listener.connect()) {
                assertThat(head.send("HEAD / HTTP/1.0\r\n\r\n").readToEnd())
                        .contains("Content-Length: 14\r\n")
                        .endsWith("\r\n\r\n");
            }
            proxy.add(origin.url());
            assertThat(listener.exchange(GET))
                    .as("an answer of the origin is its own")
                    .endsWith("mine");
            TestListener.ofNode().page(4, "text/plain", "no").putTo(proxy);
            assertThat(proxy.exchange("nonsense\r\n\r\n"))
                    .startsWith("HTTP/1.1 400 ")
                    .endsWith("\r\n\r\nno");
        }
    }

    @Test
    void theAccessLogNamesTheListener() {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (AccessLog log = new AccessLog(LineFormat.JSON, file);
                RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = TestProxy.with(settings -> settings.accessLog(log), origin)) {
            TestListener listener = TestListener.http("public", Ports.free()).putTo(proxy);
            listener.exchange(GET);
            await().until(() -> log.written() == 1);
            listener.exchange("nonsense\r\n\r\n");
            await().until(() -> log.written() == 2);
            proxy.exchange(GET);
            await().until(() -> log.written() == 3);
            assertThat(file.toString(StandardCharsets.US_ASCII).split("\n", -1))
                    .satisfiesExactly(
                            line -> assertThat(line)
                                    .contains("\"listener\":\"public\"")
                                    .contains("\"status\":200"),
                            line -> assertThat(line)
                                    .contains("\"listener\":\"public\"")
                                    .contains("\"status\":400"),
                            line -> assertThat(line).contains("\"listener\":\"default\""),
                            line -> assertThat(line).isEmpty());
        }
    }
}
