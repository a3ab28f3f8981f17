package io.weldr.proxy;

import static io.weldr.proxy.H2Client.CANCEL;
import static io.weldr.proxy.H2Client.REFUSED_STREAM;
import static io.weldr.proxy.H2Client.RST_STREAM;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.proxy.H2Client.Response;
import io.weldr.testing.Patience;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests reach origins by HTTP/2, whatever the client speaks. */
class H2OriginsIT {

    private static final String GET = "GET /path?q=1 HTTP/1.1\r\nHost: a.example\r\n\r\n";

    private static void awaitPatiently(CountDownLatch latch) {
        try {
            assertThat(latch.await(Patience.PATIENCE_MILLIS, TimeUnit.MILLISECONDS))
                    .isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- messages

    @Test
    void aRequestOfHttp11BecomesHttp2AndTheResponseHttp11() {
        try (RawOrigin origin = H2Origins.answering((peer, stream) -> peer.headers(
                                stream,
                                false,
                                ":status",
                                "201",
                                "content-length",
                                "2",
                                "x-some",
                                "thing",
                                "set-cookie",
                                "a=1",
                                "set-cookie",
                                "b=2")
                        .data(stream, "ok", true));
                TestProxy proxy = H2Origins.inFrontOf(origin)) {
            String response = proxy.exchange(
                    "POST /path?q=1 HTTP/1.1\r\nHost: a.example\r\nContent-Length: 5\r\nX-Mixed: Case\r\n"
                            + "Connection: x-gone\r\nX-Gone: 1\r\nCookie: c=1\r\nAuthorization: b\r\n\r\nhello");
            assertThat(response)
                    .startsWith("HTTP/1.1 201 \r\n")
                    .contains("\r\nx-some: thing\r\n", "\r\nset-cookie: a=1\r\nset-cookie: b=2\r\n")
                    .contains("\r\nContent-Length: 2\r\n", "\r\nVia: 2.0 weldr\r\n")
                    .endsWith("\r\n\r\nok");
            assertThat(origin.requests())
                    .singleElement()
                    .asString()
                    .startsWith(":method=POST\n:scheme=http\n:path=/path?q=1\n:authority=a.example\n")
                    .contains("\nx-mixed=Case\n", "\ncookie=c=1\n", "\nauthorization=b\n", "\ncontent-length=5\n")
                    .contains("\nvia=1.1 weldr\n", "\nx-forwarded-host=a.example\n")
                    .doesNotContain("gone", "\nconnection", "\nhost=")
                    .endsWith("\n\nhello");
        }
    }

    @Test
    void anHttp2ClientReachesAnHttp2Origin() {
        try (RawOrigin origin = H2Origins.ok();
                TestProxy proxy = H2Origins.inFrontOf(origin);
                H2Client client = H2Client.of(proxy)) {
            client.request(1, false, "PUT", "/", "te", "trailers")
                    .data(1, "one", false)
                    .data(1, "two", true);
            Response response = client.response(1);
            assertThat(response.status()).isEqualTo("200");
            assertThat(response.text()).isEqualTo("ok");
            assertThat(response.field("via")).isEqualTo("2.0 weldr");
            assertThat(origin.requests())
                    .singleElement()
                    .asString()
                    .startsWith(":method=PUT\n:scheme=http\n:path=/\n")
                    .contains("\nte=trailers\n", "\nvia=2.0 weldr\n")
                    .doesNotContain("transfer-encoding")
                    .endsWith("\n\nonetwo");
        }
    }

    @Test
    void chunksBecomeContentAndContentWithoutLengthChunks() {
        try (RawOrigin origin = H2Origins.answering((peer, stream) -> peer.headers(stream, false, ":status", "200")
                        .data(stream, "abc", false)
                        .data(stream, "de", true));
                TestProxy proxy = H2Origins.inFrontOf(origin);
                Wire client = proxy.connect()) {
            for (int i = 0; i < 3; i++) {
                client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nfoo\r\n");
                client.send("4;x=y\r\nbarb\r\n");
                client.send("2\r\naz\r\n0\r\n\r\n");
                assertThat(client.readMessage())
                        .startsWith("HTTP/1.1 200 ")
                        .contains("\r\nTransfer-Encoding: chunked\r\n")
                        .matches(text -> body(text).equals("abcde"), "content");
            }
            assertThat(origin.requests()).hasSize(3).allMatch(request -> request.endsWith("\n\nfoobarbaz"));
            assertThat(origin.connections()).isEqualTo(1);
        }
    }

    /** The content of a chunked message. */
    private static String body(String message) {
        StringBuilder content = new StringBuilder();
        String rest = message.substring(message.indexOf("\r\n\r\n") + 4);
        while (!rest.isEmpty()) {
            int line = rest.indexOf("\r\n");
            int size = Integer.parseInt(rest.substring(0, line), 16);
            if (size == 0) {
                return content.toString();
            }
            content.append(rest, line + 2, line + 2 + size);
            rest = rest.substring(line + 2 + size + 2);
        }
        throw new AssertionError("no end: " + message);
    }

    @Test
    void trailersGoBothWays() {
        try (RawOrigin origin = H2Origins.answering((peer, stream) -> peer.headers(stream, false, ":status", "200")
                        .data(stream, "ok", false)
                        .headers(stream, true, "x-sum", "7", "content-type", "no/trailer"));
                TestProxy proxy = H2Origins.inFrontOf(origin);
                Wire http1 = proxy.connect();
                H2Client http2 = H2Client.of(proxy)) {
            http1.send("POST / HTTP/1.1\r\nHost: a\r\nConnection: TE\r\nTE: trailers\r\nTransfer-Encoding: chunked\r\n"
                    + "\r\n1\r\nx\r\n0\r\nX-Check: 5\r\n\r\n");
            assertThat(http1.readMessage()).endsWith("\r\n2\r\nok\r\n0\r\nx-sum: 7\r\n\r\n");
            http2.request(1, false, "POST", "/").data(1, "x", false).headers(1, true, "x-check", "5");
            Response response = http2.response(1);
            assertThat(response.trailer("x-sum")).isEqualTo("7");
            assertThat(response.trailer("content-type")).isNull();
            assertThat(origin.requests()).hasSize(2).allMatch(request -> request.endsWith("\n\nx\nx-check=5\n"));
            http2.request(3, false, "POST", "/", "content-length", "1", "trailer", "x-check")
                    .data(3, "x", false)
                    .headers(3, true, "x-check", "5");
            assertThat(http2.response(3).trailer("x-sum")).isEqualTo("7");
            assertThat(origin.requests().get(2)).contains("\ntrailer=x-check\n").endsWith("\n\nx\nx-check=5\n");
            http1.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(http1.readMessage()).as("a client that did not ask").endsWith("\r\nok\r\n0\r\n\r\n");
        }
    }

    @Test
    void whatIsInOneHeadStaysInOneHead() {
        try (RawOrigin origin = H2Origins.answering((peer, stream) -> peer.headers(
                        stream, true, ":status", "200", "grpc-status", "5", "content-type", "application/grpc"));
                TestProxy proxy = H2Origins.inFrontOf(origin);
                H2Client client = H2Client.of(proxy);
                Wire http1 = proxy.connect()) {
            Response response = client.request(
                            1, true, "POST", "/s/m", "content-type", "application/grpc", "te", "trailers")
                    .response(1);
            assertThat(response.field("grpc-status")).isEqualTo("5");
            assertThat(response.field("content-length")).isNull();
            assertThat(response.trailers).isNull();
            assertThat(client.frames.stream().filter(frame -> frame.stream() == 1))
                    .singleElement()
                    .matches(frame -> frame.type() == H2Client.HEADERS && frame.has(H2Client.END_STREAM));
            assertThat(http1.send(GET).readMessage()).contains("grpc-status: 5").endsWith("\r\n\r\n0\r\n\r\n");
        }
    }

    @Test
    void interimResponsesAreWithinTheOrder() {
        try (RawOrigin origin = H2Origins.answering((peer, stream) -> {
                    peer.headers(stream, false, ":status", "103", "link", "</a>; rel=preload");
                    H2Origins.ok(peer, stream, "ok");
                });
                TestProxy proxy = H2Origins.inFrontOf(origin);
                Wire http1 = proxy.connect();
                H2Client http2 = H2Client.of(proxy)) {
            http1.send(GET);
            assertThat(http1.readHead()).startsWith("HTTP/1.1 103 ").contains("link: </a>");
            assertThat(http1.readMessage()).startsWith("HTTP/1.1 200 ").endsWith("ok");
            assertThat(http2.get(1).response(1).interim).hasSize(1);
            assertThat(http2.soFar(1).text()).isEqualTo("ok");
        }
    }

    @ParameterizedTest
    @CsvSource({"HEAD, 200", "GET, 204", "GET, 304"})
    void responsesWithoutContentEndWithTheirHead(String method, String status) {
        try (RawOrigin origin = H2Origins.answering((peer, stream) -> {
                    if (status.equals("204")) {
                        peer.headers(stream, true, ":status", status);
                    } else {
                        peer.headers(stream, true, ":status", status, "content-length", "5");
                    }
                });
                TestProxy proxy = H2Origins.inFrontOf(origin);
                Wire client = proxy.connect()) {
            for (int i = 0; i < 2; i++) {
                client.send(method + " / HTTP/1.1\r\nHost: a\r\n\r\n");
                String head = client.readHead();
                assertThat(head).startsWith("HTTP/1.1 " + status + " ").doesNotContain("chunked");
                assertThat(head.contains("Content-Length: 5")).isEqualTo(!status.equals("204"));
            }
        }
    }

    @Test
    void largeBodiesGoBothWaysAtThePaceOfTheSlowerSide() {
        int size = 8 * 1024 * 1024;
        String body = "0123456789abcdef".repeat(size / 16);
        try (RawOrigin origin = H2Origins.answering((peer, stream) -> {
                    String got = peer.opensWindows().soFar(stream).text();
                    peer.headers(stream, false, ":status", "200", "content-length", String.valueOf(got.length()));
                    send(peer, stream, got);
                });
                TestProxy proxy = H2Origins.inFrontOf(origin)) {
            // The first answer teaches the peer to open windows.
            assertThat(proxy.exchange(GET)).startsWith("HTTP/1.1 200 ");
            try (Wire client = proxy.connect()) {
                client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + size + "\r\n\r\n");
                client.send(body);
                String response = client.readMessage();
                assertThat(response.length()).isGreaterThan(size);
                assertThat(response.endsWith(body)).isTrue();
            }
        }
    }

    /** Sends as the windows allow, which are counted by what has come. */
    private static void send(H2Client peer, int stream, String content) {
        int at = 0;
        int allowed = 0;
        while (at < content.length()) {
            int credit = 0;
            for (H2Client.Frame frame : peer.frames) {
                credit += frame.type() == H2Client.WINDOW_UPDATE && frame.stream() == stream ? frame.number(0) : 0;
            }
            allowed = 256 * 1024 + credit;
            int part = Math.min(Math.min(16 * 1024, content.length() - at), allowed - at);
            if (part > 0) {
                peer.data(stream, content.substring(at, at + part), at + part == content.length());
                at += part;
            } else {
                peer.read();
            }
        }
        if (content.isEmpty()) {
            peer.data(stream, "", true);
        }
    }

    // ---- many requests, one connection

    @Test
    void requestsShareOneConnection() throws Exception {
        int requests = 20;
        CountDownLatch all = new CountDownLatch(requests);
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    H2Client peer = H2Client.ofOrigin(wire.socket());
                    List<Integer> streams = new ArrayList<>();
                    while (streams.size() < requests) {
                        streams.add(peer.nextRequest());
                        all.countDown();
                    }
                    for (int i = requests - 1; i >= 0; i--) {
                        H2Origins.ok(peer, streams.get(i), "ok " + streams.get(i));
                    }
                    peer.readToEnd();
                });
                TestProxy proxy = H2Origins.inFrontOf(origin)) {
            List<Wire> clients = new ArrayList<>();
            for (int i = 0; i < requests; i++) {
                clients.add(proxy.connect().send(GET));
            }
            awaitPatiently(all);
            for (Wire client : clients) {
                assertThat(client.readMessage()).startsWith("HTTP/1.1 200 ");
                client.close();
            }
            assertThat(origin.connections()).isEqualTo(1);
            assertThat(proxy.value("proxy_origins_http2_streams")).isEqualTo(requests);
            assertThat(proxy.value("proxy_origins_http2_connections_open")).isEqualTo(1);
        }
    }

    @Test
    void anOriginThatTakesFewStreamsGetsMoreConnections() {
        CountDownLatch answer = new CountDownLatch(1);
        AtomicInteger arrived = new AtomicInteger();
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    H2Client peer = H2Client.ofOrigin(wire.socket(), 3, 2); // MAX_CONCURRENT_STREAMS
                    int first = peer.nextRequest();
                    arrived.incrementAndGet();
                    int second = peer.nextRequest();
                    arrived.incrementAndGet();
                    awaitPatiently(answer);
                    H2Origins.ok(peer, first, "ok");
                    H2Origins.ok(peer, second, "ok");
                    peer.readToEnd();
                });
                TestProxy proxy = H2Origins.inFrontOf(origin)) {
            List<Wire> clients = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                clients.add(proxy.connect().send(GET));
            }
            await().until(() -> arrived.get() == 6);
            assertThat(origin.connections()).isEqualTo(3);
            answer.countDown();
            clients.forEach(client -> assertThat(client.readMessage()).endsWith("ok"));
            clients.forEach(Wire::close);
        }
    }

    @Test
    void atTheLimitOfConnectionsRequestsWaitForAStream() {
        CountDownLatch answer = new CountDownLatch(1);
        try (RawOrigin origin = H2Origins.answering(
                        (peer, stream) -> {
                            awaitPatiently(answer);
                            H2Origins.ok(peer, stream, "ok");
                        },
                        3,
                        1);
                TestProxy proxy = TestProxy.limited("queueTimeout", Patience.PATIENCE);
                Wire first = proxy.connect();
                Wire second = proxy.connect();
                Wire third = proxy.connect()) {
            H2Origins.put(
                    proxy,
                    io.weldr.core.pool.PoolSettings.builder()
                            .protocol(io.weldr.core.pool.OriginProtocol.H2)
                            .limits(new io.weldr.core.pool.OriginLimits(1, null, null)));
            proxy.add(origin.url());
            first.send(GET);
            second.send(GET);
            third.send(GET);
            await().until(() -> proxy.value("proxy_origin_queued") == 2);
            answer.countDown();
            assertThat(first.readMessage()).endsWith("ok");
            assertThat(second.readMessage()).endsWith("ok");
            assertThat(third.readMessage()).endsWith("ok");
            assertThat(origin.connections()).isEqualTo(1);
        }
    }

    @Test
    void aSlowClientDoesNotHoldUpItsNeighbours() {
        String large = "x".repeat(4 * 1024 * 1024);
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    H2Client peer = H2Client.ofOrigin(wire.socket());
                    int slow = peer.nextRequest();
                    peer.headers(slow, false, ":status", "200");
                    for (int i = 0; i < 16; i++) { // the whole window of the stream, and no more
                        peer.data(slow, large.substring(0, 16 * 1024), false);
                    }
                    for (int next = peer.nextRequest(); next != 0; next = peer.nextRequest()) {
                        H2Origins.ok(peer, next, "ok");
                    }
                });
                TestProxy proxy = H2Origins.inFrontOf(origin);
                H2Client slow = H2Client.of(proxy);
                Wire client = proxy.connect()) {
            slow.get(1).content(1, 65_535); // and opens no window
            for (int i = 0; i < 50; i++) {
                assertThat(client.send(GET).readMessage()).endsWith("ok");
            }
            assertThat(origin.connections()).isEqualTo(1);
        }
    }

    // ---- ends

    @Test
    void aRefusedRequestIsSentToAnotherOriginWhateverItsMethod() {
        try (RawOrigin refusing =
                        H2Origins.answering((peer, stream) -> peer.frame(RST_STREAM, 0, stream, REFUSED_STREAM));
                RawOrigin origin = H2Origins.ok();
                TestProxy proxy = H2Origins.inFrontOf(refusing, origin)) {
            for (int i = 0; i < 4; i++) {
                assertThat(proxy.exchange("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"))
                        .endsWith("ok");
            }
            assertThat(refusing.requests()).isNotEmpty();
            assertThat(origin.requests()).hasSize(4).allMatch(request -> request.endsWith("\n\nhello"));
        }
    }

    @Test
    void theOnlyOriginMayRefuseOnce() {
        AtomicInteger requests = new AtomicInteger();
        try (RawOrigin origin = H2Origins.answering((peer, stream) -> {
                    if (requests.incrementAndGet() == 1) {
                        peer.frame(RST_STREAM, 0, stream, REFUSED_STREAM);
                    } else {
                        H2Origins.ok(peer, stream, "ok");
                    }
                });
                TestProxy proxy = H2Origins.inFrontOf(origin)) {
            assertThat(proxy.exchange("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"))
                    .endsWith("ok");
        }
    }

    @Test
    void whatGoAwayDoesNotCoverIsSentOnANewConnectionAndTheRestFinishes() {
        AtomicInteger connections = new AtomicInteger();
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    H2Client peer = H2Client.ofOrigin(wire.socket());
                    if (connections.incrementAndGet() > 1) {
                        for (int next = peer.nextRequest(); next != 0; next = peer.nextRequest()) {
                            self.remember(H2Origins.text(peer.soFar(next)));
                            H2Origins.ok(peer, next, "new");
                        }
                        return;
                    }
                    int first = peer.nextRequest();
                    peer.nextRequest();
                    peer.frame(H2Client.GOAWAY, 0, 0, first, 0);
                    H2Origins.ok(peer, first, "old");
                    peer.readToEnd();
                });
                TestProxy proxy = H2Origins.inFrontOf(origin);
                Wire one = proxy.connect();
                Wire other = proxy.connect()) {
            String post = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n";
            one.send(post + "0\r\n\r\n");
            await().until(() -> proxy.value("proxy_origins_http2_streams") == 1);
            other.send(post).send("3\r\ncde\r\n0\r\n\r\n");
            assertThat(one.readMessage()).endsWith("old");
            assertThat(other.readMessage()).endsWith("new");
            assertThat(origin.requests()).singleElement().asString().endsWith("\n\nabcde");
            assertThat(proxy.value("proxy_origins_http2_goaways_received")).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @CsvSource({"8", "11", "2", "0", "13"})
    void codesOfResetsPassThroughBothBeforeAndWithinTheResponse(int code) {
        try (RawOrigin origin = H2Origins.answering((peer, stream) -> {
                    if (stream > 1) {
                        peer.headers(stream, false, ":status", "200").data(stream, "part", false);
                    }
                    peer.frame(RST_STREAM, 0, stream, code);
                });
                TestProxy proxy = H2Origins.inFrontOf(origin);
                H2Client client = H2Client.of(proxy);
                Wire http1 = proxy.connect()) {
            assertThat(client.request(1, true, "POST", "/").response(1).reset).isEqualTo(code);
            Response begun = client.request(3, true, "POST", "/").response(3);
            assertThat(begun.status()).isEqualTo("200");
            assertThat(begun.reset).isEqualTo(code);
            assertThat(http1.send(GET.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"))
                            .readToEnding())
                    .matches(ending -> ending.reset() || !ending.text().contains("\r\n0\r\n\r\n"), "not complete");
            assertThat(proxy.value("proxy_origins_http2_resets")).isEqualTo(3);
        }
    }

    @Test
    void aClientThatCancelsCancelsAtTheOrigin() throws InterruptedException, BrokenBarrierException {
        AtomicInteger code = new AtomicInteger(-1);
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    H2Client peer = H2Client.ofOrigin(wire.socket());
                    int first = peer.nextRequest();
                    peer.headers(first, false, ":status", "200").data(first, "part", false);
                    code.set(peer.response(first).reset);
                    peer.await(frame -> frame.type() == RST_STREAM);
                    code.set(peer.soFar(first).reset);
                    for (int next = peer.nextRequest(); next != 0; next = peer.nextRequest()) {
                        H2Origins.ok(peer, next, "ok");
                    }
                });
                TestProxy proxy = H2Origins.inFrontOf(origin);
                H2Client client = H2Client.of(proxy)) {
            client.get(1).content(1, 4);
            client.cancel(1);
            await().until(() -> code.get() == CANCEL);
            assertThat(client.get(3).response(3).text())
                    .as("the connection goes on")
                    .isEqualTo("ok");
            assertThat(origin.connections()).isEqualTo(1);
        }
    }
}
