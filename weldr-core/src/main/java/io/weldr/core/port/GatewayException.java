package io.weldr.core.port;

import java.io.Serial;

/** Why a command or a linearizable read has no outcome. "It did not happen" and "nobody knows" are different things. */
public final class GatewayException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    /** What the caller may rely on. */
    public enum Kind {
        /** There is no leader, or none that can reach a majority. Nothing was done. */
        NO_LEADER,
        /** No answer in time. It may have been done, or be done yet; the same {@link RequestId} again is safe. */
        UNKNOWN_OUTCOME,
        /** Too much is under way. Nothing was done. */
        OVERLOADED,
        /** Larger than the log takes. Nothing was done. */
        TOO_LARGE,
        /**
         * Not every member understands it yet, or the leader does not. Nothing was done; it goes once all are upgraded.
         */
        UNSUPPORTED,
        /** It would move an origin to an address of weldr itself. Nothing was done; it will be refused again. */
        OWN_ADDRESS,
        /**
         * A change of routes that the leader's checks refuse. Nothing was done; it will be refused again while the
         * others are what they are.
         */
        ROUTES,
        /** It needs the secret of the cluster, which the leader does not have. Nothing was done. */
        NEEDS_SECRET,
        /** This node is stopping, or its consensus part is down. Nothing was done. */
        UNAVAILABLE
    }

    private final Kind kind;

    public GatewayException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    public GatewayException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
