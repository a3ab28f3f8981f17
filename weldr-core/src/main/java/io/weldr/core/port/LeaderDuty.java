package io.weldr.core.port;

/**
 * Something that only the elected leader does. Both methods are called by one thread of the consensus module, in turn, and
 * must return within milliseconds.
 */
public interface LeaderDuty {
    /** This node leads in {@code term}, has applied everything committed before it, and a majority answers it. */
    void start(long term);

    /** It does not lead any more, or cannot prove it. After the return nothing may be done in the name of the term. */
    void stop();
}
