package io.weldr.api.admin;

import io.weldr.core.state.Member;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/** Asks another member to restart. Any thread; never blocks. */
@FunctionalInterface
public interface RestartCaller {
    /**
     * Asks {@code to} once. Fails at the latest at the deadline: with the problem that the member named, or with {@link
     * io.weldr.core.port.GatewayException}.
     */
    CompletionStage<RestartBegun> restart(Member to, RestartWish wish, Duration deadline);
}
