package io.weldr.api.admin;

import io.weldr.core.state.Member;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/** Asks another member for its {@link MemberChecks}. Any thread; never blocks. */
@FunctionalInterface
public interface CheckReporter {
    /** Asks {@code to} once. Fails, whatever the reason, at the latest at the deadline. */
    CompletionStage<MemberChecks> checks(Member to, Duration deadline);
}
