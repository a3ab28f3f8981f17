package io.weldr.proxy;

import static io.weldr.testing.Patience.PATIENCE_MILLIS;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.weldr.core.port.Measurement;
import io.weldr.proxy.limits.ProxyLimits;
import io.weldr.proxy.net.Faults;
import io.weldr.testing.Ports;
import io.weldr.testing.TestAuthority;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Date;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/**
 * https origins: the name is sent and verified, and an origin that cannot prove its name is not believed.
 *
 * <p>The file is longer than others because all of its stories need the certificates that it makes.
 */
class SecureOriginIT {

    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final char[] PASSWORD = "changeit".toCharArray();

    @TempDir
    private static Path folder;

    private static KeyStore keys;

    @BeforeAll
    static void makeCertificate() throws IOException, InterruptedException, GeneralSecurityException {
        Path store = folder.resolve("origin.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "origin",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "SAN=dns:localhost",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        new String(PASSWORD))
                .inheritIO()
                .start();
        assertThat(keytool.waitFor(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)).isTrue();
        keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD);
        }
    }

    private static SSLContext server() throws GeneralSecurityException {
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        return context;
    }

    private static TrustManagerFactory trust() throws GeneralSecurityException {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        try {
            trusted.load(null, null);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        trusted.setCertificateEntry("origin", keys.getCertificate("origin"));
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(trusted);
        return factory;
    }

    private static RawOrigin origin() throws GeneralSecurityException {
        return RawOrigin.secured(server(), (wire, self) -> {
            while (!self.next(wire).isEmpty()) {
                wire.send(RawOrigin.OK);
            }
        });
    }

    @Test
    void aTrustedOriginServesOneRequestAfterAnother() throws GeneralSecurityException {
        TrustManagerFactory trust = trust();
        try (RawOrigin origin = origin();
                TestProxy proxy = TestProxy.with(settings -> settings.trust(trust));
                Wire client = proxy.connect()) {
            proxy.add("https://localhost:" + origin.port());
            for (int i = 0; i < 5; i++) {
                assertThat(client.send(GET).readMessage()).endsWith("ok");
            }
            assertThat(origin.connections()).isEqualTo(1);
        }
    }

    /** The end of TLS has to wait behind what the origin does not take; meanwhile the origin answers. */
    @Test
    void anAnswerToAnUploadThatWasGivenUpReachesNobody() throws Exception {
        TrustManagerFactory trust = trust();
        CountDownLatch givenUp = new CountDownLatch(1);
        try (RawOrigin origin = RawOrigin.secured(server(), (wire, self) -> {
                    if (wire.readHead().startsWith("GET")) {
                        wire.send(RawOrigin.OK);
                        return;
                    }
                    awaitPatiently(givenUp);
                    for (int i = 0; i < 10; i++) {
                        wire.send(RawOrigin.OK);
                    }
                    wire.readToEnding();
                });
                TestProxy proxy = TestProxy.with(settings -> settings.trust(trust));
                SocketChannel client = SocketChannel.open(proxy.server.boundAddress())) {
            proxy.add("https://localhost:" + origin.port());
            long faults = Faults.count();
            client.configureBlocking(false);
            client.write(ByteBuffer.wrap(
                    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000\r\n\r\n".getBytes(US_ASCII)));
            ByteBuffer part = ByteBuffer.allocate(64 * 1024);
            await("the upload to stall").during(Duration.ofMillis(300)).until(() -> client.write(part.clear()) == 0);
            client.setOption(StandardSocketOptions.SO_LINGER, 0);
            client.close();
            await().until(() -> proxy.server.connectionsOpen() == 0);
            givenUp.countDown();
            assertThat(proxy.exchange(GET)).endsWith("ok");
            await().until(() -> open(proxy) == 0);
            assertThat(Faults.count()).isEqualTo(faults);
        }
    }

    private static double open(TestProxy proxy) {
        return proxy.server.measure().stream()
                .filter(each -> each.name().equals("proxy_origin_connections_open"))
                .mapToDouble(each -> ((Measurement.Gauge) each).value())
                .sum();
    }

    private static void awaitPatiently(CountDownLatch latch) {
        try {
            assertThat(latch.await(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void anotherNameThanTheCertificateSIsRefused() throws GeneralSecurityException {
        TrustManagerFactory trust = trust();
        try (RawOrigin origin = origin();
                TestProxy proxy = TestProxy.with(settings -> settings.trust(trust))) {
            proxy.add("https://127.0.0.1:" + origin.port());
            assertThat(proxy.exchange(GET)).startsWith("HTTP/1.1 502 ").contains("no secure connection");
            assertThat(origin.requests()).isEmpty();
        }
    }

    @Test
    void aCertificateThatNobodyVouchesForIsRefused() throws GeneralSecurityException {
        try (RawOrigin origin = origin();
                TestProxy proxy = TestProxy.inFrontOf()) {
            proxy.add("https://localhost:" + origin.port());
            assertThat(proxy.exchange(GET)).startsWith("HTTP/1.1 502 ").contains("no secure connection");
            assertThat(origin.requests()).isEmpty();
        }
    }

    @Test
    void aConnectionThatNobodyWaitedForMayHaveDiedWhileIdleLikeAnyOther() throws Exception {
        TrustManagerFactory trust = trust();
        CountDownLatch given = new CountDownLatch(1);
        CountDownLatch stands = new CountDownLatch(1);
        try (RawOrigin origin = RawOrigin.secured(server(), (wire, self) -> {
                    boolean first = self.connections() == 1;
                    try {
                        given.await(); // until then the proxy waits for TLS
                    } catch (InterruptedException e) {
                        return;
                    }
                    ((SSLSocket) wire.socket()).startHandshake();
                    stands.countDown();
                    self.next(wire);
                    if (!first) {
                        wire.send(RawOrigin.OK);
                        self.next(wire);
                    }
                });
                TestProxy proxy = TestProxy.with(settings -> settings.trust(trust));
                Wire client = proxy.connect();
                Wire gone = proxy.connect()) {
            proxy.add("https://localhost:" + origin.port());
            gone.send(GET);
            await().until(() -> origin.connections() == 1);
            gone.reset();
            await().until(() -> proxy.server.connectionsOpen() == 1);
            given.countDown();
            assertThat(stands.await(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)).isTrue();
            assertThat(client.send(GET).readMessage()).endsWith("ok");
            assertThat(origin.requests()).hasSize(2);
        }
    }

    /** Answers without a length, and ends with a close_notify or as if somebody had cut the wire. */
    private static RawOrigin unframed(boolean announced) throws GeneralSecurityException {
        SSLContext tls = server();
        return RawOrigin.serving((wire, self) -> {
            SSLSocket secured = (SSLSocket) tls.getSocketFactory()
                    .createSocket(wire.socket(), "localhost", wire.socket().getPort(), false);
            secured.setUseClientMode(false);
            Wire inside = new Wire(secured);
            self.next(inside);
            inside.send("HTTP/1.1 200 OK\r\nDate: now\r\n\r\nto the end");
            if (announced) {
                secured.shutdownOutput();
                inside.readToEnding();
            } else {
                wire.endOutput();
                wire.readToEnding();
            }
        });
    }

    @Test
    void anEndThatTheOriginAnnouncedIsAnEnd() throws GeneralSecurityException {
        TrustManagerFactory trust = trust();
        try (RawOrigin origin = unframed(true);
                TestProxy proxy = TestProxy.with(settings -> settings.trust(trust));
                Wire client = proxy.connect()) {
            proxy.add("https://localhost:" + origin.port());
            assertThat(client.send(GET).readMessage()).endsWith("to the end\r\n0\r\n\r\n");
        }
    }

    @Test
    void anEndThatNobodyAnnouncedMayBeACutAndLooksBrokenToTheClient() throws GeneralSecurityException {
        TrustManagerFactory trust = trust();
        try (RawOrigin origin = unframed(false);
                TestProxy proxy = TestProxy.with(settings -> settings.trust(trust));
                Wire client = proxy.connect()) {
            proxy.add("https://localhost:" + origin.port());
            String last =
                    GET.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"); // behind a 502, too, there is an end
            assertThat(client.send(last).readToEnding().text()).doesNotContain("\r\n0\r\n\r\n");
            try (Wire old = proxy.connect()) { // a plain end would look complete to a client that knows no chunks
                old.send("GET / HTTP/1.0\r\n\r\n");
                assertThat(old.readToEnding())
                        .matches(ending -> ending.reset() || ending.text().startsWith("HTTP/1.1 502 "), "broken");
            }
        }
    }

    @Test
    void aTunnelThatTheClientEndsIsEndedWithACloseNotify() throws Exception {
        TrustManagerFactory trust = trust();
        SSLContext tls = server();
        CompletableFuture<String> received = new CompletableFuture<>();
        try (RawOrigin origin = RawOrigin.secured(tls, (wire, self) -> {
                    self.next(wire);
                    wire.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n");
                    Wire.Ending ending = wire.readToEnding(); // JSSE says "closed without notification" by an exception
                    received.complete(ending.reset() ? "cut off" : ending.text());
                    wire.send("bye");
                });
                TestProxy proxy = TestProxy.with(settings -> settings.trust(trust));
                Wire client = proxy.connect()) {
            proxy.add("https://localhost:" + origin.port());
            client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n");
            assertThat(client.readHead()).startsWith("HTTP/1.1 101 ");
            client.send("hello").endOutput();
            assertThat(received.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)).isEqualTo("hello");
            assertThat(client.readToEnd()).isEqualTo("bye");
        }
    }

    /** What a failed handshake leaves: an answer, a number by cause, and a line that a person can act upon. */
    private static void assertTold(TestProxy proxy, String url, String cause, String text) {
        Logger logger = (Logger) LoggerFactory.getLogger("io.weldr.proxy.upstream.TlsFailureLog");
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        logger.addAppender(lines);
        try (proxy) {
            proxy.add(url);
            assertThat(tlsFailures(proxy)).as("shown before there are any").hasSize(7);
            for (int i = 0; i < 2; i++) {
                assertThat(proxy.exchange(GET)).startsWith("HTTP/1.1 502 ").contains("no secure connection");
            }
            assertThat(tlsFailures(proxy)).containsEntry(cause, 2.0);
            assertThat(tlsFailures(proxy).values())
                    .filteredOn(count -> count > 0)
                    .hasSize(1);
            assertThat(lines.list.get(0).getFormattedMessage())
                    .startsWith("TLS to origin " + url + " failed (" + cause + "): " + text);
            assertThat(lines.list.get(0).getLevel()).isEqualTo(Level.WARN);
        } finally {
            logger.detachAppender(lines);
        }
    }

    private static Map<String, Double> tlsFailures(TestProxy proxy) {
        return proxy.server.measure().stream()
                .filter(each -> each.name().equals("proxy_origin_tls_failures"))
                .collect(Collectors.toMap(
                        each -> Objects.requireNonNull(each.labels().get("cause")),
                        each -> ((Measurement.Counter) each).value()));
    }

    private static RawOrigin shows(TestAuthority.Issued certificate) throws GeneralSecurityException {
        return RawOrigin.secured(certificate.forServer(), (wire, self) -> self.next(wire));
    }

    private static String date(Date date) {
        return date.toInstant().toString().substring(0, 10);
    }

    @Test
    void whyACertificateIsRefusedIsToldInTheLogAndInMetrics() throws Exception {
        try (TestAuthority authority = new TestAuthority("Test Authority");
                TestAuthority stranger = new TestAuthority("Stranger")) {
            TrustManagerFactory trust = authority.trust();
            TestAuthority.Issued expired = authority.issue("-20d", 10, "dns:localhost");
            try (RawOrigin origin = shows(expired)) {
                assertTold(
                        TestProxy.with(settings -> settings.trust(trust)),
                        "https://localhost:" + origin.port(),
                        "certificate_expired",
                        "certificate expired on " + date(expired.certificate().getNotAfter()));
            }
            TestAuthority.Issued early = authority.issue("+5d", 10, "dns:localhost");
            try (RawOrigin origin = shows(early)) {
                assertTold(
                        TestProxy.with(settings -> settings.trust(trust)),
                        "https://localhost:" + origin.port(),
                        "certificate_not_yet_valid",
                        "certificate is not valid yet, but from "
                                + date(early.certificate().getNotBefore()));
            }
            try (RawOrigin origin = shows(authority.issue("-1d", 10, "dns:a.example", "dns:www.a.example"))) {
                assertTold(
                        TestProxy.with(settings -> settings.trust(trust)),
                        "https://localhost:" + origin.port(),
                        "name_mismatch",
                        "certificate is for a.example, www.a.example, not localhost");
            }
            try (RawOrigin origin = shows(stranger.issue("-1d", 10, "dns:localhost"))) {
                assertTold(
                        TestProxy.with(settings -> settings.trust(trust)),
                        "https://localhost:" + origin.port(),
                        "unknown_authority",
                        "certificate of an unknown authority: CN=Stranger");
            }
        }
    }

    /** Each request makes a connection: every other one would begin with the server whose certificate is refused. */
    @Test
    void anAddressWhoseHandshakeFailsLeavesTheRequestToTheNextAddress() throws Exception {
        int port = Ports.free();
        InetAddress refused = InetAddress.getByName("127.0.0.2");
        InetAddress trusted = InetAddress.getByName("127.0.0.3");
        InetAddress nobody = InetAddress.getByName("127.0.0.4");
        AtomicReference<InetAddress[]> record = new AtomicReference<>(new InetAddress[] {refused, trusted});
        AtomicLong nanos = new AtomicLong();
        ProxyLimits noReuse = ProxyLimits.DEFAULTS.with("idlePerOriginMax", 0).with("ejectAfterFailures", 0);
        try (TestAuthority authority = new TestAuthority("Test Authority");
                TestAuthority stranger = new TestAuthority("Stranger")) {
            TrustManagerFactory trust = authority.trust();
            SSLContext good = authority.issue("-1d", 10, "dns:origin.example").forServer();
            SSLContext bad = stranger.issue("-1d", 10, "dns:origin.example").forServer();
            try (RawOrigin refusing = RawOrigin.securedAt(
                            new InetSocketAddress(refused, port), bad, (wire, self) -> self.next(wire));
                    RawOrigin origin = RawOrigin.securedAt(new InetSocketAddress(trusted, port), good, (wire, self) -> {
                        while (!self.next(wire).isEmpty()) {
                            wire.send(RawOrigin.OK);
                        }
                    });
                    TestProxy proxy = TestProxy.resolving(
                            host -> Objects.requireNonNull(record.get()),
                            nanos::get,
                            settings -> settings.limits(noReuse).trust(trust))) {
                proxy.add("https://origin.example:" + port);
                for (int i = 0; i < 6; i++) {
                    assertThat(proxy.exchange(GET)).endsWith("ok");
                }
                assertThat(origin.connections()).isEqualTo(6);
                assertThat(refusing.connections())
                        .as("from the failure on it is tried last")
                        .isEqualTo(1);

                record.set(new InetAddress[] {refused, nobody});
                nanos.addAndGet(Duration.ofMinutes(1).toNanos());
                for (int i = 0; i < 2; i++) {
                    assertThat(proxy.exchange(GET))
                            .as("TLS is the cause, whether or not another address comes after it")
                            .startsWith("HTTP/1.1 502 ")
                            .contains("no secure connection");
                }
            }
        }
    }

    @Test
    void anOriginThatDoesNotSpeakTlsIsSilentOrClosesIsToldApart() throws Exception {
        try (RawOrigin plain = RawOrigin.serving((wire, self) -> wire.send("HTTP/1.1 400 Bad Request\r\n\r\n"))) {
            assertTold(
                    TestProxy.inFrontOf(),
                    "https://127.0.0.1:" + plain.port(),
                    "protocol",
                    "the origin does not answer with TLS");
        }
        try (RawOrigin silent = RawOrigin.serving((wire, self) -> wire.readToEnding())) {
            assertTold(
                    TestProxy.limited("tlsTimeout", Duration.ofMillis(300)),
                    "https://127.0.0.1:" + silent.port(),
                    "timeout",
                    "no handshake within 300 ms");
        }
        try (RawOrigin closes = RawOrigin.serving((wire, self) -> wire.endOutput())) {
            assertTold(
                    TestProxy.inFrontOf(),
                    "https://127.0.0.1:" + closes.port(),
                    "other",
                    "connection closed during the handshake");
        }
    }
}
