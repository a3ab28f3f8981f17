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
     * @param awaited the member answers once it has come so far, or near the deadline with what it has
     * @return fails, whatever the reason, at the latest at the deadline
     */
    CompletionStage<MemberReport> report(Member to, Awaited awaited, Duration deadline);
}
