package io.weldr.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.it.harness.Http;
import io.weldr.it.harness.Http.Answer;
import io.weldr.it.harness.TestCluster;
import io.weldr.it.harness.TestNode;
import io.weldr.it.harness.Weldrctl;
import io.weldr.it.harness.Weldrctl.Result;
import io.weldr.testserver.TestServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Members that come and go while the cluster runs. */
class MembershipIT {
    static final int EXIT_REMOVED = 4; // 3 is a JVM without memory, which is to be started again

    @TempDir
    private Path folder;

    /**
     * As a StatefulSet is scaled: the new pods have a list of peers with their own names, the running ones need not
     * read it.
     */
    @Test
    void nodesWithALongerListOfPeersJoinAndNeverForm() {
        try (TestCluster cluster = TestCluster.start(folder, 3);
                TestNode fourth = TestCluster.newcomer(folder, "n4");
                TestNode fifth = TestCluster.newcomer(folder, "n5");
                TestServer origin = TestServer.start()) {
            assertThat(cluster.node(1).add(origin.url()).status()).isEqualTo(201);
            cluster.nodes().forEach(TestNode::kill);
            String peers = cluster.peers() + ",n4=" + fourth.raftAddress() + ",n5=" + fifth.raftAddress();
            for (TestNode node : List.of(fourth, fifth)) {
                node.launch("--peers", peers, "--on-removal", "idle");
            }
            for (TestNode node : List.of(fourth, fifth)) {
                await(node.id() + " to wait for members")
                        .until(() -> node.output().contains("Waiting for an answer from [n1, n2, n3]"));
            }

            cluster.nodes().forEach(cluster::launch);
            for (TestNode node : List.of(fourth, fifth)) {
                node.awaitReady();
                assertThat(node.localServers()).containsExactly(origin.url() + " up");
                assertThat(node.output()).contains("is there already").doesNotContain("Forming cluster");
            }
            await().untilAsserted(
                            () -> assertThat(cluster.node(1).voters()).containsExactly("n1", "n2", "n3", "n4", "n5"));

            // Scaled down again: what is to end is taken out first, and waits for that.
            cluster.node(2).removeMember("n5", "?drain=0s");
            await().untilAsserted(() -> assertThat(fifth.output()).contains("no member any more: idle"));
            assertThat(Http.get(fifth.adminUrl() + "/readyz").status()).isEqualTo(503);
            assertThat(cluster.node(1).voters()).containsExactly("n1", "n2", "n3", "n4");
            assertThat(fifth.terminate()).isZero();
        }
    }

    @Test
    void membersComeAndGo() {
        try (TestCluster cluster = TestCluster.start(folder, 3);
                TestNode fourth = TestCluster.newcomer(folder, "n4");
                TestNode fifth = TestCluster.newcomer(folder, "n5");
                TestServer origin = TestServer.start()) {
            TestNode first = cluster.node(1);
            assertThat(first.add(origin.url()).status()).isEqualTo(201);

            // It joins with nothing but its name and the address of a member.
            fourth.launch("--join", first.adminAddress());
            fourth.awaitReady();
            assertThat(fourth.localServers()).containsExactly(origin.url() + " up");
            assertThat(Http.get(fourth.proxyUrl() + "/").status()).isEqualTo(200);
            await().untilAsserted(() -> assertThat(first.voters()).containsExactly("n1", "n2", "n3", "n4"));

            // Again if leadership moves on by itself at that moment.
            await("n4 to lead").pollInSameThread().untilAsserted(() -> {
                Result transferred = Weldrctl.run(cluster.node(2).grpcAddress(), "cluster", "transfer-leader", "n4");
                assertThat(transferred.exit()).as("%s", transferred).isZero();
                assertThat(transferred.out()).contains("n4 leads");
                assertThat(fourth.isLeader()).isTrue();
            });

            // The leader is taken out: it hands over, is not ready any more, proxies on, and ends.
            cluster.node(2).removeMember("n4", "?drain=3s");
            await("n4 to say that it leaves")
                    .pollInterval(Duration.ofMillis(50))
                    .untilAsserted(() -> assertThat(
                                    Http.get(fourth.adminUrl() + "/readyz").status())
                            .as("readiness of n4, which runs: %s; it said: %s", fourth.isAlive(), fourth.output())
                            .isEqualTo(503));
            assertThat(Http.get(fourth.proxyUrl() + "/").status()).isEqualTo(200);
            assertThat(fourth.awaitExit()).isEqualTo(EXIT_REMOVED);
            assertThat(fourth.output())
                    .as("everything closes")
                    .endsWith("stopped\n")
                    .doesNotContain("RejectedExecution");
            await().untilAsserted(() -> assertThat(first.voters()).containsExactly("n1", "n2", "n3"));

            // It stays out, whatever it is started with, and says so in one line.
            fourth.launch("--join", first.adminAddress());
            assertThat(fourth.awaitExit()).isEqualTo(EXIT_REMOVED);
            assertThat(fourth.output().lines())
                    .filteredOn(line -> line.startsWith("weldr: "))
                    .singleElement()
                    .asString()
                    .contains("n4 was removed from cluster", "empty its data folder");

            // Without one of three, none of the other two can go.
            TestNode dead = cluster.except(first, cluster.awaitLeader()).get(0);
            TestNode alive = cluster.except(first, dead).get(0);
            dead.kill();
            await().untilAsserted(
                            () -> { // 503 while nobody leads
                                Answer refused = Http.delete(alive.adminUrl() + "/v1/cluster/members/" + first.id());
                                assertThat(refused.status()).as("%s", refused).isEqualTo(409);
                                assertThat(refused.json().path("type").asText()).endsWith("would-lose-quorum");
                            });
            Result absent = Weldrctl.run(first.grpcAddress(), "cluster", "remove", "n9");
            assertThat(absent.exit()).as("%s", absent).isEqualTo(3);

            // A dead member is replaced by two commands.
            Result gone = Weldrctl.run(first.grpcAddress(), "cluster", "remove", dead.id());
            assertThat(gone.exit()).as("%s", gone).isZero();
            fifth.launch("--join", first.adminAddress());
            fifth.awaitReady();
            assertThat(fifth.servers()).containsExactly(origin.url() + " up");
            await().untilAsserted(() ->
                    assertThat(first.voters()).hasSize(3).contains("n5").doesNotContain(dead.id()));

            // It comes back from its old disk: it idles, if it is told to. That it disturbs nobody tells ChangesIT of
            // weldr-raft.
            dead.launch("--peers", cluster.peers(), "--on-removal", "idle", "--drain-timeout", "1s");
            await("the one that was taken out to idle")
                    .until(() ->
                            Http.get(dead.adminUrl() + "/readyz?verbose").body().contains("was removed from"));
            // At once as a rule; after draining, where nobody found time to tell it before it began to serve.
            await("nobody to listen")
                    .until(() -> Http.get(dead.proxyUrl() + "/").status() == 0);
            assertThat(dead.terminate()).isZero();
            assertThat(first.servers()).containsExactly(origin.url() + " up");
        }
    }
}
