package io.weldr.it.cluster;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.weldr.it.harness.Http;
import io.weldr.it.harness.TestCluster;
import io.weldr.it.harness.TestNode;
import io.weldr.it.harness.Weldrctl;
import io.weldr.testing.Patience;
import io.weldr.testing.Ports;
import io.weldr.testing.TestAuthority;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The APIs of processes that listen on every address, which is beyond loopback: who has the secret makes the first
 * token, who has a token does what it may, and everybody else gets nowhere.
 */
class ApiAccessIT {
    private static final String SECRET = "c3".repeat(32);

    @TempDir
    Path folder;

    private Path file(String name, String text) throws IOException {
        Path file = Files.writeString(folder.resolve(name), text);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    private static int port(String address) {
        return Integer.parseInt(address.replaceFirst(".*:", ""));
    }

    private static List<String> beyondLoopback(TestNode node, Path secret) {
        return List.of(
                "--secret-file",
                secret.toString(),
                "--admin-address",
                "0.0.0.0:" + port(node.adminAddress()),
                "--grpc-address",
                "0.0.0.0:" + port(node.grpcAddress()),
                "--raft-snapshot-entries",
                "10");
    }

    private static Weldrctl.Result done(Weldrctl.Result result) {
        assertThat(result.exit()).as("%s", result).isZero();
        return result;
    }

    @Test
    void aClusterIsUsedFromElsewhereByTlsAndTokens() throws Exception {
        Path secret = file("secret", SECRET);
        Path audit = folder.resolve("audit.log");
        int statusPort = Ports.free();
        try (TestCluster cluster = TestCluster.of(folder, 1)) {
            TestNode node = cluster.node(1);
            List<String> arguments = new ArrayList<>(beyondLoopback(node, secret));
            arguments.addAll(List.of("--audit-log", audit.toString(), "--status-address", "127.0.0.1:" + statusPort));
            node.launch(arguments.toArray(new String[0]));
            String status = "http://127.0.0.1:" + statusPort;
            await().untilAsserted(() ->
                    assertThat(Http.get(status + "/readyz").status()).isEqualTo(200));
            assertThat(Http.get(status + "/metrics").status()).isEqualTo(200);
            assertThat(Http.get(status + "/servers").status()).isEqualTo(404);
            await("a leader").until(() -> Http.get(status + "/leader").status() == 200);

            // The secret is the first credential.
            String endpoint = node.grpcAddress();
            String[] withSecret = {"--tls", "--secret-file", secret.toString()};
            await().untilAsserted(
                            () -> // once the cluster version is what tokens need
                            done(ctl(endpoint, withSecret, "tokens", "create", "probe", "--role", "viewer")));
            String ci = done(ctl(endpoint, withSecret, "tokens", "create", "ci", "--role", "operator"))
                    .out()
                    .strip();
            assertThat(ci).matches("weldr_[0-9A-Za-z]{49}");
            Path token = file("ci.token", ci + "\n");
            Path ca = file(
                    "ca.pem",
                    done(Weldrctl.run(endpoint, "secret", "ca", "--secret-file", secret.toString()))
                            .out());

            // A token does what it may, and says why.
            String[] withToken = {"--tls", "--token-file", token.toString(), "--ca-file", ca.toString()};
            done(ctl(endpoint, withToken, "servers", "add", "http://127.0.0.1:9", "--reason", "release ü 7"));
            Weldrctl.Result refused = ctl(endpoint, withToken, "pools", "add", "web");
            assertThat(refused.exit()).isEqualTo(1);
            assertThat(refused.err()).contains("forbidden: token ci has the role operator");
            String history = done(ctl(endpoint, withToken, "history", "--kind", "origin"))
                    .out();
            assertThat(history).contains("token ci").contains("(release ü 7)");
            assertThat(done(ctl(endpoint, withToken, "history", "--kind", "token"))
                            .out())
                    .contains("certificate ");

            // Everybody else gets nowhere.
            String[] nothing = {"--tls", "--ca-file", ca.toString()};
            assertThat(ctl(endpoint, nothing, "servers", "ls").err()).contains("unauthenticated");
            assertThat(ctl(endpoint, new String[0], "servers", "ls").err())
                    .contains("speaks TLS (expected: --token-file");
            String[] others = {
                "--tls", "--secret-file", file("other", "d4".repeat(32)).toString()
            };
            assertThat(ctl(endpoint, others, "servers", "ls").err()).contains("TLS failed");
            assertThat(Http.get(node.adminUrl() + "/servers").status()).isNotEqualTo(200);

            // The same over HTTPS, as curl does it.
            HttpClient https = https(ca);
            String url = "https://" + node.adminAddress();
            assertThat(send(https, url + "/servers", null).statusCode()).isEqualTo(401);
            assertThat(send(https, url + "/servers", "weldr_" + "0".repeat(49)).statusCode())
                    .isEqualTo(401);
            assertThat(send(https, url + "/servers", ci).statusCode()).isEqualTo(200);
            JsonNode changes = new ObjectMapper()
                    .readTree(send(https, url + "/v1/history", ci).body())
                    .path("changes");
            assertThat(changes.toString()).contains("\"reason\":\"release ü 7\"");

            // A node that has the secret joins by the same port.
            try (TestNode second = TestCluster.newcomer(folder, "n2")) {
                List<String> joining = new ArrayList<>(beyondLoopback(second, secret));
                joining.addAll(List.of("--join", node.adminAddress()));
                second.launch(joining.toArray(new String[0]));
                await().untilAsserted(() -> assertThat(
                                done(ctl(endpoint, withToken, "cluster")).out())
                        .contains("n2"));
                // A token that was made on one node is known to the other, and gone there when it is removed.
                await().untilAsserted(() -> done(ctl(second.grpcAddress(), withToken, "servers", "ls")));
                done(ctl(endpoint, withSecret, "tokens", "rm", "ci", "--wait"));
                assertThat(ctl(second.grpcAddress(), withToken, "servers", "ls").err())
                        .contains("unauthenticated");
                done(ctl(endpoint, withSecret, "cluster", "remove", "n2", "--force"));
            }
            done(ctl(endpoint, withSecret, "ready"));
            for (int i = 0; i < 15; i++) { // so that there is a snapshot
                done(ctl(endpoint, withSecret, "servers", "add", "http://127.0.0.1:" + (100 + i)));
            }
            node.terminate();
            assertThat(node.output() + Files.readString(audit)).doesNotContain(ci, SECRET);
            assertThatNoFileHolds(node.dataDir(), ci);
            assertThat(Files.readAllLines(audit))
                    .anyMatch(line -> line.contains("AddOrigin")
                            && line.contains("\"name\":\"ci\"")
                            && line.contains("\"status\":\"OK\"")
                            && line.contains("release ü 7"))
                    .anyMatch(line -> line.contains("CreatePool") && line.contains("\"refused\":true"))
                    .anyMatch(line -> line.contains("GET /servers") && line.contains("\"status\":\"401\""));
        }
    }

    /**
     * Until there is such a certificate, the node shows that of the cluster's own authority; it takes each new one
     * without a restart.
     */
    @Test
    void theApisShowACertificateOfTheCluster() throws Exception {
        Path secret = file("secret", SECRET);
        Path audit = folder.resolve("audit.log");
        int statusPort = Ports.free();
        try (TestAuthority authority = new TestAuthority("weldr-test");
                TestCluster cluster = TestCluster.of(folder, 1)) {
            Path theirs = file("authority.pem", authority.pem());
            TestNode node = cluster.node(1);
            List<String> arguments = new ArrayList<>(beyondLoopback(node, secret));
            arguments.addAll(List.of(
                    "--audit-log",
                    audit.toString(),
                    "--status-address",
                    "127.0.0.1:" + statusPort,
                    "--admin-certificate",
                    "api"));
            node.launch(arguments.toArray(new String[0]));
            await().untilAsserted(() -> assertThat(Http.get("http://127.0.0.1:" + statusPort + "/leader")
                            .status())
                    .isEqualTo(200));
            String endpoint = node.grpcAddress();
            String[] withSecret = {"--tls", "--secret-file", secret.toString()};
            Path ca = file(
                    "ca.pem",
                    done(Weldrctl.run(endpoint, "secret", "ca", "--secret-file", secret.toString()))
                            .out());
            String url = "https://localhost:" + port(node.adminAddress()) + "/servers";
            assertThat(send(https(ca), url, null).statusCode()).isEqualTo(401);

            for (int lifetime : List.of(30, 60)) {
                TestAuthority.Issued issued = authority.issue("-1d", lifetime, "dns:localhost");
                String name = "cert-" + lifetime;
                String pem = "-----BEGIN PRIVATE KEY-----\n"
                        + Base64.getMimeEncoder().encodeToString(issued.key().getEncoded())
                        + "\n-----END PRIVATE KEY-----\n";
                String[] add = {
                    "certs",
                    "add",
                    "api",
                    "--cert",
                    file(name + ".pem", issued.pem()).toString(),
                    "--key",
                    file(name + ".key", pem).toString(),
                    "--replace"
                };
                // The secret vouches for nodes that show a certificate of the cluster CA, and for no other.
                String[] credentials = lifetime == 30
                        ? withSecret
                        : new String[] {"--tls", "--secret-file", secret.toString(), "--ca-file", theirs.toString()};
                // Without a leader for a moment it is said again, and then the node may show the new one already.
                List<Weldrctl.Result> results = new ArrayList<>();
                await().untilAsserted(() -> {
                    results.add(ctl("localhost:" + port(endpoint), credentials, add));
                    assertThat(presented(port(node.adminAddress())))
                            .as("%s", results)
                            .isEqualTo(issued.certificate());
                });
                assertThat(send(https(theirs), url, null).statusCode()).isEqualTo(401);
                assertThat(presented(port(endpoint))).isEqualTo(issued.certificate());
            }

            Files.move(audit, folder.resolve("audit.log.1"));
            node.signal("HUP");
            await().untilAsserted(() -> assertThat(node.output()).contains("SIGHUP: opened the audit log"));
            assertThat(send(https(theirs), url, null).statusCode()).isEqualTo(401);
            await().untilAsserted(() -> assertThat(Files.readString(audit)).contains("GET /servers"));
            assertThat(Files.readString(folder.resolve("audit.log.1"))).contains("UpdateCertificate");
        }
    }

    /** What a server shows, whoever vouches for it. */
    private static X509Certificate presented(int port) throws Exception {
        AtomicReference<X509Certificate> shown = new AtomicReference<>();
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(
                null,
                new TrustManager[] {
                    new X509TrustManager() {
                        @Override
                        public void checkClientTrusted(X509Certificate[] chain, String type) {
                            // nobody asks
                        }

                        @Override
                        public void checkServerTrusted(X509Certificate[] chain, String type) {
                            shown.set(chain[0]);
                        }

                        @Override
                        public X509Certificate[] getAcceptedIssuers() {
                            return new X509Certificate[0];
                        }
                    }
                },
                null);
        try (SSLSocket socket =
                (SSLSocket) context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout((int) Patience.PATIENCE.toMillis());
            socket.startHandshake();
        }
        return requireNonNull(shown.get());
    }

    private static Weldrctl.Result ctl(String endpoint, String[] credentials, String... arguments) {
        List<String> all = new ArrayList<>(List.of(credentials));
        all.addAll(List.of(arguments));
        return Weldrctl.run(endpoint, all.toArray(new String[0]));
    }

    private static HttpClient https(Path ca) throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        store.setCertificateEntry(
                "ca",
                CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(Files.readAllBytes(ca))));
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .sslContext(context)
                .build();
    }

    private static HttpResponse<String> send(
            HttpClient client, String url, @org.jspecify.annotations.Nullable String token)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url))
                .timeout(Patience.PATIENCE)
                .method("GET", BodyPublishers.noBody());
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        return client.send(request.build(), BodyHandlers.ofString());
    }

    /** Log, snapshots, and whatever else there is. */
    private static void assertThatNoFileHolds(Path data, String text) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(data)) {
            files = all.filter(Files::isRegularFile).toList();
        }
        assertThat(files).anyMatch(file -> file.getFileName().toString().startsWith("snapshot."));
        for (Path file : files) {
            assertThat(new String(Files.readAllBytes(file), ISO_8859_1).contains(text))
                    .as(file.toString())
                    .isFalse();
        }
    }
}
