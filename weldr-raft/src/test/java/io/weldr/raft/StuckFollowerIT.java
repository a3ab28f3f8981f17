package io.weldr.raft;

import static java.util.function.Predicate.not;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.codec.SnapshotCodec;
import io.weldr.codec.SnapshotCodec.Requests;
import io.weldr.codec.SnapshotCodec.Snapshot;
import io.weldr.core.port.ClusterStatus;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.MemberId;
import io.weldr.raft.node.Identity.Standing;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.ratis.util.MD5FileUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A follower whose log holds a committed entry that nobody else has can never accept anything, and hears heartbeats all
 * the time.
 */
class StuckFollowerIT {
    private static final List<Integer> ALL = IntStream.range(9001, 9011).boxed().toList();

    @TempDir
    Path root;

    @Test
    void aFollowerThatRefusesEverythingSaysSoAndTakesEverythingAnew() throws Exception {
        try (TestCluster cluster = TestCluster.formed(root, 3)) {
            MemberId victim = cluster.follower();
            RaftCluster stuck = stuck(cluster, victim);
            await().atMost(TestCluster.PATIENCE).untilAsserted(() -> {
                ClusterStatus status = stuck.status();
                assertThat(status.trouble()).contains("behind");
                assertThat(status.appliedIndex()).isZero();
            });
            assertThat(stuck.status().sinceLeaderContact()).isNull();
            assertThat(stuck.holdsState()).as("it has no state").isFalse();
            await().atMost(TestCluster.PATIENCE)
                    .untilAsserted(() -> assertThat(stuck.outdone()).contains("behind"));

            awaitMended(stuck);
            assertThat(cluster.folder(victim).resolve("log.damaged")).isDirectory();
            TestCluster.addOrigin(stuck, 9999);
        }
    }

    /**
     * Between the decision to set the log aside and the deed, the leader goes away: the log is opened as it is, and
     * looked at again.
     */
    @Test
    void aLogThatCouldNotBeSetAsideIsSetAsideLater() throws Exception {
        try (TestCluster cluster = TestCluster.formed(root, 3)) {
            MemberId victim = cluster.follower();
            RaftCluster stuck = stuck(cluster, victim);
            await().atMost(TestCluster.PATIENCE)
                    .pollInterval(Duration.ofMillis(2))
                    .until(() -> String.valueOf(stuck.status().trouble()), contains("refuses everything"));
            MemberId leader = cluster.awaitLeader();
            cluster.kill(leader);
            await().atMost(TestCluster.PATIENCE)
                    .until(() -> String.valueOf(stuck.status().trouble()), not(contains("refuses everything")));
            cluster.start(leader);
            awaitMended(stuck);
        }
    }

    private static Predicate<String> contains(String part) {
        return text -> text.contains(part);
    }

    private static void awaitMended(RaftCluster stuck) {
        await().atMost(TestCluster.PATIENCE).untilAsserted(() -> {
            assertThat(TestCluster.ports(stuck)).containsExactlyElementsOf(ALL);
            assertThat(Inside.standing(stuck)).isEqualTo(Standing.MEMBER);
            assertThat(stuck.status().trouble()).isNull();
            assertThat(stuck.outdone()).isNull();
        });
    }

    /** Starts that follower with a log that diverges from that of the others, which hold {@link #ALL}. */
    private static RaftCluster stuck(TestCluster cluster, MemberId victim) throws Exception {
        for (int port : ALL) {
            TestCluster.addOrigin(cluster.node(cluster.awaitLeader()), port);
        }
        cluster.kill(victim);
        // The leader that saw this node acknowledge entries would tell that they are gone.
        MemberId first = cluster.awaitLeader();
        cluster.kill(first);
        diverge(cluster.folder(victim));
        cluster.start(first);
        cluster.awaitLeader();
        return cluster.start(victim);
    }

    /**
     * As after an entry of a term that nobody else knows was taken for committed: a snapshot at index 0, and nothing
     * behind it.
     */
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
