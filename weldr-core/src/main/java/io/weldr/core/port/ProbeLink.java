package io.weldr.core.port;

import io.weldr.core.health.Opinion;
import io.weldr.core.state.Member;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/** Carries a {@link ProbeQuestion} to another member's {@link ProbeCalls}. Any thread; never blocks. */
@FunctionalInterface
public interface ProbeLink {
    /**
     * Asks {@code to} once.
     *
     * @return what its probe found; fails with {@link GatewayException} if it did not answer within {@code deadline} or
     *     cannot tell
     */
    CompletionStage<Opinion> probe(Member to, ProbeQuestion question, Duration deadline);
}
