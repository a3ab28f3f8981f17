package io.weldr.proxy.exchange;

import java.util.EnumSet;
import java.util.Set;

/**
 * Where an exchange stands as a whole. While it is {@link #FORWARDING}, {@link RequestHalf.State} and
 * {@link ResponseHalf.State} say where its two halves stand.
 *
 * <pre>
 *   FREE --> CONNECTING --> FORWARDING --> DONE --> FREE
 *                 ^            |   |        ^
 *                 +-- retry ---+   +-> TUNNEL
 * </pre>
 */
enum Phase {
    /** Belongs to no request. */
    FREE,
    /** The head has come; waits for a connection to an origin. Nothing has been sent on it. */
    CONNECTING,
    /** The head of the request has been written; request and response flow. */
    FORWARDING,
    /** Another protocol, both ways (RFC 9110 section 7.8). */
    TUNNEL,
    /** Over, well or not; the connections have been let go. */
    DONE;

    private Set<Phase> next() {
        return switch (this) {
            case FREE -> EnumSet.of(CONNECTING);
            case CONNECTING -> EnumSet.of(CONNECTING, FORWARDING, DONE);
            case FORWARDING -> EnumSet.of(CONNECTING, TUNNEL, DONE);
            case TUNNEL -> EnumSet.of(DONE);
            case DONE -> EnumSet.of(FREE);
        };
    }

    /** Whether that step is legal. Asked by assertions only. */
    boolean mayBecome(Phase phase) {
        return next().contains(phase);
    }
}
