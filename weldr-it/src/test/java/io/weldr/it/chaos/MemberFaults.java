package io.weldr.it.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.it.chaos.Faults.Fault;
import io.weldr.it.harness.Http;
import io.weldr.it.harness.Http.Answer;
import io.weldr.it.harness.TestNode;
import io.weldr.it.harness.Weldrctl;
import io.weldr.it.harness.Weldrctl.Result;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What can happen to a cluster while its members change. Each ends with the three members that there were, and the
 * fourth node empty and stopped. Clients go on calling the fourth node from its start to its end, whatever it is.
 */
final class MemberFaults {
    private static final int EXIT_REMOVED = 4;

    /** How long one that finds out by itself that it was taken out goes on proxying. */
    private static final String DRAIN = "1s";

    /** From the first sign that a node is taken in: into all that follows, which takes about so long. */
    private static final int INTO_JOINING_MILLIS_MAX = 700;

    /** Nobody answered, nobody leads, nobody knows; or another change, or the same one, is not over yet. */
    private static final Set<Integer> TRY_AGAIN = Set.of(0, 409, 503, 504);

    private final Arena arena;

    MemberFaults(Arena arena) {
        this.arena = arena;
    }

    List<Fault> all() {
        return List.of(
                Faults.seldom(
                        "members: leader killed while a node joins, follower away while it leaves",
                        this::killLeaderOfJoin),
                Faults.seldom(
                        "members: newcomer killed while it joins, leader away while it leaves", this::killNewcomer),
                Faults.seldom("members: dead node replaced, and it comes back", this::replaceDead));
    }

    private void killLeaderOfJoin() {
        TestNode leader = arena.leader();
        TestNode newcomer = join(arena.cluster.except(leader).get(0));
        arena.last(intoJoining());
        arena.traffic.excuse(leader);
        long struck = System.nanoTime();
        leader.kill();
        arena.until(
                "a change after the leader was killed while a node joined",
                () -> arena.history.nextAcknowledged(struck) != null);
        awaitJoined(newcomer, struck);
        arena.cluster.start(leader);
        arena.traffic.expect(leader);
        awaitFourWhole();

        List<TestNode> followers =
                arena.cluster.nodes().stream().filter(node -> !node.isLeader()).toList();
        TestNode away = followers.get(arena.random.nextInt(followers.size()));
        arena.traffic.excuse(away);
        TestNode asked = arena.cluster.except(away).get(arena.random.nextInt(2));
        if (arena.random.nextBoolean()) {
            CompletableFuture<Integer> leaving = leave(asked);
            arena.last(Duration.ofMillis(arena.random.nextInt(200)));
            away.kill();
            left(leaving);
            awaitEnd();
            arena.cluster.start(away);
        } else {
            CompletableFuture<Integer> leaving = leave(asked);
            arena.last(Duration.ofMillis(arena.random.nextInt(200)));
            whileIsolated(away, () -> {
                left(leaving);
                awaitEnd();
            });
        }
    }

    private void killNewcomer() {
        TestNode newcomer = join(arena.anyNode());
        arena.last(intoJoining());
        newcomer.kill();
        arena.lastBetween(100, 1_500);
        // From its disk: it knows what it waits for.
        launchToJoin(newcomer, "wait");
        awaitJoined(newcomer, System.nanoTime());
        awaitFourWhole();

        // Perhaps the fourth node itself: then it learns only afterwards that it is none of them.
        TestNode leader = leaderOfFour();
        arena.traffic.excuse(leader);
        TestNode asked = arena.cluster.except(leader).get(arena.random.nextInt(2));
        CompletableFuture<Integer> leaving = leave(asked);
        arena.last(Duration.ofMillis(arena.random.nextInt(200)));
        whileIsolated(leader, () -> left(leaving));
        awaitEnd();
    }

    private void replaceDead() {
        TestNode dead = arena.anyNode();
        TestNode newcomer = arena.newcomer;
        launchToJoin(newcomer, "wait");
        arena.admit();
        arena.until(
                "the fourth node to wait",
                () -> Http.get(newcomer.adminUrl() + "/readyz?verbose").body().contains("invitation"));
        arena.traffic.excuse(dead);
        long struck = System.nanoTime();
        dead.kill();
        replace(dead, newcomer);
        awaitJoined(newcomer, struck);
        List<TestNode> rest = arena.cluster.except(dead);
        arena.awaitVoters(Stream.concat(rest.stream(), Stream.of(newcomer)).toArray(TestNode[]::new));
        arena.lastBetween(200, 2_000);

        // From its old disk it disturbs nobody.
        arena.cluster.launchToJoin(dead, "--peers", arena.cluster.peers(), "--drain-timeout", DRAIN);
        assertThat(dead.awaitExit())
                .as("exit code of %s, which was replaced: %s", dead.id(), Arena.tail(dead))
                .isEqualTo(EXIT_REMOVED);
        assertThat(dead.output()).contains("was removed from cluster");

        // With an empty one it takes its place again.
        Faults.wipe(dead);
        launchToJoin(dead, "wait");
        arena.traffic.excuse(newcomer);
        replace(newcomer, dead);
        awaitEnd();
        dead.awaitReady();
    }

