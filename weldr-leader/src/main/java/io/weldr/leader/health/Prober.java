package io.weldr.leader.health;

import io.weldr.core.health.ProbeResult;
import io.weldr.core.pool.HealthPolicy;
import io.weldr.core.pool.Origin;
import io.weldr.core.pool.OriginUrl;
import io.weldr.core.pool.Pool;
import io.weldr.core.state.ClusterState;
import java.util.concurrent.CompletionStage;

/** Asks an origin once how it is. Any node may do so, leader or not. */
@FunctionalInterface
interface Prober {
    /**
     * Sends one probe. Any thread; never blocks.
     *
     * @param access how the origin is spoken to
     * @return completes within the policy's timeout and a little: what goes wrong is the result. Fails with {@link
     *     NotSentException}, and nothing else, if what goes wrong is this node's own fault
     */
    CompletionStage<ProbeResult> probe(OriginUrl url, ProbeAccess access, HealthPolicy policy);

    /** The same, as that pool of that state says. */
    default CompletionStage<ProbeResult> probe(Origin origin, Pool pool, ClusterState state) {
        return probe(origin.url(), ProbeAccess.of(pool, state), origin.healthPolicy(pool.health()));
    }
}
