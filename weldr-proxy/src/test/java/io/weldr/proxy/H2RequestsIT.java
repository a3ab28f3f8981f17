package io.weldr.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.proxy.H2Client.Response;
import java.util.Locale;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Requests of HTTP/2 clients reach origins as HTTP/1.1, and the responses come back as HTTP/2. */
class H2RequestsIT {

    static TestProxy speaking(RawOrigin... origins) {
        return speaking(UnaryOperator.identity(), origins);
    }

    static TestProxy speaking(UnaryOperator<ProxySettings.Builder> change, RawOrigin... origins) {
        TestProxy proxy = TestProxy.with(change, origins);
        TestListener.ofNode().http2().putTo(proxy);
        return proxy;
    }

    @Test
    void aRequestBecomesHttp11AndTheResponseHttp2() {
        try (RawOrigin origin = RawOrigin.answering(
                        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Mixed-Case: Yes\r\nConnection: x-gone\r\nX-Gone: 1\r\n"
                                + "Keep-Alive: timeout=5\r\nSet-Cookie: a=b\r\n\r\nok");
                TestProxy proxy = speaking(origin);
                H2Client client = H2Client.of(proxy)) {
            client.request(1, true, "GET", "/path?q=1", "x-some", "thing", "cookie", "a=1", "cookie", "b=2");
            Response response = client.response(1);
            assertThat(response.status()).isEqualTo("200");
            assertThat(response.text()).isEqualTo("ok");
            assertThat(response.field("x-mixed-case")).isEqualTo("Yes");
            assertThat(response.field("content-length")).isEqualTo("2");
            assertThat(response.field("set-cookie")).isEqualTo("a=b");
            assertThat(response.field("x-gone")).isNull();
            assertThat(response.field("keep-alive")).isNull();
            assertThat(response.field("connection")).isNull();
            assertThat(response.ended).isTrue();
            assertThat(response.reset).isEqualTo(-1);
            String request = origin.requests().get(0);
            assertThat(request).startsWith("GET /path?q=1 HTTP/1.1\r\n");
            assertThat(request.toLowerCase(Locale.ROOT))
                    .contains("\r\nhost: a.example\r\n", "\r\nx-some: thing\r\n", "\r\ncookie: a=1; b=2\r\n")
                    .contains("\r\nvia: 2.0 weldr\r\n", "\r\nx-forwarded-for: 127.0.0.1\r\n")
                    .doesNotContain("transfer-encoding");
        }
    }

    @Test
    void http11IsServedOnTheSameListener() {
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = speaking(origin);
                Wire client = proxy.connect()) {
            assertThat(client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").readMessage())
                    .endsWith("ok");
            assertThat(client.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").readToEnd())
                    .startsWith("HTTP/1.1 505 ");
        }
    }

    @Test
    void thePrefaceMayComeByteByByte() {
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = speaking(origin);
                H2Client client = H2Client.silent(proxy)) {
            for (byte octet : H2Client.PREFACE.getBytes(java.nio.charset.StandardCharsets.US_ASCII)) {
                client.raw(new byte[] {octet});
            }
            for (byte octet : H2Client.frameBytes(H2Client.SETTINGS, 0, 0, new byte[0])) {
                client.raw(new byte[] {octet});
            }
            assertThat(client.get(1).response(1).status()).isEqualTo("200");
        }
    }

