package io.weldr.leader.health;

import static io.weldr.leader.health.Probing.PATIENT;
import static io.weldr.leader.health.Probing.SHORT;
import static io.weldr.leader.health.Probing.failed;
import static io.weldr.leader.health.Probing.get;
import static io.weldr.leader.health.Probing.policy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.core.health.ProbeResult;
import io.weldr.core.pool.HealthPolicy;
import io.weldr.core.pool.OriginUrl;
import io.weldr.testserver.Mode;
import io.weldr.testserver.OddAnswer;
import io.weldr.testserver.ScriptedAnswer;
import io.weldr.testserver.TestServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Probes of type http by their status. */
class HttpProbesIT {
    private final TestServer origin = TestServer.start();
    private final Probing probing = new Probing();
    private final Prober prober = probing.prober(null);

    @AfterEach
    void stop() throws Exception {
        probing.close();
        origin.close();
    }

    private ProbeResult probe(String url, HealthPolicy policy) throws Exception {
        return Probing.probe(prober, url, policy);
    }

    private ProbeResult probe(String path) throws Exception {
        return probe(origin.url(), get(path, PATIENT));
    }

    @ParameterizedTest
    @CsvSource({
        "/status/200, 200-299, true, status 200",
        "/status/204, 200-299, true, status 204",
        "/status/404, 200-299, false, status 404 (expected 200-299)",
        "/status/503, '200-299,401', false, 'status 503 (expected 200-299,401)'",
        "/status/401, '200-299,401', true, status 401",
        "/status/302, 200-299, false, status 302 (expected 200-299)",
        "/status/302, 302, true, status 302",
        "/early-hints, 200, true, status 200",
        "/delay/20, 200, true, status 200",
        "/events?count=0, 200, true, status 200",
    })
    void theFinalStatusDecides(String path, String expected, boolean passed, String reason) throws Exception {
        HealthPolicy policy = policy(path, HealthPolicy.Method.GET, expected, PATIENT);
        assertThat(probe(origin.url(), policy)).isEqualTo(new ProbeResult(passed, reason));
        assertThat(origin.received().requests()).isEqualTo(1); // a redirect is not followed
    }

    @ParameterizedTest
    @EnumSource(HealthPolicy.Method.class)
    void theRequestIsWhatThePolicySays(HealthPolicy.Method method) throws Exception {
        probe(origin.url(), policy("/?deep=1", method, "200", PATIENT));
        assertThat(origin.received().lastHead())
                .isEqualTo(method + " /?deep=1 HTTP/1.1\r\nhost: 127.0.0.1:" + origin.port()
                        + "\r\nuser-agent: weldr-health/0.1 (n1)\r\naccept: */*\r\nconnection: close\r\n\r\n");
        assertThat(origin.received().probes()).isEqualTo(1);
    }

    @Test
    void eachProbeHasAConnectionOfItsOwnAndLeavesNoneBehind() throws Exception {
        for (int i = 0; i < 5; i++) {
            probe("/");
        }
        assertThat(origin.received().connections()).isEqualTo(5);
        await().until(() -> origin.received().openConnections() == 0);
    }

    @Test
    void aBodyWithoutEndIsNotReadToItsEnd() throws Exception {
        assertThat(probe("/bytes/9000000000000000000").passed()).isTrue();
        await().until(() -> origin.received().openConnections() == 0);
    }

