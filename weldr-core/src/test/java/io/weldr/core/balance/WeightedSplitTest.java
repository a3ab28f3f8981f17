package io.weldr.core.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weldr.core.balance.WeightedSplit.Alternative;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WeightedSplitTest {
    private static final int KEYS = 100_000;

    private final long seed = Statistics.fixedSeed("WeightedSplitTest");
    private final Random random = new Random(seed);

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 16, 300})
    void everyAlternativeGetsItsShareOfTheKeys(int size) {
        int[] weights = random.ints(size, 0, 1_000_001).toArray();
        weights[size / 2] = 1_000_000;
        weights[0] = size > 1 ? 0 : 1;
        int[] counts = new int[size];
        for (int home : homes(weights)) {
            counts[home]++;
        }
        assertThat(Statistics.deviation(counts, weights))
                .as(Arrays.toString(weights))
                .isLessThan(Statistics.SIGMAS);
    }

    @Test
    void aWeightOfOneInAMillionIsOneInAMillion() {
        WeightedSplit split = split(999_999, 1);
        int[] counts = Statistics.count(2, 10_000_000, () -> split.pick(random.nextLong()));
        assertThat(counts[1]).isBetween(1, 20);
    }

    @Test
    void whenACanaryGrowsClientsMoveOnlyToIt() {
        assertMoves(new int[] {90, 10}, new int[] {80, 20}, 1, 0.1);
        assertMoves(new int[] {100, 0}, new int[] {99, 1}, 1, 0.01);
        assertMoves(new int[] {1, 999_999}, new int[] {0, 1_000_000}, 1, 0.000_001);
    }

    /** An interval a weight would move keys between the others. */
    @Test
    void whenOneWeightChangesNoKeyMovesBetweenTheOthers() {
        assertMoves(new int[] {10, 10, 30, 50}, new int[] {20, 10, 30, 50}, 0, 20 / 110.0 - 0.1);
        assertMoves(new int[] {10, 10, 30, 50}, new int[] {10, 20, 30, 50}, 1, 20 / 110.0 - 0.1);
        assertMoves(new int[] {10, 10, 0, 50}, new int[] {10, 10, 30, 50}, 2, 0.3);
    }

    /** Forwards to {@code which}, and backwards away from it. */
    private void assertMoves(int[] before, int[] after, int which, double share) {
        int[] homesBefore = homes(before);
        int[] homesAfter = homes(after);
        int moved = 0;
        for (int i = 0; i < KEYS; i++) {
            if (homesBefore[i] != homesAfter[i]) {
                assertThat(homesAfter[i]).isEqualTo(which);
                moved++;
            }
        }
        double sigma = Math.sqrt(KEYS * share * (1 - share));
        assertThat((double) moved)
                .isBetween(KEYS * share - Statistics.SIGMAS * sigma, KEYS * share + Statistics.SIGMAS * sigma);
    }

    private int[] homes(int... weights) {
        WeightedSplit split = split(weights);
        Random keys = new Random(seed);
        return IntStream.range(0, KEYS).map(i -> split.pick(keys.nextLong())).toArray();
    }

    /** Nodes of two versions send a client to the same pool: never change what is expected here. */
    @Test
    void keysGoWhereEveryVersionSendsThem() {
        WeightedSplit split = split(10, 20, 30);
        assertThat(IntStream.range(0, 20)
                        .map(client -> split.pick(Hashing.of("192.0.2." + client)))
                        .toArray())
                .containsExactly(2, 2, 0, 1, 1, 2, 0, 2, 2, 1, 0, 2, 2, 1, 2, 2, 1, 0, 2, 1);
    }

    /** Both take the client's address as the key, and an origin may have the name of a pool. */
    @Test
    void theSplitTellsNothingAboutTheOriginOfAKey() {
        WeightedSplit split = WeightedSplit.of(List.of(new Alternative("a", 1), new Alternative("b", 1)));
        HashBalancer balancer = HashBalancer.of(List.of(new Target("a", 1), new Target("b", 1)), 0);
        Load load = new Load(2);
        int[] counts = Statistics.count(4, KEYS, () -> {
            load.key = random.nextLong();
            return 2 * split.pick(load.key) + balancer.pick(load);
        });
        assertThat(Statistics.deviation(counts, new int[] {1, 1, 1, 1})).isLessThan(Statistics.SIGMAS);
    }

    @Test
    void withoutAnyWeightThereIsNoPick() {
        assertThat(split().pick(1)).isEqualTo(Balancer.NONE);
        assertThat(split(0, 0).pick(1)).isEqualTo(Balancer.NONE);
    }

    @Test
    void badAlternativesAreRefused() {
        assertThatThrownBy(() -> new Alternative("web", -1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("weight of web: -1 (expected: between 0 and 1000000)");
        assertThatThrownBy(() -> new Alternative("", 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> WeightedSplit.of(List.of(new Alternative("a", 1), new Alternative("a", 2))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("id: \"a\" (expected: different ids)");
        assertThatThrownBy(() -> WeightedSplit.of(Collections.nCopies(1025, new Alternative("a", 1))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("alternatives: 1025 (expected: at most 1024)");
    }

    private static WeightedSplit split(int... weights) {
        return WeightedSplit.of(IntStream.range(0, weights.length)
                .mapToObj(i -> new Alternative("pool-" + i, weights[i]))
                .toList());
    }
}
