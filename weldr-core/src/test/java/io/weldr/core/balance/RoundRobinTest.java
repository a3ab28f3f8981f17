package io.weldr.core.balance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Every origin gets its exact share, in pools of any size, and no bursts. */
class RoundRobinTest {

    /** In requests. */
    private static final double DEVIATION_MAX = 1;

    /**
     * Follows from the deviation: between two picks of an origin, its group was picked once less than it has members.
     */
    private static final double GAP_MAX = 2;

    @Test
    void equalWeightsTakeTurns() {
        assertThat(picks(weights(5, 5, 5), 0, 6)).containsExactly(0, 1, 2, 0, 1, 2);
    }

    @Test
    void aHeavyOriginGetsNoBursts() {
        assertThat(picks(weights(4, 1, 1), 0, 6)).containsExactly(0, 1, 0, 0, 2, 0);
        assertThat(picks(weights(1, 1, 4), 0, 6)).containsExactly(2, 0, 2, 2, 1, 2);
    }

    @Test
    void turnsMayOverflow() {
        RoundRobin two = weights(1, 1);
        assertThat(picks(two, Integer.MAX_VALUE, 2)).containsExactlyInAnyOrder(0, 1);
        assertThat(picks(weights(100, 1, 7), Integer.MAX_VALUE - 50, 200)).containsOnly(0, 1, 2);
    }

    /** One new version beside many origins of the old one: a request in 20 001. */
    @Test
    void aCanaryGetsItsShareAndNoMore() {
        int[] weights = new int[201];
        Arrays.fill(weights, 0, 200, 100);
        weights[200] = 1;
        int[] counts = count(weights(weights), 0, 200 * 100 + 1, 201);
        assertThat(counts[200]).isEqualTo(1);
        assertThat(counts[0]).isEqualTo(100);
    }

    @Test
    void sharesAreExactOverAnyCycleAndEvenWithinIt() {
        long seed = Statistics.anySeed("RoundRobinTest");
        Random random = new Random(seed);
        for (int[] weights : sets(random)) {
            RoundRobin balancer = weights(weights);
            String what = "seed " + seed + ", weights " + Arrays.toString(weights);
            int divisor = IntStream.of(weights).reduce(0, RoundRobinTest::greatestCommonDivisor);
            int cycle = IntStream.of(weights).sum() / divisor;
            assertThat(balancer.order().cycle()).as(what).isEqualTo(cycle);
            int start = random.nextInt(cycle);
            assertThat(count(balancer, start, cycle, weights.length))
                    .as("%s: a cycle from turn %d", what, start)
                    .isEqualTo(IntStream.of(weights)
                            .map(weight -> weight / divisor)
                            .toArray());
            assertThat(furthestFromItsShare(balancer, weights)).as(what).isLessThan(DEVIATION_MAX);
            assertThat(longestGap(balancer, weights)).as(what).isLessThan(GAP_MAX);
        }
    }

    /** In requests, over every part of a cycle that starts with the cycle. */
    private static double furthestFromItsShare(RoundRobin balancer, int[] weights) {
        double sum = IntStream.of(weights).sum();
        int[] counts = new int[weights.length];
        double furthest = 0;
        Load load = new Load(weights.length);
        for (; load.turn < balancer.order().cycle(); load.turn++) {
            int next = balancer.pick(load);
            // An origin is furthest from its share just before and just behind a pick.
            double due = weights[next] / sum;
            furthest = Math.max(furthest, load.turn * due - counts[next]);
            counts[next]++;
            furthest = Math.max(furthest, counts[next] - (load.turn + 1) * due);
        }
        return furthest;
    }

    /** From one pick of an origin to its next, in times of what it would be if all were equally long. */
    private static double longestGap(RoundRobin balancer, int[] weights) {
        double sum = IntStream.of(weights).sum();
        int[] last = new int[weights.length];
        Arrays.fill(last, -1);
        double longest = 0;
        Load load = new Load(weights.length);
        for (; load.turn < 2 * balancer.order().cycle(); load.turn++) {
            int next = balancer.pick(load);
            if (last[next] >= 0) {
                longest = Math.max(longest, (load.turn - last[next] - 1) * weights[next] / sum);
            }
            last[next] = load.turn;
        }
        return longest;
    }

