package io.weldr.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is malformed goes no further, whoever sends it, and nothing of it reaches the next exchange. */
class StrictnessIT {

    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    private final RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
    private final TestProxy proxy = TestProxy.inFrontOf(origin);

    @AfterEach
    void close() {
        proxy.close();
        origin.close();
    }

    private static String wire(String text) {
        return text.replace("|", "\r\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            value = {
                "'GET / HTTP/1.1|Host : a||' # 400",
                "'GET / HTTP/1.1||' # 400",
                "'GET / HTTP/3.0|Host: a||' # 505",
                "'CONNECT a:1 HTTP/1.1|Host: a:1||' # 405",
                "'TRACE / HTTP/1.1|Host: a||' # 405",
                "'GET / HTTP/1.1|Host: a|Expect: tea||' # 417",
                "'POST / HTTP/1.1|Host: a|Expect: 100-continue|Expect: tea|Content-Length: 1||x' # 417",
                "'GET /a\\b HTTP/1.1|Host: a||' # 400",
                "'GET /<b> HTTP/1.1|Host: a||' # 400",
                "'GET /\"b\" HTTP/1.1|Host: a||' # 400",
                "'POST / HTTP/1.1|Host: a|Content-Length: 5|Transfer-Encoding: chunked||0||' # 400",
                "'POST / HTTP/1.1|Host: a|Transfer-Encoding: xchunked||0||' # 400",
                "'POST / HTTP/1.1|Host: a|Transfer-Encoding: chunked||5\nhello|0||' # 400",
                "'POST / HTTP/1.1|Host: a|Transfer-Encoding: chunked||zz|' # 400",
                "'\u0016\u0003\u0001 hello' # 400",
            })
    void aMalformedRequestIsAnsweredClosedAndNeverForwarded(String request, int status) {
        try (Wire client = proxy.connect()) {
            client.send(wire(request) + GET); // the second request must not be served either
            String all = client.readToEnd();
            assertThat(all).startsWith("HTTP/1.1 " + status + " ").contains("\r\nConnection: close\r\n");
            assertThat(all.split("HTTP/1.1 ", -1)).as(all).hasSize(2);
        }
        assertThat(origin.requests()).isEmpty();
        assertThat(proxy.exchange(GET)).endsWith("ok");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/a|b",
                "/{id}",
                "/^`",
                "/100%",
                "/%zz?%",
                "/?filter={\"a\":[1,2]}",
                "/?a<b>c|d\\e^f`g?h",
                "http://x/a|b?{\"c\"}",
            })
    void targetsThatClientsOfTodaySendPassByteForByte(String target) {
        assertThat(proxy.exchange("GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n"))
                .endsWith("ok");
        assertThat(origin.requests().get(0)).startsWith("GET " + target.replace("http://x", "") + " HTTP/1.1\r\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            value = {
                "HEAD / HTTP/1.1|| # 400",
                "HEAD / HTTP/1.1|Host: a|Content-Length: x|| # 400",
                "HEAD / HTTP/1.1|Host: a|X : y|| # 400",
                "HEAD / HTTP/1.1|Host: a|Expect: tea|| # 417",
                "HEAD / HTTP/2.0|Host: a|| # 505",
            })
    void aHeadThatIsRefusedGetsNoBody(String request, int status) {
        try (Wire client = proxy.connect()) {
            assertThat(client.send(wire(request)).readToEnd())
                    .startsWith("HTTP/1.1 " + status + " ")
                    .endsWith("\r\n\r\n")
                    .containsPattern("\r\nContent-Length: [1-9]");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1|Accept: application/json|X-Request-Id: my-id||",
                "GET / HTTP/1.1|Host: a|X-Request-Id: my-id|Accept: text/html, application/json|X : y||",
                "CONNECT a:1 HTTP/1.1|Host: a|Accept: application/json|X-Request-Id: my-id||",
                "GET / HTTP/1.1|Host: a|Expect: tea|Accept: application/json|X-Request-Id: my-id||",
            })
    void aRefusalIsToldTheWayThatWasAskedForAndUnderTheClientSName(String request) {
        assertThat(proxy.exchange(wire(request)))
                .startsWith("HTTP/1.1 4")
                .contains("\r\nContent-Type: application/problem+json\r\n", "\r\nX-Request-Id: my-id\r\n")
                .endsWith("\"requestId\":\"my-id\"}\n");
    }

    @Test
    void tooLongIs414And431() {
        assertThat(proxy.exchange("GET /" + "x".repeat(9000) + " HTTP/1.1\r\nHost: a\r\n\r\n"))
                .startsWith("HTTP/1.1 414 URI Too Long\r\n");
        assertThat(proxy.exchange("GET / HTTP/1.1\r\nHost: a\r\nX: " + "x".repeat(17_000) + "\r\n\r\n"))
                .startsWith("HTTP/1.1 431 Request Header Fields Too Large\r\n");
        assertThat(proxy.exchange(
                        "HEAD / HTTP/1.1\r\nAccept: application/json\r\nX-Request-Id: my-id\r\nX: " + "x".repeat(17_000)
                                + "\r\n\r\n",
                        Wire::readToEnd))
                .startsWith("HTTP/1.1 431 ")
                .contains("application/problem+json", "\r\nX-Request-Id: my-id\r\n")
                .endsWith("\r\n\r\n");
        assertThat(origin.requests()).isEmpty();
    }

    @Test
    void aChunkThatBreaksUnderWayEndsBothConnections() {
        try (RawOrigin patient = RawOrigin.serving((wire, self) -> {
                    self.remember(wire.readHead() + wire.read(10));
                    self.remember("then: " + wire.readToEnding().text());
                });
                TestProxy before = TestProxy.inFrontOf(patient);
                Wire client = before.connect()) {
            client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
            org.awaitility.Awaitility.await().until(() -> !patient.requests().isEmpty());
            client.send("G\r\n");
            assertThat(client.readToEnd()).startsWith("HTTP/1.1 400 ");
            org.awaitility.Awaitility.await()
                    .untilAsserted(() -> assertThat(patient.requests()).hasSize(2));
            assertThat(patient.requests().get(0)).endsWith("\r\n\r\n5\r\nhello\r\n");
            assertThat(patient.requests().get(1)).isEqualTo("then: ");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK|Content-Length: 2|Content-Length: 3||ok",
                "HTTP/1.1 200 OK|Content-Length: 2|Transfer-Encoding: chunked||0||",
                "HTTP/1.1 200 OK|Transfer-Encoding: gzip||ok",
                "HTTP/1.0 200 OK|Transfer-Encoding: chunked||0||",
                "HTTP/1.1 200 OK|X : y|Content-Length: 2||ok",
                "HTTP/1.1 200 OK| folded: y||ok",
                "HTTP/1.1 20 OK||ok, and a little more",
                "HTTP/1.1 200 OK\nContent-Length: 2\n\nok",
                "HTTP/1.1 101 Switching Protocols|Upgrade: foo|Connection: upgrade||",
                "SSH-2.0-OpenSSH_9.2p1|",
                "HTTP/1.1 200 OK|Content-Le",
                "",
            })
    void aMalformedResponseIs502AndItsConnectionIsNotUsedAgain(String response) {
        try (RawOrigin odd = RawOrigin.answeringOnce(wire(response));
                TestProxy before = TestProxy.inFrontOf(odd);
                Wire client = before.connect()) {
            for (int i = 1; i <= 2; i++) {
                assertThat(client.send(GET).readMessage()).startsWith("HTTP/1.1 502 Bad Gateway\r\n");
                assertThat(odd.connections()).isEqualTo(i);
            }
        }
    }

    @Test
    void aResponseHeadWithoutEndIs502() {
        try (RawOrigin odd = RawOrigin.answeringOnce("HTTP/1.1 200 OK\r\nX: " + "y".repeat(20_000));
                TestProxy before = TestProxy.inFrontOf(odd)) {
            assertThat(before.exchange(GET)).startsWith("HTTP/1.1 502 ");
        }
    }

    @Test
    void aResponseThatEndsEarlyLooksBrokenToTheClient() {
        String cutLength = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf";
        String cutChunk = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n";
        String badChunk = cutChunk + "x\r\n";
        for (String response : new String[] {cutLength, cutChunk, badChunk}) {
            try (RawOrigin odd = RawOrigin.answeringOnce(response);
                    TestProxy before = TestProxy.inFrontOf(odd);
                    Wire client = before.connect()) {
                String got = client.send(GET.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"))
                        .readToEnding()
                        .text();
                String body = got.substring(got.indexOf("\r\n\r\n") + 4);
                if (!got.startsWith("HTTP/1.1 502 ")) { // when nothing has left yet there is a better answer
                    assertThat(body).as(response).hasSizeLessThan(20).doesNotContain("0\r\n\r\n");
                }
            }
        }
    }

    @Test
    void aResponseThatEndsEarlyIsResetWhereAnEndWouldLookComplete() {
        String chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n";
        CountDownLatch passedOn = new CountDownLatch(1); // before that a 502 would be the better answer
        try (RawOrigin odd = sending(chunked, passedOn, false);
                TestProxy before = TestProxy.inFrontOf(odd);
                Wire client = before.connect()) {
            assertThat(client.send("GET / HTTP/1.0\r\n\r\n").readHead()).startsWith("HTTP/1.1 200 ");
            assertThat(client.read(5)).isEqualTo("hello");
            passedOn.countDown();
            assertThat(client.readToEnding().reset()).isTrue();
        }
        CountDownLatch read = new CountDownLatch(1);
        try (RawOrigin odd = sending("HTTP/1.1 200 OK\r\n\r\nno end", read, true);
                TestProxy before = TestProxy.inFrontOf(odd);
                Wire client = before.connect()) {
            client.send(GET);
            assertThat(client.readHead()).contains("chunked");
            assertThat(client.read(11)).isEqualTo("6\r\nno end\r\n");
            read.countDown();
            assertThat(client.readToEnding().text()).as("no last chunk").isEmpty();
        }
    }

    /** An origin that sends those bytes, and later ends the connection, or resets it. */
    private static RawOrigin sending(String bytes, CountDownLatch until, boolean reset) {
        return RawOrigin.serving((wire, self) -> {
            self.next(wire);
            wire.send(bytes);
            try {
                until.await();
            } catch (InterruptedException e) {
                return;
            }
            if (reset) {
                wire.reset();
            }
        });
    }

    @Test
    void bytesBehindAResponseReachNobody() {
        try (RawOrigin odd = RawOrigin.answering(RawOrigin.OK + "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison");
                TestProxy before = TestProxy.inFrontOf(odd);
                Wire client = before.connect()) {
            for (int i = 1; i <= 5; i++) {
                assertThat(client.send(GET).readMessage()).endsWith("\r\n\r\nok");
                assertThat(odd.connections()).isEqualTo(i);
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            value = {
                "HEAD # HTTP/1.1 200 OK|Content-Length: 5||hello # HTTP/1.1 200 OK|Content-Length: 5|",
                "GET # HTTP/1.1 204 No Content|Content-Length: 5||hello # HTTP/1.1 204 No Content|",
                "GET # HTTP/1.1 304 Not Modified|Content-Length: 5||hello # HTTP/1.1 304 Not Modified|Content-Length: 5|",
                "GET # HTTP/1.1 304 Not Modified|Transfer-Encoding: chunked||5|hello|0|| # HTTP/1.1 304 Not Modified|",
            })
    void bytesBehindAResponseWithoutABodyReachNobody(String method, String response, String head) {
        try (RawOrigin odd =
                        RawOrigin.answering(wire(response.replaceFirst("\\|\\|", "|Date: now|X-Request-Id: id||")));
                TestProxy before = TestProxy.inFrontOf(odd);
                Wire client = before.connect()) {
            String[] lines = wire(head).split("(?<=\r\n)", 2);
            String expected = lines[0] + "Date: now\r\nX-Request-Id: id\r\n" + lines[1] + "Via: 1.1 weldr\r\n\r\n";
            for (int i = 1; i <= 3; i++) {
                assertThat(client.send(method + " / HTTP/1.1\r\nHost: a\r\n\r\n")
                                .readHead())
                        .isEqualTo(expected);
                assertThat(odd.connections()).isEqualTo(i);
            }
            assertThat(client.endOutput().readToEnd()).isEmpty();
        }
    }

    @Test
    void interimResponsesHaveABoundAndNoBody() {
        String hints = "HTTP/1.1 103 Early Hints\r\n\r\n";
        for (String response : new String[] {
            hints.repeat(16) + RawOrigin.OK,
            hints.repeat(17) + RawOrigin.OK,
            "HTTP/1.1 100 Continue\r\nContent-Length: 5\r\n\r\nhello" + RawOrigin.OK
        }) {
            boolean sound = response.startsWith(hints.repeat(16)) && !response.startsWith(hints.repeat(17));
            try (RawOrigin odd = RawOrigin.answering(response);
                    TestProxy before = TestProxy.inFrontOf(odd);
                    Wire client = before.connect()) {
                String answer = client.send(GET).readMessage();
                while (answer.startsWith("HTTP/1.1 1")) {
                    answer = client.readMessage();
                }
                assertThat(answer).startsWith(sound ? "HTTP/1.1 200 OK\r\n" : "HTTP/1.1 502 Bad Gateway\r\n");
            }
        }
    }

    @Test
    void theBeginningOfHttp2Is505() {
        try (Wire client = proxy.connect()) {
            assertThat(client.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0")
                            .readToEnd())
                    .startsWith("HTTP/1.1 505 HTTP Version Not Supported\r\n")
                    .contains("\r\nConnection: close\r\n");
        }
        assertThat(origin.requests()).isEmpty();
    }

    @Test
    void whatIsMalformedBehindSoundRequestsCostsThemNothing() {
        try (Wire client = proxy.connect()) {
            client.send("POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"
                    + "POST /2 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nyou\r\n0\r\n\r\n"
                    + GET + "GET / HTTP/1.1\r\nHost : a\r\n\r\n" + GET);
            for (int i = 0; i < 3; i++) {
                assertThat(client.readMessage()).startsWith("HTTP/1.1 200 ").endsWith("ok");
            }
            String last = client.readToEnd();
            assertThat(last).startsWith("HTTP/1.1 400 ").contains("\r\nConnection: close\r\n");
            assertThat(last.split("HTTP/1.1 ", -1)).hasSize(2);
        }
        assertThat(origin.requests()).hasSize(3);
        assertThat(origin.requests().get(0)).startsWith("POST /1 ").endsWith("\r\n\r\nhello");
        assertThat(origin.requests().get(1)).startsWith("POST /2 ").endsWith("\r\n\r\n3\r\nyou\r\n0\r\n\r\n");
        assertThat(origin.requests().get(2)).startsWith("GET / ").endsWith("\r\n\r\n");
    }
}
