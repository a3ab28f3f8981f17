package io.weldr.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.weldr.it.harness.Http;
import io.weldr.it.harness.MemberChannel;
import io.weldr.it.harness.TestCluster;
import io.weldr.it.harness.TestNode;
import io.weldr.proto.admin.v1.CanHoldRequest;
import io.weldr.proto.admin.v1.CedeRequest;
import io.weldr.proto.admin.v1.MemberToMemberGrpc;
import io.weldr.proto.admin.v1.MemberToMemberGrpc.MemberToMemberBlockingStub;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The call by which a new leader asks for the virtual IP, with terms that nobody leads in. Hooks alone make a node
 * active; no address is needed.
 */
class CedeIT {
    @TempDir
    private Path folder;

    @Test
    void anInventedTermTakesNothingFromTheLeader() {
        try (TestCluster cluster = TestCluster.start(folder, 1, "--vip-hooks-passive", "true")) {
            TestNode node = cluster.node(1);
            await().until(() -> active(node));
            // The secret is one that the node has made for itself, so it also speaks without TLS.
            ManagedChannel channel = MemberChannel.open(node);
            try {
                MemberToMemberBlockingStub member = MemberToMemberGrpc.newBlockingStub(channel);
                for (long term : new long[] {1, 1_000, Long.MAX_VALUE}) {
                    assertThat(member.cede(CedeRequest.newBuilder()
                                            .setTerm(term)
                                            .build())
                                    .getCeded())
                            .as("term %s", term)
                            .isFalse();
                }
                for (long term : new long[] {0, -1, Long.MIN_VALUE}) {
                    assertThatThrownBy(() -> member.cede(
                                    CedeRequest.newBuilder().setTerm(term).build()))
                            .hasMessageContaining("term: \"" + term + "\" (expected: 1 or more)");
                }
            } finally {
                channel.shutdownNow();
            }
            assertThat(active(node)).isTrue();
            assertThat(node.output()).doesNotContain("Passive: let go of");
        }
    }

    @Test
    void theGrpcPortAnswersNoMemberOnceAllAskAtTheRaftPort() {
        try (TestCluster cluster = TestCluster.start(folder, 1)) {
            ManagedChannel channel = NettyChannelBuilder.forTarget(
                            cluster.node(1).grpcAddress())
                    .usePlaintext()
                    .build();
            try {
                MemberToMemberBlockingStub member = MemberToMemberGrpc.newBlockingStub(channel);
                await().untilAsserted(
                                () -> assertThatThrownBy(() -> member.canHold(CanHoldRequest.getDefaultInstance()))
                                        .hasMessageContaining("members ask each other at the Raft port"));
            } finally {
                channel.shutdownNow();
            }
        }
    }

    private static boolean active(TestNode node) {
        return Http.get(node.adminUrl() + "/metrics").body().contains("\nweldr_virtual_ip_active 1");
    }
}
