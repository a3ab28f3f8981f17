package io.weldr.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.core.port.ClusterStatus;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.MemberId;
import io.weldr.raft.codec.SnapshotCodec;
import io.weldr.raft.codec.SnapshotCodec.Requests;
import io.weldr.raft.codec.SnapshotCodec.Snapshot;
import io.weldr.raft.form.Identity.Standing;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.ratis.util.MD5FileUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A follower whose log holds a committed entry that nobody else has can never accept anything, and hears heartbeats all the time. */
class StuckFollowerIT {
    @TempDir
    Path root;

    @Test
    void aFollowerThatRefusesEverythingSaysSoAndTakesEverythingAnew() throws Exception {
        try (TestCluster cluster = TestCluster.formed(root, 3)) {
            List<Integer> all = IntStream.range(9001, 9011).boxed().toList();
            for (int port : all) {
                TestCluster.addOrigin(cluster.node(cluster.awaitLeader()), port);
            }
            MemberId victim = cluster.follower();
            cluster.kill(victim);
            // The leader that saw this node acknowledge entries would tell that they are gone.
            MemberId first = cluster.awaitLeader();
            cluster.kill(first);
            diverge(cluster.folder(victim));
            cluster.start(first);
            cluster.awaitLeader();

            RaftCluster stuck = cluster.start(victim);
            await().atMost(TestCluster.PATIENCE).untilAsserted(() -> {
                ClusterStatus status = stuck.status();
                assertThat(status.trouble()).contains("behind");
                assertThat(status.appliedIndex()).isZero();
            });
            assertThat(stuck.status().sinceLeaderContact()).isNull();
            assertThat(stuck.holdsState()).as("it has no state").isFalse();
            await().atMost(TestCluster.PATIENCE)
                    .untilAsserted(() -> assertThat(stuck.outdone()).contains("behind"));

            await().atMost(TestCluster.PATIENCE).untilAsserted(() -> {
                assertThat(TestCluster.ports(stuck)).containsExactlyElementsOf(all);
                assertThat(stuck.standing()).isEqualTo(Standing.MEMBER);
                assertThat(stuck.status().trouble()).isNull();
                assertThat(stuck.outdone()).isNull();
            });
            assertThat(cluster.folder(victim).resolve("log.damaged")).isDirectory();
            TestCluster.addOrigin(stuck, 9999);
        }
    }

    /** As after an entry of a term that nobody else knows was taken for committed: a snapshot at index 0, and nothing behind it. */
    private static void diverge(Path node) throws IOException {
        Path group;
        try (Stream<Path> groups = Files.list(node.resolve("log"))) {
            group = groups.findFirst().orElseThrow();
        }
        for (Path folder : List.of(group.resolve("current"), group.resolve("sm"))) {
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.filter(
                                found -> !found.getFileName().toString().startsWith("raft-meta"))
                        .toList()) {
                    Files.delete(file);
                }
            }
        }
        Path snapshot = group.resolve("sm").resolve("snapshot.1000_0");
        try (OutputStream out = Files.newOutputStream(snapshot)) {
            SnapshotCodec.write(new Snapshot(1000, 0, ClusterState.INITIAL, new Requests(Map.of(), Map.of())), out);
        }
        MD5FileUtil.computeAndSaveMd5ForFile(snapshot.toFile());
    }
}
