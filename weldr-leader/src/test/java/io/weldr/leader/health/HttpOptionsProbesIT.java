package io.weldr.leader.health;

import static io.weldr.leader.health.Probing.PATIENT;
import static io.weldr.leader.health.Probing.failed;
import static io.weldr.leader.health.Probing.passed;
import static io.weldr.leader.health.Probing.within;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.core.health.ProbeResult;
import io.weldr.core.pool.HealthPolicy;
import io.weldr.leader.health.Probing.SilentFirst;
import io.weldr.testserver.ScriptedAnswer;
import io.weldr.testserver.TestCertificate;
import io.weldr.testserver.TestServer;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a probe of type http may ask beyond a path: a text in the body, fields of the head, another port, a shorter time
 * to connect.
 */
class HttpOptionsProbesIT {
    private static final int LIMIT = 64 * 1024;

    private final TestServer origin = TestServer.start();
    private final Probing probing = new Probing();
    private final Prober prober = probing.prober(null);

    @AfterEach
    void stop() throws Exception {
        probing.close();
        origin.close();
    }

    private ProbeResult probe(HealthPolicy policy) throws Exception {
        return Probing.probe(prober, origin.url(), policy);
    }

    private static HealthPolicy contains(String text) {
        return within(PATIENT).path("/body").contains(text).build();
    }

    private void answers(String fields, String body, ScriptedAnswer.Then then) {
        origin.script("/body", new ScriptedAnswer("HTTP/1.1 200 OK\r\n" + fields + "\r\n" + body, then));
    }

    private void answersInFull(String body) {
        answers("content-length: " + body.length() + "\r\n", body, ScriptedAnswer.Then.KEEP);
    }

    // The body

