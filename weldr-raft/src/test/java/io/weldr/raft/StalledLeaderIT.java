package io.weldr.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.core.port.Published;
import io.weldr.core.state.MemberId;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A leader that does not get on, while its heartbeats do. */
class StalledLeaderIT {
    @TempDir
    Path root;

    @Test
    void aLeaderThatAppliesNothingGivesWayAndCatchesUpLater() throws Exception {
        try (TestCluster cluster = TestCluster.formed(root, 3)) {
            MemberId stalled = cluster.awaitLeader();
            RaftCluster node = cluster.node(stalled);
            CountDownLatch hung = new CountDownLatch(1);
            CountDownLatch goOn = new CountDownLatch(1);
            try (Published.Subscription subscription = node.state().subscribe(state -> {
                if (!state.defaultPool().origins().isEmpty()) {
                    hung.countDown();
                    awaitQuietly(goOn); // as an apply thread that waits for a lock, or a disk
                }
            })) {
                RaftCluster other = cluster.node(cluster.anotherThan(stalled));
                TestCluster.addOrigin(other, 1);
                hung.await();
                TestCluster.addOrigin(other, 2);
                await("another leader")
                        .atMost(TestCluster.PATIENCE)
                        .until(() -> cluster.acting().stream().anyMatch(id -> !id.equals(stalled)));
                assertThat(other.state().get().defaultPool().origins()).hasSize(2);
                goOn.countDown();
                await("what it missed")
                        .atMost(TestCluster.PATIENCE)
                        .untilAsserted(() -> assertThat(
                                        node.state().get().defaultPool().origins())
                                .hasSize(2));
            } finally {
                goOn.countDown();
            }
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
