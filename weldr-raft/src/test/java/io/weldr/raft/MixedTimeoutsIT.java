package io.weldr.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.core.state.MemberId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.ratis.util.CodeInjectionForTesting;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The election timeout is changed on one member after the other, as in a rolling upgrade. What is injected is global,
 * so one test runs at a time.
 */
class MixedTimeoutsIT {
    private static final List<String> POINTS = List.of(
            "RaftServerImpl.appendEntries",
            "RaftServerImpl.requestVote",
            "RaftServerImpl.installSnapshot",
            "RaftServerImpl.startLeaderElection");

    @TempDir
    Path root;

    private volatile @Nullable MemberId cut;

    @BeforeEach
    void inject() {
        for (String point : POINTS) {
            CodeInjectionForTesting.put(point, (local, remote, args) -> {
                MemberId alone = cut;
                if (alone != null && is(alone, local) != is(alone, remote)) {
                    throw new IllegalStateException("cut");
                }
                return false;
            });
        }
    }

    private static boolean is(MemberId node, @Nullable Object raftId) {
        return String.valueOf(raftId).startsWith(node + ".");
    }

    @AfterEach
    void heal() {
        POINTS.forEach(CodeInjectionForTesting::remove);
    }

    @ParameterizedTest
    @ValueSource(strings = {"n1", "n1 n2"})
    void aLeaderThatIsCutOffStopsActingBeforeAnotherStarts(String impatient) {
        Set<String> short200 = Set.of(impatient.split(" "));
        try (TestCluster cluster = TestCluster.formed(
                root,
                3,
                settings -> short200.contains(settings.self().value())
                        ? settings.withElectionTimeout(Duration.ofMillis(200), Duration.ofMillis(400))
                        : settings.withElectionTimeout(
                                RaftSettings.ELECTION_TIMEOUT_MIN_DEFAULT,
                                RaftSettings.ELECTION_TIMEOUT_MAX_DEFAULT))) {
            int port = 9001;
            for (MemberId wanted : cluster.peers.keySet()) {
                TestCluster.addOrigin(cluster.node(wanted), port++);
                MemberId old = leading(cluster, wanted);
                cut = old;
                TestCluster.RecordingDuty duty = cluster.duty(old);
                await().atMost(TestCluster.PATIENCE)
                        .pollInterval(Duration.ofMillis(2))
                        .until(() -> !duty.active);
                MemberId successor = await().atMost(TestCluster.PATIENCE)
                        .pollInterval(Duration.ofMillis(2))
                        .until(
                                () -> cluster.duties.values().stream()
                                        .filter(other -> other.active && !other.of.equals(old))
                                        .map(other -> other.of)
                                        .findFirst(),
                                Optional::isPresent)
                        .orElseThrow();
                assertThat(duty.stoppedNanos)
                        .as("%s stops before %s starts", old, successor)
                        .isLessThan(cluster.duty(successor).startedNanos);
                TestCluster.addOrigin(cluster.node(successor), port++);
                cut = null;
            }
            int last = port;
            TestCluster.addOrigin(cluster.node(new MemberId("n1")), last);
            await().atMost(TestCluster.PATIENCE)
                    .untilAsserted(() -> assertThat(cluster.nodes())
                            .allSatisfy(node -> assertThat(TestCluster.ports(node))
                                    .hasSize(last - 9000)
                                    .contains(last)));
        }
    }

    /**
     * Has the wanted member lead if it can be had. A leader whose heartbeats are too rare for the others does not stay
     * one.
     */
    private static MemberId leading(TestCluster cluster, MemberId wanted) {
        MemberId leader = cluster.awaitLeader();
        if (!leader.equals(wanted)) {
            TestCluster.get(cluster.node(leader)
                    .handOver(wanted)
                    .handle((moved, failure) -> failure == null)
                    .toCompletableFuture());
        }
        return cluster.awaitLeader();
    }
}
