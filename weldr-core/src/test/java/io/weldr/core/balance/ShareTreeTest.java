package io.weldr.core.balance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Shares are exact over a cycle of any length, and nearly so within it. */
class ShareTreeTest {

    /** One origin that has just come up, beside many: ten million turns, which are not laid out. */
    @Test
    void aSlowStartGetsItsExactShare() {
        int[] weights = new int[1024];
        Arrays.fill(weights, 10_000);
        weights[700] = 37;
        Order order = RoundRobin.of(Load.targets(weights)).order();
        assertThat(order).isInstanceOf(ShareTree.class);
        assertThat(order.cycle()).isEqualTo(1023 * 10_000 + 37);
        assertExact(order, weights, 5_000_000, "a slow start");
        assertThat(IntStream.range(0, 64).map(order::at))
                .as("the first request of any worker")
                .doesNotContain(700);
    }

    @Test
    void sharesAreExactOverAnyCycleAndNearlySoWithinIt() {
        long seed = Statistics.anySeed("ShareTreeTest");
        Random random = new Random(seed);
        for (int[] weights : sets(random)) {
            Order order = ShareTree.of(Group.of(Weights.of(Load.targets(weights))));
            assertExact(order, weights, random.nextInt(1 << 30), "seed " + seed + " " + Arrays.toString(weights));
        }
    }

    private static List<int[]> sets(Random random) {
        List<int[]> sets = new ArrayList<>();
        sets.add(new int[] {7});
        sets.add(new int[] {7, 7, 7});
        sets.add(new int[] {10_000, 1});
        sets.add(new int[] {9_999, 10_000, 9_998, 1});
        sets.add(IntStream.rangeClosed(1, 200).toArray());
        sets.add(fibonacci(20)); // the deepest tree for its weights
        sets.add(IntStream.range(0, 14).map(i -> 1 << i).toArray());
        for (int size : new int[] {2, 3, 10, 100, 300}) {
            sets.add(random.ints(size, 1, 10_001).toArray());
            sets.add(random.ints(size, 2, 21).map(step -> 500 * step).toArray()); // all in a slow start
        }
        return sets;
    }

    private static int[] fibonacci(int number) {
        int[] weights = new int[number];
        weights[0] = 1;
        weights[1] = 1;
        for (int i = 2; i < number; i++) {
            weights[i] = weights[i - 1] + weights[i - 2];
        }
        return weights;
    }

    /** @param start of a cycle; the overflow of turns is far behind it */
    private static void assertExact(Order order, int[] weights, int start, String what) {
        int cycle = order.cycle();
        int divisor = IntStream.of(weights).sum() / cycle;
        int[] expected = IntStream.of(weights).map(weight -> weight / divisor).toArray();
        int[] counts = new int[weights.length];
        double furthest = 0;
        for (int turn = 0; turn < cycle; turn++) {
            int next = order.at(turn);
            // A target is furthest from its share just before and just behind a turn of its own.
            double due = (double) expected[next] / cycle;
            furthest = Math.max(furthest, turn * due - counts[next]);
            counts[next]++;
            furthest = Math.max(furthest, counts[next] - (turn + 1) * due);
        }
        assertThat(counts).as(what).isEqualTo(expected);
        assertThat(furthest).as(what).isLessThan(ShareTree.DEVIATION_MAX);
        for (int turn = 0; turn < cycle; turn++) {
            counts[order.at(start + turn)]--;
        }
        assertThat(counts).as("%s: a cycle from turn %d", what, start).containsOnly(0);
    }
}
