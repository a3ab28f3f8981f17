package io.weldr.raft.peer;

import java.time.Duration;
import java.util.EnumSet;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.apache.ratis.grpc.server.GrpcServices;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionRequestProto;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.io.grpc.ForwardingServerCallListener;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.ServerCall;
import org.apache.ratis.thirdparty.io.grpc.ServerCallHandler;
import org.apache.ratis.thirdparty.io.grpc.ServerInterceptor;
import org.apache.ratis.thirdparty.io.grpc.ServerServiceDefinition;
import org.apache.ratis.thirdparty.io.grpc.Status;
import org.apache.ratis.thirdparty.io.grpc.netty.NettyServerBuilder;
import org.apache.ratis.thirdparty.io.grpc.stub.ServerCalls;
import org.apache.ratis.thirdparty.io.grpc.stub.StreamObserver;
import org.jspecify.annotations.Nullable;

/**
 * Adds our calls to the Raft port, and closes it to what members never ask: Ratis would let anybody who reaches the port change
 * the membership, write to the log or delete a group's folder.
 */
public final class PeerPort implements GrpcServices.Customizer {
    private static final String RAFT = "ratis.grpc.RaftServerProtocolService/";

    /**
     * A connection over which nothing came for so long gets an HTTP/2 ping. Ratis keeps connections between followers,
     * which carry nothing from one election to the next. A firewall forgets a connection that is silent, often after
     * some minutes, and then drops what a candidate sends on it.
     */
    static final Duration PING_AFTER = Duration.ofSeconds(10);

    /**
     * A peer that has not answered the ping by then is gone, or frozen: the connection is closed, and the peer opens a
     * new one.
     */
    private static final Duration PONG_WITHIN = Duration.ofSeconds(20);

    private final UnaryOperator<byte[]> hello;
    private final ByteString self;

    /**
     * @param self how Raft knows this node
     * @param hello answers from memory; called on threads of gRPC
     */
    public PeerPort(String self, UnaryOperator<byte[]> hello) {
        this.self = RaftPeerId.valueOf(self).toByteString();
        this.hello = hello;
    }

    @Override
    public NettyServerBuilder customize(NettyServerBuilder builder, EnumSet<GrpcServices.Type> types) {
        return builder.addService(ServerServiceDefinition.builder(PeerMethods.SERVICE)
                        .addMethod(PeerMethods.HELLO, ServerCalls.asyncUnaryCall(this::hello))
                        .addMethod(PeerMethods.PRESENCE, PeerPort::present)
                        .build())
                .keepAliveTime(PING_AFTER.toMillis(), TimeUnit.MILLISECONDS)
                .keepAliveTimeout(PONG_WITHIN.toMillis(), TimeUnit.MILLISECONDS)
                .intercept(new Guard());
    }

    /** Says at once that the call has come through, and nothing more. */
    private static ServerCall.Listener<byte[]> present(ServerCall<byte[], byte[]> call, Metadata headers) {
        call.sendHeaders(new Metadata());
        call.request(1);
        return new ServerCall.Listener<>() {};
    }

    private void hello(byte[] request, StreamObserver<byte[]> response) {
        byte[] answer;
        try {
            answer = hello.apply(request);
        } catch (IllegalArgumentException e) {
            response.onError(
                    Status.INVALID_ARGUMENT.withDescription(e.getMessage()).asRuntimeException());
            return;
        }
        response.onNext(answer);
        response.onCompleted();
    }

    private final class Guard implements ServerInterceptor {
        @Override
        public <Q, A> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
            String method = call.getMethodDescriptor().getFullMethodName();
            if (!method.startsWith(RAFT) && !method.startsWith(PeerMethods.SERVICE + "/")) {
                return refuse(call, Status.PERMISSION_DENIED.withDescription("not open to other processes: " + method));
            }
            return method.startsWith(RAFT)
                    ? new Addressed<>(call, next.startCall(call, headers))
                    : next.startCall(call, headers);
        }

        private <Q, A> ServerCall.Listener<Q> refuse(ServerCall<Q, A> call, Status status) {
            call.close(status, new Metadata());
            return new ServerCall.Listener<>() {};
        }
    }

    /**
     * Lets nothing through that is meant for another: a node whose disk was lost listens where its former self did, and must neither vote in
     * its name nor acknowledge entries in its name. Ratis itself does not look whom a message is for.
     */
    private final class Addressed<Q, A> extends ForwardingServerCallListener.SimpleForwardingServerCallListener<Q> {
        private final ServerCall<Q, A> call;
        private boolean refused; // calls of one listener come one after the other

        Addressed(ServerCall<Q, A> call, ServerCall.Listener<Q> next) {
            super(next);
            this.call = call;
        }

        @Override
        public void onMessage(Q message) {
            ByteString addressee = refused ? null : addressee(message);
            if (addressee != null && !addressee.equals(self)) {
                refused = true;
                call.close(
                        Status.FAILED_PRECONDITION.withDescription(
                                "this is " + self.toStringUtf8() + ", not " + addressee.toStringUtf8()),
                        new Metadata());
            }
            if (!refused) {
                super.onMessage(message);
            }
        }

        @Override
        public void onHalfClose() {
            if (!refused) {
                super.onHalfClose(); // else what waits for a message would answer that it misses it, on a closed call
            }
        }
    }

    private static @Nullable ByteString addressee(Object message) {
        if (message instanceof RequestVoteRequestProto vote) {
            return vote.getServerRequest().getReplyId();
        }
        if (message instanceof AppendEntriesRequestProto append) {
            return append.getServerRequest().getReplyId();
        }
        if (message instanceof InstallSnapshotRequestProto snapshot) {
            return snapshot.getServerRequest().getReplyId();
        }
        if (message instanceof StartLeaderElectionRequestProto election) {
            return election.getServerRequest().getReplyId();
        }
        return null;
    }
}
