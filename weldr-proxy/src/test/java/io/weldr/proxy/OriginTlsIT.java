package io.weldr.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.certificate.CertificateName;
import io.weldr.core.pool.HealthPolicy;
import io.weldr.core.pool.OriginProtocol;
import io.weldr.core.pool.OriginTlsPolicy;
import io.weldr.core.pool.PoolName;
import io.weldr.core.pool.PoolSettings;
import io.weldr.core.state.Command;
import io.weldr.core.state.Condition;
import io.weldr.testing.TestAuthority;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** TLS towards the origins of a pool, as the pool asks for it. */
class OriginTlsIT {

    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String REFUSED = "no secure connection";

    private static TestAuthority authority;
    private static TestAuthority stranger;
    private static SSLContext certified; // for localhost and origin.example

    /** What an origin saw of the handshakes of its connections. */
    private record Seen(List<String> names, List<Long> sessions) {
        Seen() {
            this(new CopyOnWriteArrayList<>(), new CopyOnWriteArrayList<>());
        }

        void add(ExtendedSSLSession session) {
            names.add(session.getRequestedServerNames().stream()
                    .map(name -> ((SNIHostName) name).getAsciiName())
                    .findFirst()
                    .orElse("none"));
            sessions.add(session.getCreationTime());
        }
    }

    @BeforeAll
    static void makeAuthorities() throws Exception {
        authority = new TestAuthority("Own Authority");
        stranger = new TestAuthority("Stranger");
        certified = authority
                .issue("-1d", 10, "dns:localhost", "dns:origin.example")
                .forServer();
    }

    @AfterAll
    static void remove() throws Exception {
        authority.close();
        stranger.close();
    }

    private static RawOrigin origin(Seen seen) {
        return RawOrigin.secured(certified, (wire, self) -> {
            while (!self.next(wire).isEmpty()) {
                seen.add((ExtendedSSLSession) ((SSLSocket) wire.socket()).getSession());
                wire.send(RawOrigin.OK);
            }
        });
    }

    private static void put(TestProxy proxy, OriginTlsPolicy tls) {
        PoolSettings settings = PoolSettings.builder().tls(tls).build();
        proxy.apply(
                new Command.PutPool(PoolName.DEFAULT, HealthPolicy.DEFAULT, settings, Condition.NONE, Instant.EPOCH));
    }

    private static OriginTlsPolicy trusting(TestAuthority who) throws Exception {
        return new OriginTlsPolicy(who.pem(), null, null, false);
    }

    private static double failures(TestProxy proxy, String cause) {
        return proxy.server.measure().stream()
                .filter(each -> each.name().equals("proxy_origin_tls_failures")
                        && each.labels().equals(withCause(each.labels(), cause)))
                .mapToDouble(each -> ((io.weldr.core.port.Measurement.Counter) each).value())
                .sum();
    }

    private static Map<String, String> withCause(Map<String, String> labels, String cause) {
        return cause.equals(labels.get("cause")) ? labels : Map.of();
    }

    @Test
    void thePoolSaysWhoVouchesForItsOrigins() throws Exception {
        Seen seen = new Seen();
        try (RawOrigin origin = origin(seen);
                TestProxy proxy = TestProxy.inFrontOf()) {
            proxy.add("https://localhost:" + origin.port());
            assertThat(proxy.exchange(GET)).as("whom the platform trusts").contains(REFUSED);
            put(proxy, trusting(stranger));
            assertThat(proxy.exchange(GET)).contains(REFUSED);
            assertThat(failures(proxy, "unknown_authority")).isEqualTo(2);
            put(proxy, trusting(authority));
            assertThat(proxy.exchange(GET)).endsWith("ok");
            put(proxy, new OriginTlsPolicy(stranger.pem() + "and\n" + authority.pem(), null, null, false));
            assertThat(proxy.exchange(GET)).as("one of several").endsWith("ok");
        }
    }

