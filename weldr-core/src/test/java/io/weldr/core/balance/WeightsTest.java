package io.weldr.core.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Collections;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Draws are in proportion to the weights of what may be drawn, whatever may not be. */
class WeightsTest {
    private final Random random = new Random(Statistics.fixedSeed("WeightsTest"));

    @Test
    void aTargetHasANameAndAWeight() {
        assertThatThrownBy(() -> new Target("", 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("id: \"\" (expected: a name)");
        assertThatThrownBy(() -> new Target("a", 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("weight of a: 0 (expected: between 1 and 10000)");
        assertThatThrownBy(() -> new Target("a", 10_001)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void thereIsALimitToTargets() {
        assertThatThrownBy(() -> Weights.of(Collections.nCopies(65_537, new Target("a", 10_000))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("targets: 65537 (expected: at most 65536)");
        assertThat(Weights.of(Collections.nCopies(65_536, new Target("a", 10_000)))
                        .total())
                .isEqualTo(655_360_000);
    }

    @Test
    void everyTargetIsDrawnAsOftenAsItsWeightSays() {
        for (int size : new int[] {1, 2, 3, 10, 100, 1024}) {
            assertDraws(new Load(size), random.ints(size, 1, 10_001).toArray(), Weights.NO_EXCEPTION);
        }
    }

    @Test
    void theExceptionIsNotDrawn() {
        for (int except = 0; except < 5; except++) {
            assertDraws(new Load(5), new int[] {100, 10_000, 1, 700, 700}, except);
        }
        assertThat(Weights.of(Load.targets(7)).draw(new Load(1), 0, 0)).isEqualTo(Balancer.NONE);
    }

    @Test
    void whatWasTriedOrIsFullIsNotDrawn() {
        for (int unusable : new int[] {1, 30, 98}) {
            Load load = new Load(100);
            load.tried.set(0, unusable / 2);
            load.full.set(unusable / 2, unusable);
            assertDraws(load, random.ints(100, 1, 10_001).toArray(), 99);
        }
    }

    /** Whatever it weighs: then nearly all draws come to nothing, and the rest is added up. */
    @Test
    void theOneThatHasMostOfTheWeightIsNotDrawnWhenItWasTried() {
        Load load = new Load(5);
        load.tried.set(2);
        assertDraws(load, new int[] {10, 20, 10_000, 40, 80}, Weights.NO_EXCEPTION);
    }

    @Test
    void whenAllAreFullOneThatWasNotTriedIsDrawn() {
        Load load = new Load(4);
        load.full.set(0, 4);
        load.tried.set(1);
        int[] counts = draw(load, new int[] {100, 200, 300, 400}, Weights.NO_EXCEPTION, 10_000);
        assertThat(Statistics.deviation(counts, new int[] {100, 0, 300, 400})).isLessThan(Statistics.SIGMAS);
        load.tried.set(0, 4);
        assertThat(Weights.of(Load.targets(1, 2, 3, 4)).draw(load, Weights.NO_EXCEPTION, 0))
                .isEqualTo(Balancer.NONE);
    }

    /** The second origin of a pair does not depend on the first. */
    @Test
    void drawsOfOneTurnAreIndependent() {
        Weights weights = Weights.of(Load.targets(1, 1, 1, 1));
        Load load = new Load(4);
        int[] pairs = Statistics.count(16, 100_000, () -> {
            load.turn++;
            return 4 * weights.draw(load, Weights.NO_EXCEPTION, 0) + weights.draw(load, Weights.NO_EXCEPTION, 1);
        });
        int[] equal = new int[16];
        Arrays.fill(equal, 1);
        assertThat(Statistics.deviation(pairs, equal)).isLessThan(Statistics.SIGMAS);
    }

    private static void assertDraws(Load load, int[] weights, int except) {
        int[] expected = IntStream.range(0, weights.length)
                .map(i -> i == except || load.tried(i) || load.full(i) ? 0 : weights[i])
                .toArray();
        int[] counts = draw(load, weights, except, Math.max(20_000, 50 * weights.length));
        assertThat(Statistics.deviation(counts, expected))
                .as(Arrays.toString(weights))
                .isLessThan(Statistics.SIGMAS);
    }

    private static int[] draw(Load load, int[] weights, int except, int number) {
        Weights drawn = Weights.of(Load.targets(weights));
        return Statistics.count(weights.length, number, () -> {
            load.turn++;
            return drawn.draw(load, except, 1);
        });
    }
}
