package io.weldr.leader.health;

import static io.weldr.leader.health.Probing.PATIENT;
import static io.weldr.leader.health.Probing.SHORT;
import static io.weldr.leader.health.Probing.SilentFirst.LOOPBACK;
import static io.weldr.leader.health.Probing.SilentFirst.SILENT;
import static io.weldr.leader.health.Probing.assertNotSent;
import static io.weldr.leader.health.Probing.failed;
import static io.weldr.leader.health.Probing.get;
import static io.weldr.leader.health.Probing.passed;
import static io.weldr.leader.health.Probing.trust;
import static io.weldr.testing.Patience.PATIENCE_MILLIS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFactory;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.weldr.core.health.ProbeResult;
import io.weldr.core.pool.HealthPolicy;
import io.weldr.core.pool.OriginUrl;
import io.weldr.core.port.HostNames;
import io.weldr.leader.health.Probing.SilentFirst;
import io.weldr.testing.TestAuthority;
import io.weldr.testserver.TestCertificate;
import io.weldr.testserver.TestServer;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What probes of all types share: names, addresses, TLS, and what a node may lack. */
class ProbeConnectionsIT {
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

    private static ProbeResult probe(Prober by, String url, HealthPolicy policy) throws Exception {
        return Probing.probe(by, url, policy);
    }

