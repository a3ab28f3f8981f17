package io.weldr.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.weldr.core.state.ClusterVersion;
import io.weldr.it.harness.Http;
import io.weldr.it.harness.MemberChannel;
import io.weldr.it.harness.NextVersion;
import io.weldr.it.harness.SameState;
import io.weldr.it.harness.TestCluster;
import io.weldr.it.harness.TestNode;
import io.weldr.proto.admin.v1.CallRequest;
import io.weldr.proto.admin.v1.MemberToMemberGrpc;
import io.weldr.proto.raft.v1.LogProto;
import io.weldr.proto.raft.v1.PeerProto.Forward;
import io.weldr.proto.raft.v1.PeerProto.ForwardAnswer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Members of two versions in one cluster, as during a rolling upgrade. */
class VersionSkewIT {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @TempDir
    Path folder;

    /** The cluster version of this program; the next program supports one more. */
    private static final int THIS = ClusterVersion.SUPPORTED.number();

    @Test
    void membersOfTwoVersionsAgreeAndTheNewCommandWaitsForAll() throws Exception {
        Path next = NextVersion.compile(folder.resolve("next"));
        try (TestCluster cluster = TestCluster.of(folder, 3)) {
            TestNode n1 = cluster.node(1);
            TestNode n2 = cluster.node(2);
            TestNode n3 = cluster.node(3);
            n3.runs(next);
            cluster.nodes().forEach(cluster::launch);
            cluster.awaitLeader();
            try (PoolWriter writer = new PoolWriter(cluster.nodes())) {
                awaitClusterVersion(cluster.nodes(), THIS);

                // Neither an old nor a new leader takes it, whoever forwards it.
                lead(cluster, n1);
                assertRefused(n1, "Command has field 900");
                lead(cluster, n3);
                assertRefused(n3, "the command needs cluster version " + (THIS + 1));

                // Back, and forth again.
                restart(cluster, n3, null);
                restart(cluster, n3, next);
                assertThat(clusterVersion(n1)).isEqualTo(THIS);
                restart(cluster, n2, next);
                writer.awaitMore();
                assertThat(clusterVersion(n1)).isEqualTo(THIS);
                restart(cluster, n1, next);

                awaitClusterVersion(cluster.nodes(), THIS + 1);
                await().atMost(PATIENCE).until(() -> accepted(cluster, NextVersion.setInterval(77)));
                writer.awaitMore();
                SameState.await(cluster.nodes());
                assertThat(interval(n1)).isEqualTo("77s");

                // Too late to go back: the old version stops before what it does not know, says so, and serves what it
                // has.
                n1.kill();
                n1.runs(null);
                cluster.launch(n1);
                await().atMost(PATIENCE)
                        .untilAsserted(() -> assertThat(n1.output())
                                .contains("cannot be applied")
                                .contains("until it runs a newer version of weldr"));
                await().atMost(PATIENCE)
                        .untilAsserted(() -> assertThat(n1.localServers()).isNotEmpty()); // it may not listen yet
                writer.awaitMore();
                SameState.await(List.of(n2, n3));
                n1.kill();
                restartAs(cluster, n1, next);
                SameState.await(cluster.nodes());

                // Nor does it take what it cannot read for damage.
                n1.terminate();
                n1.runs(null);
                cluster.launch(n1);
                assertThat(n1.awaitExit()).isEqualTo(1);
                assertThat(n1.output()).contains("was written by a newer version of weldr");
                restartAs(cluster, n1, next);
                writer.awaitMore();
                SameState.await(cluster.nodes());
                writer.stop();
                assertThat(writer.refused()).isEmpty();
                assertThat(n1.servers())
                        .as("every acknowledged write")
                        .extracting(entry -> entry.substring(0, entry.indexOf(" ")))
                        .containsAll(writer.acknowledged());
            }
        }
    }

    private static void restart(TestCluster cluster, TestNode node, @Nullable Path classes) {
        assertThat(node.terminate()).as(node.output()).isZero();
        restartAs(cluster, node, classes);
    }

    private static void restartAs(TestCluster cluster, TestNode node, @Nullable Path classes) {
        node.runs(classes);
        cluster.start(node);
    }

    private static void lead(TestCluster cluster, TestNode node) {
        await().atMost(PATIENCE).until(() -> {
            Http.post(node.adminUrl() + "/v1/cluster/leader", "{\"to\":\"" + node.id() + "\"}");
            return node.isLeader();
        });
        assertThat(cluster.leader()).isPresent();
    }

    /** Leadership may move at any moment on a busy machine, so whoever leads then is asked once more. */
    private static void assertRefused(TestNode leader, String why) {
        await().atMost(PATIENCE).untilAsserted(() -> {
            if (!leader.isLeader()) {
                Http.post(leader.adminUrl() + "/v1/cluster/leader", "{\"to\":\"" + leader.id() + "\"}");
            }
            ForwardAnswer answer = forward(leader, NextVersion.setInterval(66));
            assertThat(answer.getFailure().getKind()).isEqualTo("UNSUPPORTED");
            assertThat(answer.getFailure().getMessage()).contains(why);
        });
    }

    private static boolean accepted(TestCluster cluster, LogProto.Entry entry) {
        return cluster.leader()
                .map(leader -> forward(leader, entry).getCommitted().hasAccepted())
                .orElse(false);
    }

    /** What a follower sends the leader for a client of its own. */
    private static ForwardAnswer forward(TestNode to, LogProto.Entry entry) {
        ManagedChannel channel = MemberChannel.open(to);
        try {
            ByteString message = Forward.newBuilder()
                    .setDeadlineMillis(2000)
                    .setSubmit(entry)
                    .build()
                    .toByteString();
            return ForwardAnswer.parseFrom(MemberToMemberGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(20, TimeUnit.SECONDS)
                    .call(CallRequest.newBuilder().setMessage(message).build())
                    .getMessage());
        } catch (com.google.protobuf.InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        } finally {
            channel.shutdownNow();
        }
    }

    private static void awaitClusterVersion(List<TestNode> nodes, int version) {
        for (TestNode node : nodes) {
            await().atMost(PATIENCE).until(() -> clusterVersion(node) == version);
        }
    }

    private static int clusterVersion(TestNode node) {
        return Http.get(node.adminUrl() + "/cluster")
                .json()
                .path("clusterVersion")
                .asInt(-1);
    }

    private static String interval(TestNode node) {
        return Http.get(node.adminUrl() + "/v1/pools/default/health?consistency=stale")
                .json()
                .path("health")
                .path("interval")
                .asText();
    }
}
