package io.weldr.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.core.state.MemberId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A node that has begun to stop votes until its end, and does not lead. The first in line resigns, whom the others let
 * stand before them.
 */
class ResignIT {
    private static final MemberId N1 = new MemberId("n1");

    /** Some heartbeats, and looks of the node that resigns. */
    private static final Duration WHILE = Duration.ofSeconds(1);

    @TempDir
    Path root;

    @Test
    void whenTheLeaderDiesTheOtherOneLeads() {
        try (TestCluster cluster = TestCluster.formed(root, 3)) {
            assertThat(cluster.node(N1).resign()).isTrue();
            MemberId leader = awaitAnother(cluster);
            cluster.kill(leader);
            MemberId successor = awaitAnother(cluster);
            assertThat(successor).isNotIn(leader, N1);
            TestCluster.addOrigin(cluster.node(N1), 9001); // its vote counts: nothing is committed without it
        }
    }

    @Test
    void itGivesBackWhatItIsGiven() {
        try (TestCluster cluster = TestCluster.formed(root, 3)) {
            assertThat(cluster.node(N1).resign()).isTrue();
            for (int round = 0; round < 2; round++) {
                long term = giveToN1(cluster);
                MemberId next = awaitAnother(cluster);
                assertThat(cluster.node(next).status().term())
                        .as("a term of the one that resigns came between")
                        .isGreaterThan(term + 1);
            }
        }
    }

    /** Has whoever leads hand over to n1, as often as it takes on a starved machine; returns the term before. */
    private static long giveToN1(TestCluster cluster) {
        return await().atMost(TestCluster.PATIENCE)
                .ignoreExceptionsInstanceOf(CompletionException.class)
                .until(
                        () -> {
                            RaftCluster leader = cluster.node(awaitAnother(cluster));
                            long term = leader.status().term();
                            return TestCluster.get(leader.handOver(N1).toCompletableFuture()) ? term : 0L;
                        },
                        term -> term > 0);
    }

    /** Whoever leads once it is another one than n1, for a while. */
    private static MemberId awaitAnother(TestCluster cluster) {
        return await().atMost(TestCluster.PATIENCE)
                .pollInterval(Duration.ofMillis(20))
                .during(WHILE)
                .until(
                        cluster::acting,
                        acting -> acting.size() == 1 && !acting.get(0).equals(N1))
                .get(0);
    }
}
