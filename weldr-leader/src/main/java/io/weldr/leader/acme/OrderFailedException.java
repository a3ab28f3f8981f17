package io.weldr.leader.acme;

import java.io.Serial;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Why an order does not go on for now. The message is one line for the operator. */
final class OrderFailedException extends Exception {
    @Serial
    private static final long serialVersionUID = 1;

    private final boolean over;
    private final transient @Nullable Instant retryAfter;

    /**
     * @param over whether nothing can come of the order any more, so that a new one has to begin
     * @param retryAfter the earliest time for another try that the authority has named; null: none
     */
    OrderFailedException(String line, boolean over, @Nullable Instant retryAfter, @Nullable Throwable cause) {
        super(line, cause);
        this.over = over;
        this.retryAfter = retryAfter;
    }

    /** Nothing can come of the order any more. */
    static OrderFailedException over(String line) {
        return new OrderFailedException(line, true, null, null);
    }

    boolean over() {
        return over;
    }

    @Nullable Instant retryAfter() {
        return retryAfter;
    }
}
