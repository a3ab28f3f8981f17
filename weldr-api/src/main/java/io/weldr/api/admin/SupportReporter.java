package io.weldr.api.admin;

import io.weldr.core.state.Member;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/** Asks another member for its {@link SupportTexts}. Any thread; never blocks. */
@FunctionalInterface
public interface SupportReporter {
    /** Asks {@code to} once. Fails, whatever the reason, at the latest at the deadline. */
    CompletionStage<SupportTexts> support(Member to, Duration deadline);
}
