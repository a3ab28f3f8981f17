package io.weldr.cli;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import org.jspecify.annotations.Nullable;

/**
 * Why a call failed.
 *
 * @param reason the problem type that the node named, such as {@code no-leader}; null if no node answered
 * @param elsewhere whether another node may do better
 * @param maybeDone whether a write may have been carried out all the same
 * @param line for people
 */
record Failure(Status.Code code, @Nullable String reason, boolean elsewhere, boolean maybeDone, String line) {
    /** Nobody spoke to us: nothing was asked. */
    static Failure silent(Endpoint endpoint) {
        return new Failure(Status.Code.UNAVAILABLE, null, true, false, endpoint + ": no answer in time");
    }

    static Failure of(Endpoint endpoint, StatusRuntimeException e) {
        Status.Code code = e.getStatus().getCode();
        String reason = reason(e);
        String text = String.valueOf(e.getStatus().getDescription());
        if (reason != null) {
            boolean unknown = reason.equals("unknown-outcome");
            boolean elsewhere = unknown || code == Status.Code.UNAVAILABLE || reason.equals("overloaded");
            return new Failure(code, reason, elsewhere, unknown, reason + ": " + text);
        }
        return switch (code) {
            case UNAVAILABLE -> {
                String refused = refused(e);
                yield refused != null
                        ? new Failure(code, null, true, false, endpoint + ": " + refused)
                        : new Failure(code, null, true, true, endpoint + ": " + text);
            }
            case DEADLINE_EXCEEDED -> new Failure(code, null, true, true, endpoint + ": no answer in time");
            case UNIMPLEMENTED ->
                new Failure(code, null, false, false, endpoint + ": the node does not know this call: " + text);
            default -> new Failure(code, null, false, false, endpoint + ": " + code + ": " + text);
        };
    }

    /** Why no connection came about, or null if there was one. */
    private static @Nullable String refused(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ConnectException) {
                return "connection refused or timed out";
            }
            if (cause instanceof UnknownHostException || cause instanceof UnresolvedAddressException) {
                return "no such host";
            }
        }
        return null;
    }

    private static @Nullable String reason(StatusRuntimeException e) {
        com.google.rpc.Status status = StatusProto.fromThrowable(e);
        if (status == null) {
            return null;
        }
        for (com.google.protobuf.Any detail : status.getDetailsList()) {
            if (detail.is(ErrorInfo.class)) {
                try {
                    return detail.unpack(ErrorInfo.class).getReason();
                } catch (InvalidProtocolBufferException malformed) {
                    return null;
                }
            }
        }
        return null;
    }

    ExitCode exitCode() {
        return switch (code) {
            case INVALID_ARGUMENT -> ExitCode.USAGE;
            case NOT_FOUND -> ExitCode.NOT_FOUND;
            case ALREADY_EXISTS, ABORTED -> ExitCode.CONFLICT;
            default -> maybeDone ? ExitCode.UNKNOWN : elsewhere ? ExitCode.UNREACHABLE : ExitCode.REFUSED;
        };
    }
}
