package io.weldr.api.http;

import static io.weldr.testing.Patience.PATIENCE_MILLIS;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.api.json.Mutations;
import io.weldr.api.testkit.TestCluster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client must not send. Every answer says what is wrong, and the node goes on. */
class BadInputIT {
    private static TestCluster cluster;
    private static Client client;

    @BeforeAll
    static void start() throws Exception {
        cluster = TestCluster.start(1);
        client = new Client(cluster.node(1));
    }

    @AfterAll
    static void stop() {
        client.get("/livez").is(200);
        cluster.close();
    }

    private static Socket connect() throws IOException {
        Socket socket = new Socket(
                java.net.InetAddress.getLoopbackAddress(),
                cluster.node(1).member().admin().port());
        socket.setSoTimeout(PATIENCE_MILLIS);
        return socket;
    }

    /** Sends bytes and returns all that comes back until the node closes. */
    private static String raw(byte[] request) throws IOException {
        return raw(request, true);
    }

    /**
     * @param ended whether the client ends its side behind the request; one that does may get no answer to a whole
     * request
     */
    private static String raw(byte[] request, boolean ended) throws IOException {
        try (Socket socket = connect()) {
            try {
                socket.getOutputStream().write(request);
                if (ended) {
                    socket.shutdownOutput();
                }
            } catch (SocketException refused) {
                // Closed while we were still sending: the answer is there all the same.
            }
            return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
        }
    }

