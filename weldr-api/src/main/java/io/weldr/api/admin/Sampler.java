package io.weldr.api.admin;

import io.weldr.core.pool.OriginId;
import io.weldr.core.pool.PoolName;
import io.weldr.core.port.Measurement;
import io.weldr.core.port.Measurement.Counter;
import io.weldr.core.port.Measurement.Gauge;
import io.weldr.core.port.Measurement.Histogram;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Makes a {@link Sample} of what the metrics of a node say now and said the last time. Metrics that a node does not
 * have make numbers that are not known. Confined to one thread.
 */
final class Sampler {
    private static final String EXCHANGES = "proxy_exchanges";
    private static final String NODE_TIME = "proxy_exchange_seconds";
    private static final String OPEN = "proxy_exchanges_open";
    private static final String ATTEMPTS = "proxy_origin_attempts";
    private static final String ORIGIN_TIME = "origin_request_duration_seconds";
    private static final String IN_FLIGHT = "proxy_origin_in_flight";
    private static final String QUEUED = "proxy_origin_queued";
    private static final String CONNECTIONS = "proxy_origin_connections_open";
    private static final String EJECTED = "proxy_origin_ejected";
    private static final double MILLIS = 1000;

    /** Told by name. All are counted in the figures of their pools; a screen shows fewer. */
    static final int ORIGINS_MAX = 2048;

    private Map<Key, Double> countsBefore = Map.of();
    private Map<Key, List<Long>> timesBefore = Map.of();
    private long nanosBefore;
    private boolean first = true;

    /** One of several measurements of the same name. */
    private record Key(String name, Map<String, String> labels) {}

    /** What one look at the metrics found. */
    private static final class Found {
        final Map<Key, Double> counts = new HashMap<>();
        final Map<Key, List<Long>> times = new HashMap<>();
        final Map<String, List<Double>> bounds = new HashMap<>();
        final Map<Key, Double> gauges = new HashMap<>();
    }

    /**
     * What happened since the last call.
     *
     * @return null: this was the first call, which there is nothing to compare with
     */
    @Nullable Sample sample(List<Measurement> measurements, long atSeconds, long nowNanos) {
        Found found = new Found();
        for (Measurement one : measurements) {
            Key key = new Key(one.name(), one.labels());
            if (one instanceof Counter counter
                    && (one.name().equals(EXCHANGES) || one.name().equals(ATTEMPTS))) {
                found.counts.put(key, counter.value());
            } else if (one instanceof Histogram histogram
                    && (one.name().equals(NODE_TIME) || one.name().equals(ORIGIN_TIME))) {
                found.times.put(key, histogram.counts());
                found.bounds.put(one.name(), histogram.bounds());
            } else if (one instanceof Gauge gauge && one.name().startsWith("proxy_")) {
                found.gauges.put(key, gauge.value());
            }
        }
        double seconds = (nowNanos - nanosBefore) / 1e9;
        Sample sample = first || seconds <= 0 ? null : sample(found, atSeconds, seconds);
        countsBefore = found.counts;
        timesBefore = found.times;
        nanosBefore = nowNanos;
        first = false;
        return sample;
    }

