package io.weldr.api.grpc;

import static io.weldr.testing.Patience.PATIENCE_MILLIS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.weldr.api.testkit.TestCluster;
import io.weldr.api.testkit.TestNode;
import io.weldr.proto.admin.v1.AdminGrpc;
import io.weldr.proto.admin.v1.ClusterStatusRequest;
import io.weldr.proto.admin.v1.MemberToMemberGrpc;
import io.weldr.proto.admin.v1.ProcessStatus;
import io.weldr.proto.admin.v1.RestartMemberReply;
import io.weldr.proto.admin.v1.RestartMemberRequest;
import io.weldr.proto.admin.v1.RestartRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Restarts of members over gRPC: one at a time, and only of those that are started again. */
class RestartIT {
    private TestCluster cluster;
    private final List<ManagedChannel> channels = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        cluster = TestCluster.start(3);
        cluster.nodes()
                .forEach(node -> channels.add(NettyChannelBuilder.forTarget(node.endpoint())
                        .usePlaintext()
                        .build()));
    }

    @AfterEach
    void stop() {
        channels.forEach(ManagedChannel::shutdownNow);
        cluster.close();
    }

    private AdminGrpc.AdminBlockingStub stub(int node) {
        return AdminGrpc.newBlockingStub(channels.get(node - 1))
                .withDeadlineAfter(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    }

    private static RestartMemberRequest safely(TestNode node) {
        return RestartMemberRequest.newBuilder()
                .setId(node.id().value())
                .setIfSafe(true)
                .build();
    }

    @Test
    void aMemberTellsItsProcessAndRestartsOnceWhenTheOthersAreWell() {
        TestNode first = cluster.node(1);
        ProcessStatus process = stub(1).clusterStatus(ClusterStatusRequest.getDefaultInstance())
                .getMembers(0)
                .getProcess();
        assertThat(process.getServiceManager()).isEqualTo("systemd");
        assertThat(process.getUnreadyList()).isEmpty();

        cluster.node(3).unready("it drains");
        assertThatThrownBy(() -> stub(1).restartMember(safely(first)))
                .isInstanceOf(StatusRuntimeException.class)
                .hasMessageContaining("n3 is not ready: it drains");
        cluster.node(3).unready();
        assertThat(first.process().restarting()).isFalse();

        RestartMemberReply begun = stub(1).restartMember(safely(first).toBuilder()
                .setStartedAt(process.getStartedAt())
                .build());
        assertThat(begun.getChanged()).isTrue();
        assertThat(begun.getDrainTimeout().getSeconds()).isEqualTo(7);
        assertThat(stub(1).restartMember(safely(first)).getChanged()).isFalse();
        assertThat(first.process().restarts()).hasSize(1);
        assertThatThrownBy(() -> stub(2).restartMember(safely(cluster.node(2)))).hasMessageContaining("n1 restarts");
    }

    /** Whoever wins, two of three members never restart at the same time. */
    @Test
    void ofTwoOperatorsAtTheSameTimeAtMostOneIsServed() throws Exception {
        for (int round = 0; round < 20; round++) {
            CompletableFuture<Boolean> one = CompletableFuture.supplyAsync(() -> accepted(1));
            CompletableFuture<Boolean> two = CompletableFuture.supplyAsync(() -> accepted(2));
            boolean first = one.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
            boolean second = two.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
            assertThat(first && second).as("both in round %d", round).isFalse();
            assertThat(Stream.of(1, 2)
                            .filter(number ->
                                    !cluster.node(number).process().restarts().isEmpty())
                            .count())
                    .isEqualTo(first || second ? 1 : 0);
            if (first || second) {
                return; // it restarts for good
            }
        }
    }

    private boolean accepted(int node) {
        try {
            return stub(node).restartMember(safely(cluster.node(node))).getChanged();
        } catch (StatusRuntimeException refused) {
            return false;
        }
    }

    /** Nobody proves at the gRPC port to be a member. */
    @Test
    void aRestartFromMemberToMemberIsNotTakenAtTheGrpcPort() {
        assertThatThrownBy(() -> MemberToMemberGrpc.newBlockingStub(channels.get(0))
                        .withDeadlineAfter(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)
                        .restart(RestartRequest.getDefaultInstance()))
                .isInstanceOf(StatusRuntimeException.class);
        assertThat(cluster.node(1).process().restarts()).isEmpty();
    }
}
