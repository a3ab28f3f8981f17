package io.weldr.proxy.upstream;

import io.weldr.core.pool.Origin;
import io.weldr.core.pool.OriginId;
import io.weldr.proxy.net.DeadlineWheel;
import io.weldr.proxy.route.RoutingView;
import io.weldr.proxy.stats.OriginStats;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One worker's copy of the routing view, with its own connections to every origin in it. Confined to the worker's loop. */
public final class PoolView {

    private final UpstreamLoop upstream;
    private final Function<Origin, OriginRecord> records;
    /** Read by other threads; everything else here is the loop's. Outlives an origin's absence from the rotation. */
    private final Map<OriginId, OriginStats> stats = new ConcurrentHashMap<>();

    private Map<OriginId, Endpoint> byId = new HashMap<>();
    /** Out of the rotation, with something under way. */
    private final List<Endpoint> leaving = new ArrayList<>();

    private Endpoint[] inRotation = {};
    private @Nullable RoutingView view;
    private int cursor;

    public PoolView(UpstreamLoop upstream, Function<Origin, OriginRecord> records, int firstCursor) {
        this.upstream = upstream;
        this.records = records;
        cursor = firstCursor;
    }

    /** Takes over a new view: connections to origins that stay are kept. */
    public void update(RoutingView next) {
        List<Origin> serving = next.rotation().origins();
        Map<OriginId, Endpoint> kept = new HashMap<>();
        Endpoint[] rotation = new Endpoint[serving.size()];
        for (int i = 0; i < rotation.length; i++) {
            Origin origin = serving.get(i);
            Endpoint known = byId.remove(origin.id());
            if (known != null && !sameTarget(known.origin(), origin)) {
                retire(known);
                known = null;
            }
            rotation[i] = known != null ? known : connectionsTo(origin);
            kept.put(origin.id(), rotation[i]);
        }
        byId.values().forEach(this::retire);
        byId = kept;
        inRotation = rotation;
        view = next;
        setDrainDeadlines(next.origins());
        stats.keySet().retainAll(next.origins().stream().map(Origin::id).collect(Collectors.toSet()));
    }

    private void retire(Endpoint connections) {
        connections.retire();
        leaving.add(connections);
    }

    /** What is under way to an origin that drains ends at its deadline; to one that does not, or no more, when it is done. */
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
     * The origin whose turn it is, other than those tried already.
     *
     * @return null when there is none, or none left
     */
    public @Nullable Endpoint pick(Endpoint[] tried, int triedCount) {
        RoutingView current = view;
        if (current == null || inRotation.length == 0) {
            return null;
        }
        if (triedCount == 0) {
            return inRotation[current.rotation().indexAt(cursor++)];
        }
        // A retry: the next in turn that is not among the few tried. Weights matter less than finding one.
        int start = current.rotation().indexAt(cursor++);
        for (int i = 0; i < inRotation.length; i++) {
            Endpoint candidate = inRotation[(start + i) % inRotation.length];
            if (!contains(tried, triedCount, candidate)) {
                return candidate;
            }
        }
        return null;
    }

    private static boolean contains(Endpoint[] tried, int count, Endpoint candidate) {
        for (int i = 0; i < count; i++) {
            if (tried[i].equals(candidate)) {
                return true;
            }
        }
        return false;
    }

    /** What this worker has counted; any thread. */
    public Map<OriginId, OriginStats> stats() {
        return stats;
    }

    /** Closes what is idle. */
    public void retireAll() {
        byId.values().forEach(Endpoint::retire);
    }
}
