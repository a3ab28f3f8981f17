package io.weldr.raft.peer;

import io.weldr.core.state.MemberId;
import java.time.Duration;
import java.util.EnumSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.apache.ratis.grpc.server.GrpcServices;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.ReadIndexRequestProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionRequestProto;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.io.grpc.Context;
import org.apache.ratis.thirdparty.io.grpc.Contexts;
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

    /** Ratis has two calls under way on a connection, and a member asks a few things beside. */
    private static final int CALLS_PER_CONNECTION_MAX = 256;

    /** Beyond the handshake of TLS, which has a limit of its own. */
    private static final long PREFACE_MILLIS_MAX = 10_000;

    private static final Context.Key<Caller> CALLER = Context.key("caller");

    private final Hellos hellos;
    private final ByteString self;
    private final PeerSecurity security;
    private final Predicate<String> removed;

    /** Answers from memory; called on threads of gRPC. */
    @FunctionalInterface
    public interface Hellos {
        /**
         * Answers a question.
         *
         * @param caller whose certificate the connection has; null: it may be anybody
         * @throws IllegalArgumentException the question makes no sense, or is in the name of another
         */
        byte[] answer(byte[] question, @Nullable MemberId caller);
    }

    /**
     * For a node that speaks without TLS.
     *
     * @param self how Raft knows this node
     */
    public PeerPort(String self, Hellos hellos) {
        this(self, hellos, PeerSecurity.plain(), any -> false);
    }

    /**
     * For a node.
     *
     * @param self how Raft knows this node
     * @param removed whether a member that Raft knows by that name was taken out of the cluster
     */
    public PeerPort(String self, Hellos hellos, PeerSecurity security, Predicate<String> removed) {
        this.self = RaftPeerId.valueOf(self).toByteString();
        this.hellos = hellos;
        this.security = security;
        this.removed = removed;
    }

    @Override
    public NettyServerBuilder customize(NettyServerBuilder builder, EnumSet<GrpcServices.Type> types) {
        return builder.addService(ServerServiceDefinition.builder(PeerMethods.SERVICE)
                        .addMethod(PeerMethods.HELLO, ServerCalls.asyncUnaryCall(this::hello))
                        .addMethod(PeerMethods.PRESENCE, PeerPort::present)
                        .build())
                .protocolNegotiator(new PeerGate(security))
                .handshakeTimeout(PREFACE_MILLIS_MAX, TimeUnit.MILLISECONDS)
                .maxConcurrentCallsPerConnection(CALLS_PER_CONNECTION_MAX)
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
            answer = hellos.answer(request, CALLER.get().name());
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
            Caller caller = security.caller(call.getAttributes());
            String refusal = caller.refusal();
            if (refusal != null) {
                return refuse(call, Status.UNAUTHENTICATED.withDescription(refusal));
            }
            return method.startsWith(RAFT)
                    ? new Addressed<>(call, next.startCall(call, headers), caller)
                    : Contexts.interceptCall(Context.current().withValue(CALLER, caller), call, headers, next);
        }

        private <Q, A> ServerCall.Listener<Q> refuse(ServerCall<Q, A> call, Status status) {
            call.close(status, new Metadata());
            return new ServerCall.Listener<>() {};
        }
    }

    /**
     * Lets nothing through that is meant for another: a node whose disk was lost listens where its former self did, and must neither vote in
     * its name nor acknowledge entries in its name. Ratis itself does not look whom a message is for, nor whom it is of: one in the name of
     * another than the certificate's, or of a member that was taken out, is refused.
     */
    private final class Addressed<Q, A> extends ForwardingServerCallListener.SimpleForwardingServerCallListener<Q> {
        private final ServerCall<Q, A> call;
        private final Caller caller;
        private boolean refused; // calls of one listener come one after the other

        Addressed(ServerCall<Q, A> call, ServerCall.Listener<Q> next, Caller caller) {
            super(next);
            this.call = call;
            this.caller = caller;
        }

        @Override
        public void onMessage(Q message) {
            Status refusal = refused ? null : refusal(message, caller);
            if (refusal != null) {
                refused = true;
                call.close(refusal, new Metadata());
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

    private @Nullable Status refusal(Object message, Caller caller) {
        RaftRpcRequestProto request = request(message);
        if (request == null) {
            return null;
        }
        if (!request.getReplyId().equals(self)) {
            return Status.FAILED_PRECONDITION.withDescription("this is " + self.toStringUtf8() + ", not "
                    + request.getReplyId().toStringUtf8());
        }
        String sender = request.getRequestorId().toStringUtf8();
        if (removed.test(sender)) {
            return Status.PERMISSION_DENIED.withDescription(sender + " was taken out of the cluster");
        }
        String why = caller.refusal(); // the secret may have been replaced since the call began
        if (why != null) {
            return Status.UNAUTHENTICATED.withDescription(why);
        }
        if (caller.name() == null) {
            return null;
        }
        try {
            why = caller.refusal(member(sender));
        } catch (IllegalArgumentException e) {
            why = String.valueOf(e.getMessage());
        }
        return why == null ? null : Status.PERMISSION_DENIED.withDescription(why);
    }

    /** Raft knows a member by its name, a dot, and the life of its data folder. */
    private static MemberId member(String raftId) {
        int dot = raftId.indexOf('.');
        return new MemberId(dot < 0 ? raftId : raftId.substring(0, dot));
    }

    private static @Nullable RaftRpcRequestProto request(Object message) {
        if (message instanceof RequestVoteRequestProto vote) {
            return vote.getServerRequest();
        }
        if (message instanceof AppendEntriesRequestProto append) {
            return append.getServerRequest();
        }
        if (message instanceof InstallSnapshotRequestProto snapshot) {
            return snapshot.getServerRequest();
        }
        if (message instanceof StartLeaderElectionRequestProto election) {
            return election.getServerRequest();
        }
        if (message instanceof ReadIndexRequestProto read) {
            return read.getServerRequest();
        }
        return null;
    }
}
