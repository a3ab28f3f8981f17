package io.weldr.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.weldr.core.port.ClusterStatus.Role;
import io.weldr.core.port.GatewayException;
import io.weldr.core.state.MemberId;
import io.weldr.raft.node.Identity.Standing;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The consensus part fails and cannot be opened again for a while; and a setting for the first start that was left on.
 */
class ReopenIT {
    private static final MemberId N1 = new MemberId("n1");

    @TempDir
    Path root;

    @Test
    void aConsensusPartThatCannotBeOpenedAgainSaysWhyAndIsOpenedOnceItCan() throws Exception {
        try (TestCluster cluster = TestCluster.formed(root, 1)) {
            RaftCluster node = cluster.node(N1);
            TestCluster.addOrigin(node, 9001);
            Path log = cluster.folder(N1).resolve("log");
            Path away = cluster.folder(N1).resolve("log.away");
            Files.move(log, away);
            Files.writeString(log, "not a folder");

            Inside.restartConsensus(node, "a test says so");
            await().atMost(TestCluster.PATIENCE)
                    .untilAsserted(
                            () -> assertThat(node.status().trouble()).contains("the consensus part cannot be opened"));
            assertThat(node.status().role()).isEqualTo(Role.CLOSED);
            assertThat(node.status().acting()).isFalse();
            assertThat(cluster.duty(N1).active).isFalse();
            assertThat(TestCluster.ports(node))
                    .as("what it knew it still knows")
                    .containsExactly(9001);
            assertThatThrownBy(() -> TestCluster.addOriginOnce(node, 9002))
                    .isInstanceOfSatisfying(
                            GatewayException.class,
                            e -> assertThat(e.kind()).isEqualTo(GatewayException.Kind.UNAVAILABLE))
                    .hasMessageContaining("the consensus part cannot be opened");

            Files.delete(log);
            Files.move(away, log);
            TestCluster.addOrigin(node, 9003);
            assertThat(TestCluster.ports(node)).containsExactly(9001, 9003);
            assertThat(node.status().trouble()).isNull();
            assertThat(cluster.duty(N1).active).isTrue();
        }
    }

    @Test
    void aNodeWhoseConsensusPartFailsWhileItJoinsHasNoStateToGoOnWith() {
        try (TestCluster cluster = TestCluster.formed(root, 3)) {
            cluster.stop(new MemberId("n2"));
            cluster.stop(new MemberId("n3"));
            RaftCluster newcomer = cluster.join(new MemberId("n4")); // nobody leads who could take it in
            await().atMost(TestCluster.PATIENCE)
                    .untilAsserted(() -> assertThat(Inside.standing(newcomer)).isEqualTo(Standing.JOINING));
            assertThat(newcomer.status().role()).isEqualTo(Role.WAITING);
            Inside.restartConsensus(newcomer, "a test says so");
            assertThat(newcomer.status().role()).isEqualTo(Role.WAITING);
            assertThat(newcomer.holdsState()).isFalse();
        }
    }

    /**
     * It gets everything anew from the others, but they are away: so it goes on with what it has, and keeps its log
     * until they are back.
     */
    @Test
    void aNodeWhoseLogIsDamagedWhileItRunsGoesOnWithTheStateThatItHeld() throws Exception {
        try (TestCluster cluster = TestCluster.formed(root, 3)) {
            RaftCluster node = cluster.node(N1);
            TestCluster.addOrigin(node, 9001);
            await().atMost(TestCluster.PATIENCE)
                    .untilAsserted(() -> assertThat(node.holdsState()).isTrue());
            cluster.stop(new MemberId("n2"));
            cluster.stop(new MemberId("n3"));
            DamagedLogIT.emptyVote(cluster.folder(N1));

            Inside.restartConsensus(node, "a test says so");
            await().atMost(TestCluster.PATIENCE)
                    .untilAsserted(() -> assertThat(node.status().trouble())
                            .contains("its term and vote are damaged")
                            .contains("no leader of cluster"));
            assertThat(node.status().role()).isEqualTo(Role.CLOSED);
            assertThat(Inside.standing(node)).isEqualTo(Standing.MEMBER);
            assertThat(cluster.folder(N1).resolve("log.damaged")).doesNotExist();
            assertThat(node.holdsState()).isTrue();
            assertThat(TestCluster.ports(node)).containsExactly(9001);

            cluster.start(new MemberId("n2"));
            cluster.start(new MemberId("n3"));
            await().atMost(TestCluster.PATIENCE).untilAsserted(() -> {
                assertThat(node.status().trouble()).isNull();
                assertThat(Inside.standing(node)).isEqualTo(Standing.MEMBER);
                assertThat(node.status().voters()).hasSize(3);
            });
            assertThat(cluster.folder(N1).resolve("log.damaged")).exists();
            TestCluster.addOrigin(node, 9002);
        }
    }

    /**
     * The disk lost what it had confirmed. That its log should not be empty only a leader could tell, and there is
     * none.
     */
    @Test
    void aMemberWhoseLogOpensEmptyHasNoStateToGoOnWith() throws Exception {
        try (TestCluster cluster = TestCluster.formed(root, 3)) {
            TestCluster.addOrigin(cluster.node(N1), 9001);
            List.of(N1, new MemberId("n2"), new MemberId("n3")).forEach(cluster::stop);
            DamagedLogIT.loseEntries(cluster.folder(N1));

            RaftCluster node = cluster.start(N1);
            await().atMost(TestCluster.PATIENCE)
                    .untilAsserted(() -> assertThat(node.status().role()).isEqualTo(Role.FOLLOWER));
            await().during(Duration.ofSeconds(1))
                    .atMost(TestCluster.PATIENCE)
                    .untilAsserted(() -> assertThat(node.holdsState()).isFalse());
            assertThat(Inside.standing(node)).isEqualTo(Standing.MEMBER);
            assertThat(TestCluster.ports(node)).isEmpty();
            cluster.start(new MemberId("n2"));
            cluster.start(new MemberId("n3"));
            await().atMost(TestCluster.PATIENCE).untilAsserted(() -> {
                assertThat(node.holdsState()).isTrue();
                assertThat(TestCluster.ports(node)).containsExactly(9001);
            });
        }
    }

    @Test
    void bootstrapThatWasLeftOnFormsNoSecondClusterAfterADiskWasLost() {
        try (TestCluster cluster = TestCluster.formed(
                root, 3, settings -> settings.self().equals(N1) ? bootstrapping(settings) : settings)) {
            TestCluster.addOrigin(cluster.node(N1), 9001);
            cluster.stop(N1);
            RaftCluster again = cluster.start(N1);
            await().atMost(TestCluster.PATIENCE)
                    .untilAsserted(() -> assertThat(TestCluster.ports(again)).containsExactly(9001));

            cluster.stop(N1);
            cluster.wipe(N1);
            RaftCluster wiped = cluster.start(N1);
            await().atMost(TestCluster.PATIENCE).untilAsserted(() -> {
                assertThat(TestCluster.ports(wiped)).containsExactly(9001);
                assertThat(Inside.standing(wiped)).isEqualTo(Standing.MEMBER);
                assertThat(wiped.status().voters()).hasSize(3);
            });
            TestCluster.addOrigin(wiped, 9002);
        }
    }

    private static RaftSettings bootstrapping(RaftSettings plain) {
        return RaftSettings.of(plain.self(), plain.bind(), null, plain.peers(), plain.dataFolder(), true)
                .withElectionTimeout(plain.electionTimeoutMin(), plain.electionTimeoutMax());
    }
}
