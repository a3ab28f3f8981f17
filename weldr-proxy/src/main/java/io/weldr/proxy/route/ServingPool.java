package io.weldr.proxy.route;

import io.weldr.core.balance.Balancer;
import io.weldr.core.balance.RoundRobin;
import io.weldr.core.balance.Target;
import io.weldr.core.pool.AdminState;
import io.weldr.core.pool.Origin;
import io.weldr.core.pool.OriginId;
import io.weldr.core.pool.Pool;
import io.weldr.core.pool.PoolName;
import io.weldr.core.pool.Verdict;
import io.weldr.proxy.route.RoutingView.WhenAllDown;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/**
 * What a worker needs to know of one pool.
 *
 * @param origins all of the pool, whether they serve or not
 * @param serving those that new requests may go to
 * @param balancer picks one of {@code serving}, by its place in that list
 */
public record ServingPool(PoolName name, List<Origin> origins, List<Origin> serving, Balancer balancer) {

    /**
     * Makes the balancer of a pool. May take milliseconds when the pool is large.
     *
     * @param ejected origins that this node does not use for now, whatever their verdict
     */
    static ServingPool of(Pool pool, Set<OriginId> ejected, WhenAllDown whenAllDown) {
        List<Origin> serving = serving(pool, ejected, whenAllDown);
        return new ServingPool(pool.name(), pool.origins(), serving, RoundRobin.of(targets(serving)));
    }

    private static List<Target> targets(List<Origin> serving) {
        return serving.stream()
                .map(origin -> new Target(origin.id().value(), origin.weight() * Target.SCALE))
                .toList();
    }

    private static List<Origin> serving(Pool pool, Set<OriginId> ejected, WhenAllDown whenAllDown) {
        List<Origin> up = pool.origins().stream().filter(Origin::serving).toList();
        List<Origin> kept =
                up.stream().filter(origin -> !ejected.contains(origin.id())).toList();
        if (!kept.isEmpty()) {
            return kept;
        }
        if (!up.isEmpty() || whenAllDown == WhenAllDown.ANSWER_503) {
            return up; // an ejection is this node's opinion: it never stops all traffic
        }
        return pool.origins().stream()
                .map(ServingPool::asIfUp)
                .filter(Origin::serving)
                .toList();
    }

    private static Origin asIfUp(Origin origin) {
        return origin.admin() == AdminState.ENABLED
                ? origin.with(new Verdict(true, Instant.EPOCH, "fail-open"), origin.modified())
                : origin;
    }
}
