package io.weldr.it.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.it.harness.Http;
import io.weldr.it.harness.Run;
import io.weldr.it.harness.TestNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * What can happen to a cluster. Each fault strikes, lasts, ends, and returns when the cluster is whole again; meanwhile
 * clients and traffic go on. Which node, and how long, comes from the seed.
 */
final class Faults {
    /** Rejoining takes 2 s at most; the rest is for a machine that does other things. */
    private static final Duration REJOIN_MAX = Duration.ofSeconds(2).plusSeconds(10);

    /** The long runs play all. */
    enum Frequency {
        /** In each build. */
        ALWAYS,
        /** In some builds: they take turns. */
        OFTEN,
        /**
         * In the long runs alone: it takes long, differs little from another one, or each build has a story of its own
         * about it.
         */
        SELDOM
    }

    record Fault(String name, Runnable strike, Frequency frequency) {}

    private final Arena arena;

    Faults(Arena arena) {
        this.arena = arena;
    }

    List<Fault> all() {
        List<Fault> all = new ArrayList<>(List.of(
                always("kill -9 of the leader", this::killLeader),
                seldom("kill -9 of a follower", this::killFollower),
                seldom("kill -9 of all", this::killAll),
                often("SIGSTOP of the leader", this::pauseLeader),
                seldom("SIGSTOP of a follower", this::pauseFollower),
                seldom("leader isolated", this::isolateLeader),
                often("follower isolated", this::isolateFollower),
                always("leader cut off from its peers, not from clients", this::cutLeader),
                seldom("leader not heard by its peers", this::muteLeader),
                often("leader does not hear its peers", this::deafLeader),
                seldom("no link between two nodes", this::cutLink),
                seldom("rolling restart", this::rollingRestart),
                seldom("disk full", this::fullDisk),
                often("end of the log damaged", this::damagedLog),
                seldom("disk lost", this::lostDisk),
                seldom("packets dropped for 40 s", this::longDrop)));
        all.addAll(new MemberFaults(arena).all());
        all.addAll(new OverlappingFaults(arena).all());
        all.addAll(new StrangeFaults(arena).all());
        return all;
    }

    private static Fault always(String name, Runnable strike) {
        return new Fault(name, strike, Frequency.ALWAYS);
    }

    private static Fault often(String name, Runnable strike) {
        return new Fault(name, strike, Frequency.OFTEN);
    }

    static Fault seldom(String name, Runnable strike) {
        return new Fault(name, strike, Frequency.SELDOM);
    }

    private void killLeader() {
        TestNode leader = arena.leader();
        arena.traffic.excuse(leader);
        long struck = System.nanoTime();
        leader.kill();
        arena.until("a change after kill -9 of the leader", () -> arena.history.nextAcknowledged(struck) != null);
        arena.figure(
                "kill -9 of the leader: next change acknowledged",
                Objects.requireNonNull(arena.history.nextAcknowledged(struck)));
        arena.lastBetween(200, 2_000);
        restart(leader);
    }

    private void killFollower() {
        TestNode follower = arena.anyFollower();
        arena.traffic.excuse(follower);
        follower.kill();
        arena.lastBetween(200, 2_000);
        restart(follower);
    }

    private void killAll() {
        arena.cluster.nodes().forEach(arena.traffic::excuse);
        arena.cluster.nodes().forEach(TestNode::kill);
        long struck = System.nanoTime();
        arena.cluster.nodes().forEach(arena.cluster::launch);
        for (TestNode node : arena.cluster.nodes()) {
            node.awaitReady();
            arena.traffic.expect(node);
        }
        arena.until("a change after kill -9 of all", () -> arena.history.nextAcknowledged(struck) != null);
        arena.figure(
                "kill -9 of all, started again: next change acknowledged",
                Objects.requireNonNull(arena.history.nextAcknowledged(struck)));
    }

    private void pauseLeader() {
        TestNode leader = arena.leader();
        arena.traffic.excuse(leader);
        long struck = System.nanoTime();
        leader.pause();
        try {
            arena.until("a change after SIGSTOP of the leader", () -> arena.history.nextAcknowledged(struck) != null);
            arena.figure(
                    "SIGSTOP of the leader: next change acknowledged",
                    Objects.requireNonNull(arena.history.nextAcknowledged(struck)));
            arena.lastBetween(500, 4_000);
        } finally {
            leader.resume();
        }
    }

    private void pauseFollower() {
        TestNode follower = arena.anyFollower();
        arena.traffic.excuse(follower);
        follower.pause();
        try {
            arena.lastBetween(1_000, 5_000);
        } finally {
            follower.resume();
        }
    }

    private void isolateLeader() {
        TestNode leader = arena.leader();
        int number = arena.number(leader);
        arena.traffic.excuse(leader);
        long struck = System.nanoTime();
        arena.network.isolate(number);
        try {
            arena.until("a change after isolation", () -> arena.history.nextAcknowledged(struck) != null);
            arena.figure(
                    "leader isolated: next change acknowledged",
                    Objects.requireNonNull(arena.history.nextAcknowledged(struck)));
            arena.lastBetween(500, 4_000);
        } finally {
            arena.network.rejoin(number);
        }
    }

    private void isolateFollower() {
        TestNode follower = arena.anyFollower();
        arena.traffic.excuse(follower);
        arena.network.isolate(arena.number(follower));
        try {
            arena.lastBetween(1_000, 5_000);
        } finally {
            arena.network.rejoin(arena.number(follower));
        }
    }

