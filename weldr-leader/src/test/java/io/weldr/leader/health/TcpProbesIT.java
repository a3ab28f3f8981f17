package io.weldr.leader.health;

import static io.weldr.leader.health.Probing.PATIENT;
import static io.weldr.leader.health.Probing.SHORT;
import static io.weldr.leader.health.Probing.failed;
import static io.weldr.leader.health.Probing.passed;
import static io.weldr.leader.health.Probing.probe;
import static io.weldr.leader.health.Probing.within;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.channel.socket.nio.NioSocketChannel;
import io.weldr.core.pool.HealthPolicy;
import io.weldr.leader.health.Probing.SilentFirst;
import io.weldr.testing.RefusingPort;
import io.weldr.testserver.TestCertificate;
import io.weldr.testserver.TestServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TcpProbesIT {
    private final Probing probing = new Probing();
    private final Prober prober = probing.prober(null);

    @AfterEach
    void stop() throws Exception {
        probing.close();
    }

    private static HealthPolicy tcp(Duration timeout) {
        return within(timeout).type(HealthPolicy.Type.TCP).build();
    }

    @Test
    void aConnectionThatStandsPassesAndNothingIsSent() throws Exception {
        List<Integer> received = new CopyOnWriteArrayList<>();
        try (RawServer silent =
                new RawServer(socket -> received.add(socket.getInputStream().read()))) {
            assertThat(probe(prober, silent.url("http"), tcp(PATIENT))).isEqualTo(passed("connected"));
            await().until(() -> received.size() == 1);
            assertThat(received).as("the end of the connection").containsExactly(-1);
        }
    }

    /** A socket that is closed while a greeting is unread resets the connection, and servers log that. */
    @Test
    void anOriginThatSpeaksFirstSeesAnEndAndNoReset() throws Exception {
        byte[] greeting = "220 mail.example ESMTP\r\n".repeat(100).getBytes(StandardCharsets.US_ASCII);
        List<String> ends = new CopyOnWriteArrayList<>();
        try (RawServer talkative = new RawServer(socket -> {
            try {
                socket.getOutputStream().write(greeting);
                RawServer.untilItEnds(socket);
                socket.getOutputStream().write(greeting); // it may even answer the end
                ends.add("end");
            } catch (IOException e) {
                ends.add(String.valueOf(e.getMessage()));
            }
        })) {
            for (int i = 0; i < 50; i++) {
                assertThat(probe(prober, talkative.url("http"), tcp(PATIENT))).isEqualTo(passed("connected"));
            }
            await().until(() -> ends.size() == 50);
            assertThat(ends).containsOnly("end");
        }
    }

    @Test
    void anOriginThatNeverEndsIsLeftAtTheDeadline() throws Exception {
        List<NioSocketChannel> opened = new CopyOnWriteArrayList<>();
        Prober watched = probing.prober(
                () -> {
                    NioSocketChannel socket = new NioSocketChannel();
                    opened.add(socket);
                    return socket;
                },
                TestNames.PLATFORM,
                null);
        CountDownLatch over = new CountDownLatch(1);
        try (RawServer stubborn = new RawServer(socket -> {
            try {
                over.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        })) {
            assertThat(probe(watched, stubborn.url("http"), tcp(SHORT)).passed())
                    .isTrue();
            await().until(() -> !opened.get(0).isOpen());
        } finally {
            over.countDown();
        }
    }

    @Test
    void anOriginThatTalksWithoutEndIsLeftAfterALimit() throws Exception {
        byte[] many = new byte[64 * 1024];
        List<String> ends = new CopyOnWriteArrayList<>();
        try (RawServer endless = new RawServer(socket -> {
            try {
                while (true) {
                    socket.getOutputStream().write(many);
                }
            } catch (IOException e) {
                ends.add("left");
            }
        })) {
            assertThat(probe(prober, endless.url("http"), tcp(PATIENT)).passed())
                    .isTrue();
            await().until(() -> ends.size() == 1);
        }
    }

    @Test
    void nobodyListens() throws Exception {
        try (RefusingPort port = new RefusingPort()) {
            assertThat(probe(prober, "http://127.0.0.1:" + port.number(), tcp(PATIENT)))
                    .isEqualTo(failed("connect refused"));
        }
    }

    @Test
    void theProbeGoesToThePortOfThePolicy() throws Exception {
        try (RefusingPort own = new RefusingPort();
                RawServer side = new RawServer(RawServer::untilItEnds)) {
            HealthPolicy policy = tcp(PATIENT).toBuilder().port(side.port()).build();
            assertThat(probe(prober, "http://127.0.0.1:" + own.number(), policy))
                    .isEqualTo(passed("connected"));
        }
    }

    @Test
    void aDeadFirstAddressLeavesTimeForTheSecond() throws Exception {
        SilentFirst sockets = new SilentFirst();
        Prober named = probing.prober(sockets, SilentFirst.NAMES, null);
        try (RawServer server = new RawServer(RawServer::untilItEnds)) {
            String url = "http://origin.example:" + server.port();
            assertThat(probe(named, url, tcp(Duration.ofSeconds(10)))).isEqualTo(passed("connected"));
            assertThat(sockets.tried).containsExactly(SilentFirst.SILENT, SilentFirst.LOOPBACK);
        }
    }

    @Test
    void anHttpsOriginHasToFinishItsHandshake() throws Exception {
        TestCertificate certificate = TestCertificate.of("ip:127.0.0.1");
        Prober trusting = probing.prober(Probing.trust(certificate));
        try (TestServer https = TestServer.start(TestServer.Options.defaults().tls(certificate.forServer()))) {
            assertThat(probe(trusting, https.url(), tcp(PATIENT))).isEqualTo(passed("connected"));
            await().until(() -> https.received().openConnections() == 0);
            assertThat(https.received().requests()).isZero();
            assertThat(probe(prober, https.url(), tcp(PATIENT)))
                    .isEqualTo(failed("TLS: certificate of an unknown authority: CN=weldr-testserver"));
        }
        try (RawServer silent = new RawServer(RawServer::untilItEnds);
                RawServer closing =
                        new RawServer(socket -> socket.getInputStream().read())) {
            assertThat(probe(prober, silent.url("https"), tcp(SHORT))).isEqualTo(failed("no TLS handshake within 1 s"));
            assertThat(probe(prober, closing.url("https"), tcp(PATIENT)).reason())
                    .isIn("TLS: connection closed during the handshake", "connection reset");
        }
    }
}
