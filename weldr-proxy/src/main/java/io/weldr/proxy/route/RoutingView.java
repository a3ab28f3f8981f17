package io.weldr.proxy.route;

import io.weldr.core.balance.Rotation;
import io.weldr.core.pool.AdminState;
import io.weldr.core.pool.Origin;
import io.weldr.core.pool.OriginId;
import io.weldr.core.pool.Pool;
import io.weldr.core.pool.PoolName;
import io.weldr.core.pool.Verdict;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/**
 * What a worker needs to know of the cluster to serve requests.
 *
 * @param pool whose origins these are
 * @param origins all of the pool, whether they serve or not
 * @param rotation the order over those that new requests may go to
 */
public record RoutingView(PoolName pool, List<Origin> origins, Rotation rotation) {

    /** What to do when no origin of a pool is up. */
    public enum WhenAllDown {
        /** Answer 503: nobody waits for something that is known not to work. */
        ANSWER_503,
        /** Use all that are enabled, as if they were up: for those who trust their probes less than their origins. */
        FAIL_OPEN
    }

    /**
     * Lays out the rotation of a pool.
     *
     * @param ejected origins that this node does not use for now, whatever their verdict
     */
    public static RoutingView of(Pool pool, Set<OriginId> ejected, WhenAllDown whenAllDown) {
        List<Origin> candidates = pool.origins().stream()
                .filter(origin -> !ejected.contains(origin.id()))
                .toList();
        Rotation rotation = Rotation.of(candidates);
        if (rotation.size() == 0 && !ejected.isEmpty()) {
            rotation = Rotation.of(pool.origins()); // ejecting is an opinion; never let it stop all traffic
        }
        if (rotation.size() == 0 && whenAllDown == WhenAllDown.FAIL_OPEN) {
            rotation =
                    Rotation.of(pool.origins().stream().map(RoutingView::asIfUp).toList());
        }
        return new RoutingView(pool.name(), pool.origins(), rotation);
    }

    private static Origin asIfUp(Origin origin) {
        return origin.admin() == AdminState.ENABLED
                ? origin.with(new Verdict(true, Instant.EPOCH, "fail-open"), origin.modified())
                : origin;
    }
}
