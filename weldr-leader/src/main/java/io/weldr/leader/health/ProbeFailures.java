package io.weldr.leader.health;

import io.netty.channel.ChannelException;
import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.codec.http2.Http2Exception;
import io.weldr.core.tls.TlsFailure;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.nio.channels.ClosedChannelException;
import java.util.Locale;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;

/** What a failure of the network means for a probe, and how the reason of its result says it. Pure. */
final class ProbeFailures {
    private ProbeFailures() {}

    /** The end of a probe whose loop ends. */
    static NotSentException stopping() {
        return new NotSentException("the node is stopping");
    }

    /** Whether a connection failed before anything was sent: no socket, or no port of this node's for it. */
    static boolean ours(Throwable cause) {
        return cause instanceof ChannelException
                || cause instanceof RejectedExecutionException
                || cause instanceof BindException
                || cause.getCause() instanceof BindException; // Netty adds the address
    }

    /** Why there is no connection. */
    static String connectReason(Throwable cause) {
        if (cause instanceof ConnectTimeoutException) {
            return "no connection in time";
        }
        if (cause instanceof NoRouteToHostException) {
            return "connect: no route to host";
        }
        if (cause instanceof ConnectException
                && text(cause).toLowerCase(Locale.ROOT).contains("refused")) {
            return "connect refused";
        }
        return "connect: " + text(cause);
    }

    /**
     * Why a connection that stood is of no use any more.
     *
     * @param closed what to say if it was closed
     */
    static String brokenReason(Throwable cause, String closed) {
        if (cause instanceof SSLException || cause.getCause() instanceof SSLException) {
            return "TLS: " + TlsFailure.of(cause).text();
        }
        if (cause instanceof ClosedChannelException || cause instanceof TimeoutException) {
            return closed;
        }
        if (cause instanceof Http2Exception) {
            return "not an HTTP/2 answer: " + text(cause);
        }
        if (cause instanceof IOException && text(cause).contains("reset")) {
            return "connection reset";
        }
        return "broken off: " + text(cause);
    }

    /** What went wrong, without the wrapping of futures. */
    static Throwable unwrapped(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    /** What a failure says, on one line. */
    static String text(Throwable failure) {
        String message = failure.getMessage();
        String text = message == null || message.isBlank() ? failure.getClass().getSimpleName() : message;
        return text.lines().findFirst().orElse(text);
    }
}
