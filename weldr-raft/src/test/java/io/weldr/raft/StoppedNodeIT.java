package io.weldr.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.weldr.codec.BackupCodec;
import io.weldr.core.port.Backup;
import io.weldr.core.port.ClusterStatus.Role;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.MemberId;
import io.weldr.raft.recovery.Neighbour;
import io.weldr.raft.recovery.StoppedNode;
import io.weldr.raft.recovery.StoppedNode.Founded;
import io.weldr.raft.recovery.StoppedNode.Stored;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Folders of nodes that do not run: restored from a backup, and recovered after the majority was lost. */
class StoppedNodeIT {
    private static final MemberId N1 = new MemberId("n1");
    private static final MemberId N2 = new MemberId("n2");
    private static final MemberId N3 = new MemberId("n3");

    @TempDir
    Path root;

    @Test
    void aRestoredNodeTakesTheOthersIn() throws Exception {
        byte[] file;
        ClusterState backedUp;
        try (TestCluster old = TestCluster.formed(root.resolve("old"), 3)) {
            TestCluster.addOrigin(old.node(N2), 1);
            await().until(old.node(N2)::holdsState); // it looks 40 times a second
            Backup backup = old.node(N2).backup(Instant.EPOCH, "test");
            file = backup.file();
            backedUp = backup.state();
            assertThat(backup.origin().index()).isGreaterThanOrEqualTo(backedUp.revision());
        }
        try (TestCluster cluster = new TestCluster(root.resolve("new"), 3)) {
            // The others wait for all of their peers, or for a member.
            cluster.start(N2);
            cluster.start(N3);
            Founded founded = restore(cluster, file);
            assertThat(founded.before()).isNull();
            RaftCluster node = cluster.start(N1);
            assertThat(node.state().get()).as("as it starts, without a leader").isEqualTo(backedUp.withoutMembers());
            cluster.awaitFormed();
            await().untilAsserted(() -> assertThat(cluster.voters(N1)).containsExactlyInAnyOrder(N1, N2, N3));
            assertThat(cluster.node(N3).state().get().defaultPool()).isEqualTo(backedUp.defaultPool());
            assertThat(TestCluster.addOrigin(cluster.node(N3), 2).index())
                    .as("no change of the old cluster had that revision")
                    .isGreaterThanOrEqualTo(founded.firstRevision());
            cluster.kill(N1); // The others have a majority, and start from what they were sent.
            TestCluster.addOrigin(cluster.node(N2), 3);
            cluster.start(N1);
            await().untilAsserted(() ->
                    assertThat(TestCluster.ports(cluster.node(N1))).containsExactlyInAnyOrder(1, 2, 3));
        }
    }

    private Founded restore(TestCluster cluster, byte[] file) throws IOException {
        try (StoppedNode node = StoppedNode.open(cluster.settings(N1), () -> null)) {
            List<Neighbour> others = node.neighbours();
            assertThat(others).hasSize(2).allMatch(Neighbour::listens);
            assertThat(node.obstacleToRestore(others)).isNull();
            Founded founded = node.restore(BackupCodec.read(file));
            assertThat(node.obstacleToRestore(others)).contains("holds a member of cluster " + founded.cluster());
            return founded;
        }
    }

    @Test
    void theLastOfThreeGoesOnAloneWithAllThatWasAcknowledged() throws Exception {
        try (TestCluster cluster = TestCluster.formed(root, 3)) {
            for (int port = 1; port <= 20; port++) {
                TestCluster.addOrigin(cluster.node(N1), port);
            }
            MemberId last = cluster.follower();
            await().untilAsserted(() ->
                    assertThat(TestCluster.ports(cluster.node(last))).hasSize(20));
            refusedWhileOthersRun(cluster, last);

            List<MemberId> lost =
                    List.of(N1, N2, N3).stream().filter(id -> !id.equals(last)).toList();
            lost.forEach(cluster::kill);
            UUID before;
            Founded founded;
            try (StoppedNode node = StoppedNode.open(cluster.settings(last), () -> null)) {
                List<Neighbour> others = node.neighbours();
                Stored stored = node.stored();
                before = stored.cluster();
                assertThat(stored.damage()).isNull();
                assertThat(stored.committed()).isLessThanOrEqualTo(stored.index());
                assertThat(stored.voters()).hasSize(3);
                assertThat(node.obstacleToRecover(stored, others)).isNull();
                founded = node.recover(stored);
                assertThat(founded.cluster()).isNotEqualTo(before);
            }
            RaftCluster alone = cluster.start(last);
            assertThat(TestCluster.ports(alone)).hasSize(20);
            cluster.awaitLeader();
            assertThat(cluster.voters(last)).containsExactly(last);
            TestCluster.addOrigin(alone, 21);

            // One that comes back with its old disk stays out, and says why.
            RaftCluster old = cluster.start(lost.get(0));
            await().untilAsserted(() -> assertThat(old.status().trouble())
                    .contains("belongs to another cluster, " + founded.cluster())
                    .contains("cluster " + before));
            assertThat(cluster.voters(last)).containsExactly(last);
            // With an empty folder it joins.
            cluster.kill(lost.get(0));
            cluster.wipe(lost.get(0));
            cluster.start(lost.get(0));
            await().untilAsserted(() -> assertThat(cluster.voters(last)).containsExactlyInAnyOrder(last, lost.get(0)));
            await().untilAsserted(() ->
                    assertThat(TestCluster.ports(cluster.node(lost.get(0)))).hasSize(21));

            // The old log is a data folder of its own.
            assertThat(founded.before()).isNotNull();
            RaftSettings settings = cluster.settings(last);
            cluster.stop(last);
            try (StoppedNode node = StoppedNode.open(at(settings, founded.before()), () -> null)) {
                assertThat(node.stored().cluster()).isEqualTo(before);
                assertThat(node.stored().state().defaultPool().origins()).hasSize(20);
            }
        }
    }

