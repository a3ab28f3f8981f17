package io.weldr.core.balance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LeastRequestsTest {
    private final Random random = new Random(Statistics.fixedSeed("LeastRequestsTest"));

    @Test
    void withEqualWeightsTheOriginWithTheLeastRequestsIsPicked() {
        LeastRequests balancer = LeastRequests.of(Load.targets(700, 700, 700, 700));
        Load load = loaded(5, 2, 3, 4);
        for (; load.turn < 1000; load.turn++) {
            assertThat(balancer.pick(load)).isEqualTo(1);
        }
        load.tried.set(1);
        assertThat(balancer.pick(load)).as("the next least").isEqualTo(2);
        load.full.set(2);
        assertThat(balancer.pick(load)).as("the next least with room").isEqualTo(3);
        load.full.set(0, 4);
        assertThat(balancer.pick(load)).as("when all are full").isEqualTo(2);
    }

    @Test
    void theLoadCountsForItsWeight() {
        LeastRequests balancer = LeastRequests.of(Load.targets(100, 300, 200));
        Load load = loaded(2, 4, 4); // with this request 3, 5/3 and 5/2; without 2, 4/3 and 2
        for (; load.turn < 1000; load.turn++) {
            assertThat(balancer.pick(load)).isEqualTo(1);
        }
    }

    /** A rotation by index would give nine of ten requests to the first of them. */
    @Test
    void ofTwoNeighboursThatAreEqualNeitherIsPreferred() {
        int[] equal = new int[10];
        Arrays.fill(equal, 100);
        LeastRequests balancer = LeastRequests.of(Load.targets(equal));
        Load load = loaded(0, 0, 1, 1, 1, 1, 1, 1, 1, 1);
        for (int stride = 1; stride <= 10; stride++) {
            int step = stride;
            int[] counts = Statistics.count(10, 10_000, () -> {
                load.turn += step;
                return balancer.pick(load);
            });
            assertThat(Statistics.deviation(counts, new int[] {1, 1, 0, 0, 0, 0, 0, 0, 0, 0}))
                    .as("every %d turns", stride)
                    .isLessThan(Statistics.SIGMAS);
        }
    }

    /** They differ by less than one request. */
    @Test
    void withoutLoadEachOriginGetsItsShare() {
        int[] weights = {10_000, 100, 2_500};
        LeastRequests balancer = LeastRequests.of(Load.targets(weights));
        Load load = new Load(3);
        int[] counts = Statistics.count(3, 126_000, () -> {
            load.turn++;
            return balancer.pick(load);
        });
        assertThat(Statistics.deviation(counts, weights)).isLessThan(Statistics.SIGMAS);
    }

    /**
     * An origin of weight 1 beside one of weight 100 neither starves nor gets more than it should: it gets half of its
     * share at worst, with 100 in flight.
     */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 20, 100, 1000})
    void aCanaryGetsItsShareUnderEveryLoad(int concurrency) {
        int number = 200_000;
        int[] counts =
                new Load(2).sendUnderLoad(LeastRequests.of(Load.targets(10_000, 100)), concurrency, number, random);
        assertThat(counts[1]).isBetween(number / 101 / 3, number / 101 * 3 / 2);
    }

    /** But for part of a request: where shares are below one request in flight, light origins get a little more. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3, 30, 300, 3000})
    void weightsHoldUnderEveryLoad(int concurrency) {
        int[] weights = random.ints(30, 1_000, 10_001).toArray();
        int number = 300_000;
        int[] counts = new Load(30).sendUnderLoad(LeastRequests.of(Load.targets(weights)), concurrency, number, random);
        double sum = IntStream.of(weights).sum();
        for (int i = 0; i < 30; i++) {
            double share = weights[i] / sum * concurrency; // in requests in flight
            double got = (double) counts[i] / number * concurrency;
            assertThat(got)
                    .as("origin %d", i)
                    .isBetween(Math.min(share - 0.75, share * 0.85), Math.max(share + 0.75, share * 1.15));
        }
    }

    /** Slow ones have many requests in flight, and get no more of them. */
    @Test
    void anOriginThatAnswersNothingGetsNoMoreThanTheOthersHave() {
        LeastRequests balancer = LeastRequests.of(Load.targets(100, 100, 100));
        Load load = new Load(3);
        for (int i = 0; i < 3000; i++) {
            int origin = load.send(balancer);
            if (origin != 1) {
                load.setInFlight(origin, load.inFlight[origin] - 1); // answered at once
            }
        }
        assertThat(load.inFlight[1]).isEqualTo(1);
    }

    private static Load loaded(int... inFlight) {
        Load load = new Load(inFlight.length);
        for (int i = 0; i < inFlight.length; i++) {
            load.setInFlight(i, inFlight[i]);
        }
        return load;
    }
}
