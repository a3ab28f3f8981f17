package io.weldr.it.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.weldr.it.harness.Http;
import io.weldr.it.harness.Http.Answer;
import io.weldr.it.harness.Secret;
import io.weldr.it.harness.TestCluster;
import io.weldr.it.harness.TestNode;
import io.weldr.it.harness.Weldrctl;
import io.weldr.testing.OpenSsl;
import io.weldr.testing.Ports;
import io.weldr.testing.TestCa;
import io.weldr.testserver.TestServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Everything is lost but a backup: three empty machines serve as before. */
class RestoreIT {
    private static final String HOST = "shop.example.com";
    private static final TestCa CA = TestCa.root("restore");
    private static final String ONCE = "before-the-backup";

    @TempDir
    Path folder;

    @Test
    void aBackupBecomesANewClusterWithTheSameState() throws Exception {
        int port = Ports.free();
        Path secret = Secret.in(folder);
        Path file = folder.resolve("cluster.backup");
        try (TestServer origin = TestServer.start();
                OpenSsl tools = new OpenSsl(CA);
                TestCluster cluster = TestCluster.of(folder, 3, "--secret-file", secret.toString())) {
            cluster.nodes().forEach(node -> launch(cluster, node, port));
            TestNode follower = cluster.except(cluster.awaitLeader()).get(0);
            fill(follower, origin, port);
            assertThat(addOnce(follower).status()).isEqualTo(201);
            await("its removal")
                    .untilAsserted(() -> assertThat(Http.delete(follower.adminUrl() + "/servers/192.0.2.1/1")
                                    .status())
                            .isIn(200, 404));

            // A backup while others write: it has all that was acknowledged before, and nothing of a later revision.
            Writer writer = new Writer(follower);
            writer.start();
            await().until(() -> writer.acknowledged.size() >= 3);
            long before = writer.last();
            Weldrctl.Result made = Weldrctl.run(follower.grpcAddress(), "backup", file.toString(), "-o", "json");
            assertThat(made.exit()).as(made.err()).isZero();
            JsonNode said = new ObjectMapper().readTree(made.out());
            await().until(() -> writer.last() > said.path("revision").asLong());
            writer.end();
            long revision = said.path("revision").asLong();
            assertThat(revision).isGreaterThanOrEqualTo(before);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
            Map<String, JsonNode> resources = resources(follower);

            TestNode first = cluster.node(1);
            first.terminate();
            assertThat(cluster.offline(first, "restore", file.toString()))
                    .satisfies(refused -> assertThat(refused.exit()).isEqualTo(1))
                    .satisfies(refused -> assertThat(refused.err()).contains("holds a member of cluster"));
            first.wipe();
            assertThat(cluster.offline(first, "restore", file.toString()).err())
                    .contains("belongs to cluster " + said.path("cluster").asText());
            cluster.except(first).forEach(node -> {
                node.kill();
                node.wipe();
            });

            Weldrctl.Result info = TestNode.weldr("backup-info", file.toString());
            assertThat(info.exit()).as(info.err()).isZero();
            assertThat(info.out())
                    .contains("revision  " + revision + ", ")
                    .contains("certs     shop")
                    .contains("tokens    ci")
                    .endsWith("ok" + System.lineSeparator());
            Weldrctl.Result restored = cluster.offline(first, "restore", file.toString());
            assertThat(restored.exit()).as(restored.err()).isZero();
            assertThat(restored.out())
                    .contains("restored: node n1 is the only member of the new cluster ")
                    .doesNotContain(said.path("cluster").asText() + "; revisions");

            launch(cluster, first, port);
            first.awaitReady();
            assertThat(tools.curl(HOST, port, "-o", "/dev/null", "-w", "%{http_code}"))
                    .isEqualTo("200");
            cluster.except(first).forEach(node -> launch(cluster, node, port));
            cluster.awaitLeader();
            await().untilAsserted(() -> assertThat(first.voters()).containsExactly("n1", "n2", "n3"));

            TestNode third = cluster.node(3);
            assertThat(writers(third)).isEqualTo(writer.until(revision));
            resources.forEach((kind, expected) ->
                    assertThat(resources(third).get(kind)).as(kind).isEqualTo(expected));
            Answer repeated = addOnce(third);
            assertThat(repeated.status()).as("%s", repeated).isEqualTo(201);
            assertThat(repeated.json().path("revision").asLong())
                    .as("no change of the old cluster had it")
                    .isGreaterThan(1_000_000_000);
            assertThat(third.servers()).anyMatch(server -> server.startsWith("http://192.0.2.1:1 "));
        }
    }

