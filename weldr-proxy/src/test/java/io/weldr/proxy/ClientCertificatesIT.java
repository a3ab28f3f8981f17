package io.weldr.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.weldr.core.listener.ListenerTls.ClientCertificates;
import io.weldr.core.pool.PoolName;
import io.weldr.core.route.PathMatch;
import io.weldr.core.route.RouteMatch;
import io.weldr.core.route.ValueMatch;
import io.weldr.proxy.tls.TlsLibrary;
import io.weldr.testing.OpenSsl;
import io.weldr.testing.Ports;
import io.weldr.testing.TestCa;
import java.io.UncheckedIOException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who a client is by its certificate: asked, verified, told to origins, and never believed by word of mouth. */
class ClientCertificatesIT {
    private static final TestCa CA = TestCa.root("servers");
    private static final TestCa CLIENTS = TestCa.root("clients");
    private static final TestCa OTHERS = TestCa.root("other clients");
    private static final String SUBJECT = "X-Client-Subject";
    private static final String FINGERPRINT = "X-Client-Fingerprint";
    private static final String GET = "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n";

    private final TestTls tls = new TestTls("one secret").put("a", CA.issue("a.example"), "a.example");

    private static TestListener asking(ClientCertificates how) {
        return TestListener.https("web", Ports.free(), "a").asking(how, CLIENTS.pem(), SUBJECT, FINGERPRINT);
    }

    private static String fingerprint(TestCa.Issued issued) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256")
                            .digest(issued.certificate().getEncoded()));
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void originsAreToldWhoTheClientIs() {
        TestCa.Issued own = CLIENTS.client("CN=Zo\u00eb, OU=50%, O=Ex\\, ample");
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = tls.proxy(origin)) {
            TestListener listener = asking(ClientCertificates.REQUIRE).putTo(proxy);
            for (String version : List.of("TLSv1.3", "TLSv1.2")) {
                TlsClient client = new TlsClient(CA, own).speaking(version);
                assertThat(client.exchange(listener.port(), "a.example", GET)).startsWith("HTTP/1.1 200");
                assertThat(client.exchange(listener.port(), "a.example", GET)).startsWith("HTTP/1.1 200"); // resumes
            }
            assertThat(origin.requests())
                    .hasSize(4)
                    .allMatch(request -> request.contains(SUBJECT + ": CN=Zo%C3%AB,OU=50%25,O=Ex\\, ample\r\n"))
                    .allMatch(request -> request.contains(FINGERPRINT + ": " + fingerprint(own) + "\r\n"));
        }
    }

    @Test
    void whoeverHasNoneOrABadOneIsTurnedAway() {
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = tls.proxy(origin)) {
            TestListener listener = asking(ClientCertificates.REQUIRE).putTo(proxy);
            for (String version : List.of("TLSv1.3", "TLSv1.2")) {
                for (TlsClient bad : List.of(
                        new TlsClient(CA),
                        new TlsClient(CA, OTHERS.client("CN=stranger")),
                        new TlsClient(CA, CLIENTS.expiredClient("CN=late")))) {
                    assertThatThrownBy(() -> bad.speaking(version).exchange(listener.port(), "a.example", GET))
                            .isInstanceOf(UncheckedIOException.class);
                }
            }
            await().until(() -> proxy.gauge("proxy_tls_handshake_failures", "cause", "client_certificate") == 6);
            assertThat(origin.requests()).isEmpty();
        }
    }

    @Test
    void aCertificateThatIsOptionalIsToldOfIfThereIsOne() {
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = tls.proxy(origin)) {
            TestListener listener = asking(ClientCertificates.OPTIONAL).putTo(proxy);
            assertThat(new TlsClient(CA).exchange(listener.port(), "a.example", GET))
                    .startsWith("HTTP/1.1 200");
            assertThat(origin.requests().get(0)).doesNotContain(SUBJECT).doesNotContain(FINGERPRINT);
            new TlsClient(CA, CLIENTS.client("CN=me")).exchange(listener.port(), "a.example", GET);
            assertThat(origin.requests().get(1)).contains(SUBJECT + ": CN=me\r\n");
        }
    }

    @Test
    void fieldsThatOnlyWeldrMayWriteAreTakenFromClientsEverywhere() {
        TestCa.Issued own = CLIENTS.client("CN=me");
        String forged =
                "POST / HTTP/1.1\r\nHost: a.example\r\nx-client-subject: CN=admin\r\nX_Client_Subject: CN=admin\r\n"
                        + "X-CLIENT-FINGERPRINT: 00\r\nTransfer-Encoding: chunked\r\nTrailer: X-Client-Subject\r\n\r\n"
                        + "1\r\na\r\n0\r\nX-Client-Subject: CN=admin\r\nX-Other: kept\r\n\r\n";
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                RawOrigin admins = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = tls.proxy(origin)) {
            TestListener asking = asking(ClientCertificates.OPTIONAL).putTo(proxy);
            TestListener plain = TestListener.http("plain", Ports.free()).putTo(proxy);
            TestListener trusting = TestListener.http("trusting", Ports.free())
                    .trusting("127.0.0.0/8")
                    .putTo(proxy);
            PoolName pool = Routes.pool(proxy, "admins", admins);
            Routes.of(proxy)
                    .everywhere()
                    .when(new RouteMatch(
                            PathMatch.ANY,
                            null,
                            List.of(new ValueMatch(SUBJECT, ValueMatch.Kind.EXACT, "CN=admin")),
                            List.of()))
                    .to(pool)
                    .put("admins");
            new TlsClient(CA, own).exchange(asking.port(), "a.example", forged);
            new TlsClient(CA).exchange(asking.port(), "a.example", forged);
            plain.exchange(forged);
            assertThat(origin.requests()).hasSize(3).allMatch(request -> request.contains("X-Other: kept"));
            assertThat(origin.requests())
                    .noneMatch(request -> request.contains("CN=admin") || request.contains(": 00"));
            assertThat(origin.requests().get(0)).contains(SUBJECT + ": CN=me\r\n");
            assertThat(admins.requests()).as("no route believes it either").isEmpty();
            trusting.exchange(forged);
            assertThat(admins.requests())
                    .as("a trusted proxy in front has found it out")
                    .hasSize(1);
        }
    }

    @Test
    void aSessionResumesNoListenerThatKnowsClientsInAnotherWay() throws Exception {
        assumeTrue(TestTls.LIBRARY.resolve() == TlsLibrary.BORINGSSL, "the JDK has ticket keys of its own");
        for (String version : List.of("-tls1_2", "-tls1_3")) {
            try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                    TestProxy proxy = tls.proxy(origin);
                    OpenSsl openssl = new OpenSsl(CA)) {
                int open = TestListener.https("open", Ports.free(), "a")
                        .putTo(proxy)
                        .port();
                int asking = asking(ClientCertificates.REQUIRE).putTo(proxy).port();
                int optional = TestListener.https("optional", Ports.free(), "a")
                        .asking(ClientCertificates.OPTIONAL, CLIENTS.pem(), null, null)
                        .putTo(proxy)
                        .port();
                String session = openssl.file("session");
                openssl.get(open, "a.example", version, "-sess_out", session);
                assertThat(openssl.get(asking, "a.example", version, "-sess_in", session))
                        .contains("alert")
                        .doesNotContain("200 OK")
                        .doesNotContain("Reused");
                openssl.get(optional, "a.example", version, "-sess_out", session);
                assertThat(openssl.get(asking, "a.example", version, "-sess_in", session))
                        .contains("alert")
                        .doesNotContain("200 OK")
                        .doesNotContain("Reused");
            }
        }
    }
}