    /** The hard one: writes keep coming to the leader that was. Its proxy has to go on all the same. */
    private void cutLeader() {
        int leader = arena.number(arena.leader());
        long struck = System.nanoTime();
        List<Runnable> mends = new ArrayList<>();
        for (int peer = 1; peer <= arena.cluster.nodes().size(); peer++) {
            if (peer != leader) {
                mends.add(cut(leader, peer));
                mends.add(cut(peer, leader));
            }
        }
        afterCut("leader cut off from its peers", struck, mends);
    }

    private void muteLeader() {
        int leader = arena.number(arena.leader());
        long struck = System.nanoTime();
        List<Runnable> mends = new ArrayList<>();
        for (int peer = 1; peer <= arena.cluster.nodes().size(); peer++) {
            if (peer != leader) {
                mends.add(cut(leader, peer));
            }
        }
        afterCut("leader not heard by its peers", struck, mends);
    }

    private void deafLeader() {
        int leader = arena.number(arena.leader());
        long struck = System.nanoTime();
        List<Runnable> mends = new ArrayList<>();
        for (int peer = 1; peer <= arena.cluster.nodes().size(); peer++) {
            if (peer != leader) {
                mends.add(cut(peer, leader));
            }
        }
        afterCut("leader does not hear its peers", struck, mends);
    }

    /** The others still reach both. */
    private void cutLink() {
        int one = arena.number(arena.anyNode());
        int other = one % arena.cluster.nodes().size() + 1;
        long struck = System.nanoTime();
        afterCut("no link between two nodes", struck, List.of(cut(one, other), cut(other, one)));
    }

    private Runnable cut(int from, int to) {
        arena.network.cut(from, to);
        return () -> arena.network.mend(from, to);
    }

    private void afterCut(String what, long struck, List<Runnable> mends) {
        try {
            arena.until("a change: " + what, () -> arena.history.nextAcknowledged(struck) != null);
            arena.lastBetween(1_500, 5_000);
        } finally {
            mends.forEach(Runnable::run);
        }
    }

    private void longDrop() {
        TestNode node = arena.anyFollower();
        arena.traffic.excuse(node);
        arena.network.isolate(arena.number(node));
        try {
            arena.last(Duration.ofSeconds(40));
        } finally {
            arena.network.rejoin(arena.number(node));
        }
        long rejoined = System.nanoTime();
        arena.awaitCaughtUp(node);
        Duration took = Duration.ofNanos(System.nanoTime() - rejoined);
        arena.figure("packets dropped for 40 s: caught up", took);
        assertThat(took).as("until it had caught up").isLessThan(REJOIN_MAX);
    }

    private void rollingRestart() {
        for (TestNode node : arena.cluster.nodes()) {
            long stopping = System.nanoTime();
            try (LoyalClient loyal = new LoyalClient(node.proxyUrl())) {
                arena.until("a loyal client of " + node.id(), () -> loyal.answered() > 20);
                arena.traffic.excuse(node); // a client that is not loyal may come to a port that is closed
                assertThat(node.terminate())
                        .as("exit code of %s: %s", node.id(), Arena.tail(node))
                        .isZero();
                assertThat(loyal.failures())
                        .as("requests through %s while it stopped", node.id())
                        .isEmpty();
            }
            arena.cluster.start(node);
            arena.awaitCaughtUp(node);
            arena.traffic.expect(node);
            arena.figure("rolling restart: one node", Duration.ofNanos(System.nanoTime() - stopping));
        }
    }

    private void fullDisk() {
        TestNode node = arena.smallDisk();
        try {
            arena.disk.fill();
            arena.lastBetween(3_000, 6_000);
            assertThat(node.isAlive())
                    .as("%s lives; it wrote: %s", node.id(), Arena.tail(node))
                    .isTrue();
            assertThat(Http.get(node.proxyUrl() + "/").status())
                    .as("traffic through a node whose disk is full")
                    .isEqualTo(200);
        } finally {
            arena.disk.free();
        }
        long freed = System.nanoTime();
        arena.awaitCaughtUp(node);
        arena.figure("disk full: caught up after there was room", Duration.ofNanos(System.nanoTime() - freed));
    }

    private void damagedLog() {
        TestNode node = arena.anyNode();
        LogDamage damage = List.of(LogDamage.values()).get(arena.random.nextInt(3));
        arena.traffic.excuse(node);
        node.kill();
        System.out.println("chaos:   " + node.id() + ": " + damage.inflict(node.dataDir(), arena.random));
        arena.cluster.launch(node);
        arena.until(
                "it to be ready or to end",
                () -> !node.isAlive() || Http.get(node.adminUrl() + "/readyz").status() == 200);
        if (!node.isAlive()) {
            // Then it has to say what to do, and that is done.
            String said = node.output()
                    .lines()
                    .filter(line -> line.startsWith("weldr: "))
                    .findFirst()
                    .orElse("");
            System.out.println("chaos:   it said: " + said);
            assertThat(said)
                    .as("it wrote: %s", Arena.tail(node))
                    .contains(node.dataDir().toString());
            wipe(node);
            arena.cluster.launch(node);
        }
        node.awaitReady();
        arena.awaitCaughtUp(node);
    }

    private void lostDisk() {
        TestNode node = arena.anyNode();
        arena.traffic.excuse(node);
        node.kill();
        wipe(node);
        long started = System.nanoTime();
        arena.cluster.start(node);
        arena.awaitCaughtUp(node);
        arena.figure("disk lost: started empty to caught up", Duration.ofNanos(System.nanoTime() - started));
    }

    static void wipe(TestNode node) {
        Run.program("find", node.dataDir().toString(), "-mindepth", "1", "-delete");
    }

    void restart(TestNode node) {
        arena.cluster.start(node);
        // Ready means: send it traffic.
        arena.traffic.expect(node);
        arena.awaitCaughtUp(node);
    }
}
