package io.weldr.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.it.harness.Http;
import io.weldr.it.harness.Secret;
import io.weldr.it.harness.TestCluster;
import io.weldr.it.harness.TestNode;
import io.weldr.testing.TestAuthority;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
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

    /** A member whose secret file is the wrong one stands for election all the time, and nobody hears it. */
    @Test
    void aMemberWithAnotherSecretIsToldSoOnBothSidesOnceAndRaisesNoTerm() throws IOException {
        Path ours = secret("ours", OLD);
        Path theirs = secret("theirs", NEW);
        try (TestCluster cluster = TestCluster.start(folder, 3, "--secret-file", ours.toString())) {
            TestNode lost = cluster.except(cluster.awaitLeader()).get(0);
            List<TestNode> others = cluster.except(lost);
            assertThat(lost.terminate()).isZero();
            launch(cluster, lost, List.of("--secret-file", theirs.toString()));

            for (TestNode other : others) {
                await().untilAsserted(() -> assertThat(lost.output())
                        .contains("this node and " + other.raftAddress() + ": the certificate of " + other.id()
                                + " is of another secret"));
                await().untilAsserted(() -> assertThat(other.output())
                        .contains("this node and " + lost.raftAddress() + ": the certificate of " + lost.id()
                                + " is of another secret"));
            }
            awaitSteady(() -> others.stream().map(MemberSecurityIT::term).toList());
            awaitSteady(() -> List.of(term(lost)));
            for (TestNode other : others) {
                assertThat(count(lost, "this node and " + other.raftAddress() + ":"))
                        .isEqualTo(1);
                assertThat(count(other, "this node and " + lost.raftAddress() + ":"))
                        .isEqualTo(1);
            }

            assertThat(lost.terminate()).isZero();
            cluster.launch(lost);
            cluster.awaitLeader();
            await().untilAsserted(() -> assertThat(cluster.nodes())
                    .allSatisfy(node -> assertThat(votersAnswering(node)).containsExactly("n1", "n2", "n3")));
        }
    }

    @Test
    void membersWithCertificatesOfAnAuthorityTakeAnotherAuthorityWithoutARestart() throws Exception {
        try (TestAuthority first = new TestAuthority("first");
                TestAuthority second = new TestAuthority("second");
                TestCluster cluster = TestCluster.of(folder, 3)) {
            for (TestNode node : cluster.nodes()) {
                certificate(node.id(), first);
                replace(node.id() + "-ca.pem", first.pem());
                launch(cluster, node, peerTls(node.id()));
            }
            cluster.awaitLeader();
            try (PoolWriter writer = new PoolWriter(cluster.nodes())) {
                writer.awaitMore();
                for (TestNode node : cluster.nodes()) {
                    replace(node.id() + "-ca.pem", first.pem() + second.pem());
                }
                awaitRead(cluster, 1); // without a signal: each node looks at its files by itself
                for (TestNode node : cluster.nodes()) {
                    certificate(node.id(), second);
                    node.signal("HUP");
                    writer.awaitMore();
                }
                awaitRead(cluster, 2);
                for (TestNode node : cluster.nodes()) {
                    replace(node.id() + "-ca.pem", second.pem());
                    node.signal("HUP");
                    writer.awaitMore();
                }
                awaitRead(cluster, 3);
                writer.awaitMore();
                writer.stop();
                assertThat(writer.refused()).isEmpty();
                assertThatAllHave(cluster, writer.acknowledged());
            }
            assertThat(cluster.nodes())
                    .allSatisfy(node -> assertThat(votersAnswering(node)).containsExactly("n1", "n2", "n3"));

            TestNode member = cluster.node(1);
            try (TestNode stranger = TestCluster.newcomer(folder, "n4")) {
                certificate("n4", first);
                replace("n4-ca.pem", first.pem() + second.pem());
                List<String> arguments = new ArrayList<>(peerTls("n4"));
                arguments.addAll(List.of("--join", member.adminAddress()));
                stranger.launch(arguments.toArray(new String[0]));
                await().untilAsserted(() -> assertThat(member.output())
                        .contains("127.0.0.1: the certificate of n4 is not accepted")
                        .contains(folder.resolve("n1-ca.pem").toString()));
                assertThat(votersAnswering(member)).containsExactly("n1", "n2", "n3");
            }
        }
    }

    private List<String> peerTls(String id) {
        return List.of(
                "--peer-tls-cert",
                folder.resolve(id + ".pem").toString(),
                "--peer-tls-key",
                folder.resolve(id + ".key").toString(),
                "--peer-tls-ca",
                folder.resolve(id + "-ca.pem").toString());
    }

    /** Gives that member a certificate of that authority, and the key of it. */
    private void certificate(String id, TestAuthority authority) throws Exception {
        TestAuthority.Issued issued = authority.issue("-1d", 10, "uri:weldr://member/" + id);
        replace(
                id + ".key",
                "-----BEGIN PRIVATE KEY-----\n"
                        + Base64.getMimeEncoder(64, new byte[] {'\n'})
                                .encodeToString(issued.key().getEncoded())
                        + "\n-----END PRIVATE KEY-----\n");
        replace(id + ".pem", issued.pem());
    }

    /** Waits until each node has read its certificates so many times more than at its start. */
    private static void awaitRead(TestCluster cluster, int times) {
        await().untilAsserted(() -> assertThat(cluster.nodes())
                .allSatisfy(node -> assertThat(count(node, "for other members was read again from "))
                        .isGreaterThanOrEqualTo(times)));
    }

    /**
     * Waits until that stays the same for long enough to elect several leaders. Leadership may move by itself on a
     * machine that is starved; somebody who disturbs the members would move it all the time.
     */
    private static void awaitSteady(Supplier<List<Long>> seen) {
        AtomicReference<List<Long>> last = new AtomicReference<>(List.of());
        await().during(TestNode.electionTimeoutMin().multipliedBy(10)).until(() -> {
            List<Long> now = seen.get();
            return now.equals(last.getAndSet(now)) && now.stream().allMatch(term -> term > 0);
        });
    }

    /** The highest term that the node has seen; 0: it does not answer. */
    private static long term(TestNode node) {
        return Http.get(node.adminUrl() + "/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith("weldr_raft_term "))
                .mapToLong(line -> (long) Double.parseDouble(line.substring(line.indexOf(' '))))
                .findFirst()
                .orElse(0);
    }

    private static void launch(TestCluster cluster, TestNode node, List<String> arguments) {
        List<String> all = new ArrayList<>(arguments);
        all.addAll(List.of("--peers", cluster.peers()));
        node.launch(all.toArray(new String[0]));
    }

    private Path secret(String name, String lines) throws IOException {
        return replace(name + ".secret", lines + "\n");
    }

    private Path replace(String name, String content) throws IOException {
        return Secret.write(folder.resolve(name), content);
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
