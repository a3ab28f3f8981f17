package io.weldr.core.port;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Waits until the members serve by what the log holds. Any thread; never blocks. */
@FunctionalInterface
public interface AppliedBarrier {
    /**
     * Completes once every member that can be reached serves by the state of that revision, or the time is over. Does
     * not fail.
     *
     * @param patience how long a member that can be reached may need
     * @return for each member that can be reached and does not serve by it yet, who it is and why, for people
     */
    CompletionStage<List<String>> applied(long revision, Duration patience);
}