    @Test
    void aFullBacklogIsNoConnectionInTime() throws Exception {
        // Nobody accepts: once the backlog is full, the kernel drops what comes.
        try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String url = "http://127.0.0.1:" + full.getLocalPort();
            List<CompletableFuture<ProbeResult>> probes = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                probes.add(prober.probe(OriginUrl.parse(url), ProbeAccess.DEFAULT, get("/", SHORT))
                        .toCompletableFuture());
            }
            List<String> reasons = new ArrayList<>();
            for (CompletableFuture<ProbeResult> one : probes) {
                reasons.add(one.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS).reason());
            }
            assertThat(reasons).contains("no connection within 1 s").allMatch(r -> r.endsWith("within 1 s"));
        }
    }

    @Test
    void anOldAnswerIsWaitedForNoLongerThanAQuarterOfTheTimeout() throws Exception {
        List<Duration> patience = new CopyOnWriteArrayList<>();
        HostNames names = (target, atMost) -> {
            patience.add(atMost);
            return CompletableFuture.completedFuture(List.of(LOOPBACK));
        };
        Prober named = probing.prober(NioSocketChannel::new, names, null);
        String url = "http://origin.example:" + origin.port();
        assertThat(probe(named, url, get("/", PATIENT)).reason()).isEqualTo("status 200");
        probe(named, url, get("/", SHORT));
        assertThat(patience).containsExactly(Duration.ofMillis(500), Duration.ofMillis(250));
    }

    @Test
    void anHttpsOriginHasToBeTrustedAndToBeWhoItSays() throws Exception {
        TestCertificate forAddress = TestCertificate.of("ip:127.0.0.1");
        TestCertificate forOther = TestCertificate.of("dns:other.example");
        Prober trusting = probing.prober(trust(forAddress, forOther));
        try (TestServer https = TestServer.start(TestServer.Options.defaults().tls(forAddress.forServer()));
                TestServer other =
                        TestServer.start(TestServer.Options.defaults().tls(forOther.forServer()))) {
            assertThat(probe(trusting, https.url(), get("/", PATIENT))).isEqualTo(passed("status 200"));
            ProbeResult untrusted = probe(https.url(), get("/", PATIENT));
            assertThat(untrusted.passed()).isFalse();
            assertThat(untrusted.reason()).isEqualTo("TLS: certificate of an unknown authority: CN=weldr-testserver");
            ProbeResult misnamed = probe(trusting, other.url(), get("/", PATIENT));
            assertThat(misnamed.passed()).isFalse();
            assertThat(misnamed.reason()).isEqualTo("TLS: certificate is for other.example, not 127.0.0.1");
            assertThat(other.received().requests()).isZero();
        }
        // Not TLS at all on the other side.
        ProbeResult plain = probe(trusting, origin.url().replace("http:", "https:"), get("/", PATIENT));
        assertThat(plain.passed()).isFalse();
        assertThat(plain.reason()).isEqualTo("TLS: the origin does not answer with TLS");
    }

    @Test
    void aCertificateOutsideItsTimeIsToldWithItsDate() throws Exception {
        try (TestAuthority authority = new TestAuthority("Test Authority")) {
            TestAuthority.Issued old = authority.issue("-20d", 10, "ip:127.0.0.1");
            TestAuthority.Issued early = authority.issue("+5d", 10, "ip:127.0.0.1");
            Prober trusting = probing.prober(authority.trust());
            assertThat(reason(trusting, old))
                    .isEqualTo("TLS: certificate expired on "
                            + date(old.certificate().getNotAfter()));
            assertThat(reason(trusting, early))
                    .isEqualTo("TLS: certificate is not valid yet, but from "
                            + date(early.certificate().getNotBefore()));
        }
    }

    private static String reason(Prober by, TestAuthority.Issued shown) throws Exception {
        TestCertificate certificate = new TestCertificate(shown.key(), shown.certificate(), List.of());
        try (TestServer https = TestServer.start(TestServer.Options.defaults().tls(certificate.forServer()))) {
            return probe(by, https.url(), get("/", PATIENT)).reason();
        }
    }

    private static String date(Date date) {
        return date.toInstant().toString().substring(0, 10);
    }

    @Test
    void aHandshakeThatHangsIsTold() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            assertThat(probe("https://127.0.0.1:" + silent.getLocalPort(), get("/", SHORT)))
                    .isEqualTo(failed("no TLS handshake within 1 s"));
        }
    }

    @Test
    void afterTheEndAProbeIsNotSent() throws Exception {
        probing.close();
        assertNotSent(prober, origin.url(), "the node is stopping");
    }

    @Test
    void aProbeThatTheEndBreaksOffSaysNothingOfTheOrigin() throws Exception {
        CompletableFuture<ProbeResult> hanging = prober.probe(
                        OriginUrl.parse(origin.url()), ProbeAccess.DEFAULT, get("/hang", PATIENT))
                .toCompletableFuture();
        await().until(() -> origin.received().requests() == 1);
        probing.close();
        assertThat(hanging).failsWithin(PATIENT).withThrowableThat().withCauseInstanceOf(NotSentException.class);
    }

    @Test
    void whatThisNodeLacksSaysNothingOfTheOrigin() throws Exception {
        ChannelFactory<NioSocketChannel> noDescriptors = ProbeConnectionsIT::noDescriptors;
        ChannelFactory<NioSocketChannel> noPorts = () -> new NioSocketChannel() {
            @Override
            protected boolean doConnect(SocketAddress remote, @Nullable SocketAddress local) throws Exception {
                throw new BindException("Cannot assign requested address");
            }
        };
        assertNotSentBy(noDescriptors, "Failed to open a socket");
        assertNotSentBy(noPorts, "Cannot assign requested address");
        TrustManagerFactory neverMade = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        assertNotSent(probing.prober(neverMade), origin.url().replace("http:", "https:"), "no TLS here");
        assertThat(origin.received().connections()).isZero();
    }

    @Test
    void anAddressThatRefusedCountsThoughThisNodeCouldNotTryTheNext() throws Exception {
        origin.close();
        AtomicInteger opened = new AtomicInteger();
        Prober sparing = probing.prober(
                () -> opened.getAndIncrement() == 0 ? new NioSocketChannel() : noDescriptors(),
                new TestNames(host -> new InetAddress[] {LOOPBACK, LOOPBACK}),
                null);
        assertThat(probe(sparing, "http://origin.example:" + origin.port(), get("/", PATIENT)))
                .isEqualTo(failed("connect refused"));
        assertThat(opened).hasValue(2);
    }

    /** The proxy goes on to the next address of a name. So do probes, or an origin would be down that clients reach. */
    @Test
    void anAddressThatIsSilentLeavesTimeForTheNextAndIsTriedLastFromThenOn() throws Exception {
        SilentFirst sockets = new SilentFirst();
        Prober named = probing.prober(sockets, SilentFirst.NAMES, null);
        String url = "http://origin.example:" + origin.port();
        assertThat(probe(named, url, get("/", Duration.ofSeconds(10)))).isEqualTo(passed("status 200"));
        assertThat(sockets.tried).containsExactly(SILENT, LOOPBACK);
        assertThat(probe(named, url, get("/", PATIENT)).passed()).isTrue();
        assertThat(sockets.tried).as("the silent one was not tried again").containsExactly(SILENT, LOOPBACK, LOOPBACK);
        origin.close();
        assertThat(probe(named, url, get("/", Duration.ofSeconds(2))).reason()).isEqualTo("no connection within 2 s");
        assertThat(sockets.tried).as("nor forgotten").endsWith(LOOPBACK, SILENT);
    }

    private static NioSocketChannel noDescriptors() {
        throw new ChannelException("Failed to open a socket.", new IOException("Too many open files"));
    }

    private void assertNotSentBy(ChannelFactory<NioSocketChannel> sockets, String why) {
        assertNotSent(
                probing.prober(sockets, new TestNames(host -> new InetAddress[] {LOOPBACK}), null), origin.url(), why);
    }
}
