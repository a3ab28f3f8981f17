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

    /**
     * A distribution.
     *
     * @param bounds upper bounds of the buckets, growing, in the unit of the name, without the infinite one
     * @param counts observations in each bucket (not cumulative), one more than there are bounds
     * @param sum of all observations
     */
    record Histogram(
            String name, String help, Map<String, String> labels, List<Double> bounds, List<Long> counts, double sum)
            implements Measurement {}
}
