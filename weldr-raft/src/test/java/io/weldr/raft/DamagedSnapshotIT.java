package io.weldr.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.weldr.core.state.MemberId;
import io.weldr.raft.node.Identity.Standing;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.ratis.util.MD5FileUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a bad disk, or somebody who cleans up, may do to snapshots. Ratis would start with an empty state. */
class DamagedSnapshotIT {
    private static final MemberId N1 = new MemberId("n1");

    @TempDir
    Path root;

    /** What happens to one snapshot file. */
    enum Damage {
        CHECKSUM_EMPTY {
            @Override
            void to(Path snapshot) throws IOException {
                Files.write(md5(snapshot), new byte[0]);
            }
        },
        CHECKSUM_WRONG {
            @Override
            void to(Path snapshot) throws IOException {
                Files.writeString(md5(snapshot), "0".repeat(32) + " *" + snapshot.getFileName() + "\n");
            }
        },
        CHECKSUM_BINARY {
            @Override
            void to(Path snapshot) throws IOException {
                Files.write(md5(snapshot), new byte[] {(byte) 0xff, 0, (byte) 0xfe});
            }
        },
        CHECKSUM_GONE {
            @Override
            void to(Path snapshot) throws IOException {
                Files.delete(md5(snapshot));
            }
        },
        CUT_SHORT {
            @Override
            void to(Path snapshot) throws IOException {
                byte[] all = Files.readAllBytes(snapshot);
                Files.write(snapshot, java.util.Arrays.copyOf(all, all.length / 2));
            }
        },
        /** Protobuf reads an empty file as a snapshot of an empty cluster. */
        EMPTY_WITH_ITS_CHECKSUM {
            @Override
            void to(Path snapshot) throws IOException {
                Files.write(snapshot, new byte[0]);
                MD5FileUtil.computeAndSaveMd5ForFile(snapshot.toFile());
            }
        },
        GARBAGE_WITH_ITS_CHECKSUM {
            @Override
            void to(Path snapshot) throws IOException {
                Files.write(snapshot, "this is no snapshot".getBytes(StandardCharsets.UTF_8));
                MD5FileUtil.computeAndSaveMd5ForFile(snapshot.toFile());
            }
        },
        GONE {
            @Override
            void to(Path snapshot) throws IOException {
                Files.delete(snapshot);
                Files.delete(md5(snapshot));
            }
        };

        abstract void to(Path snapshot) throws IOException;

        static Path md5(Path snapshot) {
            return snapshot.resolveSibling(snapshot.getFileName() + ".md5");
        }
    }

    /** The log does not go back to the beginning any more. */
    @ParameterizedTest
    @EnumSource
    void aMemberWithoutAGoodSnapshotComesBackByItselfWithEverything(Damage damage) throws Exception {
        try (TestCluster cluster = TestCluster.formed(root, 3, DamagedSnapshotIT::purging)) {
            List<Integer> all = addOrigins(cluster, 80);
            MemberId victim = cluster.follower();
            awaitPurged(cluster.folder(victim));
            cluster.kill(victim);
            for (Path snapshot : snapshots(cluster.folder(victim))) {
                damage.to(snapshot);
            }

            RaftCluster back = cluster.start(victim);
            await().atMost(TestCluster.PATIENCE).untilAsserted(() -> {
                assertThat(TestCluster.ports(back)).containsExactlyInAnyOrderElementsOf(all);
                assertThat(Inside.standing(back)).isEqualTo(Standing.MEMBER);
                assertThat(back.status().trouble()).isNull();
            });
            // It leads, and takes writes.
            cluster.kill(cluster.awaitLeader());
            TestCluster.addOrigin(cluster.node(cluster.awaitLeader()), 9999);
            await().atMost(TestCluster.PATIENCE)
                    .untilAsserted(() ->
                            assertThat(TestCluster.ports(back)).containsAll(all).contains(9999));
        }
    }

