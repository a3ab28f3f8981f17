package io.weldr.api.admin;

import io.weldr.core.state.Member;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/** Asks another member for its {@link MemberReport}. Any thread; never blocks. */
@FunctionalInterface
public interface MemberReporter {
    /**
     * Asks {@code to} once.
     *
     * @param appliedAtLeast the member answers once it has applied this log index, or near the deadline with what it has; 0: at once
     * @return fails, whatever the reason, at the latest at the deadline
     */
    CompletionStage<MemberReport> report(Member to, long appliedAtLeast, Duration deadline);
}
