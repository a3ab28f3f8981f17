package io.weldr.raft.ratis;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/** A histogram of durations with fixed buckets. Thread safe; recording takes nanoseconds. */
public final class Latencies {
    /** Upper bounds in seconds: from a fast disk to the deadline. */
    public static final List<Double> BOUNDS_SECONDS =
            List.of(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0);

    private final AtomicLongArray counts = new AtomicLongArray(BOUNDS_SECONDS.size() + 1);
    private final LongAdder sumNanos = new LongAdder();

    /** Any thread. */
    public void record(long nanos) {
        double seconds = nanos / 1e9;
        int bucket = 0;
        while (bucket < BOUNDS_SECONDS.size() && seconds > BOUNDS_SECONDS.get(bucket)) {
            bucket++;
        }
        counts.incrementAndGet(bucket);
        sumNanos.add(nanos);
    }

    /** Observations in each bucket, and beyond the last. */
    public List<Long> counts() {
        List<Long> copy = new ArrayList<>(counts.length());
        for (int i = 0; i < counts.length(); i++) {
            copy.add(counts.get(i));
        }
        return copy;
    }

    public double sumSeconds() {
        return sumNanos.sum() / 1e9;
    }
}