    private static RaftSettings at(RaftSettings settings, Path folder) {
        return RaftSettings.of(settings.self(), settings.bind(), null, settings.peers(), folder, false);
    }

    private static void refusedWhileOthersRun(TestCluster cluster, MemberId last) throws IOException {
        RaftSettings settings = cluster.settings(last);
        assertThatThrownBy(() -> StoppedNode.open(settings, () -> null)).hasMessageContaining("in use");
        cluster.stop(last);
        MemberId leader = cluster.awaitLeader();
        try (StoppedNode node = StoppedNode.open(settings, () -> null)) {
            assertThat(node.obstacleToRecover(node.stored(), node.neighbours()))
                    .contains("node " + leader + " at ")
                    .contains("leads cluster");
        }
        MemberId other = cluster.anotherThan(leader);
        cluster.kill(leader);
        await().until(() -> cluster.node(other).status().role() != Role.LEADER);
        try (StoppedNode node = StoppedNode.open(settings, () -> null)) {
            assertThat(node.obstacleToRecover(node.stored(), node.neighbours()))
                    .contains("are a majority of the voters [n1, n2, n3]");
        }
    }

    @Test
    void whatWasInterruptedIsEitherRefusedOrFinished() throws Exception {
        try (TestCluster cluster = TestCluster.formed(root, 1)) {
            TestCluster.addOrigin(cluster.node(N1), 1);
            cluster.stop(N1);
            Path folder = cluster.folder(N1);
            Path next = folder.resolve("log.next");

            // Before the identity is written, nothing has changed.
            Files.createDirectories(next.resolve(UUID.randomUUID().toString()));
            assertThatThrownBy(() -> cluster.start(N1))
                    .hasMessageContaining("was interrupted before it changed the node")
                    .hasMessageContaining(next.toString());
            try (StoppedNode node = StoppedNode.open(cluster.settings(N1), () -> null)) {
                assertThat(node.stored().state().defaultPool().origins()).hasSize(1);
            }

            // After that, the next start does the rest: here of the last step.
            Founded founded;
            try (StoppedNode node = StoppedNode.open(cluster.settings(N1), () -> null)) {
                founded = node.recover(node.stored());
            }
            Path log = folder.resolve("log").resolve(founded.cluster().toString());
            Files.createDirectories(next);
            Files.move(log, next.resolve(founded.cluster().toString()));
            RaftCluster node = cluster.start(N1);
            assertThat(next).doesNotExist();
            assertThat(log).exists();
            assertThat(TestCluster.ports(node)).containsExactly(1);
            cluster.awaitLeader();
            TestCluster.addOrigin(node, 2);
        }
    }

    @Test
    void aDamagedLogIsReadUpToTheDamage() throws Exception {
        try (TestCluster cluster = TestCluster.formed(root, 1)) {
            TestCluster.addOrigin(cluster.node(N1), 1);
            TestCluster.addOrigin(cluster.node(N1), 2);
            cluster.kill(N1);
            Files.delete(newest(cluster.folder(N1), "snapshot.")); // Ratis takes one as it stops.
            Path log = newest(cluster.folder(N1), "log_");
            byte[] bytes = Files.readAllBytes(log);
            int at = indexOf(bytes, "http://192.0.2.1:2");
            assertThat(at).isPositive();
            bytes[at] ^= 1;
            Files.write(log, bytes);
            try (StoppedNode node = StoppedNode.open(cluster.settings(N1), () -> null)) {
                Stored stored = node.stored();
                assertThat(stored.damage()).contains(log.toString()).contains("behind entry " + stored.index());
                assertThat(stored.state().defaultPool().origins()).hasSize(1);
            }
        }
    }

    private static Path newest(Path folder, String prefix) throws IOException {
        try (var all = Files.walk(folder)) {
            return all.filter(path -> path.getFileName().toString().startsWith(prefix))
                    .sorted()
                    .reduce((a, b) -> b)
                    .orElseThrow();
        }
    }

    private static int indexOf(byte[] bytes, String text) {
        return new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1).indexOf(text);
    }
}
