package io.weldr.raft.leader;

import java.time.Duration;

/**
 * Decides which doubts about leadership are worth a line. On a machine that is overloaded they come every minute, and
 * the first one says all that there is to say. Not thread safe.
 */
final class Doubts {
    static final Duration EVERY = Duration.ofMinutes(10);

    private boolean said;
    private long saidNanos;
    private int leftOut;

    /** What to log of a doubt that begins now; empty: nothing. */
    String begin(long term, long nowNanos) {
        if (said && nowNanos - saidNanos < EVERY.toNanos()) {
            leftOut++;
            return "";
        }
        String before = leftOut == 0 ? "" : " (doubts since the last such line: " + leftOut + ")";
        said = true;
        saidNanos = nowNanos;
        leftOut = 0;
        return "Leadership is in doubt, term " + term + ": not acting for the moment" + before;
    }
}
