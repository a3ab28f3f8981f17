package io.weldr.api.http;

import io.weldr.core.port.Measurement;
import io.weldr.core.port.Measurement.Info;
import io.weldr.core.port.MetricSource;
import java.util.List;
import java.util.Map;

/** Which program this is, as labels of a number that is always 1: it can be joined with everything else. */
record BuildMetrics(String version) implements MetricSource {
    @Override
    public List<Measurement> measure() {
        Map<String, String> labels =
                Map.of("version", version, "java", Runtime.version().toString());
        return List.of(new Info("build", "Always 1; the labels say what runs.", labels));
    }
}