    private static List<int[]> sets(Random random) {
        List<int[]> sets = new ArrayList<>();
        sets.add(new int[] {1});
        sets.add(new int[] {100, 1});
        sets.add(IntStream.rangeClosed(1, 100).toArray());
        sets.add(IntStream.range(0, 1024).map(i -> 1 + i % 100).toArray());
        sets.add(IntStream.range(0, 1024).map(i -> i == 512 ? 1 : 100).toArray());
        sets.add(IntStream.range(0, 1024).map(i -> i == 512 ? 100 : 1).toArray());
        sets.add(IntStream.range(0, 1024).map(i -> i < 512 ? 1 : 100).toArray());
        for (int size : new int[] {2, 3, 5, 10, 30, 100, 300, 1024}) {
            for (int kinds : new int[] {2, 5, 100}) {
                sets.add(random.ints(size, 0, kinds)
                        .map(kind -> 100 - kind * 99 / Math.max(1, kinds - 1))
                        .toArray());
            }
            sets.add(random.ints(size, 1, 101).toArray());
        }
        return sets;
    }

    /** Turns count from a number of their own on each event loop: no origin gets the first request of all. */
    @Test
    void loopsThatStartAtDifferentTurnsStartWithDifferentOrigins() {
        Set<Integer> first = new HashSet<>();
        RoundRobin balancer = weights(IntStream.range(0, 64).map(i -> 7).toArray());
        for (int worker = 0; worker < 64; worker++) {
            first.add(pick(balancer, worker));
        }
        assertThat(first).hasSize(64);
        int[] canary = IntStream.range(0, 201).map(i -> i == 0 ? 1 : 100).toArray();
        RoundRobin withCanary = weights(canary);
        long toCanary = IntStream.range(0, 64)
                .filter(worker -> pick(withCanary, worker) == 0)
                .count();
        assertThat(toCanary).isLessThanOrEqualTo(1);
    }

    /** Also in the long run, when the origin whose turn it is is always the same one. */
    @Test
    void anotherTryDoesNotAlwaysGoToTheNeighbour() {
        int[] weights = {30, 10, 10, 20, 40};
        RoundRobin balancer = weights(weights);
        Load load = new Load(5);
        load.tried.set(0);
        int[] counts = new int[5];
        for (; load.turn < 99_000; load.turn++) {
            if (balancer.order().at(load.turn) == 0) {
                counts[balancer.pick(load)]++;
            }
        }
        assertThat(Statistics.deviation(counts, new int[] {0, 10, 10, 20, 40}))
                .as(Arrays.toString(counts))
                .isLessThan(Statistics.SIGMAS);
    }

    /** What bounds the time that it takes to make one, and its memory. */
    @Test
    void cyclesOfFullWeightsAreLaidOutAndNoLongerOnes() {
        int[] all = IntStream.range(0, 1024).map(i -> 100 - i % 100).toArray();
        assertThat(weights(all).order()).isInstanceOf(Cycle.class);
        int[] longest = IntStream.range(0, 1024).map(i -> 100).toArray();
        longest[0] = 99;
        assertThat(weights(longest).order()).isInstanceOf(Cycle.class);
        longest[0] = 100;
        longest[1] = 101;
        assertThat(scaled(longest).order()).as("102 401 turns").isInstanceOf(ShareTree.class);
    }

    private static List<Integer> picks(Balancer balancer, int from, int number) {
        List<Integer> picks = new ArrayList<>();
        for (int i = 0; i < number; i++) {
            picks.add(pick(balancer, from + i));
        }
        return picks;
    }

    private static int pick(Balancer balancer, int turn) {
        Load load = new Load(0);
        load.turn = turn;
        return balancer.pick(load);
    }

    private static int[] count(Balancer balancer, int from, int picks, int origins) {
        int[] counts = new int[origins];
        Load load = new Load(origins);
        load.turn = from;
        for (int i = 0; i < picks; i++, load.turn++) {
            counts[balancer.pick(load)]++;
        }
        return counts;
    }

    private static int greatestCommonDivisor(int a, int b) {
        return b == 0 ? a : greatestCommonDivisor(b, a % b);
    }

    /** Full weights, 1 to 100. */
    private static RoundRobin weights(int... weights) {
        return scaled(IntStream.of(weights).map(weight -> weight * Target.SCALE).toArray());
    }

    private static RoundRobin scaled(int... weights) {
        return RoundRobin.of(Load.targets(weights));
    }
}
