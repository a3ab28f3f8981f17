package io.weldr.it.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.it.chaos.Faults.Fault;
import io.weldr.it.chaos.Faults.Frequency;
import io.weldr.it.harness.InsideNetwork;
import io.weldr.it.harness.SameState;
import io.weldr.it.harness.TestNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Faults, one after the other, while clients write and read and traffic flows. The two most telling ones once in each
 * build, and two others that take turns; with the tag {@code chaos} all of them, again and again, as long as {@code
 * -Dchaos.minutes=20} says. {@code -Dchaos.seed=} has the same done again.
 */
@ExtendWith(InsideNetwork.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ChaosIT {
    /** How many of those that take turns a build plays. */
    private static final int TURNS_A_BUILD = 2;

    @Test
    @Tag("nightly")
    @Timeout(600)
    void theMostTellingFaultsAndTwoThatTakeTurns() throws Exception {
        long seed = seed();
        play(seed, true, faults -> {
            Random random = new Random(seed);
            List<Fault> turns = faults.stream()
                    .filter(fault -> fault.frequency() == Frequency.OFTEN)
                    .collect(Collectors.toCollection(ArrayList::new));
            Collections.shuffle(turns, random);
            List<Fault> build = faults.stream()
                    .filter(fault -> fault.frequency() == Frequency.ALWAYS)
                    .collect(Collectors.toCollection(ArrayList::new));
            turns.stream().limit(TURNS_A_BUILD).forEach(build::add);
            Collections.shuffle(build, random);
            return build;
        });
    }

    @Test
    @Tag("chaos")
    @Timeout(24 * 3_600)
    void faultsForALongTime() throws Exception {
        long seed = seed();
        play(seed, false, again(new Random(seed), Duration.ofMinutes(Integer.getInteger("chaos.minutes", 20))));
    }

    /** Every fault once before any is repeated, until the time is over. */
    static Plan again(Random random, Duration time) {
        long until = System.nanoTime() + time.toNanos();
        return faults -> () -> new Iterator<>() {
            private final List<Fault> left = new ArrayList<>();

            @Override
            public boolean hasNext() {
                return System.nanoTime() < until;
            }

            @Override
            public Fault next() {
                if (left.isEmpty()) {
                    left.addAll(faults);
                    Collections.shuffle(left, random);
                }
                return left.remove(left.size() - 1);
            }
        };
    }

    static long seed() {
        return Long.getLong("chaos.seed", System.nanoTime() % 1_000_000_000);
    }

    interface Plan {
        Iterable<Fault> of(List<Fault> faults);
    }

    static void play(long seed, boolean brief, Plan plan) throws Exception {
        System.out.println("chaos: seed " + seed);
        long began = System.nanoTime();
        try (Arena arena = new Arena(seed, brief)) {
            int count = 0;
            for (Fault fault : plan.of(askedFor(new Faults(arena)))) {
                count++;
                System.out.printf("chaos: %5d s: %s%n", seconds(began), fault.name());
                long struck = System.nanoTime();
                fault.strike().run();
                long over = System.nanoTime();
                arena.awaitWhole();
                arena.figure(fault.name() + ": whole again after its end", Duration.ofNanos(System.nanoTime() - over));
                arena.figure(
                        fault.name() + ": longest time without an acknowledged change",
                        arena.history.longestGap(struck, System.nanoTime()));
                assertNothingFailed(arena);
            }
            arena.clients.stop();
            for (TestNode node : arena.cluster.nodes()) {
                arena.until("all origins through " + node.id(), () -> arena.clients.readAll(node));
            }
            SameState.await(arena.cluster.nodes());
            System.out.println(arena.table());
            System.out.println("chaos: " + count + " faults in " + seconds(began) + " s, seed " + seed + ": "
                    + arena.history.summary() + "; " + arena.traffic.answered() + " requests proxied, "
                    + arena.traffic.failures().size() + " failed");
            judge(arena);
            arena.sound();
        }
    }

    private static List<Fault> askedFor(Faults faults) {
        String only = System.getProperty("chaos.only", "");
        List<Fault> asked = faults.all().stream()
                .filter(fault -> fault.name().contains(only))
                .toList();
        assertThat(asked).as("faults whose name contains \"%s\"", only).isNotEmpty();
        return asked;
    }

    private static void assertNothingFailed(Arena arena) {
        assertThat(arena.traffic.failures())
                .as("proxied requests through nodes that no fault kept from answering")
                .isEmpty();
        assertThat(arena.history.surprises()).as("answers that must not be").isEmpty();
    }

    private static void judge(Arena arena) {
        assertNothingFailed(arena);
        for (int origin : arena.history.broken()) {
            System.out.println("chaos: not linearizable: origin " + origin);
            arena.history.of(origin).forEach(operation -> System.out.println("chaos:   " + operation));
        }
        assertThat(arena.history.broken())
                .as("origins with an acknowledged write lost or resurrected, or a stale read")
                .isEmpty();
        assertThat(arena.history.revisionsOutOfOrder())
                .as("revisions in an order that cannot be")
                .isEmpty();
        assertThat(arena.mistakes()).as("mistakes that nodes wrote of").isEmpty();
    }

    private static long seconds(long sinceNanos) {
        return Duration.ofNanos(System.nanoTime() - sinceNanos).toSeconds();
    }
}
