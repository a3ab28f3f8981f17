package io.weldr.leader.health;

import io.weldr.core.health.ProbeResult;
import io.weldr.core.pool.HealthPolicy;
import io.weldr.core.pool.Origin;
import io.weldr.core.pool.OriginUrl;
import java.util.concurrent.CompletionStage;

/** Asks an origin once how it is. Any node may do so, leader or not. */
@FunctionalInterface
public interface Prober {
    /**
     * Sends one probe. Any thread; never blocks.
     *
     * @return completes within the policy's timeout and a little: what goes wrong is the result. Fails with {@link NotSentException}, and
     *     nothing else, if what goes wrong is this node's own fault
     */
    CompletionStage<ProbeResult> probe(OriginUrl url, HealthPolicy policy);

    /** The same, by the policy that holds for this origin in a pool with {@code poolPolicy}. */
    default CompletionStage<ProbeResult> probe(Origin origin, HealthPolicy poolPolicy) {
        return probe(origin.url(), origin.healthPolicy(poolPolicy));
    }
}