    @Test
    void originsAreAskedForTheNameThatThePoolSaysAndHaveToBeIt() throws Exception {
        Seen seen = new Seen();
        try (RawOrigin origin = origin(seen);
                TestProxy proxy = TestProxy.inFrontOf()) {
            proxy.add("https://127.0.0.1:" + origin.port());
            put(proxy, trusting(authority));
            assertThat(proxy.exchange(GET)).as("not certified for the address").contains(REFUSED);
            assertThat(failures(proxy, "name_mismatch")).isEqualTo(1);
            put(proxy, new OriginTlsPolicy(authority.pem(), "origin.example", null, false));
            assertThat(proxy.exchange(GET)).endsWith("ok");
            put(proxy, new OriginTlsPolicy(authority.pem(), "other.example", null, false));
            assertThat(proxy.exchange(GET))
                    .as("the idle connection is to another name")
                    .contains(REFUSED);
            assertThat(failures(proxy, "name_mismatch")).isEqualTo(2);
            assertThat(seen.names()).containsExactly("origin.example");
        }
    }

    @Test
    void anyCertificateIsTakenWhereThePoolSaysSo() throws Exception {
        Seen seen = new Seen();
        try (RawOrigin origin = origin(seen);
                TestProxy proxy = TestProxy.inFrontOf()) {
            proxy.add("https://127.0.0.1:" + origin.port());
            put(proxy, new OriginTlsPolicy(null, null, null, true));
            assertThat(proxy.exchange(GET)).endsWith("ok");
            put(proxy, OriginTlsPolicy.DEFAULT);
            assertThat(proxy.exchange(GET)).as("and no longer than that").contains(REFUSED);
        }
    }

    @Test
    void aConnectionServesOnlyTheTlsThatItWasMadeWith() throws Exception {
        Seen seen = new Seen();
        try (RawOrigin origin = origin(seen);
                TestProxy proxy = TestProxy.inFrontOf();
                Wire client = proxy.connect()) {
            proxy.add("https://localhost:" + origin.port());
            put(proxy, trusting(authority));
            for (int i = 0; i < 3; i++) {
                assertThat(client.send(GET).readMessage()).endsWith("ok");
            }
            assertThat(origin.connections()).isEqualTo(1);
            put(proxy, new OriginTlsPolicy(authority.pem(), "origin.example", null, false));
            assertThat(client.send(GET).readMessage()).endsWith("ok");
            assertThat(origin.connections()).isEqualTo(2);
        }
    }

    @Test
    void aNewConnectionResumesTheSessionOfTheOneBefore() throws Exception {
        Seen seen = new Seen();
        try (RawOrigin origin = origin(seen);
                TestProxy proxy = TestProxy.limited("idlePerOriginMax", 0)) {
            proxy.add("https://localhost:" + origin.port());
            put(proxy, trusting(authority));
            assertThat(proxy.exchange(GET)).endsWith("ok");
            long first = seen.sessions().get(0);
            while (System.currentTimeMillis() == first) {
                Thread.onSpinWait(); // sessions that are made anew have another time
            }
            assertThat(proxy.exchange(GET)).endsWith("ok");
            assertThat(seen.sessions()).containsExactly(first, first);
            assertThat(origin.connections()).isEqualTo(2);
        }
    }

    /** An origin that wants to know who asks, and remembers it. */
    private static RawOrigin curious(List<String> clients) throws Exception {
        SSLContext context = authority.issue("-1d", 10, "dns:localhost").forServer(authority.trust());
        return RawOrigin.secured(context, (wire, self) -> {
            SSLSocket socket = (SSLSocket) wire.socket();
            socket.setNeedClientAuth(true);
            while (!self.next(wire).isEmpty()) {
                clients.add(((X509Certificate) socket.getSession().getPeerCertificates()[0])
                        .getSubjectX500Principal()
                        .getName());
                wire.send(RawOrigin.OK);
            }
        });
    }

    private static OriginTlsPolicy showing(String certificate) throws Exception {
        return new OriginTlsPolicy(authority.pem(), null, new CertificateName(certificate), false);
    }

