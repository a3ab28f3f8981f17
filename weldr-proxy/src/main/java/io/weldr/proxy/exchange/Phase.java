package io.weldr.proxy.exchange;

import java.util.EnumSet;
import java.util.Set;

/**
 * Where an exchange stands, seen from its response; the request body flows beside it from {@link #AWAITING} on.
 *
 * <pre>
 *   FREE --> CONNECTING --> AWAITING --> RESPONDING --> RESPONDED --> DONE --> FREE
 *                 ^            |  |          |                         ^
 *                 +-- retry ---+  +-> TUNNEL +---- broken off ---------+
 * </pre>
 */
enum Phase {
    /** Belongs to no request. */
    FREE,
    /** The head has come; waits for a connection to an origin. Nothing has been sent. */
    CONNECTING,
    /** The head of the request has been written; no final response yet. */
    AWAITING,
    /** The head of the final response has been passed on. */
    RESPONDING,
    /** The response is complete, the request is not: it is passed on or thrown away. */
    RESPONDED,
    /** Another protocol, both ways (RFC 9110 section 7.8). */
    TUNNEL,
    /** Over, well or not; the connections have been let go. */
    DONE;

    private Set<Phase> next() {
        return switch (this) {
            case FREE -> EnumSet.of(CONNECTING);
            case CONNECTING -> EnumSet.of(CONNECTING, AWAITING, DONE);
            case AWAITING -> EnumSet.of(CONNECTING, RESPONDING, TUNNEL, DONE);
            case RESPONDING -> EnumSet.of(RESPONDED, DONE);
            case RESPONDED, TUNNEL -> EnumSet.of(DONE);
            case DONE -> EnumSet.of(FREE);
        };
    }

    /** Whether that step is legal. Asked by assertions only. */
    boolean mayBecome(Phase phase) {
        return next().contains(phase);
    }
}
