package io.weldr.core.port;

import java.util.List;
import java.util.Map;

/**
 * One number for {@code /metrics}. Names are without the prefix and suffix that the exposition adds: {@code exchanges},
 * not {@code weldr_exchanges_total}. Units last, as words: {@code seconds}, {@code bytes}.
 */
public sealed interface Measurement {
    String name();

    /** One sentence for people. */
    String help();

    Map<String, String> labels();

    /** Only ever grows while the node lives. */
    record Counter(String name, String help, Map<String, String> labels, double value) implements Measurement {}

    /** Goes up and down. */
    record Gauge(String name, String help, Map<String, String> labels, double value) implements Measurement {}

    /** Facts about the process, told as labels of a number that is always 1. The exposition adds {@code _info}. */
    record Info(String name, String help, Map<String, String> labels) implements Measurement {}

    /**
     * A distribution.
     *
     * @param bounds upper bounds of the buckets, growing, in the unit of the name, without the infinite one
     * @param counts observations in each bucket (not cumulative), one more than there are bounds
     * @param sum of all observations
     * @param exemplars one observation of a bucket at most, with the trace that tells more
     */
    record Histogram(
            String name,
            String help,
            Map<String, String> labels,
            List<Double> bounds,
            List<Long> counts,
            double sum,
            List<Exemplar> exemplars)
            implements Measurement {

        /** The same without exemplars. */
        public Histogram(
                String name,
                String help,
                Map<String, String> labels,
                List<Double> bounds,
                List<Long> counts,
                double sum) {
            this(name, help, labels, bounds, counts, sum, List.of());
        }
    }

    /**
     * An observation that was traced.
     *
     * @param traceId 32 hex digits
     * @param spanId 16 hex digits
     * @param value what was observed, in the unit of the metric
     * @param epochMillis when
     */
    record Exemplar(String traceId, String spanId, double value, long epochMillis) {}
}
