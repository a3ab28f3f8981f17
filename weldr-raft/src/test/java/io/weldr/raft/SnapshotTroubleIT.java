package io.weldr.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.weldr.core.state.MemberId;
import io.weldr.raft.node.Identity.Standing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/**
 * A disk on which no snapshot can be written. Whoever runs the tests may write anywhere, so the folder is a file for a
 * while.
 */
class SnapshotTroubleIT {
    private static final MemberId N1 = new MemberId("n1");

    @TempDir
    Path root;

    @Test
    void aNodeThatCannotWriteSnapshotsSaysSoCalmlyAndGoesOn() throws Exception {
        try (TestCluster cluster = TestCluster.formed(root, 1, SnapshotTroubleIT::small);
                Lines lines = new Lines()) {
            RaftCluster node = cluster.node(N1);
            Path snapshots = group(cluster, N1).resolve("sm");
            Path away = group(cluster, N1).resolve("sm.away");
            Files.move(snapshots, away);
            Files.writeString(snapshots, "not a folder");

            addOrigins(cluster, 100);
            assertThat(node.status().trouble()).contains("no snapshot of the log can be written");
            assertThat(node.outdone()).isNull();
            assertThat(node.status().acting()).isTrue();
            // 200 entries, each of which Ratis would have tried again for.
            assertThat(lines.about("snapshot")).hasSizeLessThan(10);

            Files.delete(snapshots);
            Files.move(away, snapshots);
            await().atMost(TestCluster.PATIENCE)
                    .untilAsserted(() -> assertThat(node.status().trouble()).isNull());
            assertThat(files(snapshots)).anyMatch(file -> file.startsWith("snapshot.") && file.endsWith(".md5"));
        }
    }

    @Test
    void aFollowerThatCannotTakeTheLeadersSnapshotSaysSoCalmlyAndTakesItOnceItCan() throws Exception {
        try (TestCluster cluster = TestCluster.formed(root, 3, SnapshotTroubleIT::small)) {
            MemberId victim = cluster.follower();
            cluster.kill(victim);
            List<Integer> all = addOrigins(cluster, 100);
            await().atMost(TestCluster.PATIENCE)
                    .untilAsserted(() -> assertThat(
                                    files(group(cluster, cluster.awaitLeader()).resolve("current")))
                            .noneMatch(file -> file.startsWith("log_0-") || file.equals("log_inprogress_0")));
            Path tmp = group(cluster, victim).resolve("tmp");
            TestCluster.deleteAll(Files.createDirectories(tmp));
            Files.writeString(tmp, "not a folder");

            try (Lines lines = new Lines()) {
                RaftCluster node = cluster.start(victim);
                await().atMost(TestCluster.PATIENCE)
                        .untilAsserted(() ->
                                assertThat(node.status().trouble()).contains("the leader's snapshot cannot be taken"));
                await().atMost(TestCluster.PATIENCE)
                        .untilAsserted(() -> assertThat(node.outdone()).contains("behind"));
                assertThat(Inside.standing(node)).isEqualTo(Standing.MEMBER);
                assertThat(lines.about("nstallSnapshot failed")).hasSizeLessThan(10);
                Files.delete(tmp);
                await().atMost(TestCluster.PATIENCE).untilAsserted(() -> {
                    assertThat(TestCluster.ports(node)).containsExactlyElementsOf(all);
                    assertThat(node.status().trouble()).isNull();
                });
                assertThat(Inside.standing(node)).isEqualTo(Standing.MEMBER);
                assertThat(cluster.folder(victim).resolve("log.damaged")).doesNotExist();
                TestCluster.addOrigin(node, 9999);
            }
        }
    }

    private static RaftSettings small(RaftSettings settings) {
        return settings.withLog(new RaftSettings.LogSettings(20, 4096, 5, 5));
    }

    private static List<Integer> addOrigins(TestCluster cluster, int count) {
        List<Integer> all = IntStream.range(9001, 9001 + count).boxed().toList();
        for (int port : all) {
            TestCluster.addOrigin(cluster.node(cluster.awaitLeader()), port);
        }
        return all;
    }

    private static Path group(TestCluster cluster, MemberId id) throws IOException {
        try (Stream<Path> groups = Files.list(cluster.folder(id).resolve("log"))) {
            return groups.findFirst().orElseThrow();
        }
    }

    private static List<String> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    /** What was written to the log of the process. */
    private static final class Lines implements AutoCloseable {
        private final ListAppender<ILoggingEvent> appender = new ListAppender<>();
        private final Logger logger = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);

        Lines() {
            appender.start();
            logger.addAppender(appender);
        }

        List<String> about(String what) {
            return List.copyOf(appender.list).stream()
                    .map(ILoggingEvent::getFormattedMessage)
                    .filter(line -> line.contains(what))
                    .toList();
        }

        @Override
        public void close() {
            logger.detachAppender(appender);
        }
    }
}
