package io.weldr.proxy;

import static io.weldr.proxy.http1.MessageTables.wire;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.proxy.http.Failure;
import io.weldr.proxy.http.Framing;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The tables of the scanner's own tests, on real sockets: every byte that origin and client receive is compared. */
class HeadsOnSocketsIT {

    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    /** A request whose answer shows that nothing is left of the one before it. */
    private static final String MARK =
            "GET /mark HTTP/1.1\r\nHost: a\r\nX-Request-Id: mark\r\nConnection: close\r\n\r\n";

    private static final String MARKED =
            "HTTP/1.1 200 OK\r\nDate: now\r\nContent-Length: 2\r\nConnection: close\r\nVia: 1.1 weldr\r\n"
                    + "X-Request-Id: mark\r\n\r\nok";

    private static RawOrigin origin;
    private static TestProxy proxy;

    @BeforeAll
    static void start() {
        // It answers the head alone: where a body ends is not this table's question.
        origin = RawOrigin.serving((wire, self) -> {
            String head = wire.readHead();
            if (!head.isEmpty()) {
                self.remember(head);
                wire.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\nDate: now\r\n\r\nok");
                wire.endOutput().readToEnding();
            }
        });
        proxy = TestProxy.limited("ejectAfterFailures", 0, origin);
    }

    @AfterAll
    static void close() {
        proxy.close();
        origin.close();
    }

    private static String withId(String head) {
        assertThat(head).endsWith("\r\n\r\n");
        return head.substring(0, head.length() - 2) + "X-Request-Id: id\r\n\r\n";
    }

    @ParameterizedTest
    @MethodSource("io.weldr.proxy.http1.MessageTables#soundRequests")
    void theOriginReceivesExactlyThis(String request, String forwarded, String host) {
        origin.requests().clear();
        String answer = proxy.exchange(withId(wire(request)));
        assertThat(answer).startsWith("HTTP/1.1 200 OK\r\n").endsWith("\r\n\r\nok");
        String version = request.contains("HTTP/1.0") ? "1.0" : "1.1";
        assertThat(origin.requests())
                .containsExactly(wire(forwarded).replace("@", origin.authority())
                        + "X-Forwarded-For: 127.0.0.1\r\nX-Forwarded-Proto: http\r\n"
                        + (host.isEmpty() ? "" : "X-Forwarded-Host: " + host + "\r\n")
                        + "Via: " + version + " weldr\r\nX-Request-Id: id\r\n\r\n");
    }

