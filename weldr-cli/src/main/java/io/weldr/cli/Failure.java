package io.weldr.cli;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.ssl.NotSslRecordException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Why a call failed.
 *
 * @param endpoint the node that was asked
 * @param reason the problem type that the node named, such as {@code no-leader}; null if no node answered
 * @param elsewhere whether another node may do better
 * @param maybeDone whether a write may have been carried out all the same
 * @param lasting whether this node will not do better in a moment: nobody listens there, or something else than a node
 * @param text for people
 */
record Failure(
        Endpoint endpoint,
        Status.Code code,
        @Nullable String reason,
        boolean elsewhere,
        boolean maybeDone,
        boolean lasting,
        String text) {
    private static final String NO_GRPC =
            "there is no gRPC at this port (expected: the grpc-address of a node, by default port 8787; the HTTP API has 8687)";

    private static final String ENDED =
            "the connection ended before anything was asked (expected: the grpc-address of a node, by default port 8787)";

    private static final String SPEAKS_TLS =
            "this port speaks TLS (expected: --token-file with --ca-file, or --secret-file)";

    private static final String UNKNOWN_CALL =
            "this port does not know the call (expected: the grpc-address of a node of this version, by default port 8787; "
                    + "the raft-address has 9687): ";

    /** Nobody spoke to us: nothing was asked. */
    static Failure silent(Endpoint endpoint) {
        return unavailable(endpoint, "no answer in time");
    }

    /** The node ended a stream in peace, as one does that stops. */
    static Failure ended(Endpoint endpoint) {
        return unavailable(endpoint, "the node ended the stream");
    }

    private static Failure unavailable(Endpoint endpoint, String text) {
        return new Failure(endpoint, Status.Code.UNAVAILABLE, null, true, false, false, text);
    }

    /** The port speaks TLS, and it was called in the clear. */
    static Failure speaksTls(Endpoint endpoint) {
        return noNode(endpoint, SPEAKS_TLS);
    }

    /** Whether the port may speak TLS: it ended a connection, and nobody knows why. */
    boolean perhapsTls() {
        return text.equals(ENDED);
    }

    /** Something else than a node of this version is there, and will be. */
    private static Failure noNode(Endpoint endpoint, String text) {
        return new Failure(endpoint, Status.Code.UNAVAILABLE, null, true, false, true, text);
    }

    /** @param left whether the node may have got the call */
    static Failure of(Endpoint endpoint, StatusRuntimeException e, boolean left) {
        Status.Code code = e.getStatus().getCode();
        String reason = reason(e);
        String text = String.valueOf(e.getStatus().getDescription());
        if (reason != null) {
            boolean unknown = reason.equals("unknown-outcome");
            boolean elsewhere = unknown || code == Status.Code.UNAVAILABLE || reason.equals("overloaded");
            return new Failure(endpoint, code, reason, elsewhere, unknown, false, text);
        }
        String tls = tls(e);
        if (tls != null) {
            return noNode(endpoint, tls);
        }
        if (!speaksGrpc(e, text)) {
            return noNode(endpoint, NO_GRPC);
        }
        return switch (code) {
            case UNAVAILABLE -> {
                String refused = refused(e);
                String line = refused != null ? refused : left ? text : ENDED;
                yield new Failure(endpoint, code, null, true, left && refused == null, refused != null, line);
            }
            case DEADLINE_EXCEEDED -> new Failure(endpoint, code, null, true, left, false, "no answer in time");
            case UNIMPLEMENTED -> noNode(endpoint, UNKNOWN_CALL + text);
            default -> new Failure(endpoint, code, null, false, false, true, code + ": " + text);
        };
    }

    /** Why TLS did not come about, or was expected; null: it is not the reason. */
    private static @Nullable String tls(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String message = String.valueOf(cause.getMessage());
            if (cause instanceof NotSslRecordException) {
                return "this port speaks no TLS (expected: the grpc-address of a node, which speaks it beyond loopback)";
            }
            if (cause instanceof SSLException) {
                return "TLS failed: " + message
                        + " (expected: a node with a certificate of --ca-file or --secret-file)";
            }
            if (cause instanceof Http2Exception && message.contains("Hex dump for first 5 bytes: 15030")) {
                return SPEAKS_TLS;
            }
        }
        return null;
    }

    /** For people: who failed, unless the node itself says what is wrong. */
    String line() {
        return reason == null ? endpoint + ": " + text : text;
    }

    /** What ends a write that this node may have carried out. */
    CliException doubt() {
        return new CliException(ExitCode.UNKNOWN, reason, "it may have been done: " + endpoint + ": " + text);
    }

    /**
     * Whether the other side speaks gRPC, well or badly. HTTP/1 and TLS break HTTP/2 before it begins; HTTP/2 without
     * gRPC has other answers.
     */
    private static boolean speaksGrpc(StatusRuntimeException failure, String text) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof Http2Exception) {
                return false;
            }
        }
        return !text.contains("invalid content-type") && !text.startsWith("HTTP status code");
    }

    /** Why no connection came about, or null if there was one. */
    private static @Nullable String refused(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ConnectTimeoutException) {
                return "connection timed out";
            }
            if (cause instanceof NoRouteToHostException) {
                return "no route to host";
            }
            if (cause instanceof ConnectException) {
                String message = String.valueOf(cause.getMessage());
                return message.contains("refused") ? "connection refused" : "no connection: " + message;
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

    /** What ends the command if no other node does better. */
    CliException exception() {
        return new CliException(exitCode(), reason, line());
    }

    private ExitCode exitCode() {
        return switch (code) {
            case INVALID_ARGUMENT -> ExitCode.USAGE;
            case NOT_FOUND -> ExitCode.NOT_FOUND;
            case ALREADY_EXISTS, ABORTED -> ExitCode.CONFLICT;
            default -> maybeDone ? ExitCode.UNKNOWN : elsewhere ? ExitCode.UNREACHABLE : ExitCode.REFUSED;
        };
    }
}
