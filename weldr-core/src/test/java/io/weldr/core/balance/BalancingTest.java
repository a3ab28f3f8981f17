package io.weldr.core.balance;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.weldr.core.pool.Algorithm;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every algorithm promises. */
class BalancingTest {
    private static final int[] SIZES = {1, 2, 3, 10, 100, 1024};

    private final Random random = new Random(Statistics.fixedSeed("BalancingTest"));

    @ParameterizedTest
    @EnumSource
    void withoutOriginsThereIsNoPick(Algorithm kind) {
        Load load = new Load(0);
        for (load.key = 0; load.key < 2; load.key++) {
            assertThat(balancer(kind).pick(load)).isEqualTo(Balancer.NONE);
        }
    }

    /** Also when turns overflow. Round robin is exact, and least requests nearly. */
    @ParameterizedTest
    @EnumSource
    void withoutLoadEachOriginGetsItsShare(Algorithm kind) {
        for (int size : SIZES) {
            int[] equal = new int[size];
            Arrays.fill(equal, 100);
            for (int[] weights : List.of(
                    equal,
                    random.ints(size, 1, 101).map(weight -> weight * 100).toArray(),
                    random.ints(size, 10, 10_001).toArray())) {
                Balancer balancer = balancer(kind, weights);
                Load load = new Load(size);
                load.turn = Integer.MAX_VALUE - random.nextInt(20_000);
                int[] counts = Statistics.count(size, Math.max(20_000, 50 * size), () -> {
                    load.turn++;
                    load.key = random.nextLong();
                    return balancer.pick(load);
                });
                assertThat(Statistics.deviation(counts, weights))
                        .as("%s of %s: %s", kind, Arrays.toString(weights), Arrays.toString(counts))
                        .isLessThan(Statistics.SIGMAS);
            }
        }
    }

    /** Whatever the load: no origin starves, and no place in the list is better than another. */
    @ParameterizedTest
    @EnumSource
    void underLoadEqualOriginsGetEqualShares(Algorithm kind) {
        for (int concurrency : new int[] {1, 2, 9, 10, 11, 100}) {
            int[] equal = new int[10];
            Arrays.fill(equal, 100);
            int[] counts = new Load(10).sendUnderLoad(balancer(kind, equal), concurrency, 50_000, random);
            for (int i = 0; i < 10; i++) {
                assertThat(counts[i])
                        .as("%s: origin %d with %d in flight", kind, i, concurrency)
                        .isBetween(4_700, 5_300);
            }
        }
    }

    /** Every origin is tried once before there is none left; those that are full come last. */
    @ParameterizedTest
    @EnumSource
    void eachTryGoesToAnOriginThatWasNotTried(Algorithm kind) {
        long seed = Statistics.anySeed("BalancingTest");
        Random any = new Random(seed);
        for (int size : new int[] {1, 2, 3, 10, 100}) {
            for (int round = 0; round < 20; round++) {
                Balancer balancer = balancer(kind, any.ints(size, 1, 10_001).toArray());
                Load load = new Load(size);
                load.turn = any.nextInt();
                load.key = any.nextInt(3); // without a key, too
                int full = 0;
                for (int i = 0; i < size; i++) {
                    load.setInFlight(i, any.nextInt(5));
                    if (any.nextInt(3) == 0) {
                        load.full.set(i);
                        full++;
                    }
                }
                List<Integer> picks = new ArrayList<>();
                for (int i = 0; i < size; i++) {
                    int pick = balancer.pick(load);
                    assertThat(balancer.pick(load)).as("the same answers").isEqualTo(pick);
                    picks.add(pick);
                    load.tried.set(pick);
                }
                String what = kind + ", seed " + seed + ": " + picks + ", full: " + load.full;
                assertThat(picks).as(what).doesNotHaveDuplicates();
                assertThat(picks.subList(0, size - full)).as(what).noneMatch(load.full::get);
                assertThat(balancer.pick(load)).as(what).isEqualTo(Balancer.NONE);
            }
        }
    }

    /** An origin that fails all its requests does not push them to one neighbour. */
    @ParameterizedTest
    @EnumSource
    void theRequestsOfAnOriginThatFailsAreSpreadOverTheOthers(Algorithm kind) {
        int[] weights = random.ints(20, 1_000, 10_001).toArray();
        Balancer balancer = balancer(kind, weights);
        int[] counts = new int[20];
        Load load = new Load(20);
        for (; load.turn < 400_000; load.turn++) {
            load.key = random.nextLong();
            load.tried.clear();
            if (balancer.pick(load) == 5) {
                load.tried.set(5);
                counts[balancer.pick(load)]++;
            }
        }
        int[] others = IntStream.range(0, 20).map(i -> i == 5 ? 0 : weights[i]).toArray();
        double sum = IntStream.of(others).sum();
        double number = IntStream.of(counts).sum();
        assertThat(number).isGreaterThan(4_000);
        for (int i = 0; i < 20; i++) {
            double expected = number * others[i] / sum;
            assertThat((double) counts[i])
                    .as("%s: origin %d of %s", kind, i, Arrays.toString(weights))
                    .isBetween(expected - 4 * Math.sqrt(expected), expected + 4 * Math.sqrt(expected));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPickAllocatesNothing(Algorithm kind) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        Balancer balancer = balancer(kind, random.ints(100, 1, 10_001).toArray());
        Load load = new Load(100);
        load.tried.set(0, 30);
        load.full.set(20, 50);
        Set<Long> allocated = new HashSet<>();
        for (int round = 0; round < 10; round++) { // classes are loaded in the first one
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 1_000; i++) {
                load.turn++;
                load.key = load.turn % 5;
                balancer.pick(load);
            }
            allocated.add(threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertThat(allocated).as("bytes in a thousand picks").contains(0L);
    }

    private static Balancer balancer(Algorithm kind, int... weights) {
        return Balancers.of(kind, Load.targets(weights), 125);
    }
}
