package io.weldr.proxy.upstream;

import io.weldr.core.balance.Balancer;
import io.weldr.core.balance.Candidates;
import io.weldr.core.pool.Origin;
import io.weldr.core.pool.OriginId;
import io.weldr.proxy.net.DeadlineWheel;
import io.weldr.proxy.route.ServingPool;
import io.weldr.proxy.stats.OriginStats;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One worker's copy of a pool, with its own connections to every origin that serves. Confined to the worker's loop. */
final class PoolView {

    private static final Endpoint[] NONE = {};

    private final UpstreamLoop upstream;
    private final Function<Origin, OriginRecord> records;
    /**
     * Read by other threads; everything else here is the loop's. Outlives an origin's absence from those that serve.
     */
    private final Map<OriginId, OriginStats> stats = new ConcurrentHashMap<>();

    private Map<OriginId, Endpoint> byId = new HashMap<>();
    /** No longer serving, with something under way. */
    private final List<Endpoint> leaving = new ArrayList<>();

    private Endpoint[] serving = NONE;
    private @Nullable Balancer balancer;
    private final Pick pick = new Pick(); // one for all requests: no allocation a pick

    PoolView(UpstreamLoop upstream, Function<Origin, OriginRecord> records, int firstTurn) {
        this.upstream = upstream;
        this.records = records;
        pick.turn = firstTurn;
    }

    /** Takes over what is new of the pool: connections to origins that stay are kept. */
    void update(ServingPool pool) {
        Map<OriginId, Endpoint> kept = new HashMap<>();
        Endpoint[] next = new Endpoint[pool.serving().size()];
        for (int i = 0; i < next.length; i++) {
            Origin origin = pool.serving().get(i);
            Endpoint known = byId.get(origin.id());
            next[i] = known != null && sameTarget(known.origin(), origin) ? known : connectionsTo(origin);
            kept.put(origin.id(), next[i]);
        }
        // Nothing has changed up to here: if memory runs out above, the worker goes on with the view before, and tries
        // again.
        Collection<Endpoint> before = byId.values();
        byId = kept;
        serving = next;
        balancer = pool.balancer();
        for (Endpoint known : before) {
            if (!known.equals(kept.get(known.origin().id()))) {
                retire(known);
            }
        }
        setDrainDeadlines(pool.origins());
        stats.keySet().retainAll(pool.origins().stream().map(Origin::id).collect(Collectors.toSet()));
    }

    private void retire(Endpoint connections) {
        connections.retire();
        leaving.add(connections);
    }

    /**
     * What is under way to an origin that drains ends at its deadline; to one that does not, or no more, when it is
     * done.
     */
    private void setDrainDeadlines(List<Origin> origins) {
        leaving.removeIf(Endpoint::unused);
        if (leaving.isEmpty()) {
            return;
        }
        Map<OriginId, Origin> known = new HashMap<>();
        origins.forEach(origin -> known.put(origin.id(), origin));
        Instant now = Instant.now();
        for (Endpoint connections : leaving) {
            Origin origin = known.get(connections.origin().id());
            if (origin == null) {
                continue; // removed: what was said of it last holds
            }
            Instant deadline = origin.drainDeadline();
            if (deadline == null) {
                connections.letFinish();
            } else {
                Duration left = Duration.between(now, deadline);
                connections.cutOffIn(left.isNegative() ? 0 : DeadlineWheel.ticks(left));
            }
        }
    }

    private Endpoint connectionsTo(Origin origin) {
        return new Endpoint(upstream, origin, statsOf(origin.id()), records.apply(origin));
    }

    private OriginStats statsOf(OriginId id) {
        return stats.computeIfAbsent(id, unknown -> new OriginStats());
    }

    private static boolean sameTarget(Origin one, Origin other) {
        return one.url().equals(other.url())
                && one.hostPolicy() == other.hostPolicy()
                && one.generation() == other.generation();
    }

    /**
     * The origin that the balancer picks, other than those tried already.
     *
     * @return null when there is none, or none left
     */
    @Nullable Endpoint pick(Endpoint[] tried, int triedCount) {
        Balancer current = balancer;
        if (current == null) {
            return null;
        }
        pick.tried = tried;
        pick.triedCount = triedCount;
        int index = current.pick(pick);
        pick.tried = NONE;
        if (triedCount == 0) {
            pick.turn++; // a request has one turn, however often it is tried
        }
        return index == Balancer.NONE ? null : serving[index];
    }

    /** What the balancer may ask, about the request at hand. */
    private final class Pick implements Candidates {
        private int turn;
        private Endpoint[] tried = NONE;
        private int triedCount;

        @Override
        public int turn() {
            return turn;
        }

        @Override
        public boolean tried(int index) {
            for (int i = 0; i < triedCount; i++) {
                if (tried[i].equals(serving[index])) {
                    return true;
                }
            }
            return false;
        }

        @Override
        public boolean full(int index) {
            return serving[index].full();
        }

        @Override
        public int inFlight(int index) {
            return serving[index].inFlight();
        }

        @Override
        public int totalInFlight() {
            int total = 0;
            for (Endpoint endpoint : serving) {
                total += endpoint.inFlight();
            }
            return total;
        }

        @Override
        public long key() {
            return 0; // no route has a key to balance by
        }
    }

    /** What this worker has counted; any thread. */
    Map<OriginId, OriginStats> stats() {
        return stats;
    }

    /** Closes what is idle. */
    void retireAll() {
        byId.values().forEach(Endpoint::retire);
    }
}
