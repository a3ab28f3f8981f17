package io.weldr.api.grpc;

import com.google.protobuf.Message;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ConnectivityState;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.netty.channel.ChannelOption;
import io.weldr.api.admin.Awaited;
import io.weldr.api.admin.CheckReporter;
import io.weldr.api.admin.MemberChecks;
import io.weldr.api.admin.MemberReport;
import io.weldr.api.admin.MemberReporter;
import io.weldr.api.admin.MemberSamples;
import io.weldr.api.admin.ProbeReport;
import io.weldr.api.admin.ProbeReporter;
import io.weldr.api.admin.RestartBegun;
import io.weldr.api.admin.RestartCaller;
import io.weldr.api.admin.RestartWish;
import io.weldr.api.admin.SampleQuestion;
import io.weldr.api.admin.SampleReporter;
import io.weldr.api.admin.SupportReporter;
import io.weldr.api.admin.SupportTexts;
import io.weldr.core.health.Opinion;
import io.weldr.core.health.ProbeResult;
import io.weldr.core.listener.ListenerName;
import io.weldr.core.pool.HostPort;
import io.weldr.core.pool.PoolName;
import io.weldr.core.port.GatewayException;
import io.weldr.core.port.GatewayException.Kind;
import io.weldr.core.port.MemberLink;
import io.weldr.core.port.MemberPort;
import io.weldr.core.port.ProbeLink;
import io.weldr.core.port.ProbeQuestion;
import io.weldr.core.port.Published;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.ClusterVersion;
import io.weldr.core.state.Limits;
import io.weldr.core.state.Member;
import io.weldr.proto.admin.v1.CallRequest;
import io.weldr.proto.admin.v1.CanHoldReply;
import io.weldr.proto.admin.v1.CanHoldRequest;
import io.weldr.proto.admin.v1.CedeReply;
import io.weldr.proto.admin.v1.CedeRequest;
import io.weldr.proto.admin.v1.ChecksRequest;
import io.weldr.proto.admin.v1.LastProbesRequest;
import io.weldr.proto.admin.v1.MemberToMemberGrpc;
import io.weldr.proto.admin.v1.ProbeRequest;
import io.weldr.proto.admin.v1.ReportRequest;
import io.weldr.proto.admin.v1.SupportRequest;
import io.weldr.wire.grpc.Delivery;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Asks other members, at their Raft port or, those of older versions, at their gRPC port. There, one channel a member,
 * made when it is first needed, closed when the member is gone from the state. Any thread; never blocks; stages
 * complete on a network thread of gRPC, which must not be blocked.
 *
 * <p>It tells "surely not delivered" from "maybe" by whether the head of the request was handed to a connection: before
 * that nothing has left this process.
 */