    private Sample sample(Found found, long atSeconds, double seconds) {
        Map<PoolName, Map<OriginId, Sample.OfOrigin>> byPool = new TreeMap<>();
        found.gauges.forEach((key, ignored) -> {
            String poolLabel = key.labels().get("pool");
            String originLabel = key.labels().get("origin");
            if (key.name().equals(IN_FLIGHT) && poolLabel != null && originLabel != null) {
                PoolName pool = new PoolName(poolLabel);
                OriginId origin = new OriginId(originLabel);
                byPool.computeIfAbsent(pool, unknown -> new TreeMap<>())
                        .put(origin, origin(found, key.labels(), origin, seconds));
            }
        });
        List<Sample.OfPool> pools = new ArrayList<>();
        double queued = 0;
        int told = 0;
        for (Map.Entry<PoolName, Map<OriginId, Sample.OfOrigin>> each : byPool.entrySet()) {
            List<Sample.OfOrigin> origins = new ArrayList<>(each.getValue().values());
            Map<String, String> ofPool = Map.of("pool", each.getKey().value());
            Figures figures = new Figures(
                    origins.stream()
                            .mapToDouble(Sample.OfOrigin::requestsPerSecond)
                            .sum(),
                    origins.stream()
                            .mapToDouble(Sample.OfOrigin::errorsPerSecond)
                            .sum(),
                    quantile(found, ORIGIN_TIME, ofPool, 0.5),
                    quantile(found, ORIGIN_TIME, ofPool, 0.99),
                    origins.stream().mapToInt(Sample.OfOrigin::inFlight).sum(),
                    origins.stream().mapToInt(Sample.OfOrigin::queued).sum());
            queued += figures.queued();
            List<Sample.OfOrigin> shown = origins.subList(0, Math.min(origins.size(), ORIGINS_MAX - told));
            told += shown.size();
            pools.add(new Sample.OfPool(each.getKey(), figures, shown));
        }
        double failed = grown(found, new Key(EXCHANGES, Map.of("result", "failed"))) / seconds;
        Figures node = new Figures(
                grown(found, new Key(EXCHANGES, Map.of("result", "success"))) / seconds + failed,
                failed,
                quantile(found, NODE_TIME, Map.of(), 0.5),
                quantile(found, NODE_TIME, Map.of(), 0.99),
                found.gauges.getOrDefault(new Key(OPEN, Map.of()), Double.NaN),
                queued);
        return new Sample(atSeconds, node, pools);
    }

    private Sample.OfOrigin origin(Found found, Map<String, String> labels, OriginId origin, double seconds) {
        double failed = grown(found, attempts(labels, "failed")) / seconds;
        return new Sample.OfOrigin(
                origin,
                grown(found, attempts(labels, "success")) / seconds + failed,
                failed,
                gauge(found, IN_FLIGHT, labels),
                gauge(found, QUEUED, labels),
                gauge(found, CONNECTIONS, labels),
                gauge(found, EJECTED, labels) > 0);
    }

    private static Key attempts(Map<String, String> labels, String result) {
        Map<String, String> all = new HashMap<>(labels);
        all.put("result", result);
        return new Key(ATTEMPTS, all);
    }

    private static int gauge(Found found, String name, Map<String, String> labels) {
        return found.gauges.getOrDefault(new Key(name, labels), 0.0).intValue();
    }

    /** An origin that was removed and added again counts from zero. */
    private double grown(Found found, Key key) {
        double now = found.counts.getOrDefault(key, 0.0);
        double before = countsBefore.getOrDefault(key, 0.0);
        return now >= before ? now - before : now;
    }

    /** In milliseconds, of all histograms of that name with these labels together; NaN if nothing was observed. */
    private double quantile(Found found, String name, Map<String, String> labels, double share) {
        List<Double> bounds = found.bounds.get(name);
        if (bounds == null) {
            return Double.NaN;
        }
        long[] counts = new long[bounds.size() + 1];
        found.times.forEach((key, now) -> {
            if (key.name().equals(name) && key.labels().entrySet().containsAll(labels.entrySet())) {
                List<Long> before = timesBefore.getOrDefault(key, List.of());
                for (int i = 0; i < counts.length && i < now.size(); i++) {
                    long then = i < before.size() ? before.get(i) : 0;
                    counts[i] += Math.max(0, now.get(i) - then);
                }
            }
        });
        return quantile(counts, bounds, share) * MILLIS;
    }

    /** As Prometheus estimates it: evenly spread within a bucket; beyond the last bound, that bound. */
    static double quantile(long[] counts, List<Double> bounds, double share) {
        long all = java.util.Arrays.stream(counts).sum();
        if (all == 0) {
            return Double.NaN;
        }
        double wanted = share * all;
        long below = 0;
        for (int i = 0; i < bounds.size(); i++) {
            if (below + counts[i] >= wanted) {
                double low = i == 0 ? 0 : bounds.get(i - 1);
                double part = counts[i] == 0 ? 0 : (wanted - below) / counts[i];
                return low + (bounds.get(i) - low) * part;
            }
            below += counts[i];
        }
        return bounds.get(bounds.size() - 1);
    }
}
