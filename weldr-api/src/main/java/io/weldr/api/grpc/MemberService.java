package io.weldr.api.grpc;

import com.google.protobuf.UnsafeByteOperations;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.stub.StreamObserver;
import io.weldr.api.admin.Awaited;
import io.weldr.api.admin.Census;
import io.weldr.api.admin.LeaderProbes;
import io.weldr.core.Check;
import io.weldr.core.listener.ListenerName;
import io.weldr.core.pool.OriginId;
import io.weldr.core.pool.PoolName;
import io.weldr.core.port.CedeCalls;
import io.weldr.core.port.MemberCalls;
import io.weldr.core.port.ProbeCalls;
import io.weldr.core.port.ProbeQuestion;
import io.weldr.proto.admin.v1.CallReply;
import io.weldr.proto.admin.v1.CallRequest;
import io.weldr.proto.admin.v1.CanHoldReply;
import io.weldr.proto.admin.v1.CanHoldRequest;
import io.weldr.proto.admin.v1.CedeReply;
import io.weldr.proto.admin.v1.CedeRequest;
import io.weldr.proto.admin.v1.LastProbesReply;
import io.weldr.proto.admin.v1.LastProbesRequest;
import io.weldr.proto.admin.v1.MemberToMemberGrpc;
import io.weldr.proto.admin.v1.ProbeReply;
import io.weldr.proto.admin.v1.ProbeRequest;
import io.weldr.proto.admin.v1.ReportReply;
import io.weldr.proto.admin.v1.ReportRequest;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** {@code weldr.admin.v1.MemberToMember}: answers other members. Any thread. */
final class MemberService extends MemberToMemberGrpc.MemberToMemberImplBase {
    private final MemberCalls calls;
    private final CedeCalls cedes;
    private final BooleanSupplier canHold;
    private final ProbeCalls probes;
    private final Census census;
    private final LeaderProbes lastProbes;

    MemberService(
            MemberCalls calls,
            CedeCalls cedes,
            BooleanSupplier canHold,
            ProbeCalls probes,
            Census census,
            LeaderProbes lastProbes) {
        this.calls = calls;
        this.cedes = cedes;
        this.canHold = canHold;
        this.probes = probes;
        this.census = census;
        this.lastProbes = lastProbes;
    }

    @Override
    public void call(CallRequest request, StreamObserver<CallReply> observer) {
        AdminService.answer(
                observer,
                () -> calls.answer(request.getMessage().toByteArray())
                        .thenApply(answer -> CallReply.newBuilder()
                                .setMessage(UnsafeByteOperations.unsafeWrap(answer))
                                .build()));
    }

    @Override
    public void cede(CedeRequest request, StreamObserver<CedeReply> observer) {
        AdminService.answer(observer, () -> {
            long term = Wire.valid(() -> term(request));
            return cedes.cede(term)
                    .thenApply(ceded -> CedeReply.newBuilder().setCeded(ceded).build());
        });
    }

    @Override
    public void canHold(CanHoldRequest request, StreamObserver<CanHoldReply> observer) {
        AdminService.answer(
                observer,
                () -> CompletableFuture.completedFuture(CanHoldReply.newBuilder()
                        .setCanHold(canHold.getAsBoolean())
                        .build()));
    }

    private static long term(CedeRequest request) {
        long term = request.getTerm();
        Check.that(term > 0, "term", term, "1 or more");
        return term;
    }

    @Override
    public void probe(ProbeRequest request, StreamObserver<ProbeReply> observer) {
        AdminService.answer(observer, () -> {
            ProbeQuestion question = Wire.valid(() -> new ProbeQuestion(
                    new PoolName(request.getPool()), new OriginId(request.getOrigin()), request.getGeneration()));
            return probes.probe(question)
                    .thenApply(found -> ProbeReply.newBuilder()
                            .setPassed(found.result().passed())
                            .setReason(found.result().reason())
                            .setNeverSawUp(!found.sawUp())
                            .build());
        });
    }

    @Override
    public void lastProbes(LastProbesRequest request, StreamObserver<LastProbesReply> observer) {
        AdminService.answer(observer, () -> {
            PoolName pool = Wire.valid(() -> new PoolName(request.getPool()));
            return CompletableFuture.completedFuture(Wire.probes(lastProbes.own(pool)));
        });
    }

    @Override
    public void report(ReportRequest request, StreamObserver<ReportReply> observer) {
        Deadline deadline = Context.current().getDeadline();
        Duration patience = deadline == null
                ? Census.PATIENCE
                : Duration.ofMillis(Math.max(0, deadline.timeRemaining(TimeUnit.MILLISECONDS)));
        AdminService.answer(observer, () -> {
            ListenerName listener =
                    request.getListener().isEmpty() ? null : Wire.valid(() -> new ListenerName(request.getListener()));
            return census.own(new Awaited(request.getAppliedAtLeast(), listener, null), patience)
                    .thenApply(Wire::report);
        });
    }
}
