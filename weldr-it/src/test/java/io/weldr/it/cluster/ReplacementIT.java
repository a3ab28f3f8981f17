package io.weldr.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.it.harness.Http;
import io.weldr.it.harness.TestCluster;
import io.weldr.it.harness.TestNode;
import io.weldr.it.harness.Weldrctl;
import io.weldr.it.harness.Weldrctl.Result;
import io.weldr.testserver.TestServer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Members take the places of others under load. */
class ReplacementIT {
    @TempDir
    private Path folder;

    @Test
    @Tag("nightly") // takes long, and MembershipIT tells how members come and go
    void threeNodesAreReplacedOneAfterTheOtherUnderLoad() throws Exception {
        List<TestNode> replacements = new ArrayList<>();
        try (TestCluster cluster = TestCluster.start(folder, 3);
                TestServer origin = TestServer.start();
                MemberLoad load = new MemberLoad(cluster.nodes())) {
            addEverywhere(cluster, origin);
            load.start();
            awaitSome(load);

            for (int i = 1; i <= 3; i++) {
                TestNode old = cluster.node(i);
                TestNode replacement = TestCluster.newcomer(folder, "n" + (i + 3));
                replacements.add(replacement);
                TestNode member = newest(load);
                replacement.launch("--join", member.adminAddress());
                load.watch(replacement);
                await(replacement.id() + " to serve").until(() -> load.live().contains(replacement));
                replacement.removeMember(old.id(), "?drain=3s");
                assertThat(old.awaitExit()).isEqualTo(MembershipIT.EXIT_REMOVED);
            }
            awaitSome(load); // on the new ones
            load.end();

            System.out.println("replaced three nodes: " + load);
            assertThat(load.failed()).as("requests through live nodes").isEmpty();
            List<TestNode> left = load.live();
            assertThat(left).extracting(TestNode::id).containsExactlyInAnyOrder("n4", "n5", "n6");
            for (TestNode node : left) {
                assertThat(node.voters()).containsExactly("n4", "n5", "n6");
                assertNothingLost(load, node);
            }
        } finally {
            replacements.forEach(TestNode::close);
        }
    }

    private static void assertNothingLost(MemberLoad load, TestNode node) {
        assertThat(node.servers().stream()
                        .map(server -> server.substring(0, server.indexOf(' ')))
                        .toList())
                .containsAll(load.acknowledged());
    }

    /** The leader at that: whoever is asked to replace it has to find out first who leads now. */
    @Test
    @Tag("nightly")
    void aDeadMemberIsReplacedByTwoCommandsUnderLoad() throws Exception {
        try (TestCluster cluster = TestCluster.start(folder, 3);
                TestNode fourth = TestCluster.newcomer(folder, "n4");
                TestServer origin = TestServer.start();
                MemberLoad load = new MemberLoad(cluster.nodes())) {
            addEverywhere(cluster, origin);
            load.watch(fourth);
            load.start();
            awaitSome(load);

            TestNode dead = cluster.awaitLeader();
            List<TestNode> rest = cluster.except(dead);
            load.excuse(dead);
            dead.kill();

            fourth.launch("--join", "wait");
            await("the new node to wait")
                    .until(() -> Http.get(fourth.adminUrl() + "/readyz?verbose")
                            .body()
                            .contains("invitation"));
            Result replaced = Weldrctl.run(
                    rest.get(0).grpcAddress() + "," + rest.get(1).grpcAddress(),
                    "cluster",
                    "replace",
                    dead.id(),
                    fourth.id(),
                    fourth.raftAddress());
            assertThat(replaced.exit()).as("%s", replaced).isZero();
            assertThat(replaced.out()).contains("n4 is a member in the place of " + dead.id());
            await("load on the new one").until(() -> load.live().contains(fourth));
            awaitSome(load);

            // From its old disk it serves nobody for long, whether it is told before it began to or after.
            dead.launch("--peers", cluster.peers(), "--drain-timeout", "1s");
            assertThat(dead.awaitExit()).as("%s", dead.output()).isEqualTo(MembershipIT.EXIT_REMOVED);
            assertThat(dead.output()).contains("node " + dead.id() + " was removed from cluster");
            load.end();

            System.out.println("replaced a dead leader: " + load);
            assertThat(load.failed()).as("requests through live nodes").isEmpty();
            for (TestNode node : List.of(rest.get(0), rest.get(1), fourth)) {
                assertThat(node.voters()).hasSize(3).contains("n4").doesNotContain(dead.id());
                assertNothingLost(load, node);
            }
        }
    }

    private static void awaitSome(MemberLoad load) {
        int written = load.written();
        int proxied = load.proxied();
        await("some load").until(() -> load.written() > written + 10 && load.proxied() > proxied + 20);
    }

    private static TestNode newest(MemberLoad load) {
        List<TestNode> live = load.live();
        return live.get(live.size() - 1);
    }

    private static void addEverywhere(TestCluster cluster, TestServer origin) {
        assertThat(cluster.node(1).add(origin.url()).status()).isEqualTo(201);
        for (TestNode node : cluster.nodes()) {
            await("the pool").until(() -> node.localServers().size() == 1);
        }
    }
}
