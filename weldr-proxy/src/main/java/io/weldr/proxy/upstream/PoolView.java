package io.weldr.proxy.upstream;

import io.weldr.core.balance.Balancer;
import io.weldr.core.balance.Candidates;
import io.weldr.core.pool.Origin;
import io.weldr.core.pool.OriginId;
import io.weldr.core.pool.Scheme;
import io.weldr.proxy.net.DeadlineWheel;
import io.weldr.proxy.route.OriginAccess;
import io.weldr.proxy.route.ServingPool;
import io.weldr.proxy.route.StickyTable;
import io.weldr.proxy.stats.OriginStats;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One worker's copy of a pool, with its own connections to every origin that serves. Confined to the worker's loop. */
final class PoolView {

    private static final @Nullable Endpoint[] NONE = {};
    private static final Endpoint[] NOBODY = {};

    private final UpstreamLoop upstream;
    private final Function<Origin, OriginRecord> records;
    /**
     * Read by other threads; everything else here is the loop's. Outlives an origin's
     * absence from those that serve.
     */
    private final Map<OriginId, OriginStats> stats = new ConcurrentHashMap<>();

    /** Those that were used: a pool may have a thousand origins, and a worker may need few of them. */
    private Map<OriginId, Endpoint> byId = new HashMap<>();
    /** No longer serving, with something under way. */
    private final List<Endpoint> leaving = new ArrayList<>();

    private @Nullable ServingPool pool;
    private @Nullable Endpoint[] serving = NONE; // by their place in the pool; null: not used yet
    private final Pick pick = new Pick(); // one for all requests: no allocation a pick

    PoolView(UpstreamLoop upstream, Function<Origin, OriginRecord> records, int firstTurn) {
        this.upstream = upstream;
        this.records = records;
        pick.turn = firstTurn;
    }

    /**
     * Takes over what is new of the pool: connections to origins that stay are kept. A pool that has not changed is the
     * same object.
     */
    @SuppressWarnings("ReferenceEquality")
    void update(ServingPool next) {
        if (next == pool) {
            return;
        }
        Map<OriginId, Endpoint> kept = new HashMap<>();
        @Nullable Endpoint[] places = new Endpoint[next.serving().size()];
        for (int i = 0; i < places.length; i++) {
            places[i] = keep(next.serving().get(i), next.access(), kept);
        }
        next.bound().forEach(origin -> keep(origin, next.access(), kept));
        next.serving().forEach(this::showStats);
        // Nothing has changed up to here: if memory runs out above, the worker goes on with the view before, and tries
        // again.
        Collection<Endpoint> before = byId.values();
        byId = kept;
        serving = places;
        pool = next;
        for (Endpoint known : before) {
            if (!known.equals(kept.get(known.origin().id()))) {
                retire(known);
            }
        }
        // A copy: an attempt that fails at once when it gets its place goes on to another origin, which may be new
        // here.
        List.copyOf(kept.values()).forEach(known -> known.follow(next.terms()));
        setDrainDeadlines(next.origins());
        stats.keySet().retainAll(next.origins().stream().map(Origin::id).collect(Collectors.toSet()));
    }

    /** What is counted of an origin is shown from now on, also while there is nothing. */
    private void showStats(Origin origin) {
        OriginStats shown = statsOf(origin);
        if (origin.url().scheme() == Scheme.HTTPS) {
            shown.countTlsFailures();
        }
    }

    /** The connections to an origin that there are already; null: none yet. */
    private @Nullable Endpoint keep(Origin origin, OriginAccess access, Map<OriginId, Endpoint> kept) {
        Endpoint known = byId.get(origin.id());
        if (known == null
                || !sameTarget(known.origin(), origin)
                || !known.access().equals(access)) {
            return null;
        }
        kept.put(origin.id(), known);
        return known;
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

    private Endpoint connectionsTo(Origin origin, ServingPool current) {
        Endpoint made = new Endpoint(
                upstream, origin, current.terms(), current.access(), statsOf(origin), records.apply(origin));
        byId.put(origin.id(), made);
        return made;
    }

    private OriginStats statsOf(Origin origin) {
        return stats.computeIfAbsent(origin.id(), unknown -> new OriginStats());
    }

    private static boolean sameTarget(Origin one, Origin other) {
        return one.url().equals(other.url())
                && one.hostPolicy() == other.hostPolicy()
                && one.generation() == other.generation()
                && Objects.equals(one.connectionsMax(), other.connectionsMax());
    }

    /**
     * The origin that a request goes to, other than those tried already.
     *
     * @return null when there is none, or none left
     */
    @Nullable Endpoint pick(Affinity affinity, Endpoint[] tried, int triedCount) {
        ServingPool current = pool;
        if (current == null) {
            return null;
        }
        Endpoint own = triedCount == 0 ? bound(affinity, current) : null;
        if (own != null) {
            return own;
        }
        pick.key = affinity.key();
        pick.tried = tried;
        pick.triedCount = triedCount;
        int index = current.balancer().pick(pick);
        pick.tried = NOBODY;
        if (triedCount == 0) {
            pick.turn++; // a request has one turn, however often it is tried
        }
        if (index == Balancer.NONE) {
            return null;
        }
        Endpoint picked = serving[index];
        if (picked == null) {
            picked = connectionsTo(current.serving().get(index), current);
            serving[index] = picked;
        }
        return picked;
    }

    /** The origin that the client of a request is bound to, if it may still be used. */
    private @Nullable Endpoint bound(Affinity affinity, ServingPool current) {
        OriginId id = affinity.origin();
        StickyTable sticky = current.sticky();
        if (id == null || sticky == null) {
            return null;
        }
        Endpoint known = byId.get(id);
        if (known != null) {
            return known;
        }
        int place = current.place(id);
        if (place >= 0) {
            Endpoint made = connectionsTo(current.serving().get(place), current);
            serving[place] = made;
            return made;
        }
        Origin origin = sticky.origin(id);
        return origin == null ? null : connectionsTo(origin, current);
    }

    /** What the workers know of the pool; null before the first update. */
    @Nullable ServingPool pool() {
        return pool;
    }

    /** What the balancer may ask, about the request at hand. */
    private final class Pick implements Candidates {
        private int turn;
        private long key;
        private Endpoint[] tried = NOBODY;
        private int triedCount;

        @Override
        public int turn() {
            return turn;
        }

        @Override
        public boolean tried(int index) {
            Endpoint at = serving[index];
            for (int i = 0; at != null && i < triedCount; i++) {
                if (tried[i].equals(at)) {
                    return true;
                }
            }
            return false;
        }

        @Override
        public boolean full(int index) {
            Endpoint at = serving[index];
            return at != null && at.full();
        }

        @Override
        public int inFlight(int index) {
            Endpoint at = serving[index];
            return at == null ? 0 : at.inFlight();
        }

        @Override
        public int totalInFlight() {
            int sum = 0;
            for (Endpoint at : serving) {
                sum += at == null ? 0 : at.inFlight();
            }
            return sum;
        }

        @Override
        public long key() {
            return key;
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
