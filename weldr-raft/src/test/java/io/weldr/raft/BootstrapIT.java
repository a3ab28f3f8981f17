package io.weldr.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.core.pool.HostPort;
import io.weldr.core.state.MemberId;
import io.weldr.raft.node.Identity.Standing;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Formation by a node that is told to form the cluster though not all its peers are there. */
class BootstrapIT {
    private static final MemberId N1 = new MemberId("n1");
    private static final MemberId N2 = new MemberId("n2");
    private static final MemberId N3 = new MemberId("n3");

    @TempDir
    Path root;

    @Test
    void withBootstrapOneFormsAloneAndTakesInTheOthersWhenTheyCome() {
        try (TestCluster cluster = new TestCluster(root, 3)) {
            RaftCluster first = cluster.start(bootstrapping(cluster.settings(N1)));
            await().atMost(TestCluster.PATIENCE).until(() -> first.status().acting());
            TestCluster.addOrigin(first, 9001);

            cluster.start(N2);
            cluster.start(N3);
            cluster.awaitFormed();
            await().atMost(TestCluster.PATIENCE).untilAsserted(() -> {
                for (RaftCluster node : cluster.nodes()) {
                    assertThat(node.status().voters()).hasSize(3);
                    assertThat(TestCluster.ports(node)).containsExactly(9001);
                    assertThat(Inside.standing(node)).isEqualTo(Standing.MEMBER);
                }
            });
            // Voters in earnest: any two of them carry on.
            cluster.stop(N1);
            TestCluster.addOrigin(cluster.node(N2), 9002);
        }
    }

    /**
     * As after a power cut: the members come up a moment later than the one that is empty now, and was told to form the
     * cluster once.
     */
    @Test
    void bootstrapThatWasLeftOnGivesMembersTimeToAnswer() {
        try (TestCluster cluster = TestCluster.formed(root, 3)) {
            TestCluster.addOrigin(cluster.node(N1), 9001);
            List.of(N1, N2, N3).forEach(cluster::stop);
            cluster.wipe(N1);
            RaftCluster wiped = cluster.start(bootstrapping(cluster.settings(N1)));
            await().atMost(TestCluster.PATIENCE)
                    .untilAsserted(() -> assertThat(wiped.status().trouble()).contains("n2", "n3"));
            cluster.start(N2);
            cluster.start(N3);
            await().atMost(TestCluster.PATIENCE).untilAsserted(() -> {
                assertThat(TestCluster.ports(wiped)).containsExactly(9001);
                assertThat(wiped.status().voters()).hasSize(3);
            });
        }
    }

    /** As a member does that is stopped, or out of memory: it may be back. */
    @Test
    void withBootstrapNothingIsFormedWhileAPeerTakesConnectionsAndIsSilent() throws Exception {
        try (TestCluster cluster = new TestCluster(root, 2)) {
            RaftCluster first;
            HostPort peer = cluster.address(N2);
            try (ServerSocket stopped = new ServerSocket(peer.port(), 50, InetAddress.getByName(peer.host()))) {
                first = cluster.start(bootstrapping(cluster.settings(N1)));
                await().atMost(TestCluster.PATIENCE)
                        .untilAsserted(() -> assertThat(first.status().trouble())
                                .contains("takes connections and does not speak", stopped.getLocalPort() + ""));
                assertThat(Inside.standing(first)).isEqualTo(Standing.EMPTY);
            }
            await().atMost(TestCluster.PATIENCE).until(() -> first.status().acting());
        }
    }

    @Test
    void nodesThatStartAtOnceFormOneClusterWhoeverOfThemIsToldToFormIt() {
        for (Set<MemberId> told : List.of(Set.of(N2), Set.of(N1, N2, N3))) {
            TestCluster.deleteAll(root);
            try (TestCluster cluster = TestCluster.formed(
                    root, 3, settings -> told.contains(settings.self()) ? bootstrapping(settings) : settings)) {
                TestCluster.addOrigin(cluster.node(N3), 9001);
            }
        }
    }

    private static RaftSettings bootstrapping(RaftSettings plain) {
        return RaftSettings.of(plain.self(), plain.bind(), null, plain.peers(), plain.dataFolder(), true)
                .withElectionTimeout(plain.electionTimeoutMin(), plain.electionTimeoutMax());
    }
}