    private static String post(String body) {
        return "POST /servers HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: "
                + body.getBytes(UTF_8).length + "\r\n\r\n" + body;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "``|malformed-body|empty",
                "nonsense|malformed-body|JSON",
                "[]|malformed-body|JSON object",
                "\"http://127.0.0.1:1\"|malformed-body|JSON object",
                "{}|invalid-value|url",
                "{\"url\":7}|invalid-value|7",
                "{\"url\":null}|invalid-value|url",
                "{\"url\":{}}|invalid-value|an object",
                "{\"url\":\"ftp://127.0.0.1:1\"}|invalid-value|ftp",
                "{\"url\":\"http://127.0.0.1:0\"}|invalid-value|port",
                "{\"url\":\"http://127.0.0.1:65536\"}|invalid-value|port",
                "{\"url\":\"http://u:p@127.0.0.1:1\"}|invalid-value|user information",
                "{\"url\":\"http://127.0.0.1:1/path\"}|invalid-value|without path",
                "{\"url\":\"http://010.0.0.1:1\"}|invalid-value|010.0.0.1",
                "{\"url\":\"http://[::1\"}|invalid-value|bracket",
                "{\"url\":\"http://127.0.0.1:1\",\"wieght\":1}|unknown-field|wieght",
                "{\"url\":\"http://127.0.0.1:1\",\"url\":\"http://127.0.0.1:2\"}|malformed-body|uplicate",
                "{\"url\":\"http://127.0.0.1:1\"} {}|malformed-body|railing",
                "{\"url\":\"http://127.0.0.1:1\"}x|malformed-body|line 1",
                "{\"url\":\"http://127.0.0.1:1\",\"weight\":1.5}|invalid-value|1.5",
                "{\"url\":\"http://127.0.0.1:1\",\"weight\":-1}|invalid-value|-1",
                "{\"url\":\"http://127.0.0.1:1\",\"weight\":101}|invalid-value|101",
                "{\"url\":\"http://127.0.0.1:1\",\"weight\":99999999999999999999}|invalid-value|99999999999999999999",
                "{\"url\":\"http://127.0.0.1:1\",\"weight\":1e400}|invalid-value|whole number",
                "{\"url\":\"http://127.0.0.1:1\",\"weight\":\"1\"}|invalid-value|whole number",
                "{\"url\":\"http://127.0.0.1:1\",\"weight\":NaN}|malformed-body|NaN",
                "{\"url\":\"http://127.0.0.1:1\",\"id\":\"a b\"}|invalid-value|a b",
                "{\"url\":\"http://127.0.0.1:1\",\"host\":\"both\"}|invalid-value|preserve",
                "{\"url\":\"http://127.0.0.1:1\",\"health\":[]}|invalid-value|an array",
                "{\"url\":\"http://127.0.0.1:1\",\"health\":{\"intervall\":\"1s\"}}|unknown-field|health.intervall",
                "{\"url\":\"http://127.0.0.1:1\",\"health\":{\"interval\":\"1 day\"}}|invalid-value|250ms",
                "{\"url\":\"http://127.0.0.1:1\",\"health\":{\"interval\":1e308}}|invalid-value|duration",
                "{\"url\":\"http://127.0.0.1:1\",\"health\":{\"timeout\":\"31s\"}}|invalid-value|interval",
                "{\"url\":\"http://127.0.0.1:1\",\"health\":{\"path\":\"up\"}}|invalid-value|up",
                "{\"url\":\"http://127.0.0.1:1\",\"health\":{\"method\":\"POST\"}}|invalid-value|GET, HEAD or OPTIONS",
                "{\"url\":\"http://127.0.0.1:1\",\"health\":{\"expect\":\"99\"}}|invalid-value|200-299",
            })
    void aBodyThatIsNotValidSaysWhatWasFoundAndExpected(String body, String type, String words) {
        String answer =
                client.post("/servers", body).isProblem(400, type).response().body();
        assertThat(answer).contains(words);
        assertThat(cluster.state().defaultPool().origins()).isEmpty();
    }

    @Test
    void bytesThatAreNoUtf8AreRefused() throws Exception {
        byte[] head = "POST /servers HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 12\r\n\r\n"
                .getBytes(UTF_8);
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.write(head);
        request.write(new byte[] {'{', '"', 'u', 'r', 'l', '"', ':', '"', (byte) 0xc3, 0x28, '"', '}'});
        assertThat(raw(request.toByteArray())).startsWith("HTTP/1.1 400 ").contains("not valid UTF-8");
    }

    @Test
    void deepNestingIsRefusedAndNoStackOverflows() {
        String deep = "{\"url\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}";
        client.post("/servers", deep).isProblem(400, "malformed-body");
    }

    @Test
    void aBodyOverAMegabyteIsRefusedWhetherItSaysSoOrNot() throws Exception {
        String declared = "POST /servers HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1048577\r\n\r\n";
        assertThat(raw(declared.getBytes(UTF_8))).startsWith("HTTP/1.1 413 ").contains("body-too-large");
        String absurd = "POST /servers HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9999999999999999999\r\n\r\n";
        assertThat(raw(absurd.getBytes(UTF_8))).startsWith("HTTP/1.1 4");
        try (Socket socket = connect()) {
            OutputStream out = socket.getOutputStream();
            out.write(
                    "POST /servers HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n".getBytes(UTF_8));
            byte[] chunk = ("10000\r\n" + "x".repeat(65_536) + "\r\n").getBytes(UTF_8);
            try {
                for (int i = 0; i < 17; i++) {
                    out.write(chunk);
                }
            } catch (SocketException closed) {
                // It does not read on for nothing.
            }
            assertThat(head(socket.getInputStream())).startsWith("HTTP/1.1 413 ");
        }
        String full = "{\"url\":\"http://127.0.0.1:1\"" + " ".repeat((1 << 20) - 28) + "}";
        assertThat(full).hasSize(1 << 20);
        client.post("/servers", full).is(201);
        client.delete("/servers/127.0.0.1/1").is(200);
    }

    private static String head(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
            line.write(b);
        }
        return line.toString(ISO_8859_1);
    }

    @Test
    void aBodyThatNeverComesIsGivenUp() throws Exception {
        try (Socket socket = connect()) {
            socket.getOutputStream()
                    .write("POST /servers HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n{".getBytes(UTF_8));
            assertThat(untilClosed(socket)).startsWith("HTTP/1.1 408 ").contains("request-timeout");
        }
    }

    /**
     * Whoever was refused in the middle of a request must not hold a connection of the API until it is idle long
     * enough.
     */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "POST /servers HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2000000\r\n\r\n{",
                "POST /servers HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n{",
                "GET / HTTP/1.1\r\nHost : a\r\nContent-Length: 10\r\n\r\n{",
            })
    void aConnectionThatWasRefusedHalfWayIsClosed(String request) throws Exception {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(request.getBytes(UTF_8));
            assertThat(untilClosed(socket)).startsWith("HTTP/1.1 4");
        }
    }

    /** All that comes until the node closes. Its idle timeout is longer than this test waits. */
    private static String untilClosed(Socket socket) throws IOException {
        socket.setSoTimeout(PATIENCE_MILLIS);
        return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
    }

    @Test
    void aClientThatGoesAwayInTheMiddleHurtsNobody() throws Exception {
        for (int i = 0; i < 20; i++) {
            try (Socket socket = connect()) {
                socket.getOutputStream()
                        .write("POST /servers HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{\"u"
                                .getBytes(UTF_8));
                socket.setSoLinger(true, 0);
            }
        }
        client.get("/livez").is(200);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GARBAGE|400",
                "GET /servers|400",
                "GET /%zz HTTP/1.1|400",
                "GET /servers/%ff%fe/1 HTTP/1.1|4",
                "GET /servers/127.0.0.1/x HTTP/1.1|400",
                "GET /servers/127.0.0.1/0 HTTP/1.1|400",
                "GET /servers/bad..host/80 HTTP/1.1|400",
                "GET /servers/%2e%2e/%2e%2e/etc/passwd HTTP/1.1|404",
                "GET /servers?consistency=maybe HTTP/1.1|400",
                "GET /servers?x=%zz HTTP/1.1|400",
                "TRACE / HTTP/1.1|405",
                "CONNECT a:1 HTTP/1.1|4",
            })
    void aRequestLineThatMakesNoSenseIsRefused(String line, String status) throws Exception {
        String answer = raw((line + "\r\nHost: localhost\r\nConnection: close\r\n\r\n").getBytes(UTF_8));
        assertThat(answer).as(line).matches("(?s)HTTP/1.[01] " + status + ".*");
        assertThat(answer).contains("application/problem+json").contains("urn:weldr:problem:");
    }

    @Test
    void linesAndHeadersThatAreTooLongAreRefused() throws Exception {
        String line = "GET /" + "a".repeat(9000) + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
        assertThat(raw(line.getBytes(UTF_8))).matches("(?s)HTTP/1.[01] 414 .*").contains("uri-too-long");
        String header = "GET / HTTP/1.1\r\nHost: localhost\r\nX: " + "a".repeat(20_000) + "\r\n\r\n";
        assertThat(raw(header.getBytes(UTF_8)))
                .matches("(?s)HTTP/1.[01] 431 .*")
                .contains("headers-too-large");
    }

    @ParameterizedTest
    @CsvSource({
        "evil.example:8687, 403",
        "evil.example, 403",
        "127.0.0.1.evil.example, 403",
        "localhost:8687, 400",
        "127.0.0.1:8687, 400",
        "[::1]:8687, 400",
    })
    void aPageUnderANameThatSomebodyPointedHereChangesNothing(String host, String status) throws Exception {
        String answer = raw(("POST /servers HTTP/1.1\r\nHost: " + host + "\r\nOrigin: http://" + host
                        + "\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}") // 400: it was looked at
                .getBytes(UTF_8));
        assertThat(answer).startsWith("HTTP/1.1 " + status);
    }

    @Test
    void anEncodedBodyIsRefused() {
        client.post("/servers", "{}", "Content-Encoding", "gzip").isProblem(415, "unsupported-encoding");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 20260101})
    void noMutationOfABodyBringsTheNodeDown(long seed) throws Exception {
        Random random = new Random(seed);
        Map<String, Integer> statuses = new HashMap<>();
        for (int i = 0; i < 1000; i++) {
            byte[] body = Mutations.of(random);
            String method = new String[] {
                        "POST /servers", "PATCH /v1/pools/default/origins/a", "PUT /v1/pools/default/health"
                    }
                    [random.nextInt(3)];
            ByteArrayOutputStream request = new ByteArrayOutputStream();
            request.write((method + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: "
                            + body.length + "\r\n\r\n")
                    .getBytes(UTF_8));
            request.write(body);
            String answer = raw(request.toByteArray(), false);
            assertThat(answer)
                    .as("seed %d, round %d: %s", seed, i, new String(body, ISO_8859_1))
                    .matches("(?s)HTTP/1.1 [24][0-9][0-9] .*");
            statuses.merge(answer.substring(9, 12), 1, Integer::sum);
        }
        System.out.println("seed " + seed + ": " + statuses);
        assertThat(statuses.keySet()).contains("400");
        client.get("/servers").is(200);
    }

    @Test
    void whatWasFoundIsQuotedAndCut() throws Exception {
        String answer = raw(post("{\"" + "é".repeat(5000) + "\":1}").getBytes(UTF_8));
        assertThat(answer).startsWith("HTTP/1.1 400 ").hasSizeLessThan(2500);
    }
}
