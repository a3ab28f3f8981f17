package io.weldr.proxy;

import io.weldr.core.listener.ListenerName;
import io.weldr.core.pool.Origin;
import io.weldr.core.pool.OriginId;
import io.weldr.core.pool.Pool;
import io.weldr.core.pool.PoolName;
import io.weldr.core.port.Measurement;
import io.weldr.core.port.Measurement.Counter;
import io.weldr.core.port.Measurement.Exemplar;
import io.weldr.core.port.Measurement.Histogram;
import io.weldr.core.route.RouteName;
import io.weldr.core.state.ClusterState;
import io.weldr.proxy.stats.HttpCell;
import io.weldr.proxy.stats.HttpCells;
import io.weldr.proxy.stats.Latencies;
import io.weldr.proxy.stats.OriginStats;
import io.weldr.proxy.stats.SeriesLimit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Merges what workers have counted by labels that operators choose: listeners, routes, pools and origins. What the
 * state has no more is not shown, also where a worker has yet to forget it.
 */
final class HttpReport {

    private static final Comparator<HttpCell.Key> IN_ORDER = Comparator.comparing(HttpCell.Key::listener)
            .thenComparing(HttpCell.Key::route)
            .thenComparing(HttpCell.Key::pool);

    private final ClusterState state;
    private final Limits limits;
    private final Map<PoolName, Set<OriginId>> ids = new HashMap<>();

    /** How many sets of labels are shown by themselves. */
    record Limits(SeriesLimit http, SeriesLimit origins) {}

    HttpReport(ClusterState state, Limits limits) {
        this.state = state;
        this.limits = limits;
    }

    /** Requests by listener, route, pool and class of status; their times by route. */
    List<Measurement> requests(Collection<HttpCells> workers) {
        Map<HttpCell.Key, List<HttpCell>> byLabels = new TreeMap<>(IN_ORDER);
        Map<String, List<Latencies>> byRoute = new TreeMap<>();
        for (HttpCells worker : workers) {
            worker.all().forEach((key, cell) -> {
                if (isThere(key)) {
                    byLabels.computeIfAbsent(key, unknown -> new ArrayList<>()).add(cell);
                    byRoute.computeIfAbsent(key.route(), unknown -> new ArrayList<>())
                            .add(cell.seconds());
                }
            });
        }
        List<Measurement> all = new ArrayList<>();
        byLabels.forEach((key, cells) -> requests(key, cells, all));
        byRoute.forEach((route, times) -> all.add(merged(
                "http_request_duration_seconds",
                "Time of HTTP requests, from the head to the last byte either way.",
                Map.of("route", route),
                times)));
        refused("http_requests", limits.http(), all);
        refused("origin_request_duration_seconds", limits.origins(), all);
        return all;
    }

    private static void refused(String metric, SeriesLimit limit, List<Measurement> all) {
        all.add(new Counter(
                "metrics_label_sets_refused",
                "Times that labels were counted as \"other\" because there were too many of them.",
                Map.of("metric", "weldr_" + metric),
                (double) limit.refused()));
    }

    private boolean isThere(HttpCell.Key key) {
        if (key.listener().equals(HttpCells.OTHER) && key.pool().equals(HttpCells.OTHER)) {
            return true;
        }
        return state.listeners().containsKey(new ListenerName(key.listener()))
                && (key.route().isEmpty() || state.routes().containsKey(new RouteName(key.route())))
                && (key.pool().isEmpty() || state.pools().containsKey(new PoolName(key.pool())));
    }

    private static void requests(HttpCell.Key key, List<HttpCell> cells, List<Measurement> all) {
        for (int i = 0; i < HttpCell.classes(); i++) {
            int statusClass = i;
            long count =
                    cells.stream().mapToLong(cell -> cell.count(statusClass)).sum();
            if (count > 0) {
                all.add(new Counter(
                        "http_requests",
                        "HTTP requests that ended, by the class of the status that the client got.",
                        Map.of(
                                "listener",
                                key.listener(),
                                "route",
                                key.route(),
                                "pool",
                                key.pool(),
                                "code",
                                HttpCell.label(statusClass)),
                        (double) count));
            }
        }
    }

    /** Time of requests by origin. Gives back the places of origins that are gone. */
    List<Measurement> origins(Map<PoolName, Map<OriginId, List<OriginStats>>> counted) {
        limits.origins().retain(labels -> labels instanceof Labels known && isThere(known.pool(), known.origin()));
        Map<String, Map<String, List<Latencies>>> shown = new TreeMap<>();
        counted.forEach((pool, byOrigin) -> byOrigin.forEach((id, stats) -> {
            String name = limits.origins().admits(new Labels(pool, id)) ? id.value() : HttpCells.OTHER;
            List<Latencies> times = shown.computeIfAbsent(pool.value(), unknown -> new TreeMap<>())
                    .computeIfAbsent(name, unknown -> new ArrayList<>());
            stats.forEach(each -> times.add(each.seconds));
        }));
        List<Measurement> all = new ArrayList<>();
        shown.forEach((pool, byOrigin) -> byOrigin.forEach((origin, times) -> all.add(merged(
                "origin_request_duration_seconds",
                "Time of attempts at an origin, from when they were to be sent there to their end.",
                Map.of("pool", pool, "origin", origin),
                times))));
        return all;
    }

    private record Labels(PoolName pool, OriginId origin) {}

    private boolean isThere(PoolName pool, OriginId id) {
        return idsOf(pool).contains(id);
    }

    private Set<OriginId> idsOf(PoolName name) {
        return ids.computeIfAbsent(name, unknown -> {
            Pool pool = state.pools().get(unknown);
            return pool == null
                    ? Set.of()
                    : pool.origins().stream().map(Origin::id).collect(Collectors.toSet());
        });
    }

    /** Leaves out what workers have counted of origins that are in no pool any more. */
    Map<PoolName, Map<OriginId, List<OriginStats>>> present(Map<PoolName, Map<OriginId, List<OriginStats>>> counted) {
        counted.keySet().retainAll(state.pools().keySet());
        counted.forEach((name, byOrigin) -> byOrigin.keySet().retainAll(idsOf(name)));
        return counted;
    }

    /** One distribution out of several with the same bounds; at least one. */
    static Histogram merged(String name, String help, Map<String, String> labels, List<Latencies> parts) {
        List<Double> bounds = parts.get(0).bounds().seconds();
        long[] counts = new long[bounds.size() + 1];
        List<Exemplar> exemplars = new ArrayList<>();
        double sum = 0;
        for (Latencies part : parts) {
            List<Long> more = part.counts();
            for (int i = 0; i < counts.length; i++) {
                counts[i] += more.get(i);
            }
            sum += part.sumSeconds();
            exemplars.addAll(part.exemplars());
        }
        exemplars.sort(Comparator.comparingLong(Exemplar::epochMillis).reversed()); // the newest of a bucket is shown
        return new Histogram(
                name, help, labels, bounds, Arrays.stream(counts).boxed().toList(), sum, exemplars);
    }
}
