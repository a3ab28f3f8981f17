package io.weldr.api.admin;

import io.weldr.core.pool.PoolName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The samples of the last hour, in arrays that never grow: 9 KiB for the node and for each pool, and at most 2.3 MiB.
 * Thread safe; a reader or the writer waits microseconds for the other.
 */
final class SampleRing {
    /** An hour of samples that are 10 s apart. */
    static final int SAMPLES_MAX = 360;

    /** As many as a state may hold by its initial limits. Pools beyond that have no series. */
    static final int POOLS_MAX = 256;

    private final long[] atSeconds = new long[SAMPLES_MAX]; // guarded by this, as all below
    private final float[] node = new float[SAMPLES_MAX * Figures.COUNT];
    private final Map<PoolName, float[]> pools = new HashMap<>();
    private long count; // of samples ever taken
    private @Nullable Sample latest;

    synchronized void add(Sample sample) {
        int place = (int) (count % SAMPLES_MAX);
        atSeconds[place] = sample.atSeconds();
        put(node, place, sample.node());
        Map<PoolName, Figures> now =
                sample.pools().stream().collect(Collectors.toMap(Sample.OfPool::pool, Sample.OfPool::figures));
        pools.keySet().retainAll(now.keySet()); // a removed pool takes no memory
        now.forEach((pool, figures) -> {
            float[] series = pools.get(pool);
            if (series == null && pools.size() < POOLS_MAX) {
                series = new float[SAMPLES_MAX * Figures.COUNT];
                java.util.Arrays.fill(series, Float.NaN); // it was not there before
                pools.put(pool, series);
            }
            if (series != null) {
                put(series, place, figures);
            }
        });
        count++;
        latest = sample;
    }

    private static void put(float[] series, int place, Figures figures) {
        List<Double> all = figures.all();
        for (int i = 0; i < Figures.COUNT; i++) {
            series[place * Figures.COUNT + i] = all.get(i).floatValue();
        }
    }

    /** The last sample; null: there is none yet. */
    synchronized @Nullable Sample latest() {
        return latest;
    }

    /**
     * The samples after that time.
     *
     * @param pool null: of the node. A pool that has no samples has an empty series
     */
    synchronized SampleSeries after(long afterSeconds, @Nullable PoolName pool) {
        float[] series = pool == null ? node : pools.get(pool);
        if (series == null) {
            return SampleSeries.NONE;
        }
        List<Long> times = new ArrayList<>();
        List<Figures> figures = new ArrayList<>();
        for (long i = Math.max(0, count - SAMPLES_MAX); i < count; i++) {
            int place = (int) (i % SAMPLES_MAX);
            if (atSeconds[place] > afterSeconds) {
                times.add(atSeconds[place]);
                List<Float> six = new ArrayList<>();
                for (int each = 0; each < Figures.COUNT; each++) {
                    six.add(series[place * Figures.COUNT + each]);
                }
                figures.add(Figures.of(six));
            }
        }
        return new SampleSeries(times, figures);
    }
}
