package io.weldr.proxy.exchange;

/**
 * Where an exchange stands as a whole. While it is {@link #OPEN}, {@link RequestHalf.State} and
 * {@link ResponseHalf.State} say where its two halves stand, and {@link OriginSide.State} what it has of an origin.
 *
 * <pre>
 *   FREE --> OPEN --> DONE --> FREE
 * </pre>
 */
enum Phase {
    /** Belongs to no request. */
    FREE,
    /** A head has come, and the exchange has not ended. */
    OPEN,
    /** Over, well or not: it is counted and logged, and lets go of what it holds. */
    DONE;

    /** Whether that step is legal. Asked by assertions only. */
    boolean mayBecome(Phase next) {
        return switch (this) {
            case FREE -> next == OPEN;
            case OPEN -> next == DONE;
            case DONE -> next == FREE;
        };
    }
}