    @Test
    void nobodyListens() throws Exception {
        origin.close();
        assertThat(probe("/")).isEqualTo(failed("connect refused"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/hang", "/slow-head/1000", "/odd/head-unfinished"})
    void noAnswerInTime(String path) throws Exception {
        assertThat(probe(origin.url(), get(path, SHORT))).isEqualTo(failed("no answer within 1 s"));
        await().until(() -> origin.received().openConnections() == 0);
    }

    @Test
    void brokenOff() throws Exception {
        assertThat(probe("/reset")).isEqualTo(failed("connection reset"));
        assertThat(probe("/odd/empty")).isEqualTo(failed("closed without an answer"));
        origin.mode(Mode.RESET);
        assertThat(probe("/")).isEqualTo(failed("connection reset"));
    }

    @Test
    void whatBreaksOffAfterTheHeadStillTold() throws Exception {
        assertThat(probe("/close-early/1000")).isEqualTo(new ProbeResult(true, "status 200"));
        assertThat(probe("/reset/10").passed()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(
            value = OddAnswer.class,
            names = {"STATUS_NOT_A_NUMBER", "NOT_HTTP", "HUGE_FIELD", "MANY_FIELDS", "HEAD_CUT", "SWITCH_UNASKED"})
    void whatIsNotAnHttpAnswerFails(OddAnswer odd) throws Exception {
        ProbeResult result = probe("/odd/" + odd.kind());
        assertThat(result.passed()).isFalse();
        assertThat(result.reason()).containsAnyOf("not an HTTP answer: ", "closed without", "status 101 (expected");
    }

    @ParameterizedTest
    @EnumSource(OddAnswer.class)
    void nothingThatAnOriginSendsHangsAProbeOrBreaksIt(OddAnswer odd) throws Exception {
        ProbeResult result = probe(origin.url(), get("/odd/" + odd.kind(), Duration.ofSeconds(1)));
        assertThat(result.reason()).isNotBlank().doesNotContain("\n");
        await().until(() -> origin.received().openConnections() == 0);
    }

    @Test
    void randomOctetsNeverHangOrBreakAProbe() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 200; i++) {
            byte[] octets = new byte[random.nextInt(200)];
            random.nextBytes(octets);
            String junk = new String(octets, java.nio.charset.StandardCharsets.ISO_8859_1);
            String start = random.nextBoolean() ? "HTTP/1.1 200 OK\r\n" : "";
            origin.script("/junk", new ScriptedAnswer(start + junk, ScriptedAnswer.Then.CLOSE));
            assertThat(probe("/junk").reason()).as("seed %d round %d", seed, i).isNotBlank();
        }
        assertThat(probe("/").passed()).isTrue();
    }

    @Test
    void hangingOriginsDoNotHoldUpOthers() throws Exception {
        List<CompletableFuture<ProbeResult>> hanging = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            hanging.add(prober.probe(
                            OriginUrl.parse(origin.url()), ProbeAccess.DEFAULT, get("/hang", Duration.ofSeconds(30)))
                    .toCompletableFuture());
        }
        assertThat(probe(origin.url(), get("/", Duration.ofSeconds(10))).passed())
                .isTrue();
        assertThat(hanging).noneMatch(CompletableFuture::isDone);
    }

    @Test
    void namesAreLookedUp() throws Exception {
        assertThat(probe("http://localhost:" + origin.port(), get("/", PATIENT)))
                .isEqualTo(new ProbeResult(true, "status 200"));
        assertThat(origin.received().lastHead()).contains("\r\nhost: localhost:" + origin.port() + "\r\n");
        assertThat(probe("http://no-such-host.invalid:80", get("/", PATIENT)).reason())
                .startsWith("name not resolved");
    }

    @Test
    void ipv6IsWrittenInBrackets() throws Exception {
        byte[] octets = new byte[16];
        octets[15] = 1;
        InetAddress loopback = InetAddress.getByAddress(octets);
        TestServer six;
        try {
            six = TestServer.start(TestServer.Options.defaults().address(new InetSocketAddress(loopback, 0)));
        } catch (java.io.UncheckedIOException e) {
            Assumptions.abort("no IPv6 on this machine: " + e.getMessage());
            return;
        }
        try (six) {
            assertThat(probe("http://[::1]:" + six.port(), get("/", PATIENT)).passed())
                    .isTrue();
            assertThat(six.received().lastHead()).contains("\r\nhost: [::1]:" + six.port() + "\r\n");
        }
    }
}
