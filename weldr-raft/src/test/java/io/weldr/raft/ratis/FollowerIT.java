package io.weldr.raft.ratis;

import static io.weldr.testing.Patience.PATIENCE_MILLIS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weldr.core.pool.HostPort;
import io.weldr.core.state.MemberId;
import io.weldr.raft.RaftSettings;
import io.weldr.raft.peer.PeerRpc;
import io.weldr.raft.peer.PeerSecurity;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto.AppendResult;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.MetadataProto;
import org.apache.ratis.proto.RaftProtos.RaftGroupIdProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.TermIndexProto;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.RaftServerAsynchronousProtocol;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a follower does with what a leader sends, as Ratis is set up here. The leader is the test. */
class FollowerIT {
    private static final long TERM = 1_000; // above any that the follower comes to by standing for election

    private final RaftGroupId group = RaftGroupId.randomId();
    private final RaftPeerId follower = RaftPeerId.valueOf("n1");
    private final RaftPeerId leader = RaftPeerId.valueOf("n2");
    private long callId;

    @TempDir
    Path folder;

    @Test
    void entriesThatCannotBeAppendedDoNotKeepLaterOnesOut() throws Exception {
        try (RaftServer server = start()) {
            assertThat(send(server, null, TERM, 0, 1, 2).getResult()).isEqualTo(AppendResult.SUCCESS);

            // A term can only grow along the log.
            assertThatThrownBy(() -> send(server, 2L, TERM - 1, 3)).hasStackTraceContaining("IllegalStateException");

            AppendEntriesReplyProto later = send(server, 2L, TERM, 3, 4);
            assertThat(later.getResult()).isEqualTo(AppendResult.SUCCESS);
            assertThat(later.getMatchIndex()).isEqualTo(4);
        }
    }

    private RaftServer start() throws IOException {
        HostPort address = new HostPort("127.0.0.1", freePort());
        RaftSettings settings =
                RaftSettings.of(new MemberId("n1"), address, null, Map.of(), folder.resolve("data"), false);
        RaftPeer self = RaftPeer.newBuilder()
                .setId(follower)
                .setAddress(address.toString())
                .build();
        RaftPeer other = RaftPeer.newBuilder()
                .setId(leader)
                .setAddress("127.0.0.1:1") // nobody: it gives its vote to no one, and needs no answers
                .build();
        Parameters parameters = new Parameters();
        var unused = PeerRpc.set(parameters, PeerSecurity.plain());
        RaftServer server = RaftServer.newBuilder()
                .setServerId(follower)
                .setGroup(RaftGroup.valueOf(group, self, other))
                .setStateMachine(new BaseStateMachine())
                .setProperties(RatisTuning.properties(settings, folder.resolve("log")))
                .setParameters(parameters)
                .build();
        server.start();
        return server;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private AppendEntriesReplyProto send(RaftServer server, @Nullable Long previous, long term, long... indices)
            throws Exception {
        AppendEntriesRequestProto.Builder request = AppendEntriesRequestProto.newBuilder()
                .setServerRequest(call())
                .setLeaderTerm(TERM)
                .setLeaderCommit(-1);
        if (previous != null) {
            request.setPreviousLog(TermIndexProto.newBuilder().setTerm(TERM).setIndex(previous));
        }
        Arrays.stream(indices)
                .mapToObj(index -> LogEntryProto.newBuilder()
                        .setTerm(term)
                        .setIndex(index)
                        .setMetadataEntry(MetadataProto.newBuilder().setCommitIndex(-1)))
                .forEach(request::addEntries);
        CompletableFuture<AppendEntriesReplyProto> reply =
                ((RaftServerAsynchronousProtocol) server).appendEntriesAsync(request.build());
        return reply.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    }

    private RaftRpcRequestProto call() {
        return RaftRpcRequestProto.newBuilder()
                .setRequestorId(leader.toByteString())
                .setReplyId(follower.toByteString())
                .setRaftGroupId(RaftGroupIdProto.newBuilder().setId(group.toByteString()))
                .setCallId(++callId)
                .build();
    }
}
