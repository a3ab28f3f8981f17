package io.weldr.it.access;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.it.harness.Http;
import io.weldr.it.harness.Run;
import io.weldr.it.harness.Secret;
import io.weldr.it.harness.TestCluster;
import io.weldr.it.harness.TestNode;
import io.weldr.it.harness.Weldrctl;
import io.weldr.testing.TestCa;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A support bundle of a cluster that has all sorts of secrets: those that no node ever tells, and those that an operator
 * has put into fields of probes and requests, into bodies, commands and reasons.
 */
class SupportBundleIT {
    @TempDir
    private Path folder;

    private final Needles needles = new Needles();

    /** A password that is nowhere but where the test puts it. */
    private String password(String where) {
        byte[] bytes = new byte[18];
        new SecureRandom().nextBytes(bytes);
        String text = HexFormat.of().formatHex(bytes);
        needles.text(where, text);
        return text;
    }

    private static void done(Http.Answer answer) {
        assertThat(answer.status()).as(answer.body()).isBetween(200, 299);
    }

    @Test
    void noSecretIsInASupportBundle() throws Exception {
        byte[] secret = HexFormat.of().parseHex("a1".repeat(32));
        needles.secret("the secret", secret);
        Path secretFile = Secret.in(folder);
        try (TestCluster cluster = TestCluster.of(folder.resolve("nodes"), 3, "--secret-file", secretFile.toString())) {
            for (TestNode node : cluster.nodes()) {
                cluster.launchWith(
                        node,
                        "--vip-hooks-active",
                        "true " + password("a hook"),
                        "--trace-endpoint",
                        "http://ann:" + password("a collector") + "@127.0.0.1:9/v1/traces");
            }
            TestNode leader = cluster.awaitLeader();
            use(leader);

            Path bundle = folder.resolve("bundle.tar.gz");
            String endpoints =
                    cluster.nodes().stream().map(TestNode::grpcAddress).collect(Collectors.joining(","));
            Weldrctl.Result result = Weldrctl.run(endpoints, "support-bundle", bundle.toString());
            assertThat(result.exit()).as(result.err()).isZero();
            assertThat(result.out()).doesNotContain("not in it");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(bundle)))
                    .isEqualTo("rw-------");

            Path unpacked = Files.createDirectory(folder.resolve("unpacked"));
            Run.program("tar", "xzf", bundle.toString(), "--strip-components=1", "-C", unpacked.toString());
            for (String name : List.of(
                    "README.txt",
                    "doctor.json",
                    "cluster.json",
                    "pools.json",
                    "listeners.json",
                    "routes.json",
                    "certificates.json",
                    "origins.json",
                    "stats.json",
                    "top.json",
                    "history.json")) {
                assertThat(unpacked.resolve(name)).isNotEmptyFile();
            }
            for (TestNode node : cluster.nodes()) {
                Path own = unpacked.resolve(node.id());
                assertThat(own.resolve("configuration.txt")).content().contains("id: " + node.id());
                assertThat(own.resolve("log.txt")).content().contains("weldr ");
                assertThat(own.resolve("metrics.txt")).content().contains("weldr_raft_term ");
                assertThat(own.resolve("threads.txt")).content().contains("weldr-raft-watchdog");
                assertThat(own.resolve("machine.txt")).content().contains("java.version: ");
            }
            assertThat(unpacked.resolve("routes.json")).content().contains("X-Api-Key", "(left out)");

            Map<Path, List<String>> found = needles.below(unpacked);
            assertThat(found).isEmpty();
            assertThatTheSearchFinds(unpacked);
        }
    }

    private void use(TestNode leader) throws Exception {
        String url = leader.adminUrl();
        TestCa.Issued issued = TestCa.root("authority").issue("shop.example");
        needles.key("a key", issued.keyPem(), issued.key());
        done(Http.put(
                url + "/v1/certificates/shop",
                "{\"chain\":\"" + issued.pem().replace("\n", "\\n") + "\",\"privateKey\":\""
                        + issued.keyPem().replace("\n", "\\n") + "\"}"));
        byte[] hmac = new byte[32];
        new SecureRandom().nextBytes(hmac);
        needles.secret("the key of an account", hmac);
        done(Http.put(
                url + "/v1/certificates/www",
                "{\"acme\":{\"hosts\":[\"www.example.com\"],\"email\":\"ops@example.com\",\"termsAgreed\":true,"
                        + "\"directory\":\"https://127.0.0.1:9/directory\",\"externalAccount\":{\"keyId\":\"k1\",\"hmacKey\":\""
                        + Base64.getUrlEncoder().withoutPadding().encodeToString(hmac) + "\"}}}"));
        done(Http.put(
                url + "/v1/pools/web",
                "{\"health\":{\"path\":\"/health?key=" + password("a query")
                        + "\",\"headers\":{\"Authorization\":\"Basic " + password("a probe") + "\"},\"contains\":\""
                        + password("a body of a probe") + "\"}}"));
        done(Http.post(
                url + "/v1/pools/web/origins",
                "{\"url\":\"http://127.0.0.1:9\",\"labels\":{\"note\":\"" + password("a label") + "\"}}",
                "Weldr-Reason",
                password("a reason")));
        for (String key : List.of(password("a header before"), password("a header"))) {
            done(Http.put(
                    url + "/v1/routes/api",
                    "{\"hosts\":[\"api.example.com\"],\"pools\":[{\"pool\":\"web\"}],\"requestHeaders\":{\"set\":"
                            + "[{\"name\":\"X-Api-Key\",\"value\":\"" + key
                            + "\"}]},\"tests\":[{\"url\":\"http://api.example.com/?t="
                            + password("a test") + "\",\"pool\":\"web\"}]}"));
        }
        done(Http.put(
                url + "/v1/routes/fixed",
                "{\"hosts\":[\"fixed.example.com\"],\"fixedResponse\":{\"status\":200,\"body\":\"" + password("a body")
                        + "\"}}"));
        Http.Answer token = Http.post(url + "/v1/tokens", "{\"name\":\"ci\",\"role\":\"admin\"}");
        done(token);
        needles.text("a token", token.json().path("token").asText());
    }

    /** What is not secret stands where the secrets were looked for. */
    private static void assertThatTheSearchFinds(Path unpacked) throws Exception {
        Needles known = new Needles();
        known.text("an authority", "https://127.0.0.1:9/directory");
        assertThat(known.below(unpacked)).isNotEmpty();
        Path planted =
                Files.write(unpacked.resolve("planted"), "here is https://127.0.0.1:9/directory".getBytes(UTF_8));
        assertThat(known.below(unpacked)).containsKey(planted);
    }
}
