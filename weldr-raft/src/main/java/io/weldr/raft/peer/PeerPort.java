package io.weldr.raft.peer;

import io.weldr.core.port.MemberServer;
import io.weldr.core.state.MemberId;
import java.time.Duration;
import java.util.EnumSet;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.function.Supplier;
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
import org.apache.ratis.thirdparty.io.grpc.Deadline;
import org.apache.ratis.thirdparty.io.grpc.ForwardingServerCallListener;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.ServerCall;
import org.apache.ratis.thirdparty.io.grpc.ServerCallHandler;
import org.apache.ratis.thirdparty.io.grpc.ServerInterceptor;
import org.apache.ratis.thirdparty.io.grpc.ServerServiceDefinition;
import org.apache.ratis.thirdparty.io.grpc.Status;
import org.apache.ratis.thirdparty.io.grpc.netty.NettyServerBuilder;
import org.apache.ratis.thirdparty.io.grpc.stub.ServerCallStreamObserver;
import org.apache.ratis.thirdparty.io.grpc.stub.ServerCalls;
import org.apache.ratis.thirdparty.io.grpc.stub.StreamObserver;
import org.jspecify.annotations.Nullable;

/**
 * Adds our calls to the Raft port, and closes it to what members never ask: Ratis would let anybody who reaches the
 * port change the membership, write to the log or delete a group's folder.
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

    /** Of a member that does not say how long it waits. */
    private static final long PATIENCE_MILLIS = 1_000;

    private static final long PATIENCE_MILLIS_MAX = 60_000;

    private static final Context.Key<Caller> CALLER = Context.key("caller");

    /** More than all members ask of one at once. */
    private static final int PENDING_MAX = 1024;

    /** A member that asks pings its connection, to notice that this one is gone. */
    private static final long PINGS_EVERY_MILLIS_MIN = 5_000;

    private final Hellos hellos;
    private final ByteString self;
    private final String name;
    private final Surroundings around;
    private final AtomicInteger pending = new AtomicInteger();

    /**
     * What the port goes by.
     *
     * @param security how members speak to each other
     * @param removed whether a member that Raft knows by that name was taken out of the cluster
     * @param belongs whether a node of that name is a member now
     * @param answers what answers members; gives null until there is something that does
     */
    public record Surroundings(
            PeerSecurity security,
            Predicate<String> removed,
            Predicate<MemberId> belongs,
            Supplier<@Nullable MemberServer> answers) {}

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
     * For a node that speaks without TLS, and answers members nothing beside.
     *
     * @param self how Raft knows this node
     */
    public PeerPort(String self, Hellos hellos) {
        this(self, hellos, new Surroundings(PeerSecurity.plain(), any -> false, any -> true, () -> null));
    }

    /**
     * For a node.
     *
     * @param self how Raft knows this node
     */
    public PeerPort(String self, Hellos hellos, Surroundings around) {
        this.self = RaftPeerId.valueOf(self).toByteString();
        this.name = member(self).value();
        this.hellos = hellos;
        this.around = around;
    }

    @Override
    public NettyServerBuilder customize(NettyServerBuilder builder, EnumSet<GrpcServices.Type> types) {
        ServerServiceDefinition.Builder members = ServerServiceDefinition.builder(PeerMethods.MEMBERS);
        for (String call : PeerMethods.MEMBER_CALLS) {
            members.addMethod(
                    PeerMethods.member(call),
                    ServerCalls.asyncUnaryCall((request, response) -> answer(call, request, response)));
        }
        return builder.addService(members.build())
                .addService(ServerServiceDefinition.builder(PeerMethods.SERVICE)
                        .addMethod(PeerMethods.HELLO, ServerCalls.asyncUnaryCall(this::hello))
                        .addMethod(PeerMethods.PRESENCE, PeerPort::present)
                        .build())
                .protocolNegotiator(new PeerGate(around.security()))
                .permitKeepAliveTime(PINGS_EVERY_MILLIS_MIN, TimeUnit.MILLISECONDS)
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

    private void answer(String call, byte[] request, StreamObserver<byte[]> response) {
        ((ServerCallStreamObserver<byte[]>) response).setOnCancelHandler(() -> {}); // else it throws at whoever answers
        MemberServer server = around.answers().get();
        if (server == null) {
            response.onError(
                    Status.UNAVAILABLE.withDescription("the node is starting").asRuntimeException());
            return;
        }
        if (pending.incrementAndGet() > PENDING_MAX) {
            pending.decrementAndGet();
            response.onError(Status.RESOURCE_EXHAUSTED
                    .withDescription(PENDING_MAX + " calls of members are under way on this node")
                    .asRuntimeException());
            return;
        }
        CompletionStage<byte[]> stage;
        try {
            stage = server.answer(call, request, patience());
        } catch (RuntimeException | Error e) {
            pending.decrementAndGet();
            throw e;
        }
        stage.whenComplete((answer, failure) -> {
            pending.decrementAndGet();
            if (failure != null) {
                Throwable cause = failure instanceof CompletionException && failure.getCause() != null
                        ? failure.getCause()
                        : failure;
                response.onError(Status.ABORTED
                        .withDescription(String.valueOf(cause.getMessage()))
                        .asRuntimeException());
                return;
            }
            response.onNext(answer);
            response.onCompleted();
        });
    }

    private static Duration patience() {
        Deadline deadline = Context.current().getDeadline();
        long millis = deadline == null ? PATIENCE_MILLIS : deadline.timeRemaining(TimeUnit.MILLISECONDS);
        return Duration.ofMillis(Math.max(0, Math.min(millis, PATIENCE_MILLIS_MAX)));
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
            Caller caller = around.security().caller(call.getAttributes());
            Status refusal = refusal(method, headers, caller);
            if (refusal != null) {
                return refuse(call, refusal);
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
     * Lets nothing through that is meant for another: a node whose disk was lost listens where its former self did, and
     * must neither vote in its name nor acknowledge entries in its name. Ratis itself does not look whom a message is
     * for, nor whom it is of: one in the name of another than the certificate's, or of a member that was taken out, is
     * refused.
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

    private @Nullable Status refusal(String method, Metadata headers, Caller caller) {
        boolean members = method.startsWith(PeerMethods.MEMBERS + "/");
        if (!members && !method.startsWith(RAFT) && !method.startsWith(PeerMethods.SERVICE + "/")) {
            return Status.PERMISSION_DENIED.withDescription("not open to other processes: " + method);
        }
        String why = caller.refusal();
        if (why != null) {
            return Status.UNAUTHENTICATED.withDescription(why);
        }
        if (!members) {
            return null;
        }
        String addressee = headers.get(PeerMethods.ADDRESSEE);
        if (!name.equals(addressee)) {
            return Status.FAILED_PRECONDITION.withDescription("here answers " + name + ", not " + addressee);
        }
        MemberId from = caller.name();
        return from == null || around.belongs().test(from)
                ? null
                : Status.UNAUTHENTICATED.withDescription(from + " is no member of this cluster, as " + name + " knows");
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
        if (around.removed().test(sender)) {
            return Status.PERMISSION_DENIED.withDescription(sender + " was removed from the cluster");
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