    private Duration intoJoining() {
        return Duration.ofMillis(arena.random.nextInt(INTO_JOINING_MILLIS_MAX));
    }

    private void launchToJoin(TestNode node, String join) {
        arena.cluster.launchToJoin(node, "--join", join, "--drain-timeout", DRAIN);
    }

    /** Starts the fourth node, and waits until some leader has begun to take it in. */
    private TestNode join(TestNode member) {
        TestNode newcomer = arena.newcomer;
        long before = joinsBegun();
        launchToJoin(newcomer, member.adminAddress());
        arena.admit();
        arena.until("the fourth node to be taken in", () -> joinsBegun() > before);
        return newcomer;
    }

    /** As the members' logs tell: a call of the API takes too long where something is to happen in the middle. */
    private long joinsBegun() {
        return arena.cluster.nodes().stream()
                .mapToLong(node -> node.output()
                        .lines()
                        .filter(line -> line.contains("Node " + arena.newcomer.id() + " asks to be added"))
                        .count())
                .sum();
    }

    private void awaitJoined(TestNode newcomer, long since) {
        newcomer.awaitReady();
        arena.traffic.expect(newcomer);
        arena.figure("a node joined, from the fault on", Duration.ofNanos(System.nanoTime() - since));
    }

    private void awaitFourWhole() {
        List<TestNode> nodes = arena.cluster.nodes();
        arena.awaitVoters(
                Stream.concat(nodes.stream(), Stream.of(arena.newcomer)).toArray(TestNode[]::new));
        arena.awaitCaughtUp(arena.newcomer);
        nodes.forEach(arena::awaitCaughtUp);
        arena.lastBetween(200, 2_000);
    }

    private TestNode leaderOfFour() {
        if (arena.newcomer.isLeader()) {
            return arena.newcomer;
        }
        return arena.cluster.leader().orElse(arena.newcomer);
    }

    /** Begins to take the fourth node out; tells how many attempts it took. */
    private CompletableFuture<Integer> leave(TestNode asked) {
        arena.traffic.excuse(arena.newcomer);
        long called = System.nanoTime();
        return CompletableFuture.supplyAsync(() -> {
            String url = asked.adminUrl() + "/v1/cluster/members/" + arena.newcomer.id() + "?drain=1s";
            for (int attempts = 1; true; attempts++) {
                Answer answer = Http.delete(url);
                // Once it has been tried and nobody knew, it may be gone.
                boolean gone = attempts > 1 && answer.status() == 404;
                if (answer.status() == 200 || gone) {
                    return attempts;
                }
                System.out.println("chaos:   " + answer.status() + " " + answer.body() + answer.error());
                assertThat(TRY_AGAIN)
                        .as("DELETE of the fourth node: %s", answer)
                        .contains(answer.status());
                assertThat(Duration.ofNanos(System.nanoTime() - called))
                        .as("time to take a node out; last answer %s", answer)
                        .isLessThan(Arena.WHOLE_AGAIN_MAX);
                arena.last(Duration.ofMillis(200));
            }
        });
    }

    private void left(CompletableFuture<Integer> leaving) {
        System.out.println("chaos:   taken out with attempts: " + leaving.join());
    }

    /**
     * Until the fourth node has ended, because it was told, or found out, that it is no member; and is as if it had
     * never been.
     */
    private void awaitEnd() {
        TestNode newcomer = arena.newcomer;
        assertThat(newcomer.awaitExit())
                .as("exit code of the fourth node: %s", Arena.tail(newcomer))
                .isEqualTo(EXIT_REMOVED);
        arena.forget();
        Faults.wipe(newcomer);
    }

    private void whileIsolated(TestNode node, Runnable rest) {
        int number = arena.number(node);
        arena.network.isolate(number);
        try {
            rest.run();
        } finally {
            arena.network.rejoin(number);
        }
    }

    /** By the command, through whichever member answers. */
    private void replace(TestNode old, TestNode replacement) {
        String members = arena.cluster.except(old, replacement).stream()
                .map(TestNode::grpcAddress)
                .collect(Collectors.joining(","));
        long called = System.nanoTime();
        arena.until(replacement.id() + " to be a member in the place of " + old.id(), () -> {
            Result result = Weldrctl.run(
                    members,
                    "cluster",
                    "replace",
                    old.id(),
                    replacement.id(),
                    replacement.raftAddress(),
                    "--drain",
                    "1s");
            System.out.println("chaos:   replace " + old.id() + " by " + replacement.id() + ": "
                    + (result.out() + result.err()).strip());
            return result.exit() == 0;
        });
        arena.figure("replaced by the command, its JVM included", Duration.ofNanos(System.nanoTime() - called));
    }
}
