package io.weldr.core.port;

import io.weldr.core.health.Opinion;
import java.util.concurrent.CompletionStage;

/** Answers a leader that wants to know how an origin looks from this node. Any thread; never blocks. */
@FunctionalInterface
public interface ProbeCalls {
    /**
     * Probes that origin once, by the policy that holds for it here.
     *
     * @return what the probe found; fails with {@link GatewayException} if this node cannot tell: it does not know the
     *     origin, has too many probes under way, could not send this one, or is a witness, which has no opinion
     */
    CompletionStage<Opinion> probe(ProbeQuestion question);
}