    @ParameterizedTest
    @MethodSource("io.weldr.proxy.http1.MessageTables#malformedRequests")
    void theOriginReceivesNothing(String request, Failure why) {
        origin.requests().clear();
        try (Wire client = proxy.connect()) {
            String all = client.send(wire(request) + MARK).readToEnd();
            assertThat(all)
                    .startsWith("HTTP/1.1 " + why.status() + " ")
                    .contains("\r\nConnection: close\r\n", ": " + why.detail() + "\n")
                    .doesNotContain("mark\r\n\r\nok");
        }
        assertThat(origin.requests()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("io.weldr.proxy.http1.MessageTables#soundResponses")
    void theClientReceivesExactlyThis(String response, int status, Framing framing, String first, String last) {
        String head = wire(response);
        String named = head.substring(0, head.length() - 2) + "Date: now\r\nX-Request-Id: id\r\n\r\n";
        String body = switch (framing) {
            case NONE -> status == 100 ? RawOrigin.OK : "";
            case LENGTH, UNTIL_CLOSE -> "hello";
            case CHUNKED -> "5\r\nhello\r\n0\r\n\r\n";
        };
        String bodyAtClient = switch (framing) {
            case NONE ->
                status == 100
                        ? "HTTP/1.1 200 OK\r\nDate: now\r\nContent-Length: 2\r\nVia: 1.1 weldr\r\nX-Request-Id: id\r\n\r\nok"
                        : "";
            case LENGTH -> "hello";
            case CHUNKED, UNTIL_CLOSE -> "5\r\nhello\r\n0\r\n\r\n";
        };
        String expected = wire(first) + "Date: now\r\nX-Request-Id: id\r\n" + wire(last) + "Via: "
                + head.substring(5, 8) + " weldr\r\n\r\n" + bodyAtClient;
        try (RawOrigin odd = RawOrigin.serving((wire, self) -> {
                    for (String got = self.next(wire); !got.isEmpty(); got = self.next(wire)) {
                        boolean mark = got.startsWith("GET /mark");
                        wire.send(mark ? RawOrigin.OK : named + body);
                        if (!mark && framing == Framing.UNTIL_CLOSE) {
                            return;
                        }
                    }
                });
                TestProxy before = TestProxy.inFrontOf(odd);
                Wire client = before.connect()) {
            assertThat(client.send(withId(GET)).read(expected.length())).isEqualTo(expected);
            assertThat(client.send(MARK).readToEnd()).isEqualTo(MARKED);
            boolean misframed = status == 204 && head.contains("Content-Length");
            boolean kept = framing != Framing.UNTIL_CLOSE && head.startsWith("HTTP/1.1") && !misframed;
            assertThat(odd.connections()).isEqualTo(kept ? 1 : 2);
        }
    }

    @ParameterizedTest
    @MethodSource("io.weldr.proxy.http1.MessageTables#malformedResponses")
    void theClientReceivesNothingOfIt(String response, Failure why) {
        try (RawOrigin odd = RawOrigin.serving((wire, self) -> {
                    for (String got = self.next(wire); !got.isEmpty(); got = self.next(wire)) {
                        wire.send(got.startsWith("GET /mark") ? RawOrigin.OK : wire(response));
                    }
                });
                TestProxy before = TestProxy.inFrontOf(odd);
                Wire client = before.connect()) {
            assertThat(client.send(GET).readMessage())
                    .startsWith("HTTP/1.1 502 Bad Gateway\r\n")
                    .contains(": " + why.detail() + "\n");
            assertThat(client.send(MARK).readToEnd()).isEqualTo(MARKED);
            assertThat(odd.connections()).as("the first one is not used again").isEqualTo(2);
        }
    }

    @ParameterizedTest
    @MethodSource("io.weldr.proxy.http1.MessageTables#soundChunks")
    void chunksArriveAsTheyWereSentBothWays(String chunks) {
        String head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
        try (RawOrigin echo = RawOrigin.serving((wire, self) -> {
                    for (String got = self.next(wire); !got.isEmpty(); got = self.next(wire)) {
                        String body = got.substring(got.indexOf("\r\n\r\n") + 4);
                        wire.send(got.startsWith("GET /mark") ? RawOrigin.OK : "HTTP/1.1 200 OK\r\n");
                        if (!got.startsWith("GET /mark")) {
                            sendInParts(wire, "Transfer-Encoding: chunked\r\n\r\n" + body, partBytes(got));
                        }
                    }
                });
                TestProxy before = TestProxy.inFrontOf(echo);
                Wire client = before.connect()) {
            for (int part : new int[] {1, 2, 5, 1000}) {
                sendInParts(client, head.replace("Host: a", "Host: a\r\nPart: " + part) + wire(chunks), part);
                assertThat(client.readMessage()).as("in parts of %d", part).endsWith("\r\n\r\n" + wire(chunks));
                assertThat(echo.requests().get(echo.requests().size() - 1))
                        .as("in parts of %d", part)
                        .endsWith("\r\n\r\n" + wire(chunks));
            }
            assertThat(client.send(MARK).readToEnd()).isEqualTo(MARKED);
            assertThat(echo.connections()).isEqualTo(1);
        }
    }

    private static int partBytes(String request) {
        int at = request.indexOf("\r\nPart: ") + 8;
        return Integer.parseInt(request.substring(at, request.indexOf('\r', at)));
    }

    private static void sendInParts(Wire wire, String text, int partBytes) {
        for (int at = 0; at < text.length(); at += partBytes) {
            wire.send(text.substring(at, Math.min(text.length(), at + partBytes)));
        }
    }

    @ParameterizedTest
    @MethodSource("io.weldr.proxy.http1.MessageTables#malformedChunks")
    void aMalformedBodyNeverLooksWholeToTheOrigin(String chunks) {
        String head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
        try (RawOrigin patient = RawOrigin.serving((wire, self) -> {
                    self.remember(wire.readHead());
                    self.remember(wire.readToEnding().text());
                });
                TestProxy before = TestProxy.limited("ejectAfterFailures", 0, patient)) {
            assertThat(before.exchange(head + wire(chunks) + MARK, Wire::readToEnd))
                    .startsWith("HTTP/1.1 400 ")
                    .contains(": malformed chunked body\n")
                    .doesNotContain("mark\r\n\r\nok");
            assertThat(patient.connections())
                    .as("all of it was there before anything was sent")
                    .isZero();
            try (Wire client = before.connect()) {
                client.send(head);
                await().until(() -> !patient.requests().isEmpty());
                assertThat(client.send(wire(chunks) + MARK).readToEnd()).startsWith("HTTP/1.1 400 ");
            }
            await().until(() -> patient.requests().size() == 2);
            assertThat(wire(chunks)).startsWith(patient.requests().get(1));
            assertThat(patient.requests().get(1)).doesNotEndWith("0\r\n\r\n").doesNotContain("mark");
        }
    }

    @ParameterizedTest
    @MethodSource("io.weldr.proxy.http1.MessageTables#malformedChunks")
    void aMalformedBodyNeverLooksWholeToTheClient(String chunks) {
        String head = "HTTP/1.1 200 OK\r\nDate: now\r\nTransfer-Encoding: chunked\r\n\r\n";
        String headAtClient =
                "HTTP/1.1 200 OK\r\nDate: now\r\nTransfer-Encoding: chunked\r\nVia: 1.1 weldr\r\nX-Request-Id: id\r\n\r\n";
        try (RawOrigin odd = RawOrigin.serving((wire, self) -> {
                    for (String got = self.next(wire); !got.isEmpty(); got = self.next(wire)) {
                        wire.send(got.startsWith("GET /mark") ? RawOrigin.OK : head + wire(chunks));
                    }
                });
                TestProxy before = TestProxy.limited("ejectAfterFailures", 0, odd);
                Wire client = before.connect()) {
            assertThat(client.send(GET).readMessage())
                    .startsWith("HTTP/1.1 502 ")
                    .contains(": malformed chunked body from");
            assertThat(client.send(MARK).readToEnd()).isEqualTo(MARKED);
            assertThat(odd.connections()).as("the first one is not used again").isEqualTo(2);
        }
        CountDownLatch seen = new CountDownLatch(1);
        try (RawOrigin odd = RawOrigin.serving((wire, self) -> {
                    self.next(wire);
                    wire.send(head + "3\r\nyou\r\n");
                    try {
                        seen.await();
                    } catch (InterruptedException e) {
                        return;
                    }
                    wire.send(wire(chunks));
                    self.remember("then: " + wire.readToEnding().text());
                });
                TestProxy before = TestProxy.limited("ejectAfterFailures", 0, odd);
                Wire client = before.connect()) {
            client.send(withId(GET));
            assertThat(client.read(headAtClient.length() + 8)).isEqualTo(headAtClient + "3\r\nyou\r\n");
            seen.countDown();
            String rest = client.readToEnding().text();
            assertThat(wire(chunks)).startsWith(rest);
            assertThat(rest).doesNotEndWith("0\r\n\r\n");
            await().until(() -> odd.requests().size() == 2);
            assertThat(odd.requests().get(1)).isEqualTo("then: ");
        }
    }
}
