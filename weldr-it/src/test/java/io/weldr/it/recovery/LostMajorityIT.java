package io.weldr.it.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.it.harness.Http;
import io.weldr.it.harness.TestCluster;
import io.weldr.it.harness.TestNode;
import io.weldr.it.harness.Weldrctl;
import io.weldr.testserver.TestServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two of three members are gone for good: the third goes on alone when an operator says so, and not before. */
class LostMajorityIT {
    private static final String[] DRY = {"recover", "--from-data-dir", "--dry-run"};

    @TempDir
    Path folder;

    @Test
    void theLastOfThreeGoesOnAlone() throws Exception {
        try (TestServer origin = TestServer.start();
                TestCluster cluster = TestCluster.start(folder, 3)) {
            TestNode leader = cluster.awaitLeader();
            assertThat(leader.addEverywhere(origin.url()).status()).isEqualTo(201);
            TestNode last = cluster.except(leader).get(0);
            TestNode other = cluster.except(leader, last).get(0);
            refused(cluster, last, "is in use by another process");

            last.terminate();
            refused(cluster, last, " leads cluster ");
            cluster.awaitLeader().kill();
            TestNode left = leader.isAlive() ? leader : other;
            refused(cluster, last, " are a majority of the voters [n1, n2, n3]");
            left.kill();

            Weldrctl.Result dry = cluster.offline(last, DRY);
            assertThat(dry.exit()).as(dry.err()).isZero();
            assertThat(dry.out())
                    .contains("node      " + last.id() + ", data folder ")
                    .containsPattern("entry     term \\d+, index \\d+")
                    .contains("voters n1, n2, n3")
                    .contains(left.raftAddress() + ": no answer")
                    .contains("Nothing was changed.");
            assertThat(cluster.offline(last, "recover", "--from-data-dir").err())
                    .contains("add --yes to make node");
            Weldrctl.Result done = cluster.offline(last, "recover", "--from-data-dir", "--yes");
            assertThat(done.exit()).as(done.err()).isZero();
            assertThat(done.out()).contains("recovered: node " + last.id() + " is the only member of the new cluster ");

            cluster.start(last);
            assertThat(Http.get(last.proxyUrl() + "/").status()).isEqualTo(200);
            assertThat(last.add("http://192.0.2.1:1").status()).isEqualTo(201);
            assertThat(last.voters()).containsExactly(last.id());
            try (var kept = Files.list(last.dataDir())) {
                assertThat(kept.map(path -> path.getFileName().toString()))
                        .anyMatch(name -> name.startsWith("before-recovery."));
            }

            // A member that comes back with its old disk stays outside, and says why.
            cluster.launch(left);
            await().untilAsserted(() -> assertThat(
                            Http.get(left.adminUrl() + "/readyz?verbose").body())
                    .contains("belongs to another cluster")
                    .contains("empty its data folder"));
            assertThat(last.voters()).containsExactly(last.id());
            // With an empty one it joins.
            left.kill();
            left.wipe();
            cluster.launch(left);
            await().untilAsserted(() ->
                    assertThat(last.voters()).containsExactlyInAnyOrderElementsOf(List.of(last.id(), left.id())));
            left.awaitReady();
            assertThat(left.servers()).hasSize(2);
        }
    }

    private static void refused(TestCluster cluster, TestNode node, String why) {
        Weldrctl.Result result = cluster.offline(node, DRY);
        assertThat(result.exit()).as(result.out()).isEqualTo(1);
        assertThat(result.err()).contains(why);
    }
}
