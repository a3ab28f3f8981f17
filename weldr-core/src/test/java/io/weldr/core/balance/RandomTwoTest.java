package io.weldr.core.balance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RandomTwoTest {
    private final Random random = new Random(Statistics.fixedSeed("RandomTwoTest"));

    @Test
    void ofTwoOriginsTheOneWithFewerRequestsIsPicked() {
        RandomTwo balancer = RandomTwo.of(Load.targets(100, 100));
        Load load = new Load(2);
        load.setInFlight(0, 3);
        load.setInFlight(1, 2);
        for (; load.turn < 1000; load.turn++) {
            assertThat(balancer.pick(load)).isEqualTo(1);
        }
        load.full.set(1);
        assertThat(balancer.pick(load)).as("that has room").isZero();
        load.full.set(0);
        assertThat(balancer.pick(load)).as("when both are full").isEqualTo(1);
        load.tried.set(1);
        assertThat(balancer.pick(load)).as("the only one left").isZero();
    }

    /** Two different ones are drawn: never the most loaded one twice. All pairs are equally likely. */
    @Test
    void theMoreLoadedAnOriginIsTheFewerPairsItWins() {
        RandomTwo balancer = RandomTwo.of(Load.targets(100, 100, 100, 100, 100));
        Load load = new Load(5);
        for (int i = 0; i < 5; i++) {
            load.setInFlight(i, i);
        }
        int[] counts = Statistics.count(5, 100_000, () -> {
            load.turn++;
            return balancer.pick(load);
        });
        assertThat(Statistics.deviation(counts, new int[] {4, 3, 2, 1, 0})).isLessThan(Statistics.SIGMAS);
    }

    @Test
    void theLoadCountsForItsWeight() {
        RandomTwo balancer = RandomTwo.of(Load.targets(100, 300));
        Load load = new Load(2);
        load.setInFlight(0, 2);
        load.setInFlight(1, 5); // 6/3 with this request, and 5/3 without
        for (; load.turn < 1000; load.turn++) {
            assertThat(balancer.pick(load)).isEqualTo(1);
        }
    }

    /** At worst it gets half of its share, with 100 in flight. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 20, 100, 1000})
    void aCanaryGetsItsShareUnderEveryLoad(int concurrency) {
        int number = 200_000;
        int[] counts = new Load(2).sendUnderLoad(RandomTwo.of(Load.targets(10_000, 100)), concurrency, number, random);
        assertThat(counts[1]).isBetween(number / 101 / 3, number / 101 * 3 / 2);
    }

    /** But for part of a request: where shares are below one request in flight, some get a little more. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3, 30, 300, 3000})
    void weightsHoldUnderEveryLoad(int concurrency) {
        int[] weights = random.ints(30, 1_000, 10_001).toArray();
        int number = 300_000;
        int[] counts = new Load(30).sendUnderLoad(RandomTwo.of(Load.targets(weights)), concurrency, number, random);
        double sum = IntStream.of(weights).sum();
        for (int i = 0; i < 30; i++) {
            double share = weights[i] / sum * concurrency; // in requests in flight
            double got = (double) counts[i] / number * concurrency;
            assertThat(got)
                    .as("origin %d", i)
                    .isBetween(Math.min(share - 0.75, share * 0.85), Math.max(share + 0.75, share * 1.15));
        }
    }

    /** The power of two choices: one choice would give the fullest of 100 some nine more than its share of 10. */
    @Test
    void loadsAreNearlyEven() {
        int[] equal = IntStream.range(0, 100).map(i -> 100).toArray();
        Load load = new Load(100);
        RandomTwo balancer = RandomTwo.of(Load.targets(equal));
        for (int i = 0; i < 1000; i++) {
            load.send(balancer);
        }
        assertThat(IntStream.of(load.inFlight).max().orElseThrow()).isBetween(10, 13);
    }
}
