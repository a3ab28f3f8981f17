package io.weldr.it.access;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.weldr.it.harness.Http;
import io.weldr.it.harness.Http.Answer;
import io.weldr.it.harness.Secret;
import io.weldr.it.harness.TestCluster;
import io.weldr.it.harness.TestNode;
import io.weldr.it.harness.Weldrctl;
import io.weldr.testing.Patience;
import io.weldr.testing.TestCa;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A cluster that has all sorts of secrets: that of the cluster and the one before, tokens, uploaded keys, the key of an
 * account at an authority. They are used, and sent where they do not belong, in requests that fail. Then everything
 * that the nodes wrote or said is searched for each of them, in each form.
 */
class NoSecretsIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    private final Needles needles = new Needles();
    private final ByteArrayOutputStream said = new ByteArrayOutputStream(); // by the APIs
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private static byte[] random(int bytes) {
        byte[] random = new byte[bytes];
        new SecureRandom().nextBytes(random);
        return random;
    }

    private static String json(Object... pairs) throws IOException {
        Map<String, Object> members = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            members.put((String) pairs[i], pairs[i + 1]);
        }
        return JSON.writeValueAsString(members);
    }

    /** A request, of which the whole answer is kept. */
    private int send(TestNode node, String method, String path, String body, @Nullable String token) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(node.adminUrl() + path))
                .timeout(Patience.PATIENCE)
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        HttpResponse<byte[]> response = http.send(request.build(), BodyHandlers.ofByteArray());
        said.writeBytes(response.headers().map().toString().getBytes(UTF_8));
        said.writeBytes(response.body());
        return response.statusCode();
    }

    private void done(TestNode node, String method, String path, String body) {
        await(path)
                .pollInSameThread()
                .untilAsserted(() -> assertThat(send(node, method, path, body, null))
                        .as("%s %s", method, path)
                        .isIn(200, 201));
    }

    /** Tells it to nobody: this answer is the one that may. */
    private static String token(TestNode node, String name, String role) {
        List<Answer> answers = new ArrayList<>();
        await("a token").pollInSameThread().until(() -> {
            answers.add(Http.post(
                    node.adminUrl() + "/v1/tokens",
                    "{\"name\":\"" + name + answers.size() + "\",\"role\":\"" + role + "\"}"));
            return answers.get(answers.size() - 1).status() == 201;
        });
        return answers.get(answers.size() - 1).json().path("token").asText();
    }

    @Test
    void noSecretIsAnywhere() throws Exception {
        byte[] current = random(32);
        byte[] previous = random(32);
        needles.secret("the secret", current);
        needles.secret("the previous secret", previous);
        Path secret = Secret.write(
                folder.resolve("cluster.secret"),
                HexFormat.of().formatHex(current) + "\n" + HexFormat.of().formatHex(previous) + "\n");
        Path kept = Files.createDirectory(folder.resolve("nodes")); // everything below is searched
        try (TestCluster cluster = TestCluster.of(kept, 3, "--secret-file", secret.toString())) {
            for (TestNode node : cluster.nodes()) {
                launch(cluster, node, kept);
            }
            TestNode leader = cluster.awaitLeader();
            TestNode other = cluster.except(leader).get(0);
            Thread watcher = watch(other);
            use(leader, other);
            for (int i = 0; i < 25; i++) { // so that each node has a snapshot
                done(leader, "PUT", "/v1/pools/p" + i, "{}");
            }
            // One takes a snapshot from another.
            TestNode late = cluster.except(leader, other).get(0);
            late.kill();
            for (int i = 0; i < 25; i++) {
                done(other, "PUT", "/v1/pools/q" + i, "{}");
            }
            launch(cluster, late, kept);
            await("the one that lagged")
                    .until(() -> Http.get(late.adminUrl() + "/v1/pools/q24?consistency=stale")
                                    .status()
                            == 200);
            readEverything(cluster.nodes());
            for (TestNode node : cluster.nodes()) {
                node.dumpThreads();
            }
            for (TestNode node : cluster.nodes()) {
                assertThat(node.terminate()).isZero();
            }
            watcher.join(Patience.PATIENCE_MILLIS);
        }
        assertThat(needles.size()).isGreaterThan(60);
        assertThat(needles.below(kept)).isEmpty();
        assertThat(needles.in(said.toByteArray())).isEmpty();
        assertThatTheSearchFinds(kept);
    }

    private void launch(TestCluster cluster, TestNode node, Path kept) {
        cluster.launchWith(
                node,
                "--raft-snapshot-entries",
                "10",
                "--audit-log",
                kept.resolve(node.id() + ".audit").toString(),
                "--access-log",
                kept.resolve(node.id() + ".access").toString());
    }

    /** Collects the events of a node until it ends. */
    private Thread watch(TestNode node) {
        Thread thread = new Thread(() -> {
            HttpRequest request = HttpRequest.newBuilder(URI.create(node.adminUrl() + "/v1/watch?after=0"))
                    .build();
            try (InputStream events =
                    http.send(request, BodyHandlers.ofInputStream()).body()) {
                byte[] some = new byte[8192];
                for (int read = events.read(some); read >= 0; read = events.read(some)) {
                    synchronized (said) {
                        said.write(some, 0, read);
                    }
                }
            } catch (IOException e) {
                // the node has ended
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private void use(TestNode leader, TestNode other) throws Exception {
        TestCa ca = TestCa.root("authority");
        for (String kind : List.of("ec", "rsa")) {
            TestCa.Issued issued = kind.equals("ec") ? ca.issue("shop.example") : ca.issueRsa("shop.example");
            needles.key("the key of " + kind, issued.keyPem(), issued.key());
            done(
                    kind.equals("ec") ? leader : other,
                    "PUT",
                    "/v1/certificates/" + kind,
                    json("chain", issued.pem(), "privateKey", issued.keyPem()));
            sendWhereItDoesNotBelong(
                    other, issued.keyPem(), ca.issue("other.example").pem());
        }
        TestCa.Issued unused = ca.issue("unused.example");
        needles.key("a key that was never taken", unused.keyPem(), unused.key());
        sendWhereItDoesNotBelong(
                leader, unused.keyPem(), ca.issue("other.example").pem());

        byte[] hmac = random(32);
        needles.secret("the key of an account", hmac);
        Map<String, Object> acme = new LinkedHashMap<>();
        acme.put("hosts", List.of("www.example.com"));
        acme.put("email", "ops@example.com");
        acme.put("termsAgreed", true);
        acme.put("directory", "https://127.0.0.1:9/directory");
        acme.put(
                "externalAccount",
                Map.of(
                        "keyId",
                        "k1",
                        "hmacKey",
                        Base64.getUrlEncoder().withoutPadding().encodeToString(hmac)));
        done(leader, "PUT", "/v1/certificates/acme", json("acme", acme));

        done(
                leader,
                "PUT",
                "/v1/pools/web",
                json("sticky", Map.of("name", "origin"), "tls", Map.of("clientCertificate", "ec")));
        done(leader, "POST", "/v1/pools/web/origins", "{\"url\":\"https://127.0.0.1:9\"}");

        String admin = token(leader, "admin", "admin");
        String viewer = token(other, "viewer", "viewer");
        byte[] guess = random(37);
        String wrong = ("weldr_" + HexFormat.of().formatHex(guess)).substring(0, 55);
        Map<String, String> tokens = Map.of("admin", admin, "viewer", viewer, "a wrong one", wrong);
        tokens.forEach((name, text) -> needles.text("the token " + name, text));
        for (String text : tokens.values()) {
            for (TestNode node : List.of(leader, other)) {
                send(node, "GET", "/servers", "", text);
                send(node, "POST", "/servers", "{\"url\":\"http://127.0.0.1:9\"}", text);
                send(node, "POST", "/v1/pools", "{\"name\":\"x\",\"size\":1}", text);
                send(node, "GET", "/servers?token=" + text, "", null);
                send(node, "DELETE", "/v1/tokens/nobody", "", text);
                Path file = folder.resolve("token");
                Files.writeString(file, text);
                for (String[] call : List.of(
                        new String[] {"servers", "ls"}, new String[] {"pools", "add", "web"}, new String[] {"history"
                        })) {
                    ctl(node, file.toString(), call);
                }
            }
        }
    }

    /** In requests that fail. */
    private void sendWhereItDoesNotBelong(TestNode node, String keyPem, String chain) throws Exception {
        String broken = keyPem.replaceFirst("(?m)^(.{20}).", "$1!");
        for (String body : List.of(
                json("chain", chain, "privateKey", keyPem), // of another one
                json("chain", keyPem, "privateKey", keyPem),
                json("chain", chain, "privateKey", broken),
                json("chain", chain, "privateKey", List.of(keyPem)),
                json("chain", chain, "key", keyPem),
                json("chain", chain, "privateKey", keyPem) + "}",
                json("chain", chain, "privateKey", keyPem).replace("\"chain\"", "chain"),
                keyPem)) {
            assertThat(send(node, "PUT", "/v1/certificates/bad", body, null)).isEqualTo(400);
            assertThat(send(node, "POST", "/v1/certificates", body, null)).isEqualTo(400);
            assertThat(send(node, "POST", "/v1/pools", body, null)).isEqualTo(400);
        }
        Path key = folder.resolve("bad.key");
        Files.writeString(key, keyPem);
        Path cert = folder.resolve("bad.pem");
        Files.writeString(cert, chain);
        ctl(node, null, "certs", "add", "bad", "--cert", cert.toString(), "--key", key.toString());
    }

    private void ctl(TestNode node, @Nullable String tokenFile, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        if (tokenFile != null) {
            all.addAll(List.of("--token-file", tokenFile));
        }
        Weldrctl.Result result = Weldrctl.run(node.grpcAddress(), all.toArray(new String[0]));
        said.writeBytes((result.out() + result.err()).getBytes(UTF_8));
    }

    /** Each path of the reference, for each name that there is. */
    private void readEverything(List<TestNode> nodes) throws Exception {
        List<String> paths = new ArrayList<>(List.of("/openapi.json", "/ui/"));
        for (String line : Files.readAllLines(Path.of("..", "docs", "reference", "api.md"))) {
            if (line.matches("\\| `/[^`]*` \\| .*GET.*") && !line.contains("/watch`")) {
                paths.add(line.replaceAll("^\\| `([^`]*)`.*", "$1"));
            }
        }
        assertThat(paths).hasSizeGreaterThan(25);
        List<String> names = List.of("default", "web", "ec", "rsa", "acme", "admin0", "viewer0", "n1", "n2");
        for (TestNode node : nodes) {
            for (String path : paths) {
                for (String name : path.contains("{") ? names : List.of("")) {
                    send(node, "GET", path.replaceAll("\\{[a-z]+}", name), "", null);
                }
            }
            send(node, "GET", "/v1/history?limit=1000", "", null);
            send(node, "GET", "/readyz?verbose", "", null);
            for (String kind : List.of("pools", "listeners", "routes", "certs", "tokens", "servers")) {
                ctl(node, null, kind, "ls", "-o", "json");
            }
            for (String name : List.of("ec", "rsa", "acme")) {
                ctl(node, null, "certs", "get", name, "-o", "json");
            }
            ctl(node, null, "history", "-o", "json");
            ctl(node, null, "cluster");
        }
    }

    /** What is not secret stands where the secrets were looked for. */
    private void assertThatTheSearchFinds(Path kept) throws IOException {
        Needles known = new Needles();
        known.text("an address", "https://127.0.0.1:9");
        known.text("an authority", "https://127.0.0.1:9/directory");
        Map<Path, List<String>> found = known.below(kept);
        for (String id : List.of("n1", "n2", "n3")) {
            assertThat(found.keySet()).anyMatch(file -> file.startsWith(kept.resolve(id)));
        }
        assertThat(found.keySet())
                .anyMatch(file -> file.getFileName().toString().startsWith("snapshot."));
        assertThat(known.in(said.toByteArray())).hasSize(2);
        assertThat(said.toString(ISO_8859_1)).contains("origin-added", "k1");
        assertThat(Files.readString(kept.resolve("n1.audit")) + Files.readString(kept.resolve("n2.audit")))
                .contains("\"refused\":true", "/v1/certificates/bad");
        Path planted = Files.write(kept.resolve("planted"), said.toByteArray());
        Needles one = new Needles();
        one.text("a line of the answers", said.toString(ISO_8859_1).substring(100, 200));
        assertThat(one.below(kept)).containsOnlyKeys(planted);
    }
}
