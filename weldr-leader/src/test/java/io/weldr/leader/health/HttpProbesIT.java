package io.weldr.leader.health;

import static io.weldr.testing.Patience.PATIENCE_MILLIS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.weldr.core.health.ProbeResult;
import io.weldr.core.pool.HealthPolicy;
import io.weldr.core.pool.OriginUrl;
import io.weldr.core.pool.StatusRange;
import io.weldr.core.port.HostNames;
import io.weldr.core.state.MemberId;
import io.weldr.testing.TestAuthority;
import io.weldr.testserver.Mode;
import io.weldr.testserver.OddAnswer;
import io.weldr.testserver.ScriptedAnswer;
import io.weldr.testserver.TestCertificate;
import io.weldr.testserver.TestServer;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.TrustManagerFactory;
import org.assertj.core.api.ThrowingConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpProbesIT {
    private static final Duration PATIENT = Duration.ofSeconds(20);
    private static final Duration SHORT = Duration.ofSeconds(1);

    private final TestServer origin = TestServer.start();
    private final List<HealthChecks> made = new ArrayList<>();
    private final Prober prober = prober(null);

    @AfterEach
    void stop() {
        made.forEach(HealthChecks::close);
        origin.close();
    }

    private Prober prober(@Nullable TrustManagerFactory trust) {
        Laboratory lab = new Laboratory();
        HealthChecks checks = new HealthChecks(
                lab.state, lab, new Random(1), TestNames.PLATFORM, trust, new MemberId("n1"), lab, lab, "0.1");
        made.add(checks);
        return checks.prober();
    }

    private static HealthPolicy policy(String path, HealthPolicy.Method method, String expected, Duration timeout) {
        return new HealthPolicy(
                path,
                method,
                StatusRange.parseList(expected),
                Duration.ofSeconds(30),
                timeout,
                3,
                2,
                HealthPolicy.Initial.UP);
    }

    private static HealthPolicy get(String path, Duration timeout) {
        return policy(path, HealthPolicy.Method.GET, "200-299", timeout);
    }

    private ProbeResult probe(String url, HealthPolicy policy) throws Exception {
        return probe(prober, url, policy);
    }

    private static ProbeResult probe(Prober prober, String url, HealthPolicy policy) throws Exception {
        return prober.probe(OriginUrl.parse(url), policy)
                .toCompletableFuture()
                .get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    }

    private ProbeResult probe(String path) throws Exception {
        return probe(origin.url(), get(path, PATIENT));
    }

    private static ProbeResult failed(String reason) {
        return new ProbeResult(false, reason);
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
    void aFullBacklogIsNoConnectionInTime() throws Exception {
        // Nobody accepts: once the backlog is full, the kernel drops what comes.
        try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String url = "http://127.0.0.1:" + full.getLocalPort();
            List<CompletableFuture<ProbeResult>> probes = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                probes.add(prober.probe(OriginUrl.parse(url), get("/", SHORT)).toCompletableFuture());
            }
            List<String> reasons = new ArrayList<>();
            for (CompletableFuture<ProbeResult> one : probes) {
                reasons.add(one.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS).reason());
            }
            assertThat(reasons).contains("no connection within 1 s").allMatch(r -> r.endsWith("within 1 s"));
        }
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
            hanging.add(prober.probe(OriginUrl.parse(origin.url()), get("/hang", Duration.ofSeconds(30)))
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
    void anOldAnswerIsWaitedForNoLongerThanAQuarterOfTheTimeout() throws Exception {
        List<Duration> patience = new CopyOnWriteArrayList<>();
        HostNames names = (target, atMost) -> {
            patience.add(atMost);
            return CompletableFuture.completedFuture(List.of(loopback()));
        };
        withSockets(NioSocketChannel::new, names, named -> {
            String url = "http://origin.example:" + origin.port();
            assertThat(probe(named, url, get("/", PATIENT)).reason()).isEqualTo("status 200");
            probe(named, url, get("/", SHORT));
            assertThat(patience).containsExactly(Duration.ofMillis(500), Duration.ofMillis(250));
        });
    }

    private static InetAddress[] loopback() {
        return new InetAddress[] {InetAddress.getLoopbackAddress()};
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

    @Test
    void anHttpsOriginHasToBeTrustedAndToBeWhoItSays() throws Exception {
        TestCertificate forAddress = TestCertificate.of("ip:127.0.0.1");
        TestCertificate forOther = TestCertificate.of("dns:other.example");
        Prober trusting = prober(trust(forAddress, forOther));
        try (TestServer https = TestServer.start(TestServer.Options.defaults().tls(forAddress.forServer()));
                TestServer other =
                        TestServer.start(TestServer.Options.defaults().tls(forOther.forServer()))) {
            assertThat(probe(trusting, https.url(), get("/", PATIENT))).isEqualTo(new ProbeResult(true, "status 200"));
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
            Prober trusting = prober(authority.trust());
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
    void afterTheEndAProbeIsNotSent() {
        made.get(0).close();
        assertNotSent(prober, origin.url(), "the node is stopping");
    }

    @Test
    void aProbeThatTheEndBreaksOffSaysNothingOfTheOrigin() {
        CompletableFuture<ProbeResult> hanging = prober.probe(OriginUrl.parse(origin.url()), get("/hang", PATIENT))
                .toCompletableFuture();
        await().until(() -> origin.received().requests() == 1);
        made.get(0).close();
        assertThat(hanging).failsWithin(PATIENT).withThrowableThat().withCauseInstanceOf(NotSentException.class);
    }

    @Test
    void whatThisNodeLacksSaysNothingOfTheOrigin() throws Exception {
        ChannelFactory<NioSocketChannel> noDescriptors = HttpProbesIT::noDescriptors;
        ChannelFactory<NioSocketChannel> noPorts = () -> new NioSocketChannel() {
            @Override
            protected boolean doConnect(SocketAddress remote, @Nullable SocketAddress local) throws Exception {
                throw new BindException("Cannot assign requested address");
            }
        };
        assertNotSentBy(noDescriptors, "Failed to open a socket");
        assertNotSentBy(noPorts, "Cannot assign requested address");
        TrustManagerFactory neverMade = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        assertNotSent(prober(neverMade), origin.url().replace("http:", "https:"), "no TLS here");
        assertThat(origin.received().connections()).isZero();
    }

    @Test
    void anAddressThatRefusedCountsThoughThisNodeCouldNotTryTheNext() throws Exception {
        origin.close();
        AtomicInteger opened = new AtomicInteger();
        InetAddress loopback = InetAddress.getLoopbackAddress();
        withSockets(
                () -> opened.getAndIncrement() == 0 ? new NioSocketChannel() : noDescriptors(),
                new TestNames(host -> new InetAddress[] {loopback, loopback}),
                sparing -> assertThat(probe(sparing, "http://origin.example:" + origin.port(), get("/", PATIENT)))
                        .isEqualTo(failed("connect refused")));
        assertThat(opened).hasValue(2);
    }

    /** The proxy goes on to the next address of a name. So do probes, or an origin would be down that clients reach. */
    @Test
    void anAddressThatIsSilentLeavesTimeForTheNextAndIsTriedLastFromThenOn() throws Exception {
        InetAddress silent = InetAddress.getByAddress(new byte[] {127, 7, 7, 7});
        InetAddress loopback = InetAddress.getLoopbackAddress();
        List<InetAddress> tried = new CopyOnWriteArrayList<>();
        ChannelFactory<NioSocketChannel> sockets = () -> new NioSocketChannel() {
            @Override
            protected boolean doConnect(SocketAddress remote, @Nullable SocketAddress local) throws Exception {
                InetAddress address = ((InetSocketAddress) remote).getAddress();
                tried.add(address);
                return !address.equals(silent) && super.doConnect(remote, local); // under way, for ever
            }
        };
        withSockets(sockets, new TestNames(host -> new InetAddress[] {silent, loopback}), named -> {
            String url = "http://origin.example:" + origin.port();
            assertThat(probe(named, url, get("/", Duration.ofSeconds(10))))
                    .isEqualTo(new ProbeResult(true, "status 200"));
            assertThat(tried).containsExactly(silent, loopback);
            assertThat(probe(named, url, get("/", PATIENT)).passed()).isTrue();
            assertThat(tried).as("the silent one was not tried again").containsExactly(silent, loopback, loopback);
            origin.close();
            assertThat(probe(named, url, get("/", Duration.ofSeconds(2))).reason())
                    .isEqualTo("no connection within 2 s");
            assertThat(tried).as("nor forgotten").endsWith(loopback, silent);
        });
    }

    private static NioSocketChannel noDescriptors() {
        throw new ChannelException("Failed to open a socket.", new IOException("Too many open files"));
    }

    private void assertNotSentBy(ChannelFactory<NioSocketChannel> sockets, String why) throws Exception {
        withSockets(sockets, new TestNames(host -> loopback()), sparing -> assertNotSent(sparing, origin.url(), why));
    }

    private static void withSockets(
            ChannelFactory<NioSocketChannel> sockets, HostNames names, ThrowingConsumer<Prober> then) throws Exception {
        var loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        try {
            then.accept(new NetworkProber(loops, sockets, names, new ProbeTls(null), "0.1"));
        } finally {
            loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
        }
    }

    private static void assertNotSent(Prober by, String url, String why) {
        assertThat(by.probe(OriginUrl.parse(url), get("/", PATIENT)).toCompletableFuture())
                .failsWithin(PATIENT)
                .withThrowableThat()
                .withCauseInstanceOf(NotSentException.class)
                .withMessageContaining(why);
    }

    private static TrustManagerFactory trust(TestCertificate... certificates) throws Exception {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        for (TestCertificate one : certificates) {
            trusted.setCertificateEntry(String.join(",", one.subjectAlternativeNames()), one.certificate());
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        return trust;
    }
}
