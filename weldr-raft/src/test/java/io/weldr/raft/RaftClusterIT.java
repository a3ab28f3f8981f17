package io.weldr.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.core.port.Committed;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.MemberId;
import io.weldr.core.state.Outcome;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RaftClusterIT {
    private static final MemberId N1 = new MemberId("n1");

    @TempDir
    Path root;

    @Test
    void aSingleNodeFormsAtOnceAndKeepsItsState() {
        try (TestCluster cluster = TestCluster.formed(root, 1)) {
            RaftCluster node = cluster.node(N1);
            Committed committed = TestCluster.addOrigin(node, 9001);
            assertThat(committed.outcome()).isInstanceOf(Outcome.Accepted.class);
            assertThat(TestCluster.ports(node)).containsExactly(9001);
            ClusterState read = TestCluster.get(node.linearizable().toCompletableFuture());
            assertThat(read.defaultPool().origins()).hasSize(1);

            cluster.stop(N1);
            RaftCluster again = cluster.start(N1);
            await().atMost(TestCluster.PATIENCE)
                    .untilAsserted(() -> assertThat(TestCluster.ports(again)).containsExactly(9001));
            TestCluster.addOrigin(again, 9002);
            assertThat(TestCluster.ports(again)).containsExactly(9001, 9002);
        }
    }

    @Test
    void threeNodesTakeWritesAndReadsThroughAny() {
        try (TestCluster cluster = TestCluster.formed(root, 3)) {
            int port = 9001;
            for (RaftCluster writer : cluster.nodes()) {
                TestCluster.addOrigin(writer, port);
                for (RaftCluster reader : cluster.nodes()) {
                    ClusterState read = TestCluster.get(reader.linearizable().toCompletableFuture());
                    assertThat(read.defaultPool().origins()).hasSize(port - 9000);
                }
                port++;
            }
        }
    }

    @Test
    void theLossOfTheLeaderLosesNothing() {
        try (TestCluster cluster = TestCluster.formed(root, 3)) {
            MemberId leader = cluster.awaitLeader();
            MemberId survivor = cluster.anotherThan(leader);
            TestCluster.addOrigin(cluster.node(leader), 9001);
            cluster.kill(leader);
            TestCluster.addOrigin(cluster.node(survivor), 9002);
            assertThat(TestCluster.ports(cluster.node(survivor))).containsExactly(9001, 9002);

            RaftCluster back = cluster.start(leader);
            await().atMost(TestCluster.PATIENCE)
                    .untilAsserted(() -> assertThat(TestCluster.ports(back)).containsExactly(9001, 9002));
        }
    }
}
