package io.weldr.core.port;

import io.weldr.core.state.Member;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/** Carries messages of the consensus module to another member. What they mean only that module knows. */
@FunctionalInterface
public interface MemberLink {
    /**
     * Asks {@code to} once, without a retry.
     *
     * @return the answer; fails with {@link GatewayException} of kind {@code NO_LEADER} if the message was surely not
     *     delivered and {@code UNKNOWN_OUTCOME} if it may have been
     */
    CompletionStage<byte[]> call(Member to, byte[] message, Duration deadline);
}
