package io.weldr.testserver;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.weldr.testserver.ScriptedAnswer.Then;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.DigestInputStream;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class OriginIT {
    private final TestServer origin = TestServer.start();
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @AfterEach
    void stop() {
        origin.close();
    }

    private HttpRequest.Builder to(String path) {
        return HttpRequest.newBuilder(URI.create(origin.url() + path)).timeout(Duration.ofSeconds(20));
    }

    private HttpResponse<String> get(String path) throws Exception {
        return client.send(to(path).build(), BodyHandlers.ofString());
    }

    @Test
    void helloNamesItsOrigin() throws Exception {
        HttpResponse<String> hello = get("/");
        assertThat(hello.statusCode()).isEqualTo(200);
        assertThat(hello.body()).isEqualTo("Hello World\n");
        assertThat(hello.headers().firstValue("X-Origin")).hasValue(origin.name());
        assertThat(hello.headers().firstValue("Date")).isPresent();
        assertThat(origin.received().requests("/")).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"length", "chunked", "close"})
    void bytesArriveWholeInEveryFraming(String framing) throws Exception {
        long length = 30_000_001;
        try (InputStream body = client.send(
                        to("/bytes/" + length + "?framing=" + framing).build(), BodyHandlers.ofInputStream())
                .body()) {
            assertThat(sha256(body)).isEqualTo(Content.sha256(length));
        }
    }

    @Test
    void aSlowReaderIsNotBufferedFor() throws Exception {
        try (RawClient slow = new RawClient(origin.address())) {
            slow.send("GET /bytes/9000000000000000000 HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(slow.head()).contains("Content-Length: 9000000000000000000".toLowerCase(java.util.Locale.ROOT));
            assertThat(slow.text(1000)).isEqualTo(new String(Content.bytes(0, 1000), ISO_8859_1));
            // an endless answer that nobody reads does not keep its loop from others
            for (int i = 0; i < 8; i++) {
                assertThat(get("/").statusCode()).isEqualTo(200);
            }
            assertThat(slow.text(1000)).isEqualTo(new String(Content.bytes(1000, 1000), ISO_8859_1));
        }
        await().until(() -> origin.received().openConnections() <= 1);
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 204, 205, 301, 304, 404, 500, 503, 599})
    void statusAsAsked(int code) throws Exception {
        assertThat(get("/status/" + code).statusCode()).isEqualTo(code);
        assertThat(get("/").statusCode()).isEqualTo(200); // the connection is still in step
        assertThat(origin.received().connections()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/status/100",
                "/status/600",
                "/status/abc",
                "/bytes/-1",
                "/bytes/1?framing=odd",
                "/odd/x",
                "/delay/x"
            })
    void whatCannotBeDoneIsA400ThatSaysWhatWasExpected(String path) throws Exception {
        HttpResponse<String> answer = get(path);
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("(expected: ");
        assertThat(get("/").statusCode()).isEqualTo(200);
    }

    @Test
    void unknownPathListsTheRoutesAndAWrongMethodIsTold() throws Exception {
        assertThat(get("/nowhere").statusCode()).isEqualTo(404);
        assertThat(get("/nowhere").body())
                .contains("/echo")
                .contains("/bytes/{n}")
                .contains("two-lengths");
        HttpResponse<String> wrong = get("/upload");
        assertThat(wrong.statusCode()).isEqualTo(405);
        assertThat(wrong.headers().firstValue("Allow")).hasValue("POST, PUT");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/large",
                "/bytes/5?framing=chunked",
                "/chunked",
                "/drip/3/1",
                "/events",
                "/status/200",
                "/headers"
            })
    void headHasTheFieldsOfGetAndNoBody(String path) throws Exception {
        try (RawClient raw = new RawClient(origin.address())) {
            raw.send("HEAD " + path
                    + " HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
            assertThat(raw.head())
                    .startsWith("HTTP/1.1 200 OK\r\n")
                    .containsPattern("content-length: [1-9]|transfer-encoding: chunked");
            assertThat(raw.head()).startsWith("HTTP/1.1 200 OK\r\n");
            assertThat(raw.toEnd()).isEqualTo("Hello World\n");
        }
    }

    @Test
    void headersShowTheHeadOctetForOctet() throws Exception {
        String head =
                "GET /headers?a=b HTTP/1.1\r\nhost:a\r\nX-Odd :  two  spaces \r\nX-Odd: \u00e9\r\nCONNECTION: close\r\n\r\n";
        try (RawClient raw = new RawClient(origin.address())) {
            raw.send(head).head();
            assertThat(raw.toEnd()).isEqualTo(head);
            assertThat(origin.received().lastHead()).isEqualTo(head);
        }
    }

    @Test
    void pipelinedRequestsAreAnsweredInOrderHoweverMany() throws Exception {
        int requests = 20_000;
        try (RawClient raw = new RawClient(origin.address())) {
            Thread reader = new Thread(() -> {
                try {
                    raw.send("GET /status/404 HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"
                            .repeat(requests / 2));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            reader.start();
            for (int i = 0; i < requests / 2; i++) {
                assertThat(raw.head()).startsWith("HTTP/1.1 404");
                assertThat(raw.text(14)).isEqualTo("404 Not Found\n");
                assertThat(raw.head()).startsWith("HTTP/1.1 200");
                assertThat(raw.text(12)).isEqualTo("Hello World\n");
            }
            reader.join();
        }
        assertThat(origin.received().requests()).isEqualTo(requests);
        assertThat(origin.received().connections()).isEqualTo(1);
    }

    @Test
    void aRequestAheadWaitsForASlowAnswer() throws Exception {
        try (RawClient raw = new RawClient(origin.address())) {
            raw.send(
                    "GET /delay/50 HTTP/1.1\r\nHost: a\r\n\r\nGET /status/204 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
            assertThat(raw.toEnd()).contains("Hello World\nHTTP/1.1 204 No Content\r\n");
        }
    }

    @Test
    void chunksAndTrailersAsAsked() throws Exception {
        try (RawClient raw = new RawClient(origin.address())) {
            raw.send(
                    "GET /chunked?chunks=2&size=3&trailers=true&ms=1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
            assertThat(raw.head()).contains("transfer-encoding: chunked");
            assertThat(raw.toEnd())
                    .isEqualTo("3\r\n" + new String(Content.bytes(0, 3), ISO_8859_1) + "\r\n3\r\n"
                            + new String(Content.bytes(3, 3), ISO_8859_1) + "\r\n0\r\nX-Chunks: 2\r\nX-Sha256: "
                            + Content.sha256(6) + "\r\n\r\n");
        }
    }

    @Test
    void echoStreamsBackWhatItGets() throws Exception {
        byte[] body = Content.bytes(0, 5_000_000);
        HttpResponse<byte[]> sized =
                client.send(to("/echo").POST(BodyPublishers.ofByteArray(body)).build(), BodyHandlers.ofByteArray());
        assertThat(sized.body()).isEqualTo(body);
        assertThat(sized.headers().firstValue("Content-Length")).hasValue("5000000");
        HttpResponse<byte[]> chunked = client.send(
                to("/echo")
                        .PUT(BodyPublishers.ofInputStream(() -> new java.io.ByteArrayInputStream(body)))
                        .build(),
                BodyHandlers.ofByteArray());
        assertThat(chunked.body()).isEqualTo(body);
        assertThat(chunked.headers().firstValue("Transfer-Encoding")).hasValue("chunked");
        assertThat(get("/echo").body()).isEmpty();
        assertThat(origin.received().bodyBytes()).isEqualTo(10_000_000);
    }

    @Test
    void echoDoesNotReadAheadOfAClientThatDoesNotTakeItsAnswer() throws Exception {
        try (RawClient raw = new RawClient(origin.address())) {
            raw.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 8000000000\r\n\r\n");
            Thread writer = new Thread(() -> {
                byte[] piece = Content.bytes(0, 64 * 1024);
                try {
                    OutputStream out = raw.socket.getOutputStream();
                    for (int i = 0; i < 4096; i++) { // 256 MiB: far more than all socket buffers
                        out.write(piece);
                    }
                } catch (IOException expected) {
                    // the test closes the socket below
                }
            });
            writer.start();
            await().until(() ->
                    writer.getState() != Thread.State.NEW && origin.received().bodyBytes() > 0);
            long[] last = {-1};
            await().pollInterval(Duration.ofMillis(300)).until(() -> {
                long now = origin.received().bodyBytes();
                boolean stands = now == last[0];
                last[0] = now;
                return stands;
            });
            assertThat(origin.received().bodyBytes()).isLessThan(64L * 1024 * 1024);
            raw.close();
            writer.join();
        }
    }

    @Test
    void uploadCountsAndHashes() throws Exception {
        int pieces = 800;
        long length = (long) pieces * Content.PERIOD_BYTES; // 50 MiB
        byte[] period = Content.bytes(0, Content.PERIOD_BYTES);
        HttpResponse<String> answer = client.send(
                to("/upload")
                        .PUT(BodyPublishers.ofInputStream(() -> repeated(period, pieces)))
                        .build(),
                BodyHandlers.ofString());
        assertThat(answer.body())
                .isEqualTo("{\"bytes\":" + length + ",\"sha256\":\"" + Content.sha256(length) + "\"}\n");
        assertThat(origin.received().lastUpload()).isEqualTo(new Received.Upload(length, Content.sha256(length)));
    }

    @Test
    void slowUploadReadsLateAndWhole() throws Exception {
        HttpResponse<String> answer = client.send(
                to("/slow-upload/5")
                        .PUT(BodyPublishers.ofByteArray(Content.bytes(0, 300_000)))
                        .build(),
                BodyHandlers.ofString());
        assertThat(answer.body()).contains("\"bytes\":300000").contains(Content.sha256(300_000));
    }

    @Test
    void continueIsSentWhereTheBodyIsWantedAndOnlyThere() throws Exception {
        try (RawClient raw = new RawClient(origin.address())) {
            raw.send("PUT /upload HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
            assertThat(raw.head()).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
            raw.send("hi");
            assertThat(raw.head()).startsWith("HTTP/1.1 200 OK");
        }
        try (RawClient raw = new RawClient(origin.address())) {
            raw.send("PUT /refuse-body HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
            assertThat(raw.head()).startsWith("HTTP/1.1 413 ").contains("connection: close");
            assertThat(raw.toEnd()).isEqualTo("refused\n");
        }
    }

    @Test
    void anEarlyRefusalReachesAClientThatIsStillSending() throws Exception {
        try (RawClient raw = new RawClient(origin.address())) {
            raw.send("PUT /refuse-body HTTP/1.1\r\nHost: a\r\nContent-Length: 9000000\r\n\r\n");
            raw.send("x".repeat(3_000_000));
            assertThat(raw.toEnd()).startsWith("HTTP/1.1 413 ").endsWith("refused\n");
        }
    }

    @Test
    void healthIsSwitchedFromOutsideAndFromATest() throws Exception {
        assertThat(get("/health").statusCode()).isEqualTo(200);
        client.send(to("/health/down").PUT(BodyPublishers.noBody()).build(), BodyHandlers.discarding());
        assertThat(get("/health").statusCode()).isEqualTo(503);
        origin.healthy(true);
        assertThat(get("/health").statusCode()).isEqualTo(200);
    }

    @Test
    void modesGovernEveryPathButTheirOwn() throws Exception {
        client.send(to("/mode/error").PUT(BodyPublishers.noBody()).build(), BodyHandlers.discarding());
        assertThat(get("/").statusCode()).isEqualTo(503);
        assertThat(get("/mode").body()).isEqualTo("error\n");
        origin.mode(Mode.RESET);
        assertThatThrownBy(() -> get("/")).isInstanceOf(IOException.class);
        origin.mode(Mode.HANG);
        assertThatThrownBy(() ->
                        client.send(to("/").timeout(Duration.ofMillis(200)).build(), BodyHandlers.ofString()))
                .isInstanceOf(java.net.http.HttpTimeoutException.class);
        origin.mode(Mode.NORMAL);
        assertThat(get("/").statusCode()).isEqualTo(200);
    }

    @Test
    void breaksOffHalfway() throws Exception {
        try (RawClient raw = new RawClient(origin.address())) {
            raw.send("GET /close-early/1000 HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(raw.head()).contains("content-length: 1000");
            assertThat(raw.toEnd()).hasSize(500);
        }
        for (String path : List.of("/reset", "/reset/10", "/reset-early")) {
            try (RawClient raw = new RawClient(origin.address())) {
                raw.send("POST " + path + " HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx");
                assertThatThrownBy(raw::toEnd)
                        .isInstanceOf(java.net.SocketException.class)
                        .hasMessageContaining("reset");
            }
        }
    }

    @Test
    void aClientThatLeavesEndsWhatItWaitedFor() throws Exception {
        for (String path : List.of("/hang", "/delay/600000", "/events?count=0&ms=1", "/bytes/9000000000000000000")) {
            try (RawClient raw = new RawClient(origin.address())) {
                raw.send("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n");
                await().until(() -> origin.received().requests(Target.of(path).path()) == 1);
            }
            await().until(() -> origin.received().openConnections() == 0);
        }
    }

    @Test
    void slowHeadsSlowBodiesAndEvents() throws Exception {
        assertThat(get("/slow-head/1").statusCode()).isEqualTo(200);
        assertThat(get("/drip/20/1").body()).hasSizeGreaterThan(0);
        assertThat(get("/events?count=2&ms=1").body()).isEqualTo("id: 1\ndata: event 1\n\nid: 2\ndata: event 2\n\n");
        assertThat(origin.received().connections()).isEqualTo(1);
    }

    @Test
    void interimAnswersAndUpgrade() throws Exception {
        try (RawClient raw = new RawClient(origin.address())) {
            raw.send("GET /early-hints HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(raw.head()).startsWith("HTTP/1.1 103 Early Hints\r\n");
            assertThat(raw.head()).startsWith("HTTP/1.1 200 OK\r\n");
            raw.text(12);
            raw.send("GET /upgrade HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: any\r\n\r\n");
            assertThat(raw.head()).startsWith("HTTP/1.1 101 ").contains("Upgrade: any", "X-Origin: " + origin.name());
            raw.send("\0\u00ffGET / HTTP/1.1\r\n\r\n");
            assertThat(raw.text(20)).isEqualTo("\0\u00ffGET / HTTP/1.1\r\n\r\n");
        }
    }

    @ParameterizedTest
    @EnumSource(OddAnswer.class)
    void oddAnswersGoOutOctetForOctet(OddAnswer odd) throws Exception {
        String expected = odd.answer().latin1();
        try (RawClient raw = new RawClient(origin.address())) {
            raw.send("GET /odd/" + odd.kind() + " HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(raw.text(expected.length())).isEqualTo(expected);
            if (odd.answer().then() == Then.CLOSE) {
                assertThat(raw.in.read()).isEqualTo(-1);
            } else if (odd.answer().then() == Then.KEEP) {
                raw.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
                assertThat(raw.head()).startsWith("HTTP/1.1 200 OK\r\n");
            }
        }
    }

    @Test
    void aTestWritesItsOwnAnswer() throws Exception {
        origin.script("/mine", new ScriptedAnswer("HTTP/1.1 299 Mine\r\nContent-Length: 0\r\n\r\n", Then.KEEP));
        assertThat(get("/mine?x").statusCode()).isEqualTo(299);
        assertThat(get("/").statusCode()).isEqualTo(200);
    }

    @Test
    void garbageIsRefusedAndTheOriginLives() throws Exception {
        try (RawClient raw = new RawClient(origin.address())) {
            raw.send("\u0016\u0003\u0001 nonsense\r\n\r\n");
            assertThat(raw.toEnd()).startsWith("HTTP/1.1 400 ");
        }
        assertThat(get("/").statusCode()).isEqualTo(200);
    }

    @Test
    void countersTellConnectionsRequestsAndProbes() throws Exception {
        client.send(to("/health").header("User-Agent", "weldr-health/1").build(), BodyHandlers.discarding());
        get("/health");
        assertThat(origin.received().probes("/health")).isEqualTo(1);
        assertThat(get("/counters").body())
                .isEqualTo("{\"connections\":1,\"openConnections\":1,\"bodyBytes\":0,"
                        + "\"requests\":{\"/counters\":1,\"/health\":2},\"probes\":{\"/health\":1}}\n");
    }

    @Test
    void anOldClientGetsAnAnswerItUnderstands() throws Exception {
        try (RawClient raw = new RawClient(origin.address())) {
            raw.send("GET /chunked?chunks=1&size=4 HTTP/1.0\r\n\r\n");
            assertThat(raw.head()).doesNotContain("transfer-encoding").contains("connection: close");
            assertThat(raw.toEnd()).isEqualTo(new String(Content.bytes(0, 4), ISO_8859_1));
        }
    }

    @Test
    void aPortInUseIsToldAndAFreedOneCanBeTakenAgain() throws Exception {
        int port = origin.port();
        TestServer.Options same = TestServer.Options.defaults().port(port).name("again");
        assertThatThrownBy(() -> TestServer.start(same)).hasMessageContaining("cannot listen on 127.0.0.1:" + port);
        get("/"); // leaves a connection behind
        origin.close();
        try (TestServer again = TestServer.start(same)) {
            assertThat(get("/").headers().firstValue("X-Origin")).hasValue("again");
            assertThat(again.port()).isEqualTo(port);
        }
    }

    @Test
    void httpsWithACertificateOfItsOwn() throws Exception {
        TestCertificate certificate = TestCertificate.of("ip:127.0.0.1");
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("origin", certificate.certificate());
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(null, trust.getTrustManagers(), null);
        HttpClient secure = HttpClient.newBuilder().sslContext(tls).build();
        try (TestServer https = TestServer.start(TestServer.Options.defaults().tls(certificate.forServer()))) {
            assertThat(https.url()).startsWith("https://127.0.0.1:");
            HttpResponse<InputStream> answer = secure.send(
                    HttpRequest.newBuilder(URI.create(https.url() + "/bytes/5000000?framing=close"))
                            .build(),
                    BodyHandlers.ofInputStream());
            assertThat(sha256(answer.body())).isEqualTo(Content.sha256(5_000_000));
        }
    }

    private static String sha256(InputStream body) throws IOException {
        DigestInputStream digest = new DigestInputStream(body, Content.sha256());
        digest.transferTo(OutputStream.nullOutputStream());
        return HexFormat.of().formatHex(digest.getMessageDigest().digest());
    }

    private static InputStream repeated(byte[] bytes, int times) {
        List<InputStream> parts = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            parts.add(new java.io.ByteArrayInputStream(bytes));
        }
        return new SequenceInputStream(Collections.enumeration(parts));
    }
}
