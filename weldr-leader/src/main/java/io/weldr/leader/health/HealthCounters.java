package io.weldr.leader.health;

import io.weldr.core.port.Measurement;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** What the health checks of this node have done since it started. Any thread. */
final class HealthCounters {
    private final LongAdder sent = new LongAdder();
    private final LongAdder passed = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder submitted = new LongAdder();
    private volatile int watched;
    private volatile int inFlight;

    void sent() {
        sent.increment();
    }

    void result(boolean pass) {
        (pass ? passed : failed).increment();
    }

    void submitted() {
        submitted.increment();
    }

    void watched(int now) {
        watched = now;
    }

    void inFlight(int now) {
        inFlight = now;
    }

    List<Measurement> measure() {
        String results = "Probes whose result counted, by result.";
        return List.of(
                new Measurement.Counter("health_probes_sent", "Probes that this node sent.", Map.of(), sent.sum()),
                new Measurement.Counter("health_probes", results, Map.of("result", "passed"), passed.sum()),
                new Measurement.Counter("health_probes", results, Map.of("result", "failed"), failed.sum()),
                new Measurement.Counter(
                        "health_verdicts_submitted",
                        "Verdicts that this node submitted, repeats among them.",
                        Map.of(),
                        submitted.sum()),
                new Measurement.Gauge(
                        "health_origins_watched", "Origins that this node probes; 0 on a follower.", Map.of(), watched),
                new Measurement.Gauge("health_probes_in_flight", "Probes under way.", Map.of(), inFlight));
    }
}
