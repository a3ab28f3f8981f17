package io.weldr.core.port;

import java.util.concurrent.CompletionStage;

/** Answers a new leader that asks this node to let go of what only a leader holds. Any thread; never blocks. */
@FunctionalInterface
public interface CedeCalls {
    /**
     * Lets go of what was held for a term before {@code term}. A term that Raft has not told this node of is refused.
     *
     * @return whether this node holds nothing of it, and never will for an earlier term
     */
    CompletionStage<Boolean> cede(long term);
}