    /** With the others away it neither leads nor is it taken for one that has the state. */
    @Test
    void aMemberWithoutAGoodSnapshotWaitsForALeader() throws Exception {
        try (TestCluster cluster = TestCluster.formed(root, 3, DamagedSnapshotIT::purging)) {
            List<Integer> all = addOrigins(cluster, 80);
            awaitPurged(cluster.folder(N1));
            List.of(N1, new MemberId("n2"), new MemberId("n3")).forEach(cluster::stop);
            for (Path snapshot : snapshots(cluster.folder(N1))) {
                Damage.CHECKSUM_EMPTY.to(snapshot);
            }

            RaftCluster node = cluster.start(N1);
            await().atMost(TestCluster.PATIENCE)
                    .untilAsserted(() -> assertThat(node.status().trouble())
                            .contains("no good snapshot is left")
                            .contains("no leader of cluster"));
            assertThat(node.holdsState()).isFalse();
            assertThat(node.status().acting()).isFalse();

            cluster.start(new MemberId("n2"));
            cluster.start(new MemberId("n3"));
            await().atMost(TestCluster.PATIENCE).untilAsserted(() -> {
                assertThat(TestCluster.ports(node)).containsExactlyInAnyOrderElementsOf(all);
                assertThat(node.holdsState()).isTrue();
                assertThat(node.status().trouble()).isNull();
            });
        }
    }

    /** An older snapshot and the log behind it have everything. */
    @Test
    void aLoneNodeGoesBackToAnOlderSnapshot() throws Exception {
        try (TestCluster cluster = TestCluster.formed(root, 1, DamagedSnapshotIT::keeping)) {
            List<Integer> all = addOrigins(cluster, 80);
            cluster.stop(N1);
            List<Path> found = snapshots(cluster.folder(N1));
            assertThat(found).hasSizeGreaterThan(1);
            Path latest = found.get(0);
            Damage.CUT_SHORT.to(latest);

            RaftCluster node = cluster.start(N1);
            await().atMost(TestCluster.PATIENCE)
                    .untilAsserted(() -> assertThat(TestCluster.ports(node)).containsExactlyInAnyOrderElementsOf(all));
            TestCluster.addOrigin(node, 9999);
            assertThat(latest.resolveSibling(
                            "damaged." + latest.getFileName().toString().substring("snapshot.".length())))
                    .exists();
        }
    }

    @Test
    void aLoneNodeWithoutAGoodSnapshotSaysSoAndKeepsWhatItHas() throws Exception {
        try (TestCluster cluster = TestCluster.formed(root, 1, DamagedSnapshotIT::purging)) {
            addOrigins(cluster, 80);
            awaitPurged(cluster.folder(N1));
            cluster.stop(N1);
            for (Path snapshot : snapshots(cluster.folder(N1))) {
                Damage.CHECKSUM_EMPTY.to(snapshot);
            }
            assertThatThrownBy(() -> cluster.start(N1))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("no good snapshot is left")
                    .hasMessageContaining("knows of no other member");
            assertThat(cluster.folder(N1).resolve("log.damaged")).doesNotExist();
        }
    }

    private static RaftSettings purging(RaftSettings settings) {
        return settings.withLog(new RaftSettings.LogSettings(20, 4096, 5, 5));
    }

    private static RaftSettings keeping(RaftSettings settings) {
        return settings.withLog(new RaftSettings.LogSettings(20, 4096, 5, 1000));
    }

    private static List<Integer> addOrigins(TestCluster cluster, int count) {
        List<Integer> all = IntStream.range(9001, 9001 + count).boxed().toList();
        for (int port : all) {
            TestCluster.addOrigin(cluster.node(cluster.awaitLeader()), port);
        }
        return all;
    }

    private static void awaitPurged(Path node) {
        await().atMost(TestCluster.PATIENCE)
                .untilAsserted(() -> assertThat(files(node, "log_"))
                        .isNotEmpty()
                        .noneMatch(file -> file.getFileName().toString().matches("log_(0-\\d+|inprogress_0)")));
    }

    /** Latest first. */
    private static List<Path> snapshots(Path node) {
        List<Path> found = files(node, "snapshot.").stream()
                .filter(file -> file.getFileName().toString().matches("snapshot\\.\\d+_\\d+"))
                .sorted(Comparator.comparingLong(DamagedSnapshotIT::index).reversed())
                .toList();
        assertThat(found).isNotEmpty();
        return found;
    }

    private static long index(Path snapshot) {
        String name = snapshot.getFileName().toString();
        return Long.parseLong(name.substring(name.indexOf('_') + 1));
    }

    private static List<Path> files(Path node, String prefix) {
        try (Stream<Path> files = Files.walk(node.resolve("log"))) {
            return files.filter(file -> file.getFileName().toString().startsWith(prefix))
                    .toList();
        } catch (IOException | UncheckedIOException e) {
            return List.of(); // a file went while the folder was read
        }
    }
}