    @ParameterizedTest
    @ValueSource(strings = {"ok", "all ok here", "okok", "oook"})
    void aTextInTheBodyPasses(String body) throws Exception {
        answersInFull(body);
        assertThat(probe(contains("ok"))).isEqualTo(passed("status 200, \"ok\" in the body"));
        assertThat(origin.received().lastHead()).contains("\r\naccept-encoding: identity\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "o", "OK", "o k", "failed"})
    void aBodyWithoutTheTextFails(String body) throws Exception {
        answersInFull(body);
        assertThat(probe(contains("ok"))).isEqualTo(failed("no \"ok\" in the body"));
        await().until(() -> origin.received().openConnections() == 0);
    }

    @Test
    void theStatusDecidesFirst() throws Exception {
        HealthPolicy policy =
                within(PATIENT).path("/status/503").contains("anything").build();
        assertThat(probe(policy)).isEqualTo(failed("status 503 (expected 200-299)"));
    }

    @Test
    void aTextThatIsSplitOverChunksIsFound() throws Exception {
        String chunks = "3\r\nxal\r\n1\r\nl\r\n4\r\n is \r\n2\r\nwe\r\n3\r\nlly\r\n0\r\n\r\n";
        answers("transfer-encoding: chunked\r\n", chunks, ScriptedAnswer.Then.KEEP);
        assertThat(probe(contains("all is well")).reason()).isEqualTo("status 200, \"all is well\" in the body");
        assertThat(probe(contains("all iswell")).reason()).isEqualTo("no \"all iswell\" in the body");
    }

    @Test
    void aBodyThatComesInSinglePacketsIsReadAsOne() throws Exception {
        byte[] answer = "HTTP/1.1 200 OK\r\ncontent-length: 12\r\n\r\nall is well!".getBytes(StandardCharsets.US_ASCII);
        try (RawServer server = new RawServer(socket -> {
            socket.setTcpNoDelay(true);
            for (byte one : answer) {
                socket.getOutputStream().write(one);
                socket.getOutputStream().flush();
            }
            RawServer.untilItEnds(socket);
        })) {
            assertThat(Probing.probe(prober, server.url("http"), contains("is well")))
                    .isEqualTo(passed("status 200, \"is well\" in the body"));
        }
    }

    @Test
    void theTextIsComparedAsUtf8() throws Exception {
        String wire = new String("größer".getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        answersInFull(wire);
        assertThat(probe(contains("öß")).passed()).isTrue();
        answersInFull("größer"); // Latin-1
        assertThat(probe(contains("öß"))).isEqualTo(failed("no \"öß\" in the body"));
    }

    @Test
    void aTextThatEndsAtTheLimitIsFoundAndOneThatEndsBehindItIsNot() throws Exception {
        answersInFull("x".repeat(LIMIT - 2) + "ok" + "x".repeat(1000));
        assertThat(probe(contains("ok"))).isEqualTo(passed("status 200, \"ok\" in the body"));
        answersInFull("x".repeat(LIMIT));
        assertThat(probe(contains("ok"))).isEqualTo(failed("no \"ok\" in the body"));
        answersInFull("x".repeat(LIMIT - 1) + "ok" + "x".repeat(1000));
        assertThat(probe(contains("ok"))).isEqualTo(failed("no \"ok\" in the first 64 KiB of the body"));
    }

    @Test
    void aBodyOfAMebibyteWithTheTextBehindTheLimitFailsWithoutBeingReadToItsEnd() throws Exception {
        answersInFull("x".repeat(LIMIT) + "ok" + "x".repeat(1024 * 1024));
        assertThat(probe(contains("ok"))).isEqualTo(failed("no \"ok\" in the first 64 KiB of the body"));
        await().until(() -> origin.received().openConnections() == 0);
        HealthPolicy endless = within(PATIENT)
                .path("/bytes/9000000000000000000")
                .contains("no such text")
                .build();
        assertThat(probe(endless)).isEqualTo(failed("no \"no such text\" in the first 64 KiB of the body"));
    }

    @Test
    void aBodyThatDoesNotEndInTimeIsTold() throws Exception {
        answers("content-length: 100\r\n", "xxx", ScriptedAnswer.Then.HANG);
        HealthPolicy policy =
                within(Duration.ofSeconds(3)).path("/body").contains("ok").build();
        assertThat(probe(policy)).isEqualTo(failed("no \"ok\" in the body within 3 s"));
    }

    @Test
    void aBodyThatIsCutOffHasNotTheText() throws Exception {
        answers("content-length: 100\r\n", "xxx", ScriptedAnswer.Then.CLOSE);
        assertThat(probe(contains("ok"))).isEqualTo(failed("no \"ok\" in the body"));
        answers("", "xxx", ScriptedAnswer.Then.CLOSE); // as long as the connection
        assertThat(probe(contains("ok"))).isEqualTo(failed("no \"ok\" in the body"));
        answers("", "xxok", ScriptedAnswer.Then.CLOSE);
        assertThat(probe(contains("ok")).passed()).isTrue();
        answers("transfer-encoding: chunked\r\n", "zz\r\n", ScriptedAnswer.Then.HANG);
        assertThat(probe(contains("ok")).reason()).startsWith("not an HTTP answer: ");
    }

    @Test
    void anEncodedBodyIsNotLookedInto() throws Exception {
        answers("content-encoding: gzip\r\ncontent-length: 2\r\n", "ok", ScriptedAnswer.Then.KEEP);
        assertThat(probe(contains("ok"))).isEqualTo(failed("content-encoding \"gzip\" (expected: none)"));
        answers("content-encoding: Identity\r\ncontent-length: 2\r\n", "ok", ScriptedAnswer.Then.KEEP);
        assertThat(probe(contains("ok")).passed()).isTrue();
    }

    // The head

    @Test
    void hostAndHeadersAreThoseOfThePolicy() throws Exception {
        HealthPolicy policy = within(PATIENT)
                .path("/health")
                .host("shop.example")
                .headers(Map.of("Authorization", "Bearer x", "accept", "text/plain"))
                .build();
        assertThat(probe(policy)).isEqualTo(passed("status 200"));
        assertThat(origin.received().lastHead()).isEqualTo("""
                        GET /health HTTP/1.1
                        host: shop.example
                        user-agent: weldr-health/0.1 (n1)
                        connection: close
                        accept: text/plain
                        authorization: Bearer x

                        """.replace("\n", "\r\n"));
    }

    @Test
    void theCertificateHasToBeForTheHostOfTheUrlWhateverTheHostField() throws Exception {
        TestCertificate forAddress = TestCertificate.of("ip:127.0.0.1");
        TestCertificate forField = TestCertificate.of("dns:shop.example");
        Prober trusting = probing.prober(Probing.trust(forAddress, forField));
        HealthPolicy policy = within(PATIENT).host("shop.example").build();
        try (TestServer right = TestServer.start(TestServer.Options.defaults().tls(forAddress.forServer()));
                TestServer wrong =
                        TestServer.start(TestServer.Options.defaults().tls(forField.forServer()))) {
            assertThat(Probing.probe(trusting, right.url(), policy)).isEqualTo(passed("status 200"));
            assertThat(right.received().lastHead()).contains("\r\nhost: shop.example\r\n");
            assertThat(Probing.probe(trusting, wrong.url(), policy))
                    .isEqualTo(failed("TLS: certificate is for shop.example, not 127.0.0.1"));
        }
    }

    // The connection

    @Test
    void theProbeGoesToThePortOfThePolicy() throws Exception {
        try (TestServer side = TestServer.start()) {
            HealthPolicy policy =
                    within(PATIENT).path("/?side").port(side.port()).build();
            assertThat(probe(policy)).isEqualTo(passed("status 200"));
            assertThat(side.received().lastHead())
                    .startsWith("GET /?side HTTP/1.1\r\nhost: 127.0.0.1:" + origin.port() + "\r\n");
            assertThat(origin.received().connections()).isZero();
            side.close();
            assertThat(probe(policy)).isEqualTo(failed("connect refused"));
        }
    }

    /** One attempt for each type: the time to connect is theirs in common. */
    @ParameterizedTest
    @EnumSource
    void aConnectionHasToStandWithinTheTimeToConnect(HealthPolicy.Type type) throws Exception {
        SilentFirst sockets = new SilentFirst();
        Prober silent = probing.prober(sockets, new TestNames(host -> new InetAddress[] {SilentFirst.SILENT}), null);
        HealthPolicy policy = within(Duration.ofSeconds(30))
                .interval(Duration.ofSeconds(30))
                .type(type)
                .connectTimeout(Duration.ofMillis(200))
                .build();
        assertThat(Probing.probe(silent, "http://origin.example:80", policy))
                .isEqualTo(failed("no connection within 200 ms"));
    }

    @Test
    void addressesShareTheTimeToConnect() throws Exception {
        SilentFirst sockets = new SilentFirst();
        InetAddress silent = SilentFirst.SILENT;
        Prober named = probing.prober(
                sockets, new TestNames(host -> new InetAddress[] {silent, silent, SilentFirst.LOOPBACK}), null);
        HealthPolicy policy = within(Duration.ofSeconds(30))
                .interval(Duration.ofSeconds(30))
                .connectTimeout(Duration.ofSeconds(9))
                .build();
        assertThat(Probing.probe(named, "http://origin.example:" + origin.port(), policy))
                .isEqualTo(passed("status 200"));
        assertThat(sockets.tried).containsExactly(silent, silent, SilentFirst.LOOPBACK);
    }

    @Test
    void anAnswerMayTakeLongerThanTheConnection() throws Exception {
        HealthPolicy policy = within(PATIENT)
                .path("/delay/3000")
                .connectTimeout(Duration.ofSeconds(2))
                .build();
        assertThat(probe(policy)).isEqualTo(passed("status 200"));
    }
}
