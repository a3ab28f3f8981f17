package io.weldr.proxy.exchange;

import io.weldr.proxy.http.Failure;
import io.weldr.proxy.http.Field;
import io.weldr.proxy.http.Octets;
import io.weldr.proxy.http1.RequestHead;
import java.time.Duration;

/**
 * What gRPC says in the fields of HTTP/2 (gRPC over HTTP2, "Requests" and "Responses"). No allocation but for a
 * timeout.
 */
final class Grpc {

    private static final byte[] CONTENT_TYPE = Octets.ascii("application/grpc");
    private static final byte[] TIMEOUT = Octets.ascii("grpc-timeout");
    private static final int TIMEOUT_DIGITS_MAX = 8;

    private static final int UNKNOWN = 2;
    private static final int DEADLINE_EXCEEDED = 4;
    private static final int PERMISSION_DENIED = 7;
    private static final int UNIMPLEMENTED = 12;
    private static final int INTERNAL = 13;
    private static final int UNAVAILABLE = 14;
    private static final int UNAUTHENTICATED = 16;

    private Grpc() {}

    /** Whether the request is a call: its type is {@code application/grpc}, with a suffix for the coding or without. */
    static boolean isCall(RequestHead head) {
        int line = head.find(Field.CONTENT_TYPE);
        if (line < 0) {
            return false;
        }
        int from = head.valueStart(line);
        int end = from + CONTENT_TYPE.length;
        if (end > head.valueEnd(line) || !Octets.equalsIgnoreCase(head.bytes(), from, end, CONTENT_TYPE)) {
            return false;
        }
        byte next = end == head.valueEnd(line) ? 0 : head.bytes()[end];
        return next == 0 || next == '+' || next == ';'; // application/grpc-web is another protocol
    }

    /** How long the client waits; zero if it does not say, or not in a way to be understood. */
    static Duration timeout(RequestHead head) {
        byte[] bytes = head.bytes();
        for (int i = 0; i < head.count(); i++) {
            if (Octets.equalsIgnoreCase(bytes, head.lineStart(i), head.nameEnd(i), TIMEOUT)) {
                return timeout(bytes, head.valueStart(i), head.valueEnd(i));
            }
        }
        return Duration.ZERO;
    }

    private static Duration timeout(byte[] bytes, int from, int to) {
        long value = to - from - 1 > TIMEOUT_DIGITS_MAX ? -1 : Octets.decimal(bytes, from, to - 1);
        if (value < 0) {
            return Duration.ZERO;
        }
        return switch (bytes[to - 1]) {
            case 'H' -> Duration.ofHours(value);
            case 'M' -> Duration.ofMinutes(value);
            case 'S' -> Duration.ofSeconds(value);
            case 'm' -> Duration.ofMillis(Math.max(1, value));
            case 'u' -> Duration.ofMillis(value / 1000 + 1);
            case 'n' -> Duration.ofMillis(value / 1_000_000 + 1);
            default -> Duration.ZERO;
        };
    }

    /**
     * The status code of a call that weldr answers.
     *
     * @param deadlineOfClient whether the call took longer than the client had said that it waits
     */
    static int status(Failure failure, boolean deadlineOfClient) {
        if (deadlineOfClient && failure == Failure.EXCHANGE_TIMEOUT) {
            return DEADLINE_EXCEEDED;
        }
        return switch (failure.status()) {
            case 400 -> INTERNAL;
            case 401 -> UNAUTHENTICATED;
            case 403 -> PERMISSION_DENIED;
            case 404 -> UNIMPLEMENTED;
            case 429, 502, 503, 504 -> UNAVAILABLE;
            default -> UNKNOWN;
        };
    }
}
