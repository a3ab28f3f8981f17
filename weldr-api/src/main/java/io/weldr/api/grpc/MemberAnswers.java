package io.weldr.api.grpc;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import com.google.protobuf.UnsafeByteOperations;
import io.weldr.api.admin.Awaited;
import io.weldr.api.admin.Census;
import io.weldr.api.admin.Doctor;
import io.weldr.api.admin.LeaderProbes;
import io.weldr.api.admin.RestartBegun;
import io.weldr.api.admin.Restarts;
import io.weldr.api.admin.Samples;
import io.weldr.api.admin.Support;
import io.weldr.api.error.ProblemException;
import io.weldr.api.error.Problems;
import io.weldr.core.Check;
import io.weldr.core.listener.ListenerName;
import io.weldr.core.pool.OriginId;
import io.weldr.core.pool.PoolName;
import io.weldr.core.port.CedeCalls;
import io.weldr.core.port.GatewayException;
import io.weldr.core.port.GatewayException.Kind;
import io.weldr.core.port.MemberCalls;
import io.weldr.core.port.MemberServer;
import io.weldr.core.port.ProbeCalls;
import io.weldr.core.port.ProbeQuestion;
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
import io.weldr.proto.admin.v1.ProbeReply;
import io.weldr.proto.admin.v1.ProbeRequest;
import io.weldr.proto.admin.v1.ReportReply;
import io.weldr.proto.admin.v1.ReportRequest;
import io.weldr.proto.admin.v1.RestartReply;
import io.weldr.proto.admin.v1.RestartRequest;
import io.weldr.proto.admin.v1.SamplesRequest;
import io.weldr.proto.admin.v1.SupportReply;
import io.weldr.proto.admin.v1.SupportRequest;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * The answers of this node to other members: {@code weldr.admin.v1.MemberToMember}, on every port. The messages are
 * those of the service. Any thread; never blocks.
 */
public final class MemberAnswers implements MemberServer {
    private final MemberCalls calls;
    private final CedeCalls cedes;
    private final BooleanSupplier canHold;
    private final ProbeCalls probes;
    private final Census census;
    private final LeaderProbes lastProbes;
    private final Samples samples;
    private final Doctor doctor;
    private final Support support;
    private final Restarts restarts;

    public MemberAnswers(
            MemberCalls calls,
            CedeCalls cedes,
            BooleanSupplier canHold,
            ProbeCalls probes,
            Census census,
            LeaderProbes lastProbes,
            Samples samples,
            Doctor doctor,
            Support support,
            Restarts restarts) {
        this.calls = calls;
        this.cedes = cedes;
        this.canHold = canHold;
        this.probes = probes;
        this.census = census;
        this.lastProbes = lastProbes;
        this.samples = samples;
        this.doctor = doctor;
        this.support = support;
        this.restarts = restarts;
    }

    @Override
    public CompletionStage<byte[]> answer(String call, byte[] request, Duration patience) {
        return switch (call) {
            case "Call" -> answer(CallRequest.parser(), request, this::call);
            case "Report" -> answer(ReportRequest.parser(), request, asked -> report(asked, patience));
            case "Cede" -> answer(CedeRequest.parser(), request, this::cede);
            case "CanHold" -> answer(CanHoldRequest.parser(), request, asked -> canHold());
            case "Probe" -> answer(ProbeRequest.parser(), request, this::probe);
            case "LastProbes" -> answer(LastProbesRequest.parser(), request, this::lastProbes);
            case "Samples" -> answer(SamplesRequest.parser(), request, this::samples);
            case "Checks" -> answer(ChecksRequest.parser(), request, asked -> checks());
            case "Support" -> answer(SupportRequest.parser(), request, asked -> support());
            case "Restart" -> answer(RestartRequest.parser(), request, this::restart);
            default ->
                CompletableFuture.failedFuture(
                        new GatewayException(Kind.UNAVAILABLE, "a call that this version does not know: " + call));
        };
    }

    private static <Q, A extends Message> CompletionStage<byte[]> answer(
            Parser<Q> parser, byte[] request, Function<Q, CompletionStage<A>> answering) {
        try {
            return answering
                    .apply(parser.parseFrom(request))
                    .thenApply(Message::toByteArray)
                    .exceptionally(failure -> {
                        throw new CompletionException(told(failure));
                    });
        } catch (InvalidProtocolBufferException | RuntimeException e) {
            return CompletableFuture.failedFuture(told(e));
        }
    }

    private static GatewayException told(Throwable failure) {
        return new GatewayException(
                Kind.UNAVAILABLE,
                String.valueOf(Statuses.of(failure).getStatus().getDescription()),
                failure);
    }

    CompletionStage<CallReply> call(CallRequest request) {
        return calls.answer(request.getMessage().toByteArray())
                .thenApply(answer -> CallReply.newBuilder()
                        .setMessage(UnsafeByteOperations.unsafeWrap(answer))
                        .build());
    }

    CompletionStage<CedeReply> cede(CedeRequest request) {
        long term = Wire.valid(() -> term(request));
        return cedes.cede(term)
                .thenApply(ceded -> CedeReply.newBuilder().setCeded(ceded).build());
    }

    private static long term(CedeRequest request) {
        long term = request.getTerm();
        Check.that(term > 0, "term", term, "1 or more");
        return term;
    }

    CompletionStage<CanHoldReply> canHold() {
        return CompletableFuture.completedFuture(
                CanHoldReply.newBuilder().setCanHold(canHold.getAsBoolean()).build());
    }

    CompletionStage<ProbeReply> probe(ProbeRequest request) {
        ProbeQuestion question = Wire.valid(() -> new ProbeQuestion(
                new PoolName(request.getPool()), new OriginId(request.getOrigin()), request.getGeneration()));
        return probes.probe(question)
                .thenApply(found -> ProbeReply.newBuilder()
                        .setPassed(found.result().passed())
                        .setReason(found.result().reason())
                        .setNeverSawUp(!found.sawUp())
                        .build());
    }

    CompletionStage<LastProbesReply> lastProbes(LastProbesRequest request) {
        PoolName pool = Wire.valid(() -> new PoolName(request.getPool()));
        return CompletableFuture.completedFuture(Wire.probes(lastProbes.own(pool)));
    }

    CompletionStage<MemberSamples> samples(SamplesRequest request) {
        return CompletableFuture.completedFuture(SampleMessages.message(samples.own(SampleMessages.question(request))));
    }

    CompletionStage<ChecksReply> checks() {
        return doctor.own().thenApply(DoctorMessages::message);
    }

    CompletionStage<SupportReply> support() {
        return support.own().thenApply(DoctorMessages::message);
    }

    /** A refusal is an answer: whoever asked is told the problem as it is. */
    private CompletionStage<RestartReply> restart(RestartRequest request) {
        CompletionStage<RestartBegun> begun;
        try {
            begun = restarts.own(ProcessMessages.value(request));
        } catch (ProblemException e) {
            return CompletableFuture.completedFuture(ProcessMessages.reply(e.problem()));
        }
        return begun.handle((done, failure) ->
                failure == null ? ProcessMessages.reply(done) : ProcessMessages.reply(Problems.of(failure)));
    }

    CompletionStage<ReportReply> report(ReportRequest request, Duration patience) {
        ListenerName listener =
                request.getListener().isEmpty() ? null : Wire.valid(() -> new ListenerName(request.getListener()));
        return census.own(new Awaited(request.getAppliedAtLeast(), listener, null), patience)
                .thenApply(Wire::report);
    }
}
