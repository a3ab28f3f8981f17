package io.weldr.benchmark.load;

import java.util.Arrays;

/** Every latency of a run, kept one by one: percentiles are exact. For one thread; read it when that thread is done. */
final class Latencies {

    private final int[] micros;
    private int count;
    private boolean sorted;

    /** @param samplesMax more than these are refused */
    Latencies(int samplesMax) {
        micros = new int[samplesMax];
    }

    void add(long nanos) {
        micros[count++] = (int) Math.min(Integer.MAX_VALUE, nanos / 1_000);
        sorted = false;
    }

    int count() {
        return count;
    }

    /**
     * The smallest latency that at least that share of all requests did not exceed (nearest rank).
     *
     * @param share above 0, at most 1
     * @return microseconds; 0 when there is no sample
     */
    int micros(double share) {
        if (count == 0) {
            return 0;
        }
        if (!sorted) {
            Arrays.sort(micros, 0, count);
            sorted = true;
        }
        return micros[Math.max(0, (int) Math.ceil(share * count) - 1)];
    }
}
