package io.weldr.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.weldr.core.certificate.AcmeOrder;
import io.weldr.core.certificate.AcmeOrder.Answer;
import io.weldr.core.certificate.AcmeSettings;
import io.weldr.core.certificate.AcmeSettings.Challenge;
import io.weldr.core.certificate.Certificate;
import io.weldr.core.certificate.CertificateName;
import io.weldr.core.certificate.Sealed;
import io.weldr.core.listener.Listener;
import io.weldr.core.listener.ListenerName;
import io.weldr.core.listener.ListenerTls;
import io.weldr.core.pool.HostPort;
import io.weldr.core.port.ChallengeCertificates.Made;
import io.weldr.core.state.Command;
import io.weldr.core.state.Condition;
import io.weldr.testing.Patience;
import io.weldr.testing.Ports;
import io.weldr.testing.TestAuthority;
import io.weldr.testing.TestAuthority.Issued;
import java.net.InetAddress;
import java.net.Socket;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.Test;

/** What certificate authorities are answered that look whether a host is the cluster's. */
class ChallengesIT {
    private static final String HOST = "a.example.com";
    private static final String PROOF = "token-1.thumb_print";

    private static void order(TestProxy proxy, Challenge challenge) {
        AcmeSettings settings = new AcmeSettings(
                List.of(HOST),
                "https://ca.example/directory",
                "ops@example.com",
                AcmeSettings.KeyType.EC_P256,
                challenge,
                null);
        proxy.apply(new Command.PutCertificate(
                Certificate.obtained(new CertificateName("web"), settings), Condition.NONE, Instant.EPOCH));
        record(
                proxy,
                new AcmeOrder(
                        "https://ca.example/order/1",
                        new Sealed(""),
                        List.of(new Answer(HOST, challenge, "token-1", PROOF)),
                        0,
                        Instant.EPOCH,
                        null));
    }

    private static void record(TestProxy proxy, AcmeOrder order) {
        Certificate web = Objects.requireNonNull(proxy.state.get().certificate(new CertificateName("web")));
        proxy.apply(new Command.RecordAcmeOrder(web.name(), web.stamp().modified(), order, Instant.EPOCH));
    }

    private static String get(TestProxy proxy, String line) {
        try (Wire wire = proxy.connect()) {
            return wire.send(line + " HTTP/1.1\r\nHost: " + HOST + "\r\nConnection: close\r\n\r\n")
                    .readToEnd();
        }
    }

    @Test
    void theFileOfAnOrderIsAnsweredBeforeRoutesAndOnlyWhileTheOrderIsUnderWay() {
        try (RawOrigin origin = RawOrigin.answering("HTTP/1.1 204 No Content\r\n\r\n");
                TestProxy proxy = TestProxy.inFrontOf(origin)) {
            String path = "/.well-known/acme-challenge/token-1";
            assertThat(get(proxy, "GET " + path)).startsWith("HTTP/1.1 204");
            order(proxy, Challenge.HTTP_01);
            assertThat(get(proxy, "GET " + path))
                    .startsWith("HTTP/1.1 200 ")
                    .contains("Content-Type: application/octet-stream\r\n")
                    .endsWith("\r\n\r\n" + PROOF);
            assertThat(get(proxy, "HEAD " + path))
                    .startsWith("HTTP/1.1 200 ")
                    .contains("Content-Length: " + PROOF.length() + "\r\n")
                    .endsWith("\r\n\r\n");
            assertThat(get(proxy, "GET http://" + HOST + path)).endsWith(PROOF);
            assertThat(get(proxy, "GET " + path + "2")).startsWith("HTTP/1.1 204");
            assertThat(get(proxy, "GET " + path + "?x")).startsWith("HTTP/1.1 204");
            assertThat(get(proxy, "GET /.well-known/acme-challenge/")).startsWith("HTTP/1.1 204");
            record(proxy, new AcmeOrder(null, null, List.of(), 1, Instant.EPOCH, "it failed"));
            assertThat(get(proxy, "GET " + path)).startsWith("HTTP/1.1 204");
        }
    }

    /** Believes whatever it is shown, as an authority that validates does. */
    private static SSLSocket ask(int port, String host, String protocol) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new Everybody()}, null);
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName(host)));
        parameters.setApplicationProtocols(new String[] {protocol});
        socket.setSSLParameters(parameters);
        socket.setSoTimeout(Patience.PATIENCE_MILLIS);
        return socket;
    }

    @Test
    void theCertificateOfAnOrderIsPresentedToTheAuthorityAlone() throws Exception {
        TestAuthority maker = new TestAuthority("acme.invalid");
        Issued proof = maker.issue("-1d", 7, "dns:" + HOST);
        String chain = pem(proof);
        List<String> asked = new ArrayList<>();
        int port = Ports.free();
        try (maker;
                TestProxy proxy =
                        TestProxy.with(settings -> settings.challengeCertificates((host, keyAuthorization) -> {
                            asked.add(host + " " + keyAuthorization);
                            return new Made(chain, proof.key().getEncoded());
                        }))) {
            order(proxy, Challenge.TLS_ALPN_01);
            Listener tls = Listener.named(new ListenerName("tls"))
                    .protocol(Listener.Protocol.HTTPS)
                    .address(HostPort.parse("127.0.0.1:" + port))
                    .tls(ListenerTls.of(new CertificateName("web")))
                    .build();
            proxy.apply(new Command.PutListener(tls, Condition.NONE, Instant.EPOCH));
            await().until(() -> proxy.server.listenerConditions().stream()
                    .anyMatch(condition -> condition.name().equals(tls.name()) && condition.bound()));
            try (SSLSocket authority = ask(port, HOST, "acme-tls/1")) {
                authority.startHandshake();
                assertThat(authority.getApplicationProtocol()).isEqualTo("acme-tls/1");
                assertThat(authority.getSession().getPeerCertificates()[0]).isEqualTo(proof.certificate());
                assertThat(authority.getInputStream().read()).isEqualTo(-1);
            }
            assertThat(asked).containsExactly(HOST + " " + PROOF);
            try (SSLSocket authority = ask(port, "b.example.com", "acme-tls/1")) {
                assertThatThrownBy(authority::startHandshake).hasMessageContaining("unrecognized_name");
            }
            try (SSLSocket client = ask(port, HOST, "http/1.1")) {
                assertThatThrownBy(client::startHandshake).isInstanceOf(SSLException.class);
            }
            record(proxy, new AcmeOrder(null, null, List.of(), 1, Instant.EPOCH, "it failed"));
            try (SSLSocket authority = ask(port, HOST, "acme-tls/1")) {
                assertThatThrownBy(authority::startHandshake).hasMessageContaining("unrecognized_name");
            }
        }
    }

    private static String pem(Issued issued) throws CertificateEncodingException {
        return "-----BEGIN CERTIFICATE-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'})
                        .encodeToString(issued.certificate().getEncoded())
                + "\n-----END CERTIFICATE-----\n";
    }

    private static final class Everybody extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
