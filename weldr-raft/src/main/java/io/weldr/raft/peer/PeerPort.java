package io.weldr.raft.peer;

import java.util.EnumSet;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.apache.ratis.grpc.server.GrpcServices;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.ServerCall;
import org.apache.ratis.thirdparty.io.grpc.ServerCallHandler;
import org.apache.ratis.thirdparty.io.grpc.ServerInterceptor;
import org.apache.ratis.thirdparty.io.grpc.ServerServiceDefinition;
import org.apache.ratis.thirdparty.io.grpc.Status;
import org.apache.ratis.thirdparty.io.grpc.netty.NettyServerBuilder;
import org.apache.ratis.thirdparty.io.grpc.stub.ServerCalls;
import org.apache.ratis.thirdparty.io.grpc.stub.StreamObserver;

/**
 * Adds our calls to the Raft port, and closes it to what members never ask: Ratis would let anybody who reaches the port change
 * the membership, write to the log or delete a group's folder.
 */
public final class PeerPort implements GrpcServices.Customizer {
    private static final String RAFT = "ratis.grpc.RaftServerProtocolService/";

    private final UnaryOperator<byte[]> hello;
    private final BooleanSupplier mayVote;

    /**
     * @param hello answers from memory; called on threads of gRPC
     * @param mayVote whether this node remembers everything that its vote promised
     */
    public PeerPort(UnaryOperator<byte[]> hello, BooleanSupplier mayVote) {
        this.hello = hello;
        this.mayVote = mayVote;
    }

    @Override
    public NettyServerBuilder customize(NettyServerBuilder builder, EnumSet<GrpcServices.Type> types) {
        return builder.addService(ServerServiceDefinition.builder(PeerMethods.SERVICE)
                        .addMethod(PeerMethods.HELLO, ServerCalls.asyncUnaryCall(this::hello))
                        .addMethod(PeerMethods.PRESENCE, ServerCalls.asyncUnaryCall((request, response) -> {}))
                        .build())
                .intercept(new Guard());
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
            if (method.equals(RAFT + "requestVote") && !mayVote.getAsBoolean()) {
                return refuse(
                        call,
                        Status.UNAVAILABLE.withDescription("this node has not caught up since its disk was emptied"));
            }
            return next.startCall(call, headers);
        }

        private <Q, A> ServerCall.Listener<Q> refuse(ServerCall<Q, A> call, Status status) {
            call.close(status, new Metadata());
            return new ServerCall.Listener<>() {};
        }
    }
}
