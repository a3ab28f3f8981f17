package io.weldr.proxy.stats;

import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.AtomicHistogram;

/**
 * A distribution of times that one event loop records and any thread reads, right within a hundredth. Recording takes
 * no lock and allocates nothing.
 */
public final class Latencies {

    /** The longest that is told apart: an hour. Whatever takes longer counts as an hour. */
    private static final long MICROS_MAX = 3_600_000_000L;

    private static final int SIGNIFICANT_DIGITS = 2;

    /** Upper bounds for those who want buckets: two for each doubling, from 64 µs to 67 s. */
    private static final int FIRST_MICROS_LOG2 = 6;

    private static final int LAST_MICROS_LOG2 = 26;

    private static final int BOUNDS = 2 * (LAST_MICROS_LOG2 - FIRST_MICROS_LOG2) + 1;
    private static final double MICROS_A_SECOND = 1e6;

    // One writer and readers at any time: the histogram for one writer alone must not be read meanwhile, and the one
    // that
    // hands over between two costs its writer more.
    private final AtomicHistogram times = new AtomicHistogram(1, MICROS_MAX, SIGNIFICANT_DIGITS);
    private final Counter sumMicros = new Counter();

    /** Records a time; only on the owning loop. */
    public void record(long nanos) {
        long micros = Math.min(MICROS_MAX, Math.max(0, nanos / 1000));
        sumMicros.add(micros);
        times.recordValue(micros);
    }

    private static long boundMicros(int i) {
        long octave = 1L << (FIRST_MICROS_LOG2 + i / 2);
        return i % 2 == 0 ? octave : octave + octave / 2;
    }

    /** Upper bounds of all buckets but the last, in seconds, growing. */
    public static List<Double> boundsSeconds() {
        List<Double> bounds = new ArrayList<>();
        for (int i = 0; i < BOUNDS; i++) {
            bounds.add(boundMicros(i) / MICROS_A_SECOND);
        }
        return bounds;
    }

    /** Observations in each bucket, one more than there are bounds; any thread. */
    public List<Long> counts() {
        List<Long> all = new ArrayList<>();
        long from = 0;
        for (int i = 0; i < BOUNDS; i++) {
            long below = lowestEquivalent(boundMicros(i));
            all.add(times.getCountBetweenValues(from, below - 1));
            from = below;
        }
        all.add(times.getCountBetweenValues(from, MICROS_MAX));
        return all;
    }

    /** Times within a hundredth of a bound are on one side of it, all of them: above. */
    private long lowestEquivalent(long micros) {
        return times.lowestEquivalentValue(micros);
    }

    /** Sum of all times in seconds; any thread. */
    public double sumSeconds() {
        return sumMicros.get() / MICROS_A_SECOND;
    }
}
