package io.weldr.it.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.it.harness.Http;
import io.weldr.it.harness.PreloadedLibrary;
import io.weldr.it.harness.Secret;
import io.weldr.it.harness.ShiftedClock;
import io.weldr.it.harness.TestCluster;
import io.weldr.it.harness.TestNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Wall clocks that jump by hours, forwards and backwards, on members that speak TLS to each other. */
class ClockIT {
    private static final Duration FORWARDS = Duration.ofHours(7);
    private static final Duration BACKWARDS = Duration.ofHours(-9);
    private static final int CHANGES = 30;

    @TempDir
    private Path folder;

    private final Map<TestNode, ShiftedClock> clocks = new LinkedHashMap<>();

    @Test
    @Tag("nightly")
    void clocksThatJumpLoseNothingAndStopNothing() throws Exception {
        String unavailable = PreloadedLibrary.unavailable();
        Assumptions.assumeTrue(unavailable.isEmpty(), unavailable);
        TestCluster cluster =
                TestCluster.of(folder, 3, "--secret-file", Secret.in(folder).toString());
        for (TestNode node : cluster.nodes()) {
            ShiftedClock clock = ShiftedClock.in(folder.resolve(node.id() + ".clock"));
            clocks.put(node, clock);
            node.environment(clock.environment());
        }
        History history = new History();
        try {
            cluster.nodes().forEach(cluster::launch);
            cluster.awaitLeader();
            try (Clients clients = new Clients(history, cluster.nodes(), 4, 10, 1)) {
                Judge.tell(cluster.nodes(), () -> {
                    for (Duration jump : List.of(FORWARDS, BACKWARDS, Duration.ZERO)) {
                        shift(clocks.keySet(), jump);
                        Judge.awaitChanges(history, CHANGES);
                    }
                    for (Duration jump : List.of(FORWARDS, BACKWARDS)) {
                        jumpOf(cluster, cluster.awaitLeader(), jump, history);
                        jumpOf(cluster, cluster.except(cluster.awaitLeader()).get(0), jump, history);
                    }
                    Judge.judge(history, clients, cluster.nodes());
                });
            }
        } finally {
            cluster.close();
        }
    }

    /** Its certificate is of another time than the clocks of the others, also after a restart. */
    private void jumpOf(TestCluster cluster, TestNode node, Duration jump, History history) {
        shift(List.of(node), jump);
        Judge.awaitChanges(history, CHANGES);
        assertThat(node.terminate()).as(node.output()).isZero();
        cluster.start(node);
        await(node.id() + " to have caught up")
                .until(() -> Http.get(node.adminUrl() + "/v1/pools/default").status() == 200);
        Judge.awaitChanges(history, CHANGES);
        shift(List.of(node), Duration.ZERO);
        Judge.awaitChanges(history, CHANGES);
    }

    private void shift(Collection<TestNode> nodes, Duration by) {
        nodes.forEach(node -> Objects.requireNonNull(clocks.get(node)).shift(by));
    }
}
