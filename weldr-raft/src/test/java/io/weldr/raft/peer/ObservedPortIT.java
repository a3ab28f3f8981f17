package io.weldr.raft.peer;

import static io.weldr.testing.Patience.PATIENCE_MILLIS;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.EnumSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.grpc.server.GrpcServices;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.CommitInfoProto;
import org.apache.ratis.proto.RaftProtos.RaftPeerProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.grpc.RaftServerProtocolServiceGrpc;
import org.apache.ratis.proto.grpc.RaftServerProtocolServiceGrpc.RaftServerProtocolServiceImplBase;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.io.grpc.ManagedChannel;
import org.apache.ratis.thirdparty.io.grpc.Server;
import org.apache.ratis.thirdparty.io.grpc.netty.NettyChannelBuilder;
import org.apache.ratis.thirdparty.io.grpc.netty.NettyServerBuilder;
import org.apache.ratis.thirdparty.io.grpc.stub.StreamObserver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The test leads; the follower's Ratis behind the port takes everything and says nothing. */
class ObservedPortIT {
    private static final ByteString FOLLOWER = ByteString.copyFromUtf8("n1");
    private static final ByteString LEADER = ByteString.copyFromUtf8("n2");
    private static final ByteString THIRD = ByteString.copyFromUtf8("n3");

    private final BlockingQueue<Long> commits = new LinkedBlockingQueue<>();
    private Server server;
    private ManagedChannel channel;

    @BeforeEach
    void start() throws Exception {
        NettyServerBuilder builder =
                NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        server = new ObservedPort(new PeerPort("n1", (bytes, caller) -> bytes), "n1", new Commits())
                .customize(builder, EnumSet.noneOf(GrpcServices.Type.class))
                .addService(new SilentFollower())
                .build()
                .start();
        channel = NettyChannelBuilder.forAddress("127.0.0.1", server.getPort())
                .usePlaintext()
                .build();
    }

    @AfterEach
    void stop() {
        channel.shutdownNow();
        server.shutdownNow();
    }

    /**
     * As Ratis sends it to a follower that has come back and has entries up to 4: of the commit index it tells the part
     * that the follower has.
     */
    @Test
    void aFollowerHearsOfCommittedEntriesThatItLacks() throws Exception {
        send(append(4, commit(LEADER, 9), commit(THIRD, 11), commit(FOLLOWER, 4)));
        assertThat(commits.poll(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)).isEqualTo(9);
    }

    @Test
    void aLeaderThatTellsNoCommitIndexOfMembersIsTakenAtItsWord() throws Exception {
        send(append(4));
        assertThat(commits.poll(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)).isEqualTo(4);
    }

    private void send(AppendEntriesRequestProto request) {
        RaftServerProtocolServiceGrpc.newStub(channel)
                .appendEntries(new Ignoring<AppendEntriesReplyProto>())
                .onNext(request);
    }

    private static AppendEntriesRequestProto append(long commit, CommitInfoProto... members) {
        AppendEntriesRequestProto.Builder append = AppendEntriesRequestProto.newBuilder()
                .setServerRequest(
                        RaftRpcRequestProto.newBuilder().setRequestorId(LEADER).setReplyId(FOLLOWER))
                .setLeaderTerm(1)
                .setLeaderCommit(commit);
        for (CommitInfoProto member : members) {
            append.addCommitInfos(member);
        }
        return append.build();
    }

    private static CommitInfoProto commit(ByteString member, long index) {
        return CommitInfoProto.newBuilder()
                .setServer(RaftPeerProto.newBuilder().setId(member))
                .setCommitIndex(index)
                .build();
    }

    private final class Commits implements AppendObserver {
        @Override
        public void asked(long leaderTerm, long leaderCommit) {
            commits.add(leaderCommit);
        }

        @Override
        public void answered(long term, boolean heartbeat, boolean accepted) {}

        @Override
        public boolean takesSnapshots() {
            return true;
        }

        @Override
        public void snapshotPart(boolean last) {}

        @Override
        public void snapshotFailed(String why) {}
    }

    private static final class SilentFollower extends RaftServerProtocolServiceImplBase {
        @Override
        public StreamObserver<AppendEntriesRequestProto> appendEntries(
                StreamObserver<AppendEntriesReplyProto> replies) {
            return new Ignoring<>();
        }
    }

    private static final class Ignoring<T> implements StreamObserver<T> {
        @Override
        public void onNext(T message) {}

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onCompleted() {}
    }
}
