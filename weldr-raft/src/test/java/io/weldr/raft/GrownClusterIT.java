package io.weldr.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.weldr.core.state.MemberId;
import io.weldr.raft.node.Identity.Standing;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The first node of a cluster that others joined is told by nobody's settings that it is not alone. */
class GrownClusterIT {
    private static final MemberId N1 = new MemberId("n1");
    private static final MemberId N2 = new MemberId("n2");
    private static final MemberId N3 = new MemberId("n3");

    @TempDir
    Path root;

    private interface Damage {
        void to(TestCluster cluster) throws IOException;
    }

    @Test
    void theFounderComesBackWithEverythingAfterItsLogWasDamaged() throws Exception {
        comesBack(cluster -> DamagedLogIT.emptyVote(cluster.folder(N1)));
    }

    /** Ratis wrote the voters down; an earlier version of weldr did not. */
    @Test
    void theFounderFindsTheOthersInAFolderOfAnEarlierVersion() throws Exception {
        comesBack(cluster -> {
            DamagedLogIT.emptyVote(cluster.folder(N1));
            Files.delete(cluster.folder(N1).resolve("voters"));
        });
    }

    @Test
    void theFounderFindsTheOthersWithoutWhatRatisWroteDown() throws Exception {
        comesBack(cluster -> {
            DamagedLogIT.emptyVote(cluster.folder(N1));
            Files.write(group(cluster).resolve("current").resolve("raft-meta.conf"), new byte[] {(byte) 0xff, 1, 2});
        });
    }

    @Test
    void theFounderComesBackWithEverythingAfterItsLogWasLost() throws Exception {
        comesBack(cluster -> TestCluster.deleteAll(group(cluster)));
    }

    private void comesBack(Damage damage) throws Exception {
        try (TestCluster cluster = TestCluster.formed(root, 1)) {
            TestCluster.addOrigin(cluster.node(N1), 9001);
            grow(cluster, N2);
            grow(cluster, N3);
            Path voters = cluster.folder(N1).resolve("voters");
            await().atMost(TestCluster.PATIENCE)
                    .untilAsserted(() -> assertThat(Files.readString(voters)).contains("n2.", "n3."));
            UUID group = UUID.fromString(group(cluster).getFileName().toString());
            cluster.kill(N1);
            damage.to(cluster);
            TestCluster.addOrigin(cluster.node(cluster.awaitLeader()), 9002);

            RaftCluster back = cluster.start(N1);
            await().atMost(TestCluster.PATIENCE).untilAsserted(() -> {
                assertThat(TestCluster.ports(back)).containsExactly(9001, 9002);
                assertThat(Inside.standing(back)).isEqualTo(Standing.MEMBER);
                assertThat(back.status().voters()).hasSize(3);
                assertThat(back.status().trouble()).isNull();
            });
            assertThat(group(cluster).getFileName()).as("no second cluster").hasToString(group.toString());
            TestCluster.addOrigin(back, 9003);
        }
    }

    /** It neither gives its log up nor ends: the others may be back in a moment. */
    @Test
    void theFounderWaitsForTheOthers() throws Exception {
        try (TestCluster cluster = TestCluster.formed(root, 1)) {
            TestCluster.addOrigin(cluster.node(N1), 9001);
            grow(cluster, N2);
            cluster.kill(N1);
            cluster.kill(N2);
            DamagedLogIT.emptyVote(cluster.folder(N1));
            RaftCluster node = cluster.start(N1);
            await().atMost(TestCluster.PATIENCE)
                    .untilAsserted(() -> assertThat(node.status().trouble())
                            .contains("its term and vote are damaged")
                            .contains("no leader of cluster"));
            assertThat(node.holdsState()).isFalse();
            assertThat(cluster.folder(N1).resolve("log.damaged")).doesNotExist();
        }
    }

    @Test
    void aNodeThatIsAloneSaysWhatToDo() throws Exception {
        try (TestCluster cluster = TestCluster.formed(root, 1)) {
            TestCluster.addOrigin(cluster.node(N1), 9001);
            cluster.kill(N1);
            DamagedLogIT.emptyVote(cluster.folder(N1));
            assertThatThrownBy(() -> cluster.start(N1))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("This node knows of no other member")
                    .hasMessageContaining("--join");
        }
    }

    private static void grow(TestCluster cluster, MemberId id) {
        RaftCluster joined = cluster.join(id);
        await().atMost(TestCluster.PATIENCE)
                .untilAsserted(() -> assertThat(Inside.standing(joined)).isEqualTo(Standing.MEMBER));
    }

    private static Path group(TestCluster cluster) throws IOException {
        try (Stream<Path> groups = Files.list(cluster.folder(N1).resolve("log"))) {
            return groups.findFirst().orElseThrow();
        }
    }
}
