package io.weldr.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.weldr.core.port.CertificateCondition;
import io.weldr.core.port.CertificateCondition.State;
import io.weldr.core.route.RouteAction;
import io.weldr.proxy.tls.TlsLibrary;
import io.weldr.testing.Ports;
import io.weldr.testing.TestCa;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;

/** Which certificate is presented, what is spoken within TLS, and how it ends. */
class TlsIT {
    private static final TestCa CA = TestCa.root("authority");

    private final TestTls tls = new TestTls("one secret");
    private final TlsClient client = new TlsClient(CA);

    private TestProxy proxy(RawOrigin... origins) {
        return tls.proxy(origins);
    }

    private static String get(String host) {
        return "GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
    }

    private static BigInteger serial(TestCa.Issued issued) {
        return issued.certificate().getSerialNumber();
    }

    private BigInteger presented(TestListener listener, String name) {
        return new TlsClient(CA).presented(listener.port(), name).getSerialNumber(); // which resumes nothing
    }

    private double failures(TestProxy proxy, String cause) {
        return proxy.gauge("proxy_tls_handshake_failures", "cause", cause);
    }

    // ---- requests

    @Test
    void aRequestWithinTlsIsAnsweredAndTheOriginIsToldSo() {
        tls.put("a", CA.issue("a.example"), "a.example");
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = proxy(origin)) {
            TestListener listener = TestListener.https("web", Ports.free(), "a").putTo(proxy);
            try (Wire wire = client.connect(listener.port(), "a.example")) {
                assertThat(wire.send(get("a.example")).readMessage()).startsWith("HTTP/1.1 200");
                assertThat(wire.send(get("a.example:8443")).readMessage()).startsWith("HTTP/1.1 200");
            }
            assertThat(origin.requests())
                    .hasSize(2)
                    .allMatch(request -> request.contains("X-Forwarded-Proto: https\r\n"));
            assertThat(proxy.value("proxy_tls_handshakes")).isEqualTo(1);
            assertThat(proxy.server.tlsLibrary())
                    .isEqualTo(TestTls.LIBRARY.resolve().label());
        }
    }

    @Test
    void largeBodiesPassBothWays() {
        tls.put("a", CA.issue("a.example"), "a.example");
        byte[] body = "0123456789abcdef".repeat(64 * 1024).getBytes(StandardCharsets.ISO_8859_1); // 1 MiB
        String text = new String(body, StandardCharsets.ISO_8859_1);
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    while (!self.next(wire).isEmpty()) {
                        wire.send("HTTP/1.1 200 OK\r\nContent-Length: " + body.length + "\r\n\r\n" + text);
                    }
                });
                TestProxy proxy = proxy(origin)) {
            TestListener listener = TestListener.https("web", Ports.free(), "a").putTo(proxy);
            String answer = client.exchange(
                    listener.port(),
                    "a.example",
                    "POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: " + body.length + "\r\n\r\n" + text);
            assertThat(answer).endsWith(text);
            assertThat(origin.requests().get(0)).endsWith(text);
        }
    }

    @Test
    void theAbsoluteFormAndRedirectsFollowTheSchemeOfTheListener() {
        tls.put("a", CA.issue("a.example"), "a.example");
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = proxy(origin)) {
            TestListener listener = TestListener.https("web", Ports.free(), "a").putTo(proxy);
            String host = "\r\nHost: a.example\r\n\r\n";
            assertThat(client.exchange(listener.port(), "a.example", "GET https://a.example/ HTTP/1.1" + host))
                    .startsWith("HTTP/1.1 200");
            assertThat(client.exchange(listener.port(), "a.example", "GET http://a.example/ HTTP/1.1" + host))
                    .startsWith("HTTP/1.1 400");
            assertThat(proxy.exchange("GET https://a.example/ HTTP/1.1" + host)).startsWith("HTTP/1.1 400");
            Routes.of(proxy)
                    .everywhere()
                    .below("/old")
                    .action(new RouteAction.Redirect(302, null, null, 8444, null))
                    .put("moved");
            assertThat(client.exchange(listener.port(), "a.example", "GET /old HTTP/1.1" + host))
                    .contains("Location: https://a.example:8444/old\r\n");
        }
    }

    @Test
    void aRequestForAHostThatTheCertificateIsNotForIsMisdirected() {
        tls.put("a", CA.issue("a.example", "*.a.example", "10.0.0.1"), "a.example", "*.a.example", "10.0.0.1");
        tls.put("b", CA.issue("b.example"), "b.example");
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = proxy(origin)) {
            TestListener listener = TestListener.https("web", Ports.free(), "a", "b")
                    .byDefault("a")
                    .putTo(proxy);
            try (Wire wire = client.connect(listener.port(), "a.example")) {
                for (String covered :
                        List.of("a.example", "A.EXAMPLE:1", "x.a.example", "a.example.", "10.0.0.1:8443")) {
                    assertThat(wire.send(get(covered)).readMessage())
                            .as(covered)
                            .startsWith("HTTP/1.1 200");
                }
                for (String other : List.of("b.example", "x.y.a.example", "10.0.0.2", "[::1]", "xa.example")) {
                    assertThat(wire.send(get(other)).readMessage())
                            .as(other)
                            .startsWith("HTTP/1.1 421")
                            .contains("cause: misdirected");
                }
                assertThat(wire.send(get("a.example")).readMessage()).startsWith("HTTP/1.1 200");
            }
            // Whoever asks for no name has been shown a certificate for no name.
            TlsClient careless = new TlsClient(CA);
            assertThat(careless.exchange(listener.port(), null, get("whatever.example")))
                    .startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void http2IsChosenByAlpnUnlessTheListenerDoesNotSpeakIt() throws IOException {
        tls.put("a", CA.issue("a.example"), "a.example");
        try (TestProxy proxy = proxy()) {
            TestListener both = TestListener.https("both", Ports.free(), "a").putTo(proxy);
            TestListener one =
                    TestListener.https("one", Ports.free(), "a").http2(false).putTo(proxy);
            assertThat(chosen(both, "h2", "http/1.1")).isEqualTo("h2");
            assertThat(chosen(both, "http/1.1", "h2")).isEqualTo("h2");
            assertThat(chosen(both, "http/1.1")).isEqualTo("http/1.1");
            assertThat(chosen(one, "h2", "http/1.1")).isEqualTo("http/1.1");
            assertThat(chosen(both)).isEmpty();
            assertThatThrownBy(() -> chosen(one, "h2")).hasMessageContaining("no_application_protocol");
            await().until(() -> failures(proxy, "no_protocol") == 1);
        }
    }

    private static String chosen(TestListener listener, String... offered) throws IOException {
        try (SSLSocket socket = new TlsClient(CA).offering(offered).handshake(listener.port(), "a.example")) {
            return socket.getApplicationProtocol();
        }
    }

    // ---- which certificate

    @Test
    void theCertificateIsChosenByTheWrittenRule() {
        TestCa.Issued exact = CA.issue("www.a.example");
        TestCa.Issued wildcard = CA.issueFor(Duration.ofDays(8), "*.a.example");
        TestCa.Issued older = CA.issueFor(Duration.ofDays(2), "b.example");
        TestCa.Issued newer = CA.issueFor(Duration.ofDays(3), "b.example");
        TestCa.Issued rsa = CA.issueRsa("rsa.example");
        tls.put("wildcard", wildcard, "*.a.example")
                .put("exact", exact, "www.a.example")
                .put("older", older, "b.example")
                .put("newer", newer, "b.example")
                .put("rsa", rsa, "rsa.example");
        try (TestProxy proxy = proxy()) {
            TestListener listener = TestListener.https(
                            "web", Ports.free(), "wildcard", "exact", "older", "newer", "rsa")
                    .putTo(proxy);
            assertThat(presented(listener, "www.a.example")).isEqualTo(serial(exact));
            assertThat(presented(listener, "WWW.a.example")).isEqualTo(serial(exact));
            assertThat(presented(listener, "other.a.example")).isEqualTo(serial(wildcard));
            assertThat(presented(listener, "b.example")).isEqualTo(serial(newer));
            assertThat(presented(listener, "rsa.example")).isEqualTo(serial(rsa));
            assertThatThrownBy(() -> presented(listener, "a.example")).hasMessageContaining("unrecognized_name");
            assertThatThrownBy(() -> presented(listener, "x.y.a.example")).hasMessageContaining("unrecognized_name");
            assertThatThrownBy(() -> client.presented(listener.port(), null)).hasMessageContaining("unrecognized_name");
            await().until(() -> failures(proxy, "unknown_name") == 2);
            await().until(() -> failures(proxy, "no_server_name") == 1);
        }
    }

    @Test
    void theDefaultCertificateIsPresentedToThoseWhoAskForNoneOrAnother() throws IOException {
        TestCa.Issued one = CA.issue("a.example");
        TestCa.Issued other = CA.issue("b.example", "127.0.0.1");
        tls.put("a", one, "a.example").put("b", other, "b.example");
        try (TestProxy proxy = proxy()) {
            TestListener listener = TestListener.https("web", Ports.free(), "a", "b")
                    .byDefault("b")
                    .putTo(proxy);
            assertThat(presented(listener, "a.example")).isEqualTo(serial(one));
            assertThat(client.presented(listener.port(), null).getSerialNumber())
                    .isEqualTo(serial(other));
            assertThat(presented(listener, "c.example")).isEqualTo(serial(other));
        }
    }

    @Test
    void aChainIsPresentedWhole() throws IOException {
        TestCa.Issued issued =
                CA.intermediate("below").intermediate("further below").issue("a.example");
        tls.put("a", issued, "a.example");
        try (TestProxy proxy = proxy()) {
            TestListener listener = TestListener.https("web", Ports.free(), "a").putTo(proxy);
            try (SSLSocket socket = client.handshake(listener.port(), "a.example")) {
                assertThat(socket.getSession().getPeerCertificates()).hasSize(3);
            }
        }
    }

    @Test
    void aCertificateThatIsNotIssuedYetIsToldByAnAlertOfItsOwn() {
        TestCa.Issued wildcard = CA.issue("*.example");
        tls.put("wildcard", wildcard, "*.example").ordered("ordered", "a.example");
        try (TestProxy proxy = proxy()) {
            TestListener listener = TestListener.https("web", Ports.free(), "wildcard", "ordered")
                    .putTo(proxy);
            assertThat(condition(proxy, "ordered").state()).isEqualTo(State.NOT_ISSUED);
            // A wildcard is presented before nothing is.
            assertThat(presented(listener, "a.example")).isEqualTo(serial(wildcard));
            TestListener alone =
                    TestListener.https("alone", Ports.free(), "ordered").putTo(proxy);
            assertThatThrownBy(() -> presented(alone, "a.example")).hasMessageContaining("certificate_unobtainable");
            await().until(() -> failures(proxy, "no_certificate") == 1);
            TestCa.Issued issued = CA.issue("a.example");
            tls.put("ordered", issued, "a.example").publish(proxy);
            assertThat(presented(alone, "a.example")).isEqualTo(serial(issued));
            assertThat(condition(proxy, "ordered").state()).isEqualTo(State.LOADED);
        }
    }

    @Test
    void aCertificateThatDoesNotLoadHasAConditionAndTheOneBeforeIsPresentedStill() {
        TestCa.Issued good = CA.issue("a.example");
        TestCa.Issued other = CA.issue("a.example");
        tls.put("a", good, "a.example");
        try (TestProxy proxy = proxy()) {
            TestListener listener = TestListener.https("web", Ports.free(), "a").putTo(proxy);
            assertThat(presented(listener, "a.example")).isEqualTo(serial(good));
            byte[] keyOfAnother = good.key().getEncoded();
            tls.put("a", other.pem(), keyOfAnother, Instant.now(), "a.example").publish(proxy);
            assertThat(presented(listener, "a.example")).isEqualTo(serial(good));
            CertificateCondition condition = condition(proxy, "a");
            assertThat(condition.state()).isEqualTo(State.FAILED);
            assertThat(condition.reason()).contains("the one before it is presented still");
            TestCa.Issued another = CA.issue("a.example");
            tls.put("a", another, "a.example").publish(proxy);
            assertThat(presented(listener, "a.example")).isEqualTo(serial(another));
            assertThat(condition(proxy, "a").state()).isEqualTo(State.LOADED);
        }
    }

    private static CertificateCondition condition(TestProxy proxy, String name) {
        return proxy.server.certificateConditions().stream()
                .filter(each -> each.name().value().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aConnectionStaysWhenItsCertificateIsReplaced() {
        TestCa.Issued before = CA.issue("a.example");
        TestCa.Issued after = CA.issue("a.example");
        tls.put("a", before, "a.example");
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = proxy(origin)) {
            TestListener listener = TestListener.https("web", Ports.free(), "a").putTo(proxy);
            try (Wire standing = client.connect(listener.port(), "a.example")) {
                standing.send(get("a.example")).readMessage();
                tls.put("a", after, "a.example").publish(proxy);
                assertThat(presented(listener, "a.example")).isEqualTo(serial(after));
                assertThat(standing.send(get("a.example")).readMessage()).startsWith("HTTP/1.1 200");
            }
        }
    }

    // ---- versions

    @Test
    void versionsAreThoseOfThePolicy() throws IOException {
        tls.put("a", CA.issue("a.example"), "a.example");
        try (TestProxy proxy = proxy()) {
            TestListener usual = TestListener.https("usual", Ports.free(), "a").putTo(proxy);
            TestListener modern =
                    TestListener.https("modern", Ports.free(), "a").modern().putTo(proxy);
            assertThat(version(usual, "TLSv1.2")).isEqualTo("TLSv1.2");
            assertThat(version(usual, "TLSv1.3", "TLSv1.2")).isEqualTo("TLSv1.3");
            assertThat(version(modern, "TLSv1.3", "TLSv1.2")).isEqualTo("TLSv1.3");
            assertThatThrownBy(() -> version(modern, "TLSv1.2")).hasMessageContaining("protocol_version");
            await().until(() -> failures(proxy, "version") == 1);
        }
    }

    private static String version(TestListener listener, String... versions) throws IOException {
        try (SSLSocket socket = new TlsClient(CA).speaking(versions).handshake(listener.port(), "a.example")) {
            return socket.getSession().getProtocol();
        }
    }

    // ---- the end

    @Test
    void aClientThatEndsItsSideIsAnsweredAndBothSidesSayThatTheyEnd() throws IOException {
        tls.put("a", CA.issue("a.example"), "a.example");
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = proxy(origin)) {
            TestListener listener = TestListener.https("web", Ports.free(), "a").putTo(proxy);
            boolean halves =
                    TestTls.LIBRARY.resolve() == TlsLibrary.BORINGSSL; // the JDK's engine does with TLS 1.3 alone
            for (String version : halves ? List.of("TLSv1.3", "TLSv1.2") : List.of("TLSv1.3")) {
                SSLSocket socket = new TlsClient(CA).speaking(version).handshake(listener.port(), "a.example");
                try (Wire wire = new Wire(socket)) {
                    wire.send(get("a.example"));
                    socket.shutdownOutput(); // close_notify
                    assertThat(wire.readToEnd())
                            .as(version)
                            .startsWith("HTTP/1.1 200")
                            .endsWith("ok");
                }
            }
        }
    }

    @Test
    void anIdleConnectionEndsByCloseNotify() {
        tls.put("a", CA.issue("a.example"), "a.example");
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = proxy(origin)) {
            TestListener listener = TestListener.https("web", Ports.free(), "a")
                    .idle(Duration.ofSeconds(1))
                    .putTo(proxy);
            try (Wire wire = client.connect(listener.port(), "a.example")) {
                wire.send(get("a.example")).readMessage();
                assertThat(wire.readToEnding().reset()).isFalse(); // the JDK takes an end without a word for an error
            }
        }
    }

    @Test
    void aTruncatedResponseIsNoCompleteOne() {
        tls.put("a", CA.issue("a.example"), "a.example");
        try (RawOrigin origin =
                        RawOrigin.answeringOnce("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel");
                TestProxy proxy = proxy(origin)) {
            TestListener listener = TestListener.https("web", Ports.free(), "a").putTo(proxy);
            try (Wire wire = client.connect(listener.port(), "a.example")) {
                assertThat(wire.send("GET / HTTP/1.0\r\nHost: a.example\r\n\r\n")
                                .readToEnding()
                                .reset())
                        .isTrue();
            }
        }
    }

    @Test
    void aListenerThatDrainsLetsHandshakesFinish() {
        tls.put("a", CA.issue("a.example"), "a.example");
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = proxy(origin)) {
            TestListener listener = TestListener.https("web", Ports.free(), "a").putTo(proxy);
            try (Wire wire = client.connect(listener.port(), "a.example")) {
                listener.removeFrom(proxy);
                assertThat(wire.send(get("a.example")).readMessage()).contains("Connection: close\r\n");
                assertThat(wire.readToEnding().reset()).isFalse();
            }
            await().until(() -> proxy.server.connectionsOpen() == 0);
        }
    }
}
