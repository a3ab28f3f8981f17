package io.weldr.api.http;

import static io.weldr.testing.Patience.PATIENCE_MILLIS;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.api.testkit.TestCluster;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Clients that end their side of the connection as soon as they have sent what they want, as {@code nc -N} does. */
class HalfCloseIT {
    private static final String GET = "GET /servers HTTP/1.1\r\nHost: localhost\r\n\r\n";

    private TestCluster cluster;

    @BeforeEach
    void start() throws IOException {
        cluster = TestCluster.start(1);
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    /** What is answered to bytes behind which the client ends its side. Ends when the server closes the connection. */
    private String answers(String sent) throws IOException {
        int port = cluster.node(1).server().httpAddress().getPort();
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.getOutputStream().write(sent.getBytes(US_ASCII));
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), UTF_8);
        }
    }

    private static String add(int port) {
        String body = "{\"url\": \"http://127.0.0.1:" + port + "\"}";
        return "POST /servers HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }

    @Test
    void aRequestIsAnswered() throws IOException {
        assertThat(answers(GET)).startsWith("HTTP/1.1 200").contains("\"servers\"");
        assertThat(answers(add(9001))).startsWith("HTTP/1.1 201");
        assertThat(answers(GET)).contains("127.0.0.1:9001");
    }

    @Test
    void eachOfSeveralRequestsIsAnswered() throws IOException {
        String answers = answers(add(9001) + add(9002) + GET + "GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n");
        assertThat(answers.lines().filter(line -> line.startsWith("HTTP/1.1 ") || line.contains("}HTTP/1.1 ")))
                .hasSize(4);
        assertThat(answers).startsWith("HTTP/1.1 201").contains("HTTP/1.1 200", "HTTP/1.1 404");
    }

    @Test
    void anAnswerThatComesLaterIsWaitedFor() throws Exception {
        cluster.node(1).workersHang(true);
        Thread later = new Thread(() -> {
            await().until(() -> !cluster.state().history().isEmpty());
            cluster.node(1).workersHang(false);
        });
        later.start();
        String waiting = add(9001).replace("/servers", "/servers?wait=applied");
        assertThat(answers(waiting)).startsWith("HTTP/1.1 201");
        later.join(PATIENCE_MILLIS);
    }

    @Test
    void whatIsCutOffIsNotWaitedFor() throws IOException {
        assertThat(answers("")).isEmpty();
        assertThat(answers(add(9001).substring(0, add(9001).length() - 1))).doesNotContain("HTTP/1.1 20");
        assertThat(answers("GET /servers HTTP/1.1\r\nHost: loc")).doesNotContain("HTTP/1.1 20");
        assertThat(answers(GET + "GET /se")).startsWith("HTTP/1.1 200");
        assertThat(answers(GET)).doesNotContain("9001");
    }
}
