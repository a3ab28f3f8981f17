package io.weldr.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What HTTP means beyond the plain exchange: interim responses, upgrades, early answers, versions, ends.
 *
 * <p>The file is longer than others because it follows the sections of RFC 9110 and 9112, one short story for each
 * rule.
 */
class SemanticsIT {

    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    @Test
    void aClientThatWaitsFor100GetsTheOriginS() {
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    String head = wire.readHead();
                    wire.send("HTTP/1.1 100 Continue\r\n\r\n");
                    self.remember(head + wire.read(5));
                    wire.send(RawOrigin.OK);
                    self.next(wire);
                });
                TestProxy proxy = TestProxy.inFrontOf(origin);
                Wire client = proxy.connect()) {
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
            assertThat(client.readHead()).isEqualTo("HTTP/1.1 100 Continue\r\nVia: 1.1 weldr\r\n\r\n");
            client.send("hello");
            assertThat(client.readMessage()).endsWith("ok");
            assertThat(origin.requests().get(0))
                    .contains("\r\nExpect: 100-continue\r\n")
                    .endsWith("hello");
        }
    }

    @Test
    void aFinalAnswerInPlaceOf100EndsTheConnection() {
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    wire.readHead();
                    wire.send("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
                    self.remember("then: " + wire.readToEnding().text());
                });
                TestProxy proxy = TestProxy.inFrontOf(origin);
                Wire client = proxy.connect()) {
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
            assertThat(client.readToEnd()).startsWith("HTTP/1.1 403 ").contains("Connection: close\r\n");
            await().untilAsserted(() -> assertThat(origin.requests()).containsExactly("then: "));
        }
    }

    @Test
    void interimResponsesAreRelayedButNotToVersion10() {
        String hints = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
        try (RawOrigin origin = RawOrigin.answering(hints + hints + RawOrigin.OK);
                TestProxy proxy = TestProxy.inFrontOf(origin);
                Wire client = proxy.connect();
                Wire old = proxy.connect()) {
            for (int i = 0; i < 2; i++) {
                client.send(GET);
                assertThat(client.readHead()).startsWith("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n");
                assertThat(client.readHead()).startsWith("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n");
                assertThat(client.readMessage()).endsWith("ok");
            }
            assertThat(old.send("GET / HTTP/1.0\r\n\r\n").readToEnd()).startsWith("HTTP/1.1 200 OK\r\n");
        }
    }

    @Test
    void headHasALengthAndNoBody() {
        try (RawOrigin origin = RawOrigin.answering("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
                TestProxy proxy = TestProxy.inFrontOf(origin);
                Wire client = proxy.connect()) {
            for (int i = 0; i < 3; i++) {
                assertThat(client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n").readHead())
                        .contains("Content-Length: 1000\r\n");
            }
            assertThat(origin.connections()).isEqualTo(1);
        }
    }

    @Test
    void responsesWithoutContentKeepBothConnections() {
        for (String response : new String[] {
            "HTTP/1.1 204 No Content\r\n\r\n",
            "HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n",
            "HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n"
        }) {
            try (RawOrigin origin = RawOrigin.answering(response);
                    TestProxy proxy = TestProxy.inFrontOf(origin);
                    Wire client = proxy.connect()) {
                for (int i = 0; i < 3; i++) {
                    assertThat(client.send(GET).readHead()).startsWith(response.substring(0, 20));
                }
                assertThat(origin.connections()).isEqualTo(1);
            }
        }
    }

    @Test
    void version10IsKeptAliveWhenItAsksAndTheEndIsVisible() {
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = TestProxy.inFrontOf(origin);
                Wire client = proxy.connect()) {
            String request = "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n";
            assertThat(client.send(request).readMessage()).contains("Connection: keep-alive\r\n");
            assertThat(client.send(request).readMessage()).endsWith("ok");
            assertThat(client.send("GET / HTTP/1.0\r\n\r\n").readToEnd()).contains("Connection: close\r\n");
            assertThat(origin.requests().get(0)).startsWith("GET / HTTP/1.1\r\nHost: " + origin.authority() + "\r\n");
        }
    }

    @Test
    void chunksAreUnwrappedForVersion10() {
        try (RawOrigin origin = RawOrigin.answering(
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n3\r\nyou\r\n0\r\nT: x\r\n\r\n");
                TestProxy proxy = TestProxy.inFrontOf(origin);
                Wire client = proxy.connect()) {
            String response = client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
                    .readToEnd();
            assertThat(response)
                    .contains("Connection: close\r\n")
                    .doesNotContain("chunked")
                    .endsWith("\r\n\r\nhelloyou");
        }
    }

    @Test
    void trailersReachThoseWhoAskedForThem() {
        try (RawOrigin origin =
                        RawOrigin.answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: T\r\n\r\n"
                                + "5\r\nhello\r\n0\r\nT: x\r\nContent-Length: 3\r\n\r\n");
                TestProxy proxy = TestProxy.inFrontOf(origin);
                Wire client = proxy.connect()) {
            assertThat(client.send("GET / HTTP/1.1\r\nHost: a\r\nTE: trailers\r\n\r\n")
                            .readMessage())
                    .endsWith("5\r\nhello\r\n0\r\nT: x\r\n\r\n");
            assertThat(client.send(GET).readMessage()).endsWith("5\r\nhello\r\n0\r\n\r\n");
            assertThat(origin.connections()).isEqualTo(1);
        }
    }

    @Test
    void requestTrailersAreFiltered() {
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = TestProxy.inFrontOf(origin);
                Wire client = proxy.connect()) {
            client.send(
                    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nHost: b\r\nSum: 1\r\n\r\n");
            assertThat(client.readMessage()).endsWith("ok");
            assertThat(origin.requests().get(0)).endsWith("1\r\na\r\n0\r\nSum: 1\r\n\r\n");
            assertThat(client.send(GET).readMessage()).endsWith("ok");
        }
    }

    @Test
    void trailersThatConnectionNamesEndHere() {
        String body = "1\r\na\r\n0\r\nX-Hop: 1\r\nX-End: 2\r\nx-other: 3\r\n\r\n";
        try (RawOrigin origin = RawOrigin.answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
                        + "Connection: X-End\r\nConnection: keep-alive, X-Other\r\n\r\n" + body);
                TestProxy proxy = TestProxy.inFrontOf(origin);
                Wire client = proxy.connect()) {
            for (int i = 0; i < 2; i++) {
                client.send("POST / HTTP/1.1\r\nHost: a\r\nTE: trailers\r\nConnection: te, x-hop\r\n"
                        + "Transfer-Encoding: chunked\r\n\r\n" + body);
                assertThat(client.readMessage()).endsWith("\r\n\r\n1\r\na\r\n0\r\nX-Hop: 1\r\n\r\n");
                assertThat(origin.requests().get(2 * i))
                        .endsWith("\r\n\r\n1\r\na\r\n0\r\nX-End: 2\r\nx-other: 3\r\n\r\n");
                // What one message named says nothing about the next one on the same connection.
                client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + body);
                assertThat(client.readMessage()).endsWith("\r\n\r\n1\r\na\r\n0\r\n\r\n");
                assertThat(origin.requests().get(2 * i + 1)).endsWith("\r\n\r\n" + body);
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            value = {
                "TE: gzip, trailers # true",
                "TE: gzip;q=0.5 , Trailers\t,deflate # true",
                "TE: gzip|TE: trailers # true",
                "TE: trailers;q=1 # true",
                "TE: xtrailers # false",
                "TE: trailers-x, gzip # false",
                "TE: gzip;x=\", trailers\" # false",
                "TE: gzip;x=\"\\\", trailers, \" # false",
                "X: trailers # false",
            })
    void trailersAreAskedForByAnyMemberOfTheList(String fields, boolean asked) {
        try (RawOrigin origin =
                        RawOrigin.answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nT: x\r\n\r\n");
                TestProxy proxy = TestProxy.inFrontOf(origin)) {
            String response =
                    proxy.exchange("GET / HTTP/1.1\r\nHost: a\r\n" + fields.replace("|", "\r\n") + "\r\n\r\n");
            assertThat(response).endsWith(asked ? "\r\n\r\n0\r\nT: x\r\n\r\n" : "\r\n\r\n0\r\n\r\n");
            assertThat(origin.requests().get(0).contains("\r\nConnection: TE\r\nTE: trailers\r\n"))
                    .isEqualTo(asked);
        }
    }

    @Test
    void anEarlyAnswerLeavesBothConnectionsUsable() {
        CountDownLatch answered = new CountDownLatch(1);
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    String head = wire.readHead();
                    wire.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nearly");
                    answered.countDown();
                    self.remember(head + wire.read(300_000));
                    while (!self.next(wire).isEmpty()) {
                        wire.send(RawOrigin.OK);
                    }
                });
                TestProxy proxy = TestProxy.inFrontOf(origin);
                Wire client = proxy.connect()) {
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 300000\r\n\r\n" + "x".repeat(1000));
            assertThat(client.readMessage()).endsWith("early");
            client.send("x".repeat(299_000));
            assertThat(client.send(GET).readMessage()).endsWith("ok");
            assertThat(origin.connections()).isEqualTo(1);
            assertThat(answered.getCount()).isZero();
        }
    }

    @Test
    void anOriginThatAnswersEarlyAndClosesDoesNotCostTheClientItsConnection() {
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    if (self.connections() == 1) {
                        wire.readHead();
                        wire.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nearly")
                                .endOutput();
                        wire.read(1000);
                        return;
                    }
                    self.next(wire);
                    wire.send(RawOrigin.OK);
                });
                TestProxy proxy = TestProxy.inFrontOf(origin);
                Wire client = proxy.connect()) {
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n" + "x".repeat(1000));
            assertThat(client.readMessage()).endsWith("early");
            client.send("x".repeat(199_000));
            assertThat(client.send(GET).readMessage()).endsWith("ok");
        }
    }

    @Test
    void anUpgradeBecomesATunnelBothWays() {
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    self.next(wire);
                    wire.send("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\nhi!");
                    for (int i = 0; i < 3; i++) {
                        wire.send(wire.read(4));
                    }
                    self.remember("end: " + wire.readToEnd());
                    wire.send("bye");
                });
                TestProxy proxy = TestProxy.inFrontOf(origin);
                Wire client = proxy.connect()) {
            client.send("GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n");
            assertThat(client.readHead())
                    .isEqualTo("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: echo\r\n"
                            + "Via: 1.1 weldr\r\n\r\n");
            assertThat(client.read(3)).isEqualTo("hi!");
            for (String word : new String[] {"one.", "two.", "\u0000\r\n\u00ff"}) {
                assertThat(client.send(word).read(4)).isEqualTo(word);
            }
            client.endOutput();
            assertThat(client.readToEnd()).isEqualTo("bye");
            assertThat(origin.requests().get(1)).isEqualTo("end: ");
            assertThat(origin.requests().get(0)).contains("\r\nConnection: upgrade\r\nUpgrade: echo\r\n");
        }
    }

    @Test
    void anOriginMayDeclineAnUpgrade() {
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = TestProxy.inFrontOf(origin);
                Wire client = proxy.connect()) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
            assertThat(client.readMessage()).endsWith("ok");
            assertThat(client.send(GET).readMessage()).endsWith("ok");
        }
    }

    @Test
    void aClientThatEndsItsSideStillGetsItsAnswer() {
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = TestProxy.inFrontOf(origin);
                Wire client = proxy.connect()) {
            assertThat(client.send(GET).endOutput().readToEnd()).endsWith("ok");
        }
    }

    @Test
    void aClientThatEndsInsideItsRequestReachesNobodyElse() {
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    self.remember(wire.readHead() + wire.read(4));
                    self.remember("then: " + wire.readToEnding().text());
                });
                TestProxy proxy = TestProxy.inFrontOf(origin);
                Wire client = proxy.connect()) {
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf");
            await().until(() -> origin.requests().size() == 1);
            client.endOutput();
            assertThat(client.atEnd()).isTrue();
            await().untilAsserted(() -> assertThat(origin.requests()).hasSize(2));
            assertThat(origin.requests().get(1)).isEqualTo("then: ");
        }
    }

    @Test
    void connectionCloseIsHonouredOnEitherSide() {
        try (RawOrigin origin =
                        RawOrigin.answering("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
                TestProxy proxy = TestProxy.inFrontOf(origin);
                Wire client = proxy.connect()) {
            for (int i = 1; i <= 3; i++) {
                assertThat(client.send(GET).readMessage()).endsWith("ok").doesNotContain("close");
                assertThat(origin.connections()).isEqualTo(i);
            }
            assertThat(client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                            .readToEnd())
                    .contains("Connection: close\r\n")
                    .endsWith("ok");
        }
    }

    @Test
    void maxForwardsOfZeroEndsHere() {
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = TestProxy.inFrontOf(origin)) {
            assertThat(proxy.exchange("OPTIONS / HTTP/1.1\r\nHost: a\r\nMax-Forwards: 0\r\n\r\n"))
                    .startsWith("HTTP/1.1 200 OK\r\n")
                    .contains("\r\nAllow: GET, ");
            assertThat(origin.requests()).isEmpty();
        }
    }

    @Test
    void aTraceThatMayGoNoFurtherIsShownWhatArrivedButNoSecrets() {
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = TestProxy.with(settings -> settings.traceAllowed(true), origin)) {
            String request = "TRACE /x?y HTTP/1.1\r\nHost: a\r\nMax-Forwards: 0\r\nX-One: 1\r\n";
            String answer = proxy.exchange(request + "Cookie: c=secret\r\nX-Api-Key: secret\r\n\r\n");
            assertThat(answer)
                    .startsWith("HTTP/1.1 200 OK\r\n")
                    .contains("\r\nContent-Type: message/http\r\n")
                    .endsWith("\r\n\r\n" + request + "\r\n");
            assertThat(origin.requests()).isEmpty();
            assertThat(proxy.exchange("TRACE / HTTP/1.1\r\nHost: a\r\nMax-Forwards: 1\r\n\r\n"))
                    .endsWith("ok");
            assertThat(origin.requests().get(0)).startsWith("TRACE / ").contains("\r\nMax-Forwards: 0\r\n");
            assertThat(proxy.exchange("TRACE / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx"))
                    .startsWith("HTTP/1.1 400 ");
        }
    }

    @Test
    void anEventArrivesWhenItIsSent() {
        CountDownLatch seen = new CountDownLatch(1);
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    self.next(wire);
                    wire.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: one\n\n");
                    try {
                        seen.await();
                    } catch (InterruptedException e) {
                        return;
                    }
                    wire.send("data: two\n\n");
                });
                TestProxy proxy = TestProxy.inFrontOf(origin);
                Wire client = proxy.connect()) {
            client.send(GET).readHead();
            assertThat(client.read(16)).isEqualTo("b\r\ndata: one\n\n\r\n");
            seen.countDown();
            assertThat(client.read(16)).isEqualTo("b\r\ndata: two\n\n\r\n");
            assertThat(client.read(5)).isEqualTo("0\r\n\r\n");
        }
    }

    @Test
    void errorsAreToldInJsonToThoseWhoAsk() {
        try (TestProxy proxy = TestProxy.inFrontOf()) {
            assertThat(proxy.exchange(
                            "GET / HTTP/1.1\r\nHost: a\r\nAccept: application/json\r\nX-Request-Id: my-id\r\n\r\n"))
                    .contains("Content-Type: application/problem+json\r\n")
                    .endsWith("{\"type\":\"about:blank\",\"title\":\"Service Unavailable\",\"status\":503,"
                            + "\"detail\":\"no origin is up\",\"cause\":\"no_origin_up\",\"requestId\":\"my-id\"}\n");
            assertThat(proxy.exchange("HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".replace("HEAD", "GET")))
                    .contains("Content-Type: text/plain");
        }
    }

    @Test
    void aRequestThatArrivesByteByByteIsTheSame() {
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = TestProxy.inFrontOf(origin);
                Wire client = proxy.connect()) {
            String request =
                    "POST /slow HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
            for (int i = 0; i < request.length(); i++) {
                client.send(request.substring(i, i + 1));
            }
            assertThat(client.readMessage()).endsWith("ok");
            assertThat(origin.requests().get(0)).endsWith("\r\n\r\n5\r\nhello\r\n0\r\n\r\n");
        }
    }

    @Test
    void aResponseThatArrivesByteByByteIsTheSame() {
        String response =
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nDate: now\r\n\r\n"
                        + "5\r\nhello\r\n0\r\nT: x\r\n\r\n";
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    while (!self.next(wire).isEmpty()) {
                        for (int i = 0; i < response.length(); i++) {
                            wire.send(response.substring(i, i + 1));
                        }
                    }
                });
                TestProxy proxy = TestProxy.inFrontOf(origin);
                Wire client = proxy.connect()) {
            for (int i = 0; i < 2; i++) {
                client.send(GET);
                assertThat(client.readHead()).startsWith("HTTP/1.1 100 Continue\r\n");
                assertThat(client.readMessage()).endsWith("\r\n\r\n5\r\nhello\r\n0\r\n\r\n");
            }
            assertThat(origin.connections()).isEqualTo(1);
        }
    }
}
