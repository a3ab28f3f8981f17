package io.weldr.it.acme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.weldr.it.harness.Http;
import io.weldr.it.harness.TestCluster;
import io.weldr.it.harness.TestNode;
import io.weldr.testing.Ports;
import io.weldr.testing.RefusingPort;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes obtain certificates from pebble, which asks any of them whether a host is theirs. */
class AcmeIT {
    private static final int NODES = 3;

    @TempDir
    private Path folder;

    private Path secret;

    @BeforeEach
    void makeSecret() throws IOException {
        byte[] bytes = new byte[32];
        new Random(7).nextBytes(bytes);
        secret = Files.createFile(
                folder.resolve("secret"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(secret, HexFormat.of().formatHex(bytes));
    }

    private TestCluster cluster(int nodes) {
        return TestCluster.of(
                folder,
                nodes,
                "--secret-file",
                secret.toString(),
                "--acme-ca-file",
                folder.resolve("pebble").resolve("authority.pem").toString());
    }

    private static TestNode launched(TestCluster cluster) {
        cluster.nodes().forEach(cluster::launch);
        return cluster.awaitLeader();
    }

    private static void obtain(TestNode node, String name, Pebble pebble, String more) {
        String body = "{\"acme\":{\"hosts\":[\"" + name + ".example.com\"],\"email\":\"ops@example.com\","
                + "\"termsAgreed\":true,\"directory\":\"" + pebble.directory() + "\"" + more + "}}";
        await("certificate " + name).untilAsserted(() -> {
            Http.Answer answer = Http.put(node.adminUrl() + "/v1/certificates/" + name, body);
            assertThat(answer.status()).as("%s", answer).isIn(200, 201);
        });
    }

    private static JsonNode shown(TestNode node, String name) {
        Http.Answer answer = Http.get(node.adminUrl() + "/v1/certificates/" + name + "?consistency=stale");
        return answer.status() == 200 ? answer.json() : MissingNode.getInstance();
    }

    private static void awaitIssued(TestNode node, String name) {
        await("certificate " + name + " at " + node.id()).untilAsserted(() -> {
            JsonNode certificate = shown(node, name);
            assertThat(certificate.path("issued").has("notAfter") && !certificate.has("order"))
                    .as("%s", certificate)
                    .isTrue();
        });
    }

    @Test
    void theAuthorityAsksAnyNodeAndTheLeaderMayBeGoneAtAnyMoment() throws Exception {
        TestCluster cluster = cluster(NODES);
        try (cluster;
                AnyNode port80 =
                        new AnyNode(cluster.nodes(), ThreadLocalRandom.current().nextLong());
                Pebble pebble = Pebble.start(folder.resolve("pebble"), port80.port(), Ports.free(), false)) {
            launched(cluster);
            obtain(cluster.node(1), "first", pebble, "");
            for (TestNode node : cluster.nodes()) {
                awaitIssued(node, "first");
            }
            long requests = pebble.count("POST /");
            System.out.println("an order takes " + requests + " requests");
            for (int fatal = 1; fatal <= requests; fatal++) {
                String name = "host-" + fatal;
                TestNode leader = cluster.awaitLeader();
                TestNode other = cluster.except(leader).get(0);
                long before = pebble.count("POST /");
                long last = before + fatal;
                obtain(other, name, pebble, "");
                await("request " + fatal + " of " + name)
                        .pollInterval(Duration.ofMillis(5))
                        .until(() -> pebble.count("POST /") >= last
                                || !shown(other, name).path("issued").isMissingNode());
                leader.kill();
                awaitIssued(other, name);
                assertThat(pebble.orders()).as("orders after %s", name).isEqualTo(fatal + 1);
                assertThat(pebble.issued()).as("certificates after %s", name).isEqualTo(fatal + 1);
                cluster.start(leader);
            }
            assertThat(pebble.accounts()).isEqualTo(1);
            assertThat(port80.asked).hasSizeGreaterThan(1);
        }
    }

    @Test
    void aCustomerOfTheAuthorityHasAnAccount() throws Exception {
        TestCluster cluster = cluster(1);
        try (cluster;
                AnyNode port80 = new AnyNode(cluster.nodes(), 1);
                Pebble pebble = Pebble.start(folder.resolve("pebble"), port80.port(), Ports.free(), true)) {
            TestNode node = launched(cluster);
            obtain(node, "web", pebble, "");
            await().until(() ->
                    shown(node, "web").path("order").path("failures").asInt() == 1);
            assertThat(shown(node, "web").path("order").path("error").asText()).contains("externalAccountRequired");
            obtain(
                    node,
                    "web",
                    pebble,
                    ",\"externalAccount\":{\"keyId\":\"" + Pebble.KEY_ID + "\",\"hmacKey\":\"" + Pebble.HMAC_KEY
                            + "\"}");
            awaitIssued(node, "web");
            assertThat(pebble.accounts()).isEqualTo(1);
        }
    }

    @Test
    void aHostThatIsNotReachedIsToldAndAnotherLeaderKeepsToTheWait() throws Exception {
        TestCluster cluster = cluster(NODES);
        try (cluster;
                RefusingPort refusing = new RefusingPort();
                Pebble pebble = Pebble.start(folder.resolve("pebble"), refusing.number(), Ports.free(), false)) {
            TestNode leader = launched(cluster);
            TestNode other = cluster.except(leader).get(0);
            obtain(leader, "web", pebble, "");
            await().until(() ->
                    shown(other, "web").path("order").path("failures").asInt() == 1);
            JsonNode order = shown(other, "web").path("order");
            assertThat(order.path("error").asText())
                    .startsWith("the authority asked port 80 of web.example.com (HTTP-01) and says: connection: ");
            assertThat(order.path("nextTry").asText()).isNotEmpty();
            leader.kill();
            TestNode next = cluster.awaitLeader();
            await("the next leader has looked")
                    .until(() -> Http.get(next.adminUrl() + "/metrics")
                            .body()
                            .contains("weldr_certificate_order_failures{certificate=\"web\"} 1"));
            assertThat(pebble.orders()).isEqualTo(1);
        }
    }

    @Test
    void aHostIsProvedByTlsAndPresentedThere() throws Exception {
        TestCluster cluster = cluster(1);
        int tlsPort = Ports.free();
        try (cluster;
                Pebble pebble = Pebble.start(folder.resolve("pebble"), Ports.free(), tlsPort, false)) {
            TestNode node = launched(cluster);
            obtain(node, "web", pebble, ",\"challenge\":\"tls-alpn-01\"");
            await("what is missing is told")
                    .until(() -> shown(node, "web")
                            .path("order")
                            .path("error")
                            .asText()
                            .startsWith("waiting for a listener"));
            Http.Answer listener = Http.put(
                    node.adminUrl() + "/v1/listeners/tls?wait=applied",
                    "{\"protocol\":\"https\",\"address\":\"127.0.0.1:" + tlsPort
                            + "\",\"tls\":{\"certificates\":[\"web\"]}}");
            assertThat(listener.status()).as("%s", listener).isEqualTo(201);
            awaitIssued(node, "web");
            await("the certificate is presented")
                    .ignoreExceptionsInstanceOf(IOException.class)
                    .until(() -> presented(pebble, tlsPort).getNotAfter() != null);
        }
    }

    /** What a client is shown that believes the authority and wants the host. */
    private static X509Certificate presented(Pebble pebble, int port) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry(
                "root",
                CertificateFactory.getInstance("X.509")
                        .generateCertificate(
                                new ByteArrayInputStream(pebble.root().getBytes(StandardCharsets.US_ASCII))));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        try (Socket plain = new Socket(InetAddress.getLoopbackAddress(), port);
                SSLSocket socket =
                        (SSLSocket) context.getSocketFactory().createSocket(plain, "web.example.com", port, false)) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setServerNames(List.of(new SNIHostName("web.example.com")));
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            return (X509Certificate) socket.getSession().getPeerCertificates()[0];
        }
    }
}
