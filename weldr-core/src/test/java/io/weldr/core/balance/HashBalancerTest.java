package io.weldr.core.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HashBalancerTest {
    private static final int KEYS = 100_000;

    private final long seed = Statistics.fixedSeed("HashBalancerTest");
    private final Random random = new Random(seed);

    @Test
    void aKeyGoesToTheSameOriginInEveryTurnAndWhateverTheOrderOfTheList() {
        List<Target> targets = Load.targets(random.ints(50, 1, 10_001).toArray());
        List<Target> shuffled = new ArrayList<>(targets);
        Collections.shuffle(shuffled, random);
        assertThat(homes(shuffled)).isEqualTo(homes(targets));
        Load load = new Load(50);
        load.key = 4711;
        HashBalancer balancer = HashBalancer.of(targets, 125);
        int home = balancer.pick(load);
        for (; load.turn < 1000; load.turn++) {
            assertThat(balancer.pick(load)).isEqualTo(home);
        }
    }

    /** Nodes of two versions send a key to the same origin: never change what is expected here. */
    @Test
    void keysGoWhereEveryVersionSendsThem() {
        HashBalancer balancer = HashBalancer.of(Load.targets(100, 200, 300, 400, 500), 0);
        Load load = new Load(5);
        List<Integer> picks = new ArrayList<>();
        for (int client = 0; client < 20; client++) {
            load.key = Hashing.of("192.0.2." + client);
            picks.add(balancer.pick(load));
        }
        assertThat(picks).containsExactly(3, 0, 4, 2, 4, 1, 4, 3, 4, 4, 4, 2, 4, 1, 4, 4, 0, 2, 4, 2);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 10, 100, 1024})
    void whenAnOriginComesKeysMoveOnlyToIt(int size) {
        List<Target> with = Load.targets(random.ints(size + 1, 1_000, 10_001).toArray());
        int which = random.nextInt(size + 1);
        List<Target> without = new ArrayList<>(with);
        without.remove(which);
        assertMoves(without, with, with.get(which).id(), share(with, which));
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 10, 100, 1024})
    void whenAWeightGrowsKeysMoveOnlyToThatOrigin(int size) {
        int[] weights = random.ints(size, 1_000, 10_001).toArray();
        weights[size / 2] = 1_000;
        List<Target> before = Load.targets(weights);
        weights[size / 2] = 2_000;
        List<Target> after = Load.targets(weights);
        assertMoves(before, after, after.get(size / 2).id(), share(after, size / 2) - share(before, size / 2));
    }

    private static double share(List<Target> targets, int index) {
        return targets.get(index).weight()
                / (double) targets.stream().mapToInt(Target::weight).sum();
    }

    /** Keys move only to {@code to}, and as many as its share grew. Backwards, they move only away from it. */
    private void assertMoves(List<Target> before, List<Target> after, String to, double shareThatMoves) {
        List<String> homesBefore = homes(before);
        List<String> homesAfter = homes(after);
        int moved = 0;
        for (int i = 0; i < KEYS; i++) {
            if (!homesBefore.get(i).equals(homesAfter.get(i))) {
                assertThat(homesAfter.get(i)).isEqualTo(to);
                moved++;
            }
        }
        double sigma = Math.sqrt(KEYS * shareThatMoves * (1 - shareThatMoves));
        assertThat((double) moved)
                .isBetween(
                        KEYS * shareThatMoves - Statistics.SIGMAS * sigma,
                        KEYS * shareThatMoves + Statistics.SIGMAS * sigma);
    }

    /** The ids of the origins that the keys go to. */
    private List<String> homes(List<Target> targets) {
        HashBalancer balancer = HashBalancer.of(targets, HashBalancer.UNBOUNDED);
        Load load = new Load(targets.size());
        Random keys = new Random(seed);
        List<String> homes = new ArrayList<>(KEYS);
        for (int i = 0; i < KEYS; i++) {
            load.key = keys.nextLong();
            homes.add(targets.get(balancer.pick(load)).id());
        }
        return homes;
    }

    /** Whatever the keys and the weights. */
    @Test
    void noOriginEverHoldsMoreThanItsBound() {
        long anySeed = Statistics.anySeed("HashBalancerTest");
        Random any = new Random(anySeed);
        for (int percent : new int[] {100, 101, 125, 200}) {
            for (int size : new int[] {1, 2, 3, 10, 100}) {
                int[] weights = any.ints(size, 1, 10_001).toArray();
                HashBalancer balancer = HashBalancer.of(Load.targets(weights), percent);
                Load load = new Load(size);
                int keys = 1 + any.nextInt(20); // few: each is hot
                for (int i = 0; i < 10_000; i++) {
                    load.key = Hashing.mix(1 + any.nextInt(keys));
                    int origin = load.send(balancer);
                    assertThat((long) load.inFlight[origin])
                            .as("seed %d, %d percent, weights %s", anySeed, percent, Arrays.toString(weights))
                            .isLessThanOrEqualTo(bound(percent, load.totalInFlight(), weights, origin));
                    if (any.nextInt(1000) < i / 10) {
                        load.endOne(any);
                    }
                }
            }
        }
    }

    private static long bound(int percent, int inFlight, int[] weights, int origin) {
        long hundredTotals = 100L * IntStream.of(weights).sum();
        return ((long) percent * inFlight * weights[origin] + hundredTotals - 1) / hundredTotals;
    }

    @Test
    void withoutABoundOneKeyLoadsOneOrigin() {
        HashBalancer balancer = HashBalancer.of(Load.targets(100, 100, 100), HashBalancer.UNBOUNDED);
        Load load = new Load(3);
        load.key = 1;
        for (int i = 0; i < 100; i++) {
            load.send(balancer);
        }
        assertThat(load.inFlight).containsExactlyInAnyOrder(0, 0, 100);
    }

    /** Each key has a next origin of its own, so that no neighbour gets all of the overflow. */
    @Test
    void whatOneOriginCannotTakeIsSpreadOverAllOthers() {
        int[] weights = random.ints(20, 1_000, 10_001).toArray();
        HashBalancer balancer = HashBalancer.of(Load.targets(weights), 125);
        Load load = new Load(20);
        Arrays.setAll(weights, i -> i == 7 ? 0 : weights[i]);
        load.setInFlight(7, 1000);
        assertThat(Statistics.deviation(overflow(balancer, load), weights)).isLessThan(Statistics.SIGMAS);
        load.setInFlight(7, 0);
        load.full.set(7);
        assertThat(Statistics.deviation(overflow(balancer, load), weights)).isLessThan(Statistics.SIGMAS);
        load.full.clear();
        load.tried.set(7);
        assertThat(Statistics.deviation(overflow(balancer, load), weights)).isLessThan(Statistics.SIGMAS);
    }

    /** Of the keys that prefer origin 7. */
    private int[] overflow(HashBalancer balancer, Load load) {
        Load idle = new Load(20);
        int[] counts = new int[20];
        for (int i = 0; i < KEYS; i++) {
            idle.key = random.nextLong();
            load.key = idle.key;
            if (balancer.pick(idle) == 7) {
                counts[balancer.pick(load)]++;
            }
        }
        return counts;
    }

    @Test
    void theBoundIsWaivedBeforeAnOriginIs() {
        HashBalancer balancer = HashBalancer.of(Load.targets(100, 100, 100), 100);
        Load load = new Load(3);
        load.key = 5;
        int first = balancer.pick(load);
        load.tried.set(first);
        int second = balancer.pick(load);
        load.setInFlight(second, 1000);
        int third = balancer.pick(load);
        assertThat(List.of(first, second, third)).doesNotHaveDuplicates();
        load.tried.set(third);
        assertThat(balancer.pick(load)).as("the only one left").isEqualTo(second);
        load.full.set(second);
        assertThat(balancer.pick(load)).as("although full").isEqualTo(second);
        load.tried.clear();
        load.full.set(0, 3);
        assertThat(balancer.pick(load)).as("all are full: the key's first").isEqualTo(first);
    }

    @Test
    void requestsWithoutAKeyAreSpread() {
        HashBalancer balancer = HashBalancer.of(Load.targets(100, 300), 125);
        Load load = new Load(2);
        int[] counts = Statistics.count(2, 10_000, () -> {
            load.turn++;
            return balancer.pick(load);
        });
        assertThat(Statistics.deviation(counts, new int[] {100, 300})).isLessThan(Statistics.SIGMAS);
        load.setInFlight(1, 100);
        assertThat(balancer.pick(load)).isZero();
    }

    @Test
    void aBoundThatLeavesNoRoomIsRefused() {
        List<Target> targets = Load.targets(100, 100);
        for (int percent : new int[] {-1, 1, 99, 10_001}) {
            assertThatThrownBy(() -> HashBalancer.of(targets, percent))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("load percent max: \"" + percent + "\" (expected: 0 for no bound, or 100 to 10000)");
        }
    }

    @Test
    void twoOriginsOfOneNameAreRefused() {
        assertThatThrownBy(() -> HashBalancer.of(List.of(new Target("a", 1), new Target("a", 2)), 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("id: \"a\" (expected: different ids)");
    }
}
