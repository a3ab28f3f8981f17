package io.weldr.core.port;

import java.time.Duration;
import java.util.concurrent.CompletionStage;

/** Answers what other members ask through {@link MemberPort}. Any thread; never blocks. */
@FunctionalInterface
public interface MemberServer {
    /**
     * Answers one call.
     *
     * @param call its name
     * @param patience of the member that asks
     * @return the answer; fails with an exception whose message is for people
     */
    CompletionStage<byte[]> answer(String call, byte[] request, Duration patience);
}
