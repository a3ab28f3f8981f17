package io.weldr.core.port;

import java.time.Duration;
import java.util.concurrent.CompletionStage;

/** Looks at the settings, the machine and the files of this node. Any thread; never blocks. */
@FunctionalInterface
public interface NodeChecks {
    /**
     * Looks now. Those who ask at the same time may be told the same.
     *
     * @param patience a part that takes longer, as on a disk that hangs, is a finding itself
     * @return does not fail
     */
    CompletionStage<NodeFacts> check(Duration patience);
}
