package io.weldr.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.weldr.core.pool.HostPort;
import io.weldr.core.port.ClusterStatus.Role;
import io.weldr.core.port.MemberLink;
import io.weldr.core.state.MemberId;
import io.weldr.raft.node.Identity.Standing;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FormationIT {
    private static final MemberId N1 = new MemberId("n1");
    private static final MemberId N2 = new MemberId("n2");
    private static final MemberId N3 = new MemberId("n3");
    private static final MemberLink NO_LINK = (to, message, deadline) -> new CompletableFuture<>();

    /** Several times what an election takes with the timeouts of these tests. */
    private static final Duration LONG_ENOUGH_TO_ELECT = Duration.ofSeconds(4);

    @TempDir
    Path root;

    @Test
    void twoOfThreeNeverFormACluster() {
        try (TestCluster cluster = new TestCluster(root, 3)) {
            cluster.start(N1);
            cluster.start(N2);
            assertNobodyLeads(cluster);
            assertThat(cluster.node(N1).status().role()).isEqualTo(Role.WAITING);
            assertThat(cluster.node(N1).status().trouble()).contains("n3");
            cluster.start(N3);
            cluster.awaitFormed();
        }
    }

    @Test
    void twoWipedNodesNeverElectEachOtherOverTheDataOfTheThird() {
        try (TestCluster cluster = TestCluster.formed(root, 3)) {
            TestCluster.addOrigin(cluster.node(N2), 9001);
            await().atMost(TestCluster.PATIENCE)
                    .untilAsserted(() ->
                            assertThat(TestCluster.ports(cluster.node(N1))).containsExactly(9001));
            List.of(N1, N2, N3).forEach(cluster::stop);
            cluster.wipe(N2);
            cluster.wipe(N3);

            cluster.start(N2);
            cluster.start(N3);
            assertNobodyLeads(cluster);

            RaftCluster intact = cluster.start(N1);
            await().atMost(TestCluster.PATIENCE).untilAsserted(() -> {
                assertThat(Inside.standing(cluster.node(N2))).isEqualTo(Standing.JOINING);
                assertThat(Inside.standing(cluster.node(N3))).isEqualTo(Standing.JOINING);
            });
            assertNobodyLeads(cluster);
            assertThat(TestCluster.ports(intact))
                    .as("serves from its own disk without a quorum")
                    .containsExactly(9001);
        }
    }

    @Test
    void aWipedNodeIsBroughtUpToDateThoughTheClusterIsIdle() {
        try (TestCluster cluster = TestCluster.formed(root, 3)) {
            MemberId victim = cluster.follower();
            TestCluster.addOrigin(cluster.node(cluster.awaitLeader()), 9001);
            cluster.stop(victim);
            cluster.wipe(victim);
            RaftCluster back = cluster.start(victim);
            await().atMost(TestCluster.PATIENCE).untilAsserted(() -> {
                assertThat(TestCluster.ports(back)).containsExactly(9001);
                assertThat(Inside.standing(back)).isEqualTo(Standing.MEMBER);
            });
            TestCluster.addOrigin(back, 9002);
        }
    }

    @Test
    void aFullRestartNeedsNoFormation() {
        try (TestCluster cluster = TestCluster.formed(root, 3)) {
            TestCluster.addOrigin(cluster.node(N1), 9001);
            List.of(N1, N2, N3).forEach(cluster::kill);
            cluster.start(N2);
            cluster.start(N3);
            TestCluster.addOrigin(cluster.node(cluster.awaitLeader()), 9002);
            RaftCluster last = cluster.start(N1);
            await().atMost(TestCluster.PATIENCE)
                    .untilAsserted(() -> assertThat(TestCluster.ports(last)).containsExactly(9001, 9002));
        }
    }

    @Test
    void aStartThatCannotSucceedSaysWhy() throws Exception {
        RaftSettings settings = single(N1, TestCluster.freePort(), root.resolve("a"));
        try (RaftCluster running = new RaftCluster(settings, NO_LINK, List.of())) {
            running.start();
            RaftSettings sameFolder = single(N1, TestCluster.freePort(), root.resolve("a"));
            assertThatThrownBy(() -> start(sameFolder))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("in use by another process");
        }
        assertThatThrownBy(() -> start(single(N2, TestCluster.freePort(), root.resolve("a"))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("belongs to node n1 (expected: n2)");

        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> start(single(N1, taken.getLocalPort(), root.resolve("b"))))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("127.0.0.1:" + taken.getLocalPort() + " cannot be listened on");
        }
        Path file = Files.writeString(root.resolve("file"), "");
        assertThatThrownBy(() -> start(single(N1, TestCluster.freePort(), file)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is a file (expected: a folder)");
        Files.writeString(root.resolve("a/identity"), "id=n1\nstanding=LOST\nincarnation=x\n");
        assertThatThrownBy(() -> start(single(N1, TestCluster.freePort(), root.resolve("a"))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("its identity is damaged");
    }

    private static void start(RaftSettings settings) throws IOException {
        try (RaftCluster node = new RaftCluster(settings, NO_LINK, List.of())) {
            node.start();
        }
    }

    private static RaftSettings single(MemberId id, int port, Path folder) {
        return RaftSettings.of(id, new HostPort("127.0.0.1", port), null, Map.of(), folder, false);
    }

    private static void assertNobodyLeads(TestCluster cluster) {
        await().during(LONG_ENOUGH_TO_ELECT)
                .atMost(TestCluster.PATIENCE)
                .untilAsserted(() -> assertThat(cluster.nodes()).allSatisfy(node -> {
                    assertThat(node.status().acting()).isFalse();
                    assertThat(node.status().leader()).isNull();
                }));
    }
}
