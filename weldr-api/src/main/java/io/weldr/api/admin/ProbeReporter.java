package io.weldr.api.admin;

import io.weldr.core.pool.PoolName;
import io.weldr.core.state.Member;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/** Asks the leader for what its probes found last. Any thread; never blocks. */
@FunctionalInterface
public interface ProbeReporter {
    /** Asks {@code to} once. Fails, whatever the reason, at the latest at the deadline. */
    CompletionStage<ProbeReport> lastProbes(Member to, PoolName pool, Duration deadline);
}