    @Test
    void aListenerThatIsNotToldToSpeaksHttp11Alone() {
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = TestProxy.inFrontOf(origin);
                Wire client = proxy.connect()) {
            assertThat(client.send(H2Client.PREFACE).readToEnd()).startsWith("HTTP/1.1 505 ");
        }
    }

    @Test
    void bodiesGoBothWays() {
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    while (true) {
                        String request = self.next(wire);
                        if (request.isEmpty()) {
                            return;
                        }
                        wire.send(
                                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n");
                    }
                });
                TestProxy proxy = speaking(origin);
                H2Client client = H2Client.of(proxy)) {
            client.request(1, false, "POST", "/", "content-length", "5")
                    .data(1, "he", false)
                    .data(1, "llo", true);
            Response withLength = client.response(1);
            assertThat(withLength.text()).isEqualTo("abcdefg");
            assertThat(withLength.field("transfer-encoding")).isNull();
            assertThat(withLength.ended).isTrue();
            client.request(3, false, "POST", "/").data(3, "hello", false).data(3, " world", true);
            assertThat(client.response(3).text()).isEqualTo("abcdefg");
            assertThat(origin.requests().get(0))
                    .contains("\r\nContent-Length: 5\r\n")
                    .endsWith("\r\n\r\nhello");
            assertThat(origin.requests().get(1))
                    .contains("\r\nTransfer-Encoding: chunked\r\n")
                    .endsWith("\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n");
        }
    }

    @Test
    void trailersGoBothWays() {
        try (RawOrigin origin =
                        RawOrigin.answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n"
                                + "\r\n2\r\nok\r\n0\r\nX-Sum: 7\r\n\r\n");
                TestProxy proxy = speaking(origin);
                H2Client client = H2Client.of(proxy)) {
            client.request(1, false, "POST", "/", "te", "trailers")
                    .data(1, "hello", false)
                    .headers(1, true, "x-check", "9");
            Response response = client.response(1);
            assertThat(response.text()).isEqualTo("ok");
            assertThat(response.trailer("x-sum")).isEqualTo("7");
            assertThat(origin.requests().get(0)).endsWith("\r\n5\r\nhello\r\n0\r\nx-check: 9\r\n\r\n");
        }
    }

    /** HTTP/1.1 has no place for trailers behind a length: the content goes in chunks if the client announces them. */
    @Test
    void trailersThatAreAnnouncedPassAlsoBehindALength() {
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = speaking(origin);
                H2Client client = H2Client.of(proxy)) {
            client.request(1, false, "POST", "/", "content-length", "5", "trailer", "x-check")
                    .data(1, "hello", false)
                    .headers(1, true, "x-check", "9");
            assertThat(client.response(1).text()).isEqualTo("ok");
            assertThat(origin.requests().get(0))
                    .contains("\r\nTransfer-Encoding: chunked\r\n", "\r\ntrailer: x-check\r\n")
                    .doesNotContainIgnoringCase("content-length")
                    .endsWith("\r\n5\r\nhello\r\n0\r\nx-check: 9\r\n\r\n");
            client.request(3, false, "POST", "/", "content-length", "5").data(3, "hello", false);
            assertThat(client.headers(3, true, "x-check", "9").response(3).text())
                    .isEqualTo("ok");
            assertThat(origin.requests().get(1))
                    .contains("\r\nContent-Length: 5\r\n")
                    .endsWith("\r\n\r\nhello");
            // The length still has to be right.
            for (String content : new String[] {"hell", "hello!"}) {
                int stream = content.length() == 4 ? 5 : 7;
                client.request(stream, false, "POST", "/", "content-length", "5", "trailer", "x-check")
                        .data(stream, content, false)
                        .headers(stream, true, "x-check", "9");
                assertThat(client.response(stream).reset).as(content).isEqualTo(H2Client.PROTOCOL_ERROR);
            }
            client.request(9, false, "POST", "/", "content-length", "5", "content-length", "6", "trailer", "x-check");
            assertThat(client.response(9).reset).isEqualTo(H2Client.PROTOCOL_ERROR);
        }
    }

    @Test
    void responsesWithoutContentEndWithTheirHead() {
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    for (String request = self.next(wire); !request.isEmpty(); request = self.next(wire)) {
                        String answer = request.startsWith("HEAD")
                                ? "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n"
                                : request.startsWith("GET /304")
                                        ? "HTTP/1.1 304 Not Modified\r\nETag: x\r\n\r\n"
                                        : "HTTP/1.1 204 No Content\r\n\r\n";
                        wire.send(answer);
                    }
                });
                TestProxy proxy = speaking(origin);
                H2Client client = H2Client.of(proxy)) {
            Response head = client.request(1, true, "HEAD", "/").response(1);
            assertThat(head.field("content-length")).isEqualTo("99");
            Response noContent = client.request(3, true, "GET", "/204").response(3);
            assertThat(noContent.status()).isEqualTo("204");
            Response notModified = client.request(5, true, "GET", "/304").response(5);
            assertThat(notModified.status()).isEqualTo("304");
            assertThat(client.frames).noneMatch(frame -> frame.type() == H2Client.DATA);
        }
    }

    @Test
    void interimResponsesAndExpectationsPass() {
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    String head = wire.readHead();
                    wire.send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
                    self.remember(head + wire.read(4));
                    wire.send(RawOrigin.OK);
                });
                TestProxy proxy = speaking(origin);
                H2Client client = H2Client.of(proxy)) {
            client.request(1, false, "PUT", "/", "expect", "100-continue", "content-length", "4");
            client.await(frame -> !client.soFar(1).interim.isEmpty());
            assertThat(client.soFar(1).interim.get(0).status()).hasToString("100");
            Response response = client.data(1, "body", true).response(1);
            assertThat(response.interim.get(1).get("link")).hasToString("</a>");
            assertThat(response.text()).isEqualTo("ok");
            assertThat(origin.requests().get(0)).endsWith("body");
        }
    }

    @Test
    void manyStreamsShareAConnection() {
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = speaking(origin);
                H2Client client = H2Client.of(proxy)) {
            for (int stream = 1; stream < 200; stream += 2) {
                client.get(stream);
            }
            for (int stream = 1; stream < 200; stream += 2) {
                assertThat(client.response(stream).text()).isEqualTo("ok");
            }
            assertThat(proxy.value("proxy_http2_streams")).isEqualTo(100);
            await().until(() -> proxy.value("proxy_http2_streams_open") == 0);
            assertThat(proxy.value("proxy_http2_connections_open")).isEqualTo(1);
        }
    }

    @Test
    void weldrsOwnAnswersComeAsHttp2() {
        try (TestProxy proxy = speaking();
                H2Client client = H2Client.of(proxy)) {
            Response response = client.get(1).response(1);
            assertThat(response.status()).isEqualTo("503");
            assertThat(response.text()).contains("cause: no_origin_up");
            assertThat(response.field("connection")).isNull();
            Response unsent = client.request(3, false, "POST", "/").response(3);
            assertThat(unsent.status()).isEqualTo("503");
            client.await(frame -> frame.type() == H2Client.RST_STREAM);
            assertThat(client.soFar(3).reset).isEqualTo(H2Client.NO_ERROR);
            assertThat(client.get(5).response(5).status()).isEqualTo("503");
        }
    }

    @Test
    void aResponseThatBreaksOffIsReset() {
        try (RawOrigin origin = RawOrigin.answeringOnce("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
                TestProxy proxy = speaking(origin);
                H2Client client = H2Client.of(proxy)) {
            Response response = client.get(1).response(1);
            assertThat(response.ended).isFalse();
            assertThat(response.reset).isEqualTo(H2Client.INTERNAL_ERROR);
            assertThat(client.goAway).isEqualTo(-1);
        }
    }

    @Test
    void aCancelledRequestEndsAtTheOrigin() {
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    self.next(wire);
                    if (wire.atEnd()) {
                        self.remember("ended");
                    }
                });
                TestProxy proxy = speaking(origin);
                H2Client client = H2Client.of(proxy)) {
            client.get(1);
            await().until(() -> origin.requests().size() == 1);
            client.cancel(1);
            await().until(() -> origin.requests().contains("ended"));
            assertThat(proxy.gauge("proxy_http2_resets", "by", "client")).isEqualTo(1);
        }
    }
}
