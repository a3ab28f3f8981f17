package io.weldr.api.admin;

import io.weldr.core.state.Member;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/** Asks another member for its samples. Any thread; never blocks. */
@FunctionalInterface
public interface SampleReporter {
    /** Asks {@code to} once. Fails, whatever the reason, at the latest at the deadline. */
    CompletionStage<MemberSamples> samples(Member to, SampleQuestion question, Duration deadline);
}
