package io.weldr.it.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.it.chaos.Faults.Fault;
import io.weldr.it.harness.HaltedThread;
import io.weldr.it.harness.TestNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;

/** Clocks that jump, and a thread that applies nothing any more while all others run. */
final class StrangeFaults {
    private static final String APPLIES = "StateMachineUpdater";
    private static final int JUMP_HOURS_MAX = 12;

    private final Arena arena;

    StrangeFaults(Arena arena) {
        this.arena = arena;
    }

    List<Fault> all() {
        List<Fault> all = new ArrayList<>(List.of(
                Faults.seldom("the leader applies nothing", () -> haltApply(arena.leader(), true)),
                Faults.seldom("a follower applies nothing", () -> haltApply(arena.anyFollower(), false))));
        if (!arena.clocks.isEmpty()) {
            all.add(Faults.seldom("the clock of one node jumps", () -> jump(List.of(arena.anyNode()))));
            all.add(Faults.seldom("the clocks of all nodes jump", () -> jump(arena.clocks.keySet())));
            all.add(Faults.seldom("two: the clock of a node jumps, and the leader is killed", this::jumpAndKill));
        }
        return all;
    }

    private void haltApply(TestNode node, boolean leads) {
        arena.traffic.excuse(node);
        long struck = System.nanoTime();
        try (HaltedThread halted = HaltedThread.ofJava(node.process(), APPLIES)) {
            assertThat(halted).as("ptrace is allowed").isNotNull();
            if (leads) {
                arena.until(
                        "a change after the leader applied nothing",
                        () -> arena.history.nextAcknowledged(struck) != null);
                arena.until(
                        "another leader",
                        () -> arena.cluster.leader().filter(now -> now != node).isPresent());
            }
            arena.lastBetween(1_000, 6_000);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Duration jump() {
        Duration jump = Duration.ofMinutes(60L + arena.random.nextInt((JUMP_HOURS_MAX - 1) * 60));
        return arena.random.nextBoolean() ? jump : jump.negated();
    }

    /** And back again. Nothing has to fail meanwhile. */
    private void jump(Collection<TestNode> nodes) {
        Duration by = jump();
        System.out.println("chaos:   by " + by);
        shift(nodes, by);
        int before = arena.history.acknowledgedCount();
        arena.until("changes to go on", () -> arena.history.acknowledgedCount() > before + 20);
        arena.lastBetween(1_000, 4_000);
        shift(nodes, Duration.ZERO);
    }

    /** A node whose clock is wrong starts, and joins the others. */
    private void jumpAndKill() {
        TestNode leader = arena.leader();
        List<TestNode> nodes = List.of(arena.random.nextBoolean() ? leader : arena.anyNode());
        Duration by = jump();
        System.out.println("chaos:   by " + by);
        shift(nodes, by);
        arena.traffic.excuse(leader);
        leader.kill();
        arena.lastBetween(500, 2_000);
        arena.cluster.start(leader);
        arena.awaitCaughtUp(leader);
        arena.traffic.expect(leader);
        shift(nodes, Duration.ZERO);
    }

    private void shift(Collection<TestNode> nodes, Duration by) {
        nodes.forEach(node -> Objects.requireNonNull(arena.clocks.get(node)).shift(by));
    }
}
