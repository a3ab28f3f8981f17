package io.weldr.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.it.harness.Http;
import io.weldr.it.harness.TestCluster;
import io.weldr.it.harness.TestNode;
import io.weldr.it.harness.Weldrctl;
import io.weldr.it.harness.Weldrctl.Result;
import io.weldr.testing.Ports;
import io.weldr.testing.TestAuthority;
import io.weldr.testserver.TestServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Certificates from a file to a handshake: through weldrctl, the log and the proxy of a real node. */
class CertificatesIT {
    @TempDir
    private Path folder;

    @Test
    void aCertificateIsPresentedReplacedAndStillThereAfterARestart() throws Exception {
        try (TestAuthority authority = new TestAuthority("weldr-test");
                TestCluster cluster = TestCluster.start(folder, 1);
                TestServer origin = TestServer.start()) {
            TestNode node = cluster.node(1);
            assertThat(node.add(origin.url()).status()).isEqualTo(201);
            TestAuthority.Issued first = authority.issue("-1d", 30, "dns:localhost");
            int port = Ports.free();
            await("cluster version 3").untilAsserted(() -> done(node, add(first)));
            done(
                    node,
                    "listeners",
                    "add",
                    "web",
                    "--address",
                    "127.0.0.1:" + port,
                    "--protocol",
                    "https",
                    "--cert",
                    "shop",
                    "--wait");
            done(node, "routes", "add", "shop", "--host", "localhost", "--pool", "default");
            TrustManagerFactory trust = authority.trust();
            assertThat(presented(port, trust)).isEqualTo(first.certificate());
            assertThat(done(node, "certs", "ls").out()).contains("localhost", "loaded 1/1");

            TestAuthority.Issued second = authority.issue("-1d", 60, "dns:localhost");
            assertThat(Weldrctl.run(node.grpcAddress(), add(second)).exit()).isEqualTo(4);
            List<String> replace = Stream.concat(Stream.of(add(second)), Stream.of("--replace", "--wait"))
                    .toList();
            done(node, replace.toArray(String[]::new));
            assertThat(presented(port, trust)).isEqualTo(second.certificate());

            Result stranger =
                    Weldrctl.run(node.grpcAddress(), "certs", "add", "x", "--cert", chain(first), "--key", key(second));
            assertThat(stranger.exit()).as("%s", stranger).isEqualTo(2);
            assertThat(stranger.err()).contains("privateKey: a key that does not belong to the first certificate");

            assertThat(node.terminate()).isZero();
            assertNowhereOnDisk(node.dataDir(), second.key());
            assertThat(node.output()).doesNotContain(inside(second.key()));
            node.launch();
            node.awaitReady();
            assertThat(presented(port, trust)).isEqualTo(second.certificate());
            assertThat(Http.get(node.adminUrl() + "/v1/certificates/shop").body())
                    .contains("\"notAfter\"")
                    .doesNotContain(inside(second.key()));
        }
    }

    private String[] add(TestAuthority.Issued issued) throws Exception {
        return new String[] {"certs", "add", "shop", "--cert", chain(issued), "--key", key(issued)};
    }

    private String chain(TestAuthority.Issued issued) throws Exception {
        return Files.writeString(
                        folder.resolve("chain-" + issued.certificate().getSerialNumber() + ".pem"), issued.pem())
                .toString();
    }

    private String key(TestAuthority.Issued issued) throws IOException {
        String pem = "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getMimeEncoder().encodeToString(issued.key().getEncoded())
                + "\n-----END PRIVATE KEY-----\n";
        return Files.writeString(folder.resolve("key-" + issued.certificate().getSerialNumber() + ".pem"), pem)
                .toString();
    }

    /** A part of the key that stands on one line of its PEM. */
    private static String inside(PrivateKey key) {
        return Base64.getEncoder().encodeToString(key.getEncoded()).substring(60, 76);
    }

    private static void assertNowhereOnDisk(Path data, PrivateKey key) throws IOException {
        byte[] encoded = key.getEncoded();
        String raw = new String(encoded, 36, 16, StandardCharsets.ISO_8859_1); // within the secret number
        try (Stream<Path> files = Files.walk(data)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String content = Files.readString(file, StandardCharsets.ISO_8859_1);
                assertThat(content.contains(raw) || content.contains(inside(key)))
                        .as("the key in %s", file)
                        .isFalse();
            }
        }
    }

    private static Result done(TestNode node, String... words) {
        Result result = Weldrctl.run(node.grpcAddress(), words);
        assertThat(result.exit()).as("%s", result).isZero();
        return result;
    }

    private static X509Certificate presented(int port, TrustManagerFactory trust) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), new SecureRandom());
        try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("localhost", port)) {
            SSLParameters parameters = socket.getSSLParameters();
            // Java asks by itself only for names that have a dot.
            parameters.setServerNames(List.of(new SNIHostName("localhost")));
            socket.setSSLParameters(parameters);
            socket.getOutputStream()
                    .write("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1))
                    .startsWith("HTTP/1.1 200 ");
            return (X509Certificate) socket.getSession().getPeerCertificates()[0];
        }
    }
}
