package io.weldr.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.core.state.MemberId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.util.CodeInjectionForTesting;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clusters that are formed while their leaders are cut off at the wrong moment. In each round two members lead one
 * after the other, and each is cut off when it has written its first entry and before anybody else has that entry. Then
 * one of the two leads together with the third member. At last the other one comes back, and hears heartbeats before it
 * gets entries. What is injected is global, so one test runs at a time.
 */
class FirstEntriesIT {
    private static final int ROUNDS = Integer.getInteger("formation.rounds", 10);
    private static final long SEED = Long.getLong("formation.seed", System.nanoTime());

    private static final List<String> POINTS = List.of(
            "RaftServerImpl.appendEntries",
            "RaftServerImpl.requestVote",
            "RaftServerImpl.installSnapshot",
            "RaftServerImpl.startLeaderElection");

    @TempDir
    Path root;

    private volatile Network network = new Network(new Random());

    /** What gets through. */
    private static final class Network {
        private final boolean laterOneFirst;
        private int heartbeatsBeforeEntries; // guarded by this, as everything below
        private final List<MemberId> writers = new ArrayList<>();
        private @Nullable MemberId cut; // of the two writers, while the other one leads
        private boolean back;

        Network(Random random) {
            laterOneFirst = random.nextBoolean();
            heartbeatsBeforeEntries = random.nextInt(1, 4);
        }

        synchronized boolean drops(MemberId to, MemberId from, @Nullable AppendEntriesRequestProto append) {
            boolean entries = append != null && append.getEntriesCount() > 0;
            if (writers.size() < 2) {
                if (entries && !writers.contains(from)) {
                    writers.add(from);
                    cut = writers.size() < 2 ? null : writers.get(laterOneFirst ? 0 : 1);
                }
                return entries || writers.contains(to) || writers.contains(from);
            }
            if (!back) {
                return to.equals(cut) || from.equals(cut);
            }
            if (to.equals(cut) && append != null && !append.hasPreviousLog() && heartbeatsBeforeEntries > 0) {
                if (!entries) {
                    heartbeatsBeforeEntries--;
                }
                return entries;
            }
            return false;
        }

        /** The one that is cut off; null while fewer than two have written a first entry. */
        synchronized @Nullable MemberId cut() {
            return cut;
        }

        synchronized void restore() {
            back = true;
        }

        synchronized boolean heardHeartbeats() {
            return heartbeatsBeforeEntries == 0;
        }
    }

    @BeforeEach
    void inject() {
        for (String point : POINTS) {
            CodeInjectionForTesting.put(point, (local, remote, args) -> {
                AppendEntriesRequestProto append = Stream.of(args)
                        .filter(AppendEntriesRequestProto.class::isInstance)
                        .map(AppendEntriesRequestProto.class::cast)
                        .findFirst()
                        .orElse(null);
                if (network.drops(member(local), member(remote), append)) {
                    throw new IllegalStateException("cut");
                }
                return false;
            });
        }
    }

    /** Of a node in whichever life. */
    private static MemberId member(@Nullable Object raftId) {
        String text = String.valueOf(raftId);
        return new MemberId(text.substring(0, text.indexOf('.')));
    }

    @AfterEach
    void heal() {
        POINTS.forEach(CodeInjectionForTesting::remove);
    }

    @Test
    void membersWithDifferentFirstEntriesEndWithTheSame() {
        System.out.println("formation.seed=" + SEED + " formation.rounds=" + ROUNDS);
        Random random = new Random(SEED);
        for (int round = 1; round <= ROUNDS; round++) {
            network = new Network(random);
            Path folder = root.resolve("round-" + round);
            try (TestCluster cluster = new TestCluster(
                    folder,
                    3,
                    settings -> settings.withElectionTimeout(Duration.ofMillis(200), Duration.ofMillis(400)))) {
                form(cluster, "round " + round + " of seed " + SEED);
            }
            TestCluster.deleteAll(folder);
        }
    }

    private void form(TestCluster cluster, String what) {
        cluster.peers.keySet().forEach(cluster::start);
        await(what + ": two members have a first entry that no other has")
                .atMost(TestCluster.PATIENCE)
                .until(() -> network.cut() != null);
        await(what + ": the other two have a leader")
                .atMost(TestCluster.PATIENCE)
                .until(() -> cluster.acting().stream().anyMatch(id -> !id.equals(network.cut())));
        network.restore();
        await(what + ": the third one hears heartbeats")
                .atMost(TestCluster.PATIENCE)
                .until(() -> network.heardHeartbeats());

        cluster.awaitFormed();
        TestCluster.addOrigin(cluster.node(new MemberId("n1")), 9001);
        await(what + ": all members are equal")
                .atMost(TestCluster.PATIENCE)
                .untilAsserted(() -> assertThat(cluster.nodes())
                        .allSatisfy(node -> assertThat(TestCluster.ports(node)).containsExactly(9001)));
        assertThat(cluster.nodes().stream().map(node -> node.state().get()).distinct())
                .as(what)
                .hasSize(1);
    }
}
