package io.weldr.core.port;

/**
 * Something that only the elected leader does. The methods are called by one thread of the consensus module, in turn,
 * and must return within milliseconds.
 */
public interface LeaderDuty {
    /**
     * This node leads in {@code term}, has applied everything committed before it, and a majority answers it. Also
     * called after {@link #suspend}, with the same term.
     */
    void start(long term);

    /**
     * Whether it still leads is in doubt for a moment, for instance because the process was paused. After the return
     * nothing may be done in the name of the term until the next start; what was done may stay as it is. Followed by
     * {@code start} or {@code stop}.
     */
    default void suspend() {
        stop();
    }

    /** It does not lead any more, or cannot prove it. After the return nothing may be done in the name of the term. */
    void stop();
}
