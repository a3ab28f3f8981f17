package io.weldr.leader.health;

import io.weldr.core.health.ProbeResult;
import io.weldr.core.health.SecondOpinion;
import io.weldr.core.pool.PoolName;
import io.weldr.core.port.LastProbe;
import io.weldr.core.port.Measurement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** What the health checks of this node have done since it started. Any thread. */
final class HealthCounters {
    private final LongAdder sent = new LongAdder();
    private final LongAdder passed = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder submitted = new LongAdder();
    private final LongAdder confirmed = new LongAdder();
    private final LongAdder contradicted = new LongAdder();
    private final LongAdder gaveWay = new LongAdder();
    private final LongAdder forOthers = new LongAdder();
    private final Map<Watch.Key, LastProbe> lastProbes = new ConcurrentHashMap<>(); // only of those that are watched
    private final Map<Watch.Key, LastProbe.Asked> asked = new ConcurrentHashMap<>(); // the same
    private volatile int overruled;
    private volatile int watched;
    private volatile int inFlight;

    void sent() {
        sent.increment();
    }

    /** A probe whose result counts. */
    void result(Watch.Key key, ProbeResult result, Instant at, Duration latency) {
        (result.passed() ? passed : failed).increment();
        lastProbes.put(key, new LastProbe(key.pool(), key.id(), at, result.passed(), result.reason(), latency));
    }

    /** The last probe of each origin of the pool that is watched now. */
    List<LastProbe> lastProbes(PoolName pool) {
        return lastProbes.entrySet().stream()
                .filter(probe -> probe.getKey().pool().equals(pool))
                .map(probe -> probe.getValue().with(asked.get(probe.getKey())))
                .toList();
    }

    /** What the other members said of an origin that this leader sees down. */
    void asked(Watch.Key key, Instant at, SecondOpinion opinion) {
        asked.put(key, new LastProbe.Asked(at, opinion));
    }

    /** This leader sees it up, as the verdict says: what the others said before is of no interest any more. */
    void agreed(Watch.Key key) {
        asked.remove(key);
    }

    void submitted() {
        submitted.increment();
    }

    void opinion(boolean confirms) {
        (confirms ? confirmed : contradicted).increment();
    }

    void gaveWay() {
        gaveWay.increment();
    }

    /** A probe that another member asked for. */
    void forAnother() {
        forOthers.increment();
    }

    void overruled(int now) {
        overruled = now;
    }

    void watched(Set<Watch.Key> now) {
        watched = now.size();
        lastProbes.keySet().retainAll(now);
        asked.keySet().retainAll(now);
    }

    void inFlight(int now) {
        inFlight = now;
    }

    List<Measurement> measure() {
        String results = "Probes whose result counted, by result.";
        String opinions = "Verdicts of down that the other members were asked about, by what they said.";
        return List.of(
                new Measurement.Counter("health_probes_sent", "Probes that this node sent.", Map.of(), sent.sum()),
                new Measurement.Counter("health_probes", results, Map.of("result", "passed"), passed.sum()),
                new Measurement.Counter("health_probes", results, Map.of("result", "failed"), failed.sum()),
                new Measurement.Counter(
                        "health_verdicts_submitted",
                        "Verdicts that this node submitted, repeats among them.",
                        Map.of(),
                        submitted.sum()),
                new Measurement.Counter("health_opinions", opinions, Map.of("result", "confirmed"), confirmed.sum()),
                new Measurement.Counter(
                        "health_opinions", opinions, Map.of("result", "contradicted"), contradicted.sum()),
                new Measurement.Counter(
                        "health_probes_for_others",
                        "Probes that this node sent because a leader asked for its opinion.",
                        Map.of(),
                        forOthers.sum()),
                new Measurement.Counter(
                        "health_leadership_given_way",
                        "Times that this node handed leadership over because it alone could not reach the origins.",
                        Map.of(),
                        gaveWay.sum()),
                new Measurement.Gauge(
                        "health_origins_overruled",
                        "Origins that this leader sees down and the others see up.",
                        Map.of(),
                        overruled),
                new Measurement.Gauge(
                        "health_origins_watched", "Origins that this node probes; 0 on a follower.", Map.of(), watched),
                new Measurement.Gauge("health_probes_in_flight", "Probes under way.", Map.of(), inFlight));
    }
}
