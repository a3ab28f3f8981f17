package io.weldr.core.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SlowStartTest {
    private static final long UP = 1_772_000_000_123L;

    @Test
    void theWeightRisesFromATenthToAllOfIt() {
        List<Integer> weights = new ArrayList<>();
        for (long now = UP; now != SlowStart.NEVER; now = SlowStart.nextChangeMillis(UP, now, 36_000)) {
            weights.add(SlowStart.weight(3, UP, now, 36_000));
        }
        assertThat(weights)
                .containsExactly(
                        30, 45, 60, 75, 90, 105, 120, 135, 150, 165, 180, 195, 210, 225, 240, 255, 270, 285, 300);
    }

    @Test
    void aShortRiseHasAStepASecond() {
        List<Integer> weights = new ArrayList<>();
        for (long now = UP; now < UP + 4_000; now += 500) {
            weights.add(SlowStart.weight(100, UP, now, 3_000));
        }
        assertThat(weights).containsExactly(1_000, 1_000, 4_000, 4_000, 7_000, 7_000, 10_000, 10_000);
    }

    @Test
    void withoutSlowStartTheWeightIsFull() {
        assertThat(SlowStart.weight(7, UP, UP - 1, 0)).isEqualTo(700);
        assertThat(SlowStart.nextChangeMillis(UP, UP - 1, 0)).isEqualTo(SlowStart.NEVER);
    }

    @ParameterizedTest
    @ValueSource(longs = {Long.MIN_VALUE, 0, UP - 3_600_000, UP - 1, UP})
    void aClockThatIsBehindGivesTheLeastWeight(long now) {
        assertThat(SlowStart.weight(1, UP, now, 60_000)).isEqualTo(10);
        assertThat(SlowStart.nextChangeMillis(UP, now, 60_000)).isEqualTo(UP + 3_334);
    }

    @ParameterizedTest
    @ValueSource(longs = {UP + 60_000, UP + 3_600_000, Long.MAX_VALUE})
    void aClockThatIsAheadGivesNoMoreThanTheFullWeight(long now) {
        assertThat(SlowStart.weight(100, UP, now, 60_000)).isEqualTo(10_000);
        assertThat(SlowStart.nextChangeMillis(UP, now, 60_000)).isEqualTo(SlowStart.NEVER);
        assertThat(SlowStart.weight(100, Long.MIN_VALUE, now, 60_000)).isEqualTo(10_000);
    }

    /** A view that is built at each of these times has the right weights at every time. */
    @Test
    void theWeightChangesAtTheTimesThatAreToldAndAtNoOther() {
        long seed = Statistics.anySeed("SlowStartTest");
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            long duration = 1L + random.nextInt(round % 2 == 0 ? 20_000 : (int) SlowStart.DURATION_MILLIS_MAX);
            int weight = 1 + random.nextInt(100);
            String what = "seed " + seed + ", " + duration + " ms, weight " + weight;
            int changes = 0;
            int before = SlowStart.weight(weight, UP, UP, duration);
            assertThat(before).as(what).isEqualTo(10 * weight);
            long last = UP;
            for (long next = SlowStart.nextChangeMillis(UP, UP, duration);
                    next != SlowStart.NEVER;
                    next = SlowStart.nextChangeMillis(UP, next, duration)) {
                assertThat(next - last).as(what).isGreaterThanOrEqualTo(Math.min(1_000, duration));
                assertThat(SlowStart.weight(weight, UP, next - 1, duration))
                        .as(what)
                        .isEqualTo(before);
                assertThat(SlowStart.nextChangeMillis(UP, last + (next - last) / 2, duration))
                        .as(what)
                        .isEqualTo(next);
                int after = SlowStart.weight(weight, UP, next, duration);
                double line = weight * (10 + 90.0 * (next - UP) / duration);
                assertThat((double) after).as(what).isGreaterThan(before).isBetween(line - 5 * weight - 1, line + 1e-6);
                before = after;
                last = next;
                changes++;
            }
            assertThat(before).as(what).isEqualTo(100 * weight);
            assertThat(last).as(what).isEqualTo(UP + duration);
            assertThat(changes).as(what).isBetween(1, 20);
        }
    }

    @Test
    void badTimesAndWeightsAreRefused() {
        assertThatThrownBy(() -> SlowStart.weight(1, UP, UP, 3_600_001))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("slow start in milliseconds: \"3600001\" (expected: 0 to 3600000)");
        assertThatThrownBy(() -> SlowStart.nextChangeMillis(UP, UP, -1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> SlowStart.weight(0, UP, UP, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("weight: 0 (expected: between 1 and 100)");
    }
}
