package io.weldr.proxy.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LatenciesTest {

    private static final long MICRO = 1000;

    private final Latencies times = new Latencies(Latencies.Bounds.FINE);

    @Test
    void everyTimeIsInOneBucket() {
        long[] micros = {
            0, 1, 63, 64, 65, 96, 1000, 1_000_000, 67_108_864, 67_108_865, 3_600_000_000L, Long.MAX_VALUE / MICRO
        };
        Arrays.stream(micros).forEach(each -> times.record(each * MICRO));
        assertThat(times.counts()).hasSize(times.bounds().seconds().size() + 1);
        assertThat(sum(times.counts())).isEqualTo(micros.length);
        assertThat(times.counts().get(0)).as("up to 64 µs").isEqualTo(4);
    }

    @Test
    void aClockThatGoesBackwardsIsNoTime() {
        times.record(-5);
        assertThat(times.counts().get(0)).isEqualTo(1);
        assertThat(times.sumSeconds()).isZero();
    }

    @Test
    void bucketsGrowAndHoldWhatIsBelowTheirBound() {
        List<Double> bounds = times.bounds().seconds();
        assertThat(bounds).isSorted().startsWith(64e-6, 96e-6, 128e-6).endsWith(67.108864);
        Random random = new Random(7);
        long[] micros = random.longs(10_000, 1, 200_000).toArray();
        Arrays.stream(micros).forEach(each -> times.record(each * MICRO));
        long below = 0;
        for (int i = 0; i < bounds.size(); i++) {
            below += times.counts().get(i);
            double bound = bounds.get(i) * 1e6;
            assertThat(below)
                    .isEqualTo(
                            Arrays.stream(micros).filter(each -> each <= bound).count());
        }
        assertThat(times.sumSeconds()).isCloseTo(Arrays.stream(micros).sum() / 1e6, within(1e-9));
    }

    private static long sum(List<Long> counts) {
        return counts.stream().mapToLong(Long::longValue).sum();
    }
}