public final class GrpcMemberLink
        implements MemberLink,
                ProbeLink,
                MemberReporter,
                ProbeReporter,
                SampleReporter,
                CheckReporter,
                SupportReporter,
                RestartCaller,
                AutoCloseable {
    /**
     * On a network where a connection takes longer than this, the two seconds that a write may take are over anyway.
     */
    private static final int CONNECT_TIMEOUT_MILLIS = 1000;

    /** More than the members that a state may hold, so that a member that moves has room for both addresses. */
    private static final int CHANNELS_MAX = 2 * Limits.CURRENT.membersMax();

    private final Map<HostPort, ManagedChannel> channels = new ConcurrentHashMap<>();
    private volatile @Nullable MemberPort port;
    private volatile boolean closed;
    private volatile Published.@Nullable Subscription subscription;

    /** From now on, members that answer there are asked by {@code raft}. */
    public void askAt(MemberPort raft) {
        port = raft;
    }

    /**
     * Whether there may be members that neither answer at the Raft port nor ask there.
     *
     * @param cluster the present version of the cluster
     */
    public boolean olderMembers(ClusterVersion cluster) {
        MemberPort raft = port;
        return raft == null || (!raft.tlsOnly() && !cluster.atLeast(ClusterVersion.MEMBERS_APART));
    }

    /** Closes channels to members that are gone, from now on. */
    public void follow(Published<ClusterState> state) {
        subscription = state.subscribe(next ->
                keep(next.members().values().stream().map(Member::grpc).collect(Collectors.toUnmodifiableSet())));
    }

    @Override
    public CompletionStage<byte[]> call(Member to, byte[] message, Duration deadline) {
        CallRequest request = CallRequest.newBuilder()
                .setMessage(UnsafeByteOperations.unsafeWrap(message))
                .build();
        // Not bound to the call of the API that it may come out of: a client that goes away takes no forwarded write
        // with it.
        Context before = Context.ROOT.attach();
        try {
            return ask(to, MemberToMemberGrpc.getCallMethod(), request, deadline)
                    .thenApply(reply -> reply.getMessage().toByteArray());
        } finally {
            Context.ROOT.detach(before);
        }
    }

    /**
     * Asks a member to let go of what it held as a leader before {@code term}; see {@link
     * io.weldr.core.port.CedeCalls}.
     */
    public CompletionStage<Boolean> cede(Member to, long term, Duration deadline) {
        CedeRequest request = CedeRequest.newBuilder().setTerm(term).build();
        return ask(to, MemberToMemberGrpc.getCedeMethod(), request, deadline).thenApply(CedeReply::getCeded);
    }

    /** Asks a member whether clients would reach the virtual IPs there. */
    public CompletionStage<Boolean> canHold(Member to, Duration deadline) {
        return ask(to, MemberToMemberGrpc.getCanHoldMethod(), CanHoldRequest.getDefaultInstance(), deadline)
                .thenApply(CanHoldReply::getCanHold);
    }

    @Override
    public CompletionStage<Opinion> probe(Member to, ProbeQuestion question, Duration deadline) {
        ProbeRequest request = ProbeRequest.newBuilder()
                .setPool(question.pool().value())
                .setOrigin(question.origin().value())
                .setGeneration(question.generation())
                .build();
        return ask(to, MemberToMemberGrpc.getProbeMethod(), request, deadline)
                .thenApply(reply ->
                        new Opinion(new ProbeResult(reply.getPassed(), reply.getReason()), !reply.getNeverSawUp()));
    }

    @Override
    public CompletionStage<MemberReport> report(Member to, Awaited awaited, Duration deadline) {
        ListenerName listener = awaited.listener();
        ReportRequest request = ReportRequest.newBuilder()
                .setAppliedAtLeast(awaited.index())
                .setListener(listener == null ? "" : listener.value())
                .build();
        return ask(to, MemberToMemberGrpc.getReportMethod(), request, deadline).thenApply(reply -> {
            MemberReport report = Wire.report(reply);
            if (!report.id().equals(to.id())) {
                throw new CompletionException(new GatewayException(
                        Kind.NO_LEADER, "at " + to.grpc() + " answers " + report.id() + ", not " + to.id()));
            }
            return report;
        });
    }

    @Override
    public CompletionStage<ProbeReport> lastProbes(Member to, PoolName pool, Duration deadline) {
        LastProbesRequest request =
                LastProbesRequest.newBuilder().setPool(pool.value()).build();
        return ask(to, MemberToMemberGrpc.getLastProbesMethod(), request, deadline)
                .thenApply(reply -> Wire.probes(pool, reply));
    }

    @Override
    public CompletionStage<MemberSamples> samples(Member to, SampleQuestion question, Duration deadline) {
        return ask(to, MemberToMemberGrpc.getSamplesMethod(), SampleMessages.message(question), deadline)
                .thenApply(SampleMessages::value);
    }

    @Override
    public CompletionStage<MemberChecks> checks(Member to, Duration deadline) {
        return ask(to, MemberToMemberGrpc.getChecksMethod(), ChecksRequest.getDefaultInstance(), deadline)
                .thenApply(DoctorMessages::value);
    }

    @Override
    public CompletionStage<SupportTexts> support(Member to, Duration deadline) {
        return ask(to, MemberToMemberGrpc.getSupportMethod(), SupportRequest.getDefaultInstance(), deadline)
                .thenApply(DoctorMessages::value);
    }

    @Override
    public CompletionStage<RestartBegun> restart(Member to, RestartWish wish, Duration deadline) {
        // Not bound to the call of the API that it comes out of, which may end before the member answers.
        Context before = Context.ROOT.attach();
        try {
            return ask(to, MemberToMemberGrpc.getRestartMethod(), ProcessMessages.request(wish), deadline)
                    .thenApply(ProcessMessages::value);
        } finally {
            Context.ROOT.detach(before);
        }
    }

    /** Never throws: callers count what is under way, and what was not begun has to end like everything else. */
    private <Q extends Message, A extends Message> CompletionStage<A> ask(
            Member to, MethodDescriptor<Q, A> method, Q request, Duration deadline) {
        MemberPort raft = port;
        if (raft == null || !(raft.tlsOnly() || to.supports().atLeast(ClusterVersion.MEMBERS_APART))) {
            return askOverGrpc(to, method, request, deadline);
        }
        String call = String.valueOf(method.getBareMethodName());
        return raft.ask(to.id(), to.raft(), call, request.toByteArray(), deadline)
                .thenApply(answer -> method.parseResponse(new ByteArrayInputStream(answer)))
                .exceptionallyCompose(failure -> {
                    // It went back to its older version, and has not said so yet.
                    Throwable cause = failure instanceof CompletionException && failure.getCause() != null
                            ? failure.getCause()
                            : failure;
                    if (!(cause instanceof GatewayException refusal) || refusal.kind() != Kind.UNAVAILABLE) {
                        return CompletableFuture.failedFuture(cause);
                    }
                    return raft.tlsOnly()
                            ? CompletableFuture.failedFuture(
                                    new GatewayException(Kind.NO_LEADER, String.valueOf(refusal.getMessage()), refusal))
                            : askOverGrpc(to, method, request, deadline);
                });
    }

    private <Q, A> CompletionStage<A> askOverGrpc(
            Member to, MethodDescriptor<Q, A> method, Q request, Duration deadline) {
        ManagedChannel channel;
        try {
            channel = channel(to.grpc());
        } catch (RuntimeException e) { // as for a host that gRPC refuses, which an older version may have announced
            return CompletableFuture.failedFuture(new GatewayException(
                    Kind.NO_LEADER,
                    to.id() + " at " + to.grpc() + ": no connection can be made: " + e.getMessage(),
                    e));
        }
        if (channel == null) {
            return CompletableFuture.failedFuture(
                    new GatewayException(Kind.NO_LEADER, "the link to " + to.id() + " is closed"));
        }
        Delivery delivery = new Delivery();
        ClientCall<Q, A> call = channel.newCall(
                method,
                CallOptions.DEFAULT
                        .withDeadlineAfter(deadline.toNanos(), TimeUnit.NANOSECONDS)
                        .withStreamTracerFactory(delivery));
        CompletableFuture<A> answer = new CompletableFuture<>();
        ClientCalls.asyncUnaryCall(call, request, new StreamObserver<>() {
            private @Nullable A value;

            @Override
            public void onNext(A next) {
                value = next;
            }

            @Override
            public void onError(Throwable failure) {
                answer.completeExceptionally(failure(to, Status.fromThrowable(failure), delivery.left()));
            }

            @Override
            public void onCompleted() {
                A only = value;
                if (only == null) {
                    onError(Status.INTERNAL.withDescription("no answer").asRuntimeException());
                } else {
                    answer.complete(only);
                }
            }
        });
        return answer;
    }

    private static GatewayException failure(Member to, Status status, boolean left) {
        // A server that does not know the method has not looked at the message.
        boolean surelyNot = !left || status.getCode() == Status.Code.UNIMPLEMENTED;
        String why = status.getCode() == Status.Code.DEADLINE_EXCEEDED
                ? "no answer in time"
                : status.getCause() instanceof IOException cause
                        ? withoutAddress(String.valueOf(cause.getMessage()))
                        : String.valueOf(status.getDescription());
        return new GatewayException(
                surelyNot ? Kind.NO_LEADER : Kind.UNKNOWN_OUTCOME,
                to.id() + " at " + to.grpc() + ": " + why,
                status.asRuntimeException());
    }

    /** {@code Connection refused: /10.0.0.2:8787}: the address stands in front of it already. */
    private static String withoutAddress(String message) {
        int address = message.indexOf(": /");
        return address < 0 ? message : message.substring(0, address);
    }

    private @Nullable ManagedChannel channel(HostPort address) {
        if (closed) {
            return null;
        }
        ManagedChannel there = channels.get(address);
        if (there != null) {
            if (there.getState(true) != ConnectivityState.TRANSIENT_FAILURE) {
                return there;
            }
            // After a failure gRPC waits ever longer before it connects again, and fails calls meanwhile. Whoever calls
            // now wants to
            // know how it is now: a new channel tries at once, and the call waits for that.
            if (channels.remove(address, there)) {
                there.shutdown();
            }
        }
        if (channels.size() >= CHANNELS_MAX) {
            keep(Set.of()); // nobody has so many members: start over rather than grow
        }
        ManagedChannel channel = channels.computeIfAbsent(address, GrpcMemberLink::open);
        if (closed) {
            keep(Set.of());
            return null;
        }
        return channel;
    }

    private static ManagedChannel open(HostPort address) {
        return NettyChannelBuilder.forAddress(address.host(), address.port())
                .usePlaintext()
                .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MILLIS)
                .directExecutor()
                .disableRetry() // once means once
                .proxyDetector(target -> null) // a proxy that the environment names is not for members
                .maxInboundMessageSize(GrpcApi.MESSAGE_BYTES_MAX)
                .keepAliveTime(10, TimeUnit.SECONDS)
                .keepAliveTimeout(3, TimeUnit.SECONDS)
                .build();
    }

    private void keep(Set<HostPort> wanted) {
        channels.entrySet().removeIf(entry -> {
            if (wanted.contains(entry.getKey())) {
                return false;
            }
            entry.getValue().shutdown(); // what is under way may finish
            return true;
        });
    }

    /** How many channels are open. */
    int channels() {
        return channels.size();
    }

    /** Ends every call under way. */
    @Override
    public void close() {
        closed = true;
        Published.Subscription following = subscription;
        if (following != null) {
            following.close();
        }
        channels.values().forEach(ManagedChannel::shutdownNow);
        channels.clear();
    }
}
