package io.weldr.core.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weldr.core.pool.AdminState;
import io.weldr.core.pool.HostPolicy;
import io.weldr.core.pool.Origin;
import io.weldr.core.pool.OriginId;
import io.weldr.core.pool.OriginUrl;
import io.weldr.core.pool.Verdict;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.IntUnaryOperator;
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
    void noOriginsNoPick() {
        assertThat(RoundRobin.of(List.of()).pick(new Turn(0))).isEqualTo(Balancer.NONE);
    }

    @Test
    void anOriginWithoutWeightIsRefused() {
        assertThatThrownBy(() -> weights(1, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("weight: 0 (expected: between 1 and 100)");
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
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("RoundRobinTest seed=" + seed);
        Random random = new Random(seed);
        for (int[] weights : sets(random)) {
            RoundRobin balancer = weights(weights);
            String what = "seed " + seed + ", weights " + Arrays.toString(weights);
            int divisor = IntStream.of(weights).reduce(0, RoundRobinTest::greatestCommonDivisor);
            int cycle = IntStream.of(weights).sum() / divisor;
            assertThat(balancer.cycle()).as(what).isEqualTo(cycle);
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
        Turn turn = new Turn(0);
        for (; turn.turn < balancer.cycle(); turn.turn++) {
            int next = balancer.pick(turn);
            // An origin is furthest from its share just before and just behind a pick.
            double due = weights[next] / sum;
            furthest = Math.max(furthest, turn.turn * due - counts[next]);
            counts[next]++;
            furthest = Math.max(furthest, counts[next] - (turn.turn + 1) * due);
        }
        return furthest;
    }

    /** From one pick of an origin to its next, in times of what it would be if all were equally long. */
    private static double longestGap(RoundRobin balancer, int[] weights) {
        double sum = IntStream.of(weights).sum();
        int[] last = new int[weights.length];
        Arrays.fill(last, -1);
        double longest = 0;
        Turn turn = new Turn(0);
        for (; turn.turn < 2 * balancer.cycle(); turn.turn++) {
            int next = balancer.pick(turn);
            if (last[next] >= 0) {
                longest = Math.max(longest, (turn.turn - last[next] - 1) * weights[next] / sum);
            }
            last[next] = turn.turn;
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
            first.add(balancer.pick(new Turn(worker)));
        }
        assertThat(first).hasSize(64);
        int[] canary = IntStream.range(0, 201).map(i -> i == 0 ? 1 : 100).toArray();
        RoundRobin withCanary = weights(canary);
        long toCanary = IntStream.range(0, 64)
                .filter(worker -> withCanary.pick(new Turn(worker)) == 0)
                .count();
        assertThat(toCanary).isLessThanOrEqualTo(1);
    }

    @Test
    void anotherTryGoesToAnOriginThatWasNotTried() {
        RoundRobin balancer = weights(100, 1, 1);
        Turn turn = new Turn(0);
        Set<Integer> picked = new HashSet<>();
        for (int i = 0; i < 3; i++) {
            int next = balancer.pick(turn);
            assertThat(picked.add(next)).isTrue();
            turn.tried.add(next);
            turn.turn++;
        }
        assertThat(balancer.pick(turn)).isEqualTo(Balancer.NONE);
    }

    /** What the seam has to allow: a balancer by load, and one by key. */
    @Test
    void otherAlgorithmsFindWhatTheyNeedInTheCandidates() {
        Balancer leastRequests = candidates -> {
            int best = Balancer.NONE;
            for (int i = 0; i < 4; i++) {
                int index = Math.floorMod(candidates.turn() + i, 4); // whoever is first among equals changes
                if (!candidates.tried(index)
                        && (best == Balancer.NONE || candidates.inFlight(index) < candidates.inFlight(best))) {
                    best = index;
                }
            }
            return best;
        };
        Turn turn = new Turn(1);
        turn.load = index -> index == 0 ? 5 : 2;
        assertThat(leastRequests.pick(turn)).isEqualTo(1);
        turn.tried.addAll(List.of(1, 2, 3));
        assertThat(leastRequests.pick(turn)).isZero();

        Balancer byKey = candidates -> (int) Long.remainderUnsigned(candidates.key(), 4);
        turn.key = -1;
        assertThat(byKey.pick(turn)).isEqualTo(3);
    }

    private static final class Turn implements Candidates {
        private int turn;
        private final Set<Integer> tried = new HashSet<>();
        private IntUnaryOperator load = index -> 0;
        private long key;

        Turn(int turn) {
            this.turn = turn;
        }

        @Override
        public int turn() {
            return turn;
        }

        @Override
        public boolean tried(int index) {
            return tried.contains(index);
        }

        @Override
        public int inFlight(int index) {
            return load.applyAsInt(index);
        }

        @Override
        public long key() {
            return key;
        }
    }

    private static List<Integer> picks(Balancer balancer, int from, int number) {
        List<Integer> picks = new ArrayList<>();
        for (int i = 0; i < number; i++) {
            picks.add(balancer.pick(new Turn(from + i)));
        }
        return picks;
    }

    private static int[] count(Balancer balancer, int from, int picks, int origins) {
        int[] counts = new int[origins];
        Turn turn = new Turn(from);
        for (int i = 0; i < picks; i++, turn.turn++) {
            counts[balancer.pick(turn)]++;
        }
        return counts;
    }

    private static int greatestCommonDivisor(int a, int b) {
        return b == 0 ? a : greatestCommonDivisor(b, a % b);
    }

    private static RoundRobin weights(int... weights) {
        List<Origin> origins = new ArrayList<>();
        for (int i = 0; i < weights.length; i++) {
            origins.add(origin(i, weights[i]));
        }
        return RoundRobin.of(origins);
    }

    private static Origin origin(int number, int weight) {
        return new Origin(
                new OriginId("o" + number),
                OriginUrl.parse("http://h" + number),
                weight,
                AdminState.ENABLED,
                null,
                new Verdict(true, Instant.EPOCH, ""),
                HostPolicy.PRESERVE,
                null,
                0,
                null,
                Map.of(),
                1,
                1,
                1);
    }
}
