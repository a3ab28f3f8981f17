package io.weldr.it.chaos;

import io.weldr.it.chaos.Faults.Fault;
import io.weldr.it.harness.TestNode;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Two faults at the same time, and nodes of two versions. */
final class OverlappingFaults {
    private final Arena arena;

    OverlappingFaults(Arena arena) {
        this.arena = arena;
    }

    List<Fault> all() {
        return List.of(
                Faults.seldom("two: a disk full and another follower isolated", this::fullAndIsolated),
                Faults.seldom("two: leader killed while it sends a node everything", this::killLeaderOfInstall),
                Faults.seldom("two: SIGSTOP of the leader and a node of the next version", this::pauseWithTwoVersions),
                Faults.seldom("two: kill -9 of the leader and a follower not heard", this::killAndMute),
                Faults.seldom("versions: each node in turn of the next version, and back", this::eachOfNextVersion));
    }

    /** With three voters nothing can be changed meanwhile. */
    private void fullAndIsolated() {
        TestNode full = arena.smallDisk();
        List<TestNode> others = arena.cluster.except(full, arena.leader());
        TestNode isolated = others.get(arena.random.nextInt(others.size()));
        arena.traffic.excuse(isolated);
        arena.disk.fill();
        arena.network.isolate(arena.number(isolated));
        try {
            arena.lastBetween(3_000, 6_000);
        } finally {
            if (arena.random.nextBoolean()) {
                arena.disk.free();
                arena.lastBetween(0, 3_000);
                arena.network.rejoin(arena.number(isolated));
            } else {
                arena.network.rejoin(arena.number(isolated));
                arena.lastBetween(0, 3_000);
                arena.disk.free();
            }
        }
    }

    private void killLeaderOfInstall() {
        TestNode empty = arena.anyFollower();
        arena.traffic.excuse(empty);
        empty.kill();
        Faults.wipe(empty);
        TestNode leader = arena.leader();
        arena.cluster.launch(empty);
        arena.until(
                "the leader to send " + empty.id() + " something",
                () -> empty.raftFiles().stream().anyMatch(file -> file.startsWith("log_") || file.startsWith("snap")));
        arena.traffic.excuse(leader);
        leader.kill();
        arena.lastBetween(200, 2_000);
        arena.cluster.start(leader);
        arena.traffic.expect(leader);
        empty.awaitReady();
        arena.awaitCaughtUp(empty);
    }

    private void pauseWithTwoVersions() {
        TestNode newer = arena.anyNode();
        replace(newer, true);
        TestNode leader = arena.leader();
        arena.traffic.excuse(leader);
        leader.pause();
        try {
            arena.lastBetween(1_500, 4_000);
        } finally {
            leader.resume();
        }
        arena.awaitCaughtUp(leader);
        arena.traffic.expect(leader);
        replace(newer, false);
    }

    private void killAndMute() {
        TestNode leader = arena.leader();
        TestNode muted = arena.cluster.except(leader).get(0);
        arena.traffic.excuse(leader);
        for (TestNode peer : arena.cluster.except(muted)) {
            arena.network.cut(arena.number(muted), arena.number(peer));
        }
        try {
            leader.kill();
            arena.lastBetween(1_000, 3_000);
            arena.cluster.launch(leader);
            arena.lastBetween(1_000, 3_000);
        } finally {
            for (TestNode peer : arena.cluster.except(muted)) {
                arena.network.mend(arena.number(muted), arena.number(peer));
            }
        }
        leader.awaitReady();
        arena.awaitCaughtUp(leader);
    }

    private void eachOfNextVersion() {
        for (TestNode node : arena.cluster.nodes()) {
            replace(node, true);
            arena.lastBetween(200, 1_000);
            replace(node, false);
        }
    }

    /** Never all of them: then the version of the cluster would rise, and none could go back. */
    private void replace(TestNode node, boolean next) {
        arena.traffic.excuse(node);
        if (arena.random.nextBoolean()) {
            node.kill();
        } else {
            node.terminate();
        }
        node.runs(classes(next));
        arena.cluster.start(node);
        arena.awaitCaughtUp(node);
        arena.traffic.expect(node);
    }

    private @Nullable Path classes(boolean next) {
        return next ? arena.nextVersion() : null;
    }
}