    @Test
    void theCertificateThatThePoolNamesIsShown() throws Exception {
        TestAuthority.Issued first = authority.issue("-1d", 10, "dns:weldr.example");
        TestAuthority.Issued second = authority.issue("-1d", 10, "dns:weldr.example");
        List<String> clients = new CopyOnWriteArrayList<>();
        TestTls cluster = new TestTls("secret").ordered("not-yet", "weldr.example");
        give(cluster, first);
        try (RawOrigin origin = curious(clients);
                TestProxy proxy = cluster.proxy()) {
            proxy.add("https://localhost:" + origin.port());
            put(proxy, showing("not-yet"));
            assertThat(proxy.exchange(GET)).as("nothing was issued yet").contains(REFUSED);
            assertThat(failures(proxy, "other")).isEqualTo(1);
            assertThat(origin.connections()).as("nothing was sent").isZero();
            put(proxy, showing("client"));
            assertThat(proxy.exchange(GET)).endsWith("ok");
            give(cluster, second);
            cluster.publish(proxy);
            assertThat(proxy.exchange(GET)).as("it was renewed").endsWith("ok");
            cluster.put(
                    "client",
                    second.pem(),
                    new byte[] {1},
                    second.certificate().getNotAfter().toInstant());
            cluster.publish(proxy);
            assertThat(proxy.exchange(GET))
                    .as("one that cannot be used takes nothing away")
                    .endsWith("ok");
            assertThat(clients)
                    .hasSize(3)
                    .first()
                    .isEqualTo(first.certificate().getSubjectX500Principal().getName());
            assertThat(clients.get(1))
                    .isEqualTo(second.certificate().getSubjectX500Principal().getName());
        }
    }

    private static void give(TestTls cluster, TestAuthority.Issued issued) throws Exception {
        cluster.put(
                "client",
                issued.pem(),
                issued.key().getEncoded(),
                issued.certificate().getNotAfter().toInstant(),
                "weldr.example");
    }

    // ---- protocols

    /** Speaks what it chooses by ALPN; it offers these. */
    private static RawOrigin choosing(String... protocols) {
        return RawOrigin.secured(certified, (wire, self) -> {
            SSLSocket socket = (SSLSocket) wire.socket();
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(protocols);
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            if (socket.getApplicationProtocol().equals("h2")) {
                H2Client peer = H2Client.ofOrigin(socket);
                for (int next = peer.nextRequest(); next != 0; next = peer.nextRequest()) {
                    self.remember(H2Origins.text(peer.soFar(next)));
                    H2Origins.ok(peer, next, "by h2");
                }
                return;
            }
            while (!self.next(wire).isEmpty()) {
                wire.send(RawOrigin.OK.replace("2\r\n", "8\r\n").replace("\r\n\r\nok", "\r\n\r\nby http1"));
            }
        });
    }

    private static void speak(TestProxy proxy, OriginProtocol protocol) throws Exception {
        PoolSettings settings = PoolSettings.builder()
                .protocol(protocol)
                .tls(trusting(authority))
                .build();
        proxy.apply(
                new Command.PutPool(PoolName.DEFAULT, HealthPolicy.DEFAULT, settings, Condition.NONE, Instant.EPOCH));
    }

    @Test
    void httpsOriginsChooseTheirProtocolWhereThePoolLeavesItToThem() throws Exception {
        try (RawOrigin both = choosing("h2", "http/1.1");
                RawOrigin old = choosing("http/1.1");
                RawOrigin silent = choosing()) {
            for (RawOrigin origin : List.of(both, old, silent)) {
                try (TestProxy proxy = TestProxy.inFrontOf()) {
                    speak(proxy, OriginProtocol.AUTO);
                    proxy.add("https://localhost:" + origin.port());
                    String expected = origin == both ? "by h2" : "by http1";
                    for (int i = 0; i < 3; i++) {
                        assertThat(proxy.exchange(GET)).endsWith(expected);
                    }
                    assertThat(origin.connections()).isEqualTo(1);
                }
            }
            assertThat(both.requests()).hasSize(3).allMatch(request -> request.contains(":scheme=https\n"));
        }
    }

    @Test
    void anHttpsOriginOfAPoolOfHttp2HasToChooseIt() throws Exception {
        try (RawOrigin both = choosing("h2", "http/1.1");
                RawOrigin old = choosing("http/1.1");
                TestProxy proxy = TestProxy.inFrontOf();
                TestProxy refused = TestProxy.inFrontOf()) {
            speak(proxy, OriginProtocol.H2);
            proxy.add("https://localhost:" + both.port());
            assertThat(proxy.exchange(GET)).endsWith("by h2");
            speak(proxy, OriginProtocol.HTTP1);
            assertThat(proxy.exchange(GET))
                    .as("the connection of HTTP/2 is not for this")
                    .endsWith("by http1");
            speak(refused, OriginProtocol.H2);
            refused.add("https://localhost:" + old.port());
            assertThat(refused.exchange(GET)).contains(REFUSED);
            assertThat(failures(refused, "protocol")).isEqualTo(1);
            assertThat(old.requests()).isEmpty();
        }
    }
}
