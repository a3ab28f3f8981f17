package io.weldr.api.grpc;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.weldr.api.error.Problem;
import io.weldr.api.error.ProblemType;
import io.weldr.api.error.Problems;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A {@link Problem} as gRPC says it: a code and a line, and the rest as {@code google.rpc} details. */
final class Statuses {
    private static final Logger LOG = LoggerFactory.getLogger(Statuses.class);

    /** {@link ErrorInfo}'s domain: reasons are unique within it. */
    static final String DOMAIN = "weldr";

    private Statuses() {}

    static StatusRuntimeException of(Throwable failure) {
        Problem problem = Problems.of(failure);
        if (problem.type() == ProblemType.INTERNAL) {
            LOG.error("a call failed", failure);
        }
        return of(problem);
    }

    static StatusRuntimeException of(Problem problem) {
        ProblemType type = problem.type();
        Status.Builder status = Status.newBuilder()
                .setCode(type.grpcCode().value())
                .setMessage(problem.detail())
                .addDetails(Any.pack(ErrorInfo.newBuilder()
                        .setReason(type.slug())
                        .setDomain(DOMAIN)
                        .putMetadata("found", problem.found())
                        .putMetadata("expected", problem.expected())
                        .build()));
        java.time.Duration retryAfter = type.retryAfter();
        if (retryAfter != null) {
            status.addDetails(Any.pack(RetryInfo.newBuilder()
                    .setRetryDelay(Duration.newBuilder().setSeconds(retryAfter.toSeconds()))
                    .build()));
        }
        return StatusProto.toStatusRuntimeException(status.build());
    }
}
