package io.weldr.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.it.harness.Http;
import io.weldr.it.harness.TestCluster;
import io.weldr.it.harness.TestNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Members that know each other by the secret of their cluster. */
class MemberSecurityIT {
    private static final String OLD = "a1".repeat(32);
    private static final String NEW = "b2".repeat(32);

    @TempDir
    Path folder;

    @Test
    void anInsecureClusterMovesToTlsByTwoRollingRestartsUnderLoad() throws IOException {
        Path secret = secret("secret", OLD);
        try (TestCluster cluster = TestCluster.start(folder, 3, "--insecure");
                PoolWriter writer = new PoolWriter(cluster.nodes())) {
            writer.awaitMore();
            for (List<String> arguments : List.of(
                    List.of("--insecure", "--secret-file", secret.toString()),
                    List.of("--secret-file", secret.toString()))) {
                for (TestNode node : cluster.nodes()) {
                    assertThat(node.terminate()).isZero();
                    launch(cluster, node, arguments);
                    cluster.awaitLeader();
                    writer.awaitMore();
                }
            }
            writer.stop();
            assertThat(writer.refused()).isEmpty();
            assertThatAllHave(cluster, writer.acknowledged());
            // Whoever has no certificate is no member any more.
            TestNode stranger = cluster.node(3);
            stranger.terminate();
            launch(cluster, stranger, List.of());
            await().untilAsserted(() -> assertThat(cluster.except(stranger))
                    .allMatch(node -> !votersAnswering(node).contains("n3")));
        }
    }

    @Test
    void theSecretIsReplacedInThreeEditsWithoutARestart() throws IOException {
        try (TestCluster cluster = TestCluster.of(folder, 3)) {
            for (TestNode node : cluster.nodes()) {
                launch(
                        cluster,
                        node,
                        List.of("--secret-file", secret(node.id(), OLD).toString()));
            }
            cluster.awaitLeader();
            try (PoolWriter writer = new PoolWriter(cluster.nodes())) {
                writer.awaitMore();
                int edits = 0;
                for (String lines : List.of(OLD + "\n" + NEW, NEW + "\n" + OLD, NEW)) {
                    edits++;
                    for (TestNode node : cluster.nodes()) {
                        secret(node.id(), lines);
                        node.signal("HUP");
                        int expected = edits;
                        await().untilAsserted(() -> assertThat(count(node, " was changed: cluster secret"))
                                .isEqualTo(expected));
                        writer.awaitMore();
                    }
                }
                writer.stop();
                assertThat(writer.refused()).isEmpty();
                assertThatAllHave(cluster, writer.acknowledged());
            }
            assertThat(cluster.nodes())
                    .allSatisfy(node -> assertThat(votersAnswering(node)).containsExactly("n1", "n2", "n3"));
        }
    }

    @Test
    void aNodeWithAnotherSecretIsToldSoOnBothSidesOnceAndDisturbsNobody() throws IOException {
        try (TestCluster cluster = TestCluster.start(
                folder, 3, "--secret-file", secret("ours", OLD).toString())) {
            TestNode member = cluster.node(1);
            String leader = cluster.awaitLeader().id();
            try (TestNode stranger = TestCluster.newcomer(folder, "n4")) {
                stranger.launch("--secret-file", secret("theirs", NEW).toString(), "--join", member.adminAddress());
                await().untilAsserted(() -> assertThat(stranger.output())
                        .contains("is of another secret, fingerprint ")
                        .contains(member.raftAddress()));
                await().untilAsserted(() ->
                        assertThat(member.output()).contains("127.0.0.1: it refuses the certificate of this node"));
                // It has asked several times by then.
                await().pollDelay(Duration.ofSeconds(2))
                        .untilAsserted(() -> assertThat(stranger.isAlive()).isTrue());
                assertThat(count(stranger, "this node and " + member.raftAddress() + ":"))
                        .isEqualTo(1);
                assertThat(count(member, "it refuses the certificate of this node"))
                        .isEqualTo(1);
                assertThat(stranger.output()).doesNotContain(NEW).doesNotContain(OLD);
                assertThat(member.output()).doesNotContain(OLD);
                assertThat(cluster.awaitLeader().id()).isEqualTo(leader);
                assertThat(votersAnswering(member)).containsExactly("n1", "n2", "n3");
            }
        }
    }

    private static void launch(TestCluster cluster, TestNode node, List<String> arguments) {
        List<String> all = new ArrayList<>(arguments);
        all.addAll(List.of("--peers", cluster.peers()));
        node.launch(all.toArray(new String[0]));
    }

    /** Written at once, as the documents say. */
    private Path secret(String name, String lines) throws IOException {
        Path next = Files.writeString(folder.resolve(name + ".next"), lines + "\n");
        Files.setPosixFilePermissions(next, PosixFilePermissions.fromString("rw-------"));
        return Files.move(
                next,
                folder.resolve(name + ".secret"),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    private static long count(TestNode node, String text) {
        return node.output().lines().filter(line -> line.contains(text)).count();
    }

    /** The members that have answered what that node asked them. */
    private static Set<String> votersAnswering(TestNode node) {
        Set<String> answering = new TreeSet<>();
        Http.get(node.adminUrl() + "/v1/cluster/members").json().path("members").forEach(member -> {
            if (!member.path("missing").asBoolean()) {
                answering.add(member.path("id").asText());
            }
        });
        return answering;
    }

    private static void assertThatAllHave(TestCluster cluster, Set<String> urls) {
        await().untilAsserted(() -> assertThat(cluster.nodes())
                .allSatisfy(node -> assertThat(node.localServers().stream()
                                .map(line -> line.split(" ", 2)[0])
                                .collect(Collectors.toSet()))
                        .containsAll(urls)));
    }
}
