package io.weldr.raft.peer;

import io.weldr.raft.workaround.Workaround;
import java.util.EnumSet;
import org.apache.ratis.grpc.server.GrpcServices;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto.AppendResult;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.CommitInfoProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotReplyProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotResult;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.io.grpc.ForwardingServerCall;
import org.apache.ratis.thirdparty.io.grpc.ForwardingServerCallListener;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.ServerCall;
import org.apache.ratis.thirdparty.io.grpc.ServerCallHandler;
import org.apache.ratis.thirdparty.io.grpc.ServerInterceptor;
import org.apache.ratis.thirdparty.io.grpc.Status;
import org.apache.ratis.thirdparty.io.grpc.netty.NettyServerBuilder;

/**
 * Tells an {@link AppendObserver} what goes through the Raft port. Ratis itself does not tell a follower what its
 * leader has committed unless the follower accepts the message, nor that it refuses.
 */
public final class ObservedPort implements GrpcServices.Customizer {
    private static final String INSTALL_SNAPSHOT = "ratis.grpc.RaftServerProtocolService/installSnapshot";

    private final PeerPort port;
    private final ByteString self;
    private final AppendObserver observer;

    /** @param self how Raft knows this node: what is meant for another is not told */
    public ObservedPort(PeerPort port, String self, AppendObserver observer) {
        this.port = port;
        this.self = RaftPeerId.valueOf(self).toByteString();
        this.observer = observer;
    }

    @Override
    public NettyServerBuilder customize(NettyServerBuilder builder, EnumSet<GrpcServices.Type> types) {
        return port.customize(builder, types).intercept(new Interceptor()); // The last one is the first to be called.
    }

    private void asked(Object message) {
        if (message instanceof AppendEntriesRequestProto append
                && append.getServerRequest().getReplyId().equals(self)) {
            observer.asked(append.getLeaderTerm(), committed(append));
        } else if (message instanceof InstallSnapshotRequestProto install
                && install.getServerRequest().getReplyId().equals(self)) {
            // What is in a snapshot is committed.
            observer.asked(
                    install.getLeaderTerm(),
                    install.getSnapshotChunk().getTermIndex().getIndex());
        }
    }

    /**
     * What the leader has committed. The field of that name says less while this follower lacks entries: no more than
     * it has once it accepts the message.
     */
    private static long committed(AppendEntriesRequestProto append) {
        ByteString leader = append.getServerRequest().getRequestorId();
        long committed = append.getLeaderCommit();
        for (CommitInfoProto member : append.getCommitInfosList()) {
            if (member.getServer().getId().equals(leader)) {
                committed = Math.max(committed, member.getCommitIndex());
            }
        }
        return committed;
    }

    private final class Interceptor implements ServerInterceptor {
        @Override
        public <Q, A> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
            boolean snapshot =
                    INSTALL_SNAPSHOT.equals(call.getMethodDescriptor().getFullMethodName());
            if (snapshot && !observer.takesSnapshots() && Workaround.SNAPSHOT_PAUSES.used()) {
                return refuse(call);
            }
            Exchange<Q, A> exchange = new Exchange<>(call, snapshot);
            return exchange.listener(next.startCall(exchange, headers));
        }

        /** Ratis would fail again, and write a stack trace for each attempt: ten in a second. */
        private <Q, A> ServerCall.Listener<Q> refuse(ServerCall<Q, A> call) {
            call.request(1);
            return new ServerCall.Listener<>() {
                private boolean closed;

                @Override
                public void onMessage(Q message) {
                    asked(message); // The leader lives, all the same.
                    close();
                }

                @Override
                public void onHalfClose() {
                    close();
                }

                private void close() {
                    if (!closed) {
                        closed = true;
                        call.close(
                                Status.UNAVAILABLE.withDescription("the last snapshot could not be taken"),
                                new Metadata());
                    }
                }
            };
        }
    }

    /**
     * One call: a leader uses it for many messages. Its messages come one after the other, the answers from several
     * threads.
     */
    private final class Exchange<Q, A> extends ForwardingServerCall.SimpleForwardingServerCall<Q, A> {
        private final boolean snapshot;
        private volatile boolean lastPart;

        Exchange(ServerCall<Q, A> call, boolean snapshot) {
            super(call);
            this.snapshot = snapshot;
        }

        ServerCall.Listener<Q> listener(ServerCall.Listener<Q> next) {
            return new ForwardingServerCallListener.SimpleForwardingServerCallListener<>(next) {
                @Override
                public void onMessage(Q message) {
                    asked(message);
                    if (message instanceof InstallSnapshotRequestProto install) {
                        lastPart = install.getSnapshotChunk().getDone();
                    }
                    super.onMessage(message);
                }
            };
        }

        @Override
        public void sendMessage(A message) {
            if (message instanceof AppendEntriesReplyProto append) {
                if (append.getResult() != AppendResult.NOT_LEADER) {
                    observer.answered(
                            append.getTerm(), append.getIsHearbeat(), append.getResult() == AppendResult.SUCCESS);
                }
            } else if (message instanceof InstallSnapshotReplyProto install
                    && install.getResult() == InstallSnapshotResult.SUCCESS) {
                observer.snapshotPart(lastPart);
            }
            super.sendMessage(message);
        }

        @Override
        public void close(Status status, Metadata trailers) {
            // Other codes are PeerPort's own, or say that the leader has gone.
            if (snapshot && status.getCode() == Status.Code.INTERNAL) {
                observer.snapshotFailed(String.valueOf(status.getDescription()));
            }
            super.close(status, trailers);
        }
    }
}
