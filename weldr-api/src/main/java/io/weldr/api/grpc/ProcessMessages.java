package io.weldr.api.grpc;

import com.google.protobuf.Timestamp;
import io.weldr.api.admin.ProcessReport;
import io.weldr.api.admin.RestartBegun;
import io.weldr.api.admin.RestartWish;
import io.weldr.api.error.Problem;
import io.weldr.api.error.ProblemType;
import io.weldr.core.port.ProcessControl;
import io.weldr.core.state.Attribution;
import io.weldr.core.state.MemberId;
import io.weldr.proto.admin.v1.ProcessStatus;
import io.weldr.proto.admin.v1.RestartMemberReply;
import io.weldr.proto.admin.v1.RestartMemberRequest;
import io.weldr.proto.admin.v1.RestartRefusal;
import io.weldr.proto.admin.v1.RestartReply;
import io.weldr.proto.admin.v1.RestartRequest;
import java.time.DateTimeException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Processes of members and their restarts, as messages. */
final class ProcessMessages {
    private ProcessMessages() {}

    static ProcessStatus message(ProcessReport report) {
        ProcessControl.Facts facts = report.facts();
        return ProcessStatus.newBuilder()
                .setStartedAt(Wire.timestamp(facts.startedAt()))
                .setVersion(facts.version())
                .setServiceManager(text(facts.serviceManager()))
                .setDrainTimeout(Wire.duration(facts.drainTimeout()))
                .addAllUnready(report.unready())
                .setRestarting(report.restarting())
                .build();
    }

    static ProcessReport value(ProcessStatus message) {
        return new ProcessReport(
                new ProcessControl.Facts(
                        instant(message.getStartedAt()),
                        message.getVersion(),
                        orNull(message.getServiceManager()),
                        Wire.duration(message.getDrainTimeout())),
                message.getUnreadyList(),
                message.getRestarting());
    }

    /** A request of a client, which {@code by} has sent. Throws a problem if it makes no sense. */
    static RestartWish wish(RestartMemberRequest request, Attribution by) {
        return Wire.valid(() -> new RestartWish(
                request.hasStartedAt() ? instant(request.getStartedAt()) : null,
                request.getIfSafe(),
                RestartWish.by(by)));
    }

    static RestartMemberReply message(RestartBegun begun) {
        ProcessControl.Facts process = begun.process();
        return RestartMemberReply.newBuilder()
                .setMember(begun.member().value())
                .setChanged(begun.changed())
                .setStartedAt(Wire.timestamp(process.startedAt()))
                .setServiceManager(text(process.serviceManager()))
                .setDrainTimeout(Wire.duration(process.drainTimeout()))
                .build();
    }

    /** What one member asks of another. */
    static RestartRequest request(RestartWish wish) {
        RestartMemberRequest.Builder request = RestartMemberRequest.newBuilder().setIfSafe(wish.ifSafe());
        Instant startedAt = wish.startedAt();
        if (startedAt != null) {
            request.setStartedAt(Wire.timestamp(startedAt));
        }
        return RestartRequest.newBuilder()
                .setRequest(request)
                .setActor(wish.by())
                .build();
    }

    static RestartWish value(RestartRequest message) {
        RestartMemberRequest request = message.getRequest();
        return Wire.valid(() -> new RestartWish(
                request.hasStartedAt() ? instant(request.getStartedAt()) : null,
                request.getIfSafe(),
                message.getActor()));
    }

    static RestartReply reply(RestartBegun begun) {
        return RestartReply.newBuilder().setBegun(message(begun)).build();
    }

    static RestartReply reply(Problem problem) {
        return RestartReply.newBuilder()
                .setRefused(RestartRefusal.newBuilder()
                        .setProblem(problem.type().slug())
                        .setFound(problem.found())
                        .setExpected(problem.expected()))
                .build();
    }

    /** Throws the problem that the member named. */
    static RestartBegun value(RestartReply reply) {
        if (reply.hasRefused()) {
            RestartRefusal refused = reply.getRefused();
            throw Problem.of(ProblemType.ofSlug(refused.getProblem()), refused.getFound(), refused.getExpected())
                    .exception();
        }
        RestartMemberReply begun = reply.getBegun();
        return new RestartBegun(
                new MemberId(begun.getMember()),
                begun.getChanged(),
                new ProcessControl.Facts(
                        instant(begun.getStartedAt()),
                        "",
                        orNull(begun.getServiceManager()),
                        Wire.duration(begun.getDrainTimeout())));
    }

    private static String text(@Nullable String text) {
        return text == null ? "" : text;
    }

    private static @Nullable String orNull(String text) {
        return text.isEmpty() ? null : text;
    }

    private static Instant instant(Timestamp message) {
        try {
            return Instant.ofEpochSecond(message.getSeconds(), message.getNanos());
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("time: " + message.getSeconds() + " s (expected: a time)", e);
        }
    }
}
