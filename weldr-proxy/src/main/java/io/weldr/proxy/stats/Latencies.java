package io.weldr.proxy.stats;

import io.weldr.core.port.Measurement.Exemplar;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * A distribution of times that one event loop records and any thread reads: a count for each bucket. Recording takes no
 * lock, no atomic instruction, and allocates nothing.
 */
public final class Latencies {

    private static final VarHandle COUNT = MethodHandles.arrayElementVarHandle(long[].class);
    private static final double MICROS_A_SECOND = 1e6;

    /** The longest that adds to the sum: an hour, so that no sum overflows within the life of a node. */
    private static final long MICROS_MAX = 3_600_000_000L;

    /** The upper bounds of the buckets; a time that equals a bound is in the bucket below it, as Prometheus counts. */
    public enum Bounds {
        /** Two for each doubling, from 64 µs to 67 s: for the node as a whole. */
        FINE(doublings(6, 26)),
        /** The usual steps, from 0.5 ms to 60 s: for each route and each origin, of which there may be thousands. */
        COARSE(
                500,
                1_000,
                2_500,
                5_000,
                10_000,
                25_000,
                50_000,
                100_000,
                250_000,
                500_000,
                1_000_000,
                2_500_000,
                5_000_000,
                10_000_000,
                30_000_000,
                60_000_000);

        @SuppressWarnings("ImmutableEnumChecker") // never written after it was made, never handed out
        private final long[] micros;

        /** For each number of significant bits, the first bucket that may hold a number of as many. */
        @SuppressWarnings("ImmutableEnumChecker") // the same
        private final int[] first = new int[Long.SIZE + 1];

        Bounds(long... micros) {
            this.micros = micros;
            for (int bits = 1; bits <= Long.SIZE; bits++) {
                long smallest = 1L << (bits - 1);
                while (smallest > 0 && first[bits] < micros.length && micros[first[bits]] < smallest) {
                    first[bits]++;
                }
                if (smallest < 0) {
                    first[bits] = micros.length;
                }
            }
        }

        private static long[] doublings(int fromLog2, int toLog2) {
            long[] all = new long[2 * (toLog2 - fromLog2) + 1];
            for (int i = 0; i < all.length; i++) {
                long octave = 1L << (fromLog2 + i / 2);
                all[i] = i % 2 == 0 ? octave : octave + octave / 2;
            }
            return all;
        }

        /** The bounds of all buckets but the last, in seconds, growing. */
        public List<Double> seconds() {
            return Arrays.stream(micros)
                    .mapToObj(bound -> bound / MICROS_A_SECOND)
                    .toList();
        }

        private int bucket(long time) {
            int at = first[Long.SIZE - Long.numberOfLeadingZeros(time)];
            while (at < micros.length && time > micros[at]) {
                at++;
            }
            return at;
        }
    }

    private final Bounds bounds;
    private final long[] counts;
    private final Counter sumMicros = new Counter();
    private volatile @Nullable AtomicReferenceArray<Exemplar> exemplars; // from the first one on

    /** Nothing was recorded. */
    public Latencies(Bounds bounds) {
        this.bounds = bounds;
        counts = new long[bounds.micros.length + 1];
    }

    /** Records a time; only on the owning loop. A clock that went backwards counts as no time. */
    public void record(long nanos) {
        long micros = Math.min(MICROS_MAX, Math.max(0, nanos / 1000));
        sumMicros.add(micros);
        int at = bounds.bucket(micros);
        COUNT.setOpaque(counts, at, (long) COUNT.getOpaque(counts, at) + 1);
    }

    /**
     * Keeps an example of what was recorded last, in place of the one before of its bucket; only on the owning loop.
     */
    public void example(long nanos, Exemplar exemplar) {
        AtomicReferenceArray<Exemplar> all = exemplars;
        if (all == null) {
            all = new AtomicReferenceArray<>(counts.length);
            exemplars = all;
        }
        all.set(bounds.bucket(Math.max(0, nanos / 1000)), exemplar);
    }

    public Bounds bounds() {
        return bounds;
    }

    /** Observations in each bucket, one more than there are bounds; any thread. */
    public List<Long> counts() {
        List<Long> all = new ArrayList<>(counts.length);
        for (int i = 0; i < counts.length; i++) {
            all.add((long) COUNT.getOpaque(counts, i));
        }
        return all;
    }

    /** The examples there are, in no order; any thread. */
    public List<Exemplar> exemplars() {
        AtomicReferenceArray<Exemplar> all = exemplars;
        List<Exemplar> found = new ArrayList<>();
        for (int i = 0; all != null && i < all.length(); i++) {
            Exemplar each = all.get(i);
            if (each != null) {
                found.add(each);
            }
        }
        return found;
    }

    /** Sum of all times in seconds; any thread. */
    public double sumSeconds() {
        return sumMicros.get() / MICROS_A_SECOND;
    }
}
