package io.weldr.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.core.state.MemberId;
import io.weldr.raft.node.Identity.Standing;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a power loss may leave at the end of the newest log file, and what a bad disk may. */
class DamagedLogIT {
    @TempDir
    Path root;

    /** What happens to the end of the file; the last entry ends at {@code end}, behind it there are zeros. */
    enum Damage {
        /**
         * The power went in the middle of a write that nobody was told of: the beginning of an entry is there, and the
         * file ends.
         */
        CUT_SHORT {
            @Override
            void to(RandomAccessFile file, long end, Random random) throws IOException {
                file.setLength(end);
                file.seek(end);
                file.write(100 + random.nextInt(28)); // as long as this would be
                file.write(new byte[] {0x08, 0x01, 0x10});
            }
        },
        TORN_TO_ZEROS {
            @Override
            void to(RandomAccessFile file, long end, Random random) throws IOException {
                int lost = 1 + random.nextInt(20);
                file.seek(end - lost);
                file.write(new byte[lost]);
            }
        },
        GARBAGE_BEHIND {
            @Override
            void to(RandomAccessFile file, long end, Random random) throws IOException {
                byte[] garbage = new byte[1 + random.nextInt(200)];
                random.nextBytes(garbage);
                garbage[0] |= 1; // zeros would be no garbage
                file.seek(end);
                file.write(garbage);
            }
        },
        /**
         * The disk lost what it had confirmed. To whoever opens the log it looks like the beginning of a write that was
         * never finished.
         */
        LOST {
            @Override
            void to(RandomAccessFile file, long end, Random random) throws IOException {
                file.setLength(end - 1 - random.nextInt(20));
            }
        },
        BIT_FLIPPED {
            @Override
            void to(RandomAccessFile file, long end, Random random) throws IOException {
                long at = end - 1 - random.nextInt(40);
                file.seek(at);
                int before = file.read();
                file.seek(at);
                file.write(before ^ (1 << random.nextInt(8)));
            }
        },
        /** Of the last entry, which Ratis then drops without a word as one that was not written to its end. */
        SIZE_CHANGED {
            @Override
            void to(RandomAccessFile file, long end, Random random) throws IOException {
                long last = "RaftLog1".length();
                file.seek(last);
                for (int size = file.read(); size > 0; size = file.read()) {
                    last = file.getFilePointer() - 1;
                    int octets = size < 0x80 ? size : (size & 0x7f) | file.read() << 7; // all entries here are small
                    file.seek(file.getFilePointer() + octets + CHECKSUM_BYTES);
                }
                file.seek(last);
                int before = file.read();
                file.seek(last);
                file.write(before ^ 1);
            }
        };

        private static final int CHECKSUM_BYTES = 4;

        abstract void to(RandomAccessFile file, long end, Random random) throws IOException;
    }

    @ParameterizedTest
    @EnumSource
    void aNodeWithADamagedLogComesBackByItselfWithEverything(Damage damage) throws Exception {
        long seed = Long.getLong("weldr.seed", System.nanoTime());
        System.out.printf("%s, seed %d%n", damage, seed);
        Random random = new Random(seed);
        // Only the leader that saw the entries acknowledged can tell that they are lost.
        boolean leader = damage == Damage.SIZE_CHANGED || (damage != Damage.LOST && random.nextBoolean());
        comesBack(leader, node -> {
            Path newest = newestLog(node);
            try (RandomAccessFile file = new RandomAccessFile(newest.toFile(), "rw")) {
                damage.to(file, end(file), random);
            }
        });
    }

    /** As a full disk leaves it. */
    @Test
    void aNodeWhoseVoteIsDamagedComesBackByItselfWithEverything() throws Exception {
        comesBack(false, DamagedLogIT::emptyVote);
    }

    /** Term and vote of the node with that folder are gone, the file is not. */
    static void emptyVote(Path node) throws IOException {
        try (Stream<Path> files = Files.walk(node.resolve("log"))) {
            Files.write(
                    files.filter(file -> file.endsWith("raft-meta")).findFirst().orElseThrow(), new byte[0]);
        }
    }

    /** All entries and snapshots of the node with that folder are gone; term and vote are not. */
    static void loseEntries(Path node) throws IOException {
        try (Stream<Path> files = Files.walk(node.resolve("log"))) {
            for (Path file : files.filter(found -> Files.isRegularFile(found)
                            && !found.getFileName().toString().startsWith("raft-meta"))
                    .toList()) {
                Files.delete(file);
            }
        }
    }

    private interface Damaging {
        void of(Path node) throws IOException;
    }

    private void comesBack(boolean leader, Damaging damaging) throws Exception {
        try (TestCluster cluster = TestCluster.formed(root, 3)) {
            List<Integer> all = IntStream.range(9001, 9021).boxed().toList();
            for (int port : all) {
                TestCluster.addOrigin(cluster.node(cluster.awaitLeader()), port);
            }
            MemberId victim = leader ? cluster.awaitLeader() : cluster.follower();
            cluster.kill(victim);
            damaging.of(cluster.folder(victim));
            TestCluster.addOrigin(cluster.node(cluster.awaitLeader()), 9021);

            RaftCluster back = cluster.start(victim);
            await().atMost(TestCluster.PATIENCE).untilAsserted(() -> {
                assertThat(TestCluster.ports(back))
                        .containsAll(all)
                        .contains(9021)
                        .hasSize(21);
                assertThat(Inside.standing(back)).isEqualTo(Standing.MEMBER);
                assertThat(back.status().trouble()).isNull();
            });
            TestCluster.addOrigin(back, 9022);
            // A voter in earnest: with it, either of the others may go.
            cluster.kill(cluster.awaitLeader());
            TestCluster.addOrigin(cluster.node(cluster.awaitLeader()), 9023);
        }
    }

    /** Where the last entry ends: log files are filled up with zeros. */
    private static long end(RandomAccessFile file) throws IOException {
        byte[] bytes = new byte[(int) file.length()];
        file.readFully(bytes);
        int end = bytes.length;
        while (end > 0 && bytes[end - 1] == 0) {
            end--;
        }
        return end;
    }

    private static Path newestLog(Path node) {
        try (Stream<Path> files = Files.walk(node.resolve("log"))) {
            return files.filter(file -> file.getFileName().toString().startsWith("log_"))
                    .max(Comparator.comparingLong(file -> file.toFile().lastModified()))
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
