package io.weldr.api.grpc;

import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.stub.StreamObserver;
import io.weldr.api.admin.Census;
import io.weldr.core.port.GatewayException;
import io.weldr.proto.admin.v1.CallReply;
import io.weldr.proto.admin.v1.CallRequest;
import io.weldr.proto.admin.v1.CanHoldReply;
import io.weldr.proto.admin.v1.CanHoldRequest;
import io.weldr.proto.admin.v1.CedeReply;
import io.weldr.proto.admin.v1.CedeRequest;
import io.weldr.proto.admin.v1.ChecksReply;
import io.weldr.proto.admin.v1.ChecksRequest;
import io.weldr.proto.admin.v1.LastProbesReply;
import io.weldr.proto.admin.v1.LastProbesRequest;
import io.weldr.proto.admin.v1.MemberSamples;
import io.weldr.proto.admin.v1.MemberToMemberGrpc;
import io.weldr.proto.admin.v1.ProbeReply;
import io.weldr.proto.admin.v1.ProbeRequest;
import io.weldr.proto.admin.v1.ReportReply;
import io.weldr.proto.admin.v1.ReportRequest;
import io.weldr.proto.admin.v1.SamplesRequest;
import io.weldr.proto.admin.v1.SupportReply;
import io.weldr.proto.admin.v1.SupportRequest;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Answers members of older versions, which ask at the gRPC port. Nobody proves there to be a member, so it is closed as
 * soon as there can be no such member any more. Any thread.
 */
final class MemberService extends MemberToMemberGrpc.MemberToMemberImplBase {
    private final MemberAnswers answers;
    private final BooleanSupplier open;

    /** @param open whether there may be members that ask here */
    MemberService(MemberAnswers answers, BooleanSupplier open) {
        this.answers = answers;
        this.open = open;
    }

    private <A> void answer(StreamObserver<A> observer, Supplier<CompletionStage<A>> ask) {
        AdminService.answer(observer, () -> {
            if (!open.getAsBoolean()) {
                throw new GatewayException(
                        GatewayException.Kind.UNAVAILABLE, "members ask each other at the Raft port, and not here");
            }
            return ask.get();
        });
    }

    @Override
    public void call(CallRequest request, StreamObserver<CallReply> observer) {
        answer(observer, () -> answers.call(request));
    }

    @Override
    public void cede(CedeRequest request, StreamObserver<CedeReply> observer) {
        answer(observer, () -> answers.cede(request));
    }

    @Override
    public void canHold(CanHoldRequest request, StreamObserver<CanHoldReply> observer) {
        answer(observer, answers::canHold);
    }

    @Override
    public void probe(ProbeRequest request, StreamObserver<ProbeReply> observer) {
        answer(observer, () -> answers.probe(request));
    }

    @Override
    public void lastProbes(LastProbesRequest request, StreamObserver<LastProbesReply> observer) {
        answer(observer, () -> answers.lastProbes(request));
    }

    @Override
    public void samples(SamplesRequest request, StreamObserver<MemberSamples> observer) {
        answer(observer, () -> answers.samples(request));
    }

    @Override
    public void checks(ChecksRequest request, StreamObserver<ChecksReply> observer) {
        answer(observer, answers::checks);
    }

    @Override
    public void support(SupportRequest request, StreamObserver<SupportReply> observer) {
        answer(observer, answers::support);
    }

    @Override
    public void report(ReportRequest request, StreamObserver<ReportReply> observer) {
        Deadline deadline = Context.current().getDeadline();
        Duration patience = deadline == null
                ? Census.PATIENCE
                : Duration.ofMillis(Math.max(0, deadline.timeRemaining(TimeUnit.MILLISECONDS)));
        answer(observer, () -> answers.report(request, patience));
    }
}
