package io.weldr.core.port;

import io.weldr.core.pool.HostPort;
import io.weldr.core.state.MemberId;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/**
 * Asks other members at their Raft port, on connections apart from those of the log. What the calls mean is known to
 * {@link MemberServer} alone. Any thread; never blocks.
 */
public interface MemberPort {
    /**
     * Asks once, without a retry.
     *
     * @param address where the Raft port of {@code to} is
     * @param call the name of the call
     * @return the answer; fails with {@link GatewayException} of kind {@code UNAVAILABLE} if the member does not answer
     *     such calls there, as those of older versions do not, {@code NO_LEADER} if the request was surely not
     *     delivered, and {@code UNKNOWN_OUTCOME} if it may have been
     */
    CompletionStage<byte[]> ask(MemberId to, HostPort address, String call, byte[] request, Duration deadline);

    /** Whether members speak TLS alone. Those do answer calls at their Raft port. */
    boolean tlsOnly();
}
