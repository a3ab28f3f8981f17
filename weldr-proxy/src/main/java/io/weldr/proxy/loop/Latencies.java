package io.weldr.proxy.loop;

import java.util.ArrayList;
import java.util.List;

/**
 * A distribution of times that one event loop counts and any thread reads: two buckets for each doubling, so that a
 * percentile read from it is right within a fifth. Recording is a shift and an increment; nothing is allocated.
 */
public final class Latencies {

    /** The first bucket ends here; nothing that a proxy does is told apart below. */
    private static final int FIRST_MICROS_LOG2 = 6;
    /** The last bounded bucket ends at 2^26 µs = 67 s; beyond is "more". */
    private static final int LAST_MICROS_LOG2 = 26;

    private static final int BOUNDS = 2 * (LAST_MICROS_LOG2 - FIRST_MICROS_LOG2) + 1;
    private static final double MICROS_A_SECOND = 1e6;

    private final Counter[] counts = new Counter[BOUNDS + 1];
    private final Counter sumMicros = new Counter();

    public Latencies() {
        for (int i = 0; i < counts.length; i++) {
            counts[i] = new Counter();
        }
    }

    /** Records a time; only on the owning loop. */
    public void record(long nanos) {
        long micros = Math.max(0, nanos / 1000);
        sumMicros.add(micros);
        counts[bucket(micros)].increment();
    }

    /** The bucket whose upper bound is the first that is not below {@code micros}. */
    static int bucket(long micros) {
        if (micros <= 1L << FIRST_MICROS_LOG2) {
            return 0;
        }
        long below = micros - 1;
        int log2 = 63 - Long.numberOfLeadingZeros(below);
        int half = (int) (below >>> (log2 - 1)) & 1;
        return Math.min(BOUNDS, 2 * (log2 - FIRST_MICROS_LOG2) + half + 1);
    }

    /** Upper bounds of all buckets but the last, in seconds, growing. */
    public static List<Double> boundsSeconds() {
        List<Double> bounds = new ArrayList<>();
        for (int i = 0; i < BOUNDS; i++) {
            long octave = 1L << (FIRST_MICROS_LOG2 + i / 2);
            bounds.add((i % 2 == 0 ? octave : octave + octave / 2) / MICROS_A_SECOND);
        }
        return bounds;
    }

    /** Observations in each bucket, one more than there are bounds; any thread. */
    public List<Long> counts() {
        List<Long> all = new ArrayList<>();
        for (Counter count : counts) {
            all.add(count.get());
        }
        return all;
    }

    /** Sum of all times in seconds; any thread. */
    public double sumSeconds() {
        return sumMicros.get() / MICROS_A_SECOND;
    }
}