    /** The machine is shared: one node alone may listen at the port of the https listener. */
    private static void launch(TestCluster cluster, TestNode node, int port) {
        cluster.launchWith(node, "--listener-allow", String.valueOf(cluster.number(node) == 1 ? port : port + 1));
    }

    private static void fill(TestNode node, TestServer origin, int port) {
        TestCa.Issued issued = CA.issue(HOST);
        String pem = "{\"chain\":\"" + issued.pem() + "\",\"privateKey\":\"" + issued.keyPem() + "\"}";
        put(node, "certificates/shop", pem.replace("\r", "").replace("\n", "\\n"));
        put(node, "pools/web", "{}");
        put(node, "pools/written", "{}");
        await("an origin")
                .until(() -> Http.post(
                                                node.adminUrl() + "/v1/pools/web/origins",
                                                "{\"id\":\"one\",\"url\":\"" + origin.url() + "\"}")
                                        .status()
                                / 100
                        == 2);
        put(node, "routes/shop", "{\"hosts\":[\"" + HOST + "\"],\"pools\":[{\"pool\":\"web\"}]}");
        put(
                node,
                "listeners/secure",
                "{\"protocol\":\"https\",\"address\":\"127.0.0.1:" + port
                        + "\",\"tls\":{\"certificates\":[\"shop\"]}}");
        await("a token")
                .until(() -> Http.post(node.adminUrl() + "/v1/tokens", "{\"name\":\"ci\",\"role\":\"viewer\"}")
                                .status()
                        == 201);
    }

    private static void put(TestNode node, String path, String body) {
        await(path).untilAsserted(() -> {
            Answer answer = Http.put(node.adminUrl() + "/v1/" + path, body);
            assertThat(answer.status()).as("%s", answer).isIn(200, 201);
        });
    }

    /** An origin, by a request that is carried out once: a cluster that remembers it only tells what it did. */
    private static Answer addOnce(TestNode node) {
        Answer[] last = new Answer[1];
        await().until(() -> {
            last[0] = Http.post(
                    node.adminUrl() + "/servers", "{\"url\":\"http://192.0.2.1:1\"}", "Idempotency-Key", ONCE);
            return last[0].status() / 100 == 2;
        });
        return last[0];
    }

    private static Set<String> writers(TestNode node) {
        Set<String> ids = new TreeSet<>();
        Http.get(node.adminUrl() + "/v1/pools/written/origins")
                .json()
                .path("origins")
                .forEach(origin -> ids.add(origin.path("id").asText()));
        return ids;
    }

    /** What operators wrote, without what nodes made of it. */
    private static Map<String, JsonNode> resources(TestNode node) {
        Map<String, JsonNode> all = new LinkedHashMap<>();
        for (String kind : new String[] {"pools", "listeners", "routes", "certificates", "tokens"}) {
            JsonNode list = Http.get(node.adminUrl() + "/v1/" + kind).json().path(kind);
            list.forEach(each -> ((ObjectNode) each).remove(java.util.List.of("conditions", "links", "origins")));
            all.put(kind, list);
        }
        all.put(
                "origins",
                Http.get(node.adminUrl() + "/v1/pools/web/origins").json().path("origins"));
        all.get("origins").forEach(each -> ((ObjectNode) each).retain("id", "url", "revision", "createdRevision"));
        return all;
    }

    /** Adds origins to a pool, one after the other. */
    private static final class Writer extends Thread {
        private final TestNode node;
        private final AtomicBoolean ends = new AtomicBoolean();
        private final Map<String, Long> acknowledged = new java.util.concurrent.ConcurrentHashMap<>();
        private volatile long last;

        Writer(TestNode node) {
            super("writer");
            this.node = node;
        }

        @Override
        public void run() {
            for (int i = 1; !ends.get() && i < 1000; i++) {
                String id = "w" + i;
                Answer answer = Http.post(
                        node.adminUrl() + "/v1/pools/written/origins",
                        "{\"id\":\"" + id + "\",\"url\":\"http://192.0.2.2:" + i + "\"}");
                if (answer.status() / 100 == 2) {
                    last = answer.json().path("revision").asLong();
                    acknowledged.put(id, last);
                }
            }
        }

        long last() {
            return last;
        }

        Set<String> until(long revision) {
            Set<String> ids = new TreeSet<>();
            acknowledged.forEach((id, at) -> {
                if (at <= revision) {
                    ids.add(id);
                }
            });
            return ids;
        }

        void end() throws InterruptedException {
            ends.set(true);
            join();
        }
    }
}
