package io.weldr.it.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.it.harness.Http;
import io.weldr.it.harness.PowerLossDisk.Unforced;
import io.weldr.it.harness.SameState;
import io.weldr.it.harness.TestCluster;
import io.weldr.it.harness.TestNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Machines lose power: what their disks had not confirmed is gone, or part of it. {@code -Dchaos.seed=} has the same
 * done again.
 */
class PowerLossIT {
    private static final int ROUNDS = 1;
    private static final int ROUNDS_OF_A_LONG_RUN = 30;
    private static final int CHANGES_A_ROUND = 60;

    private final long seed = DiskArena.seed();
    private final Random random = new Random(seed);

    @TempDir
    private Path folder;

    @Test
    void nothingAcknowledgedIsLostWhenMachinesLosePower() throws Exception {
        losePower(ROUNDS);
    }

    @Test
    @Tag("nightly")
    @Timeout(1800)
    void nothingAcknowledgedIsLostWhenMachinesLosePowerAgainAndAgain() throws Exception {
        losePower(ROUNDS_OF_A_LONG_RUN);
    }

    private void losePower(int rounds) throws Exception {
        System.out.println("power loss: seed " + seed);
        try (DiskArena arena = new DiskArena(folder, 3, random)) {
            arena.tell(() -> losePower(arena, rounds));
        }
    }

    private void losePower(DiskArena arena, int rounds) throws Exception {
        arena.begin();
        TestCluster cluster = arena.cluster;
        for (int round = 0; round < rounds; round++) {
            arena.awaitChanges(CHANGES_A_ROUND);
            // All of them in the first round, as when a data centre loses power.
            boolean all = round % 2 == 0;
            arena.losePower(
                    all ? cluster.nodes() : List.of(cluster.node(1 + random.nextInt(3))),
                    random.nextInt(3) == 0 ? Unforced.LOST : Unforced.EITHER);
            cluster.nodes().stream().filter(node -> !node.isAlive()).forEach(cluster::launch);
            cluster.awaitLeader();
        }
        arena.awaitChanges(CHANGES_A_ROUND);
        arena.judge();
    }

    /**
     * n2 and n3 give n1 their votes, and n1 leads. Before they write an entry of n1 both lose power; n1 hangs. Were the
     * votes lost, n2 and n3 would elect another leader of the same term.
     */
    @Test
    void aVoteSurvives() throws Exception {
        try (DiskArena arena = new DiskArena(folder, 3, random)) {
            TestCluster cluster = arena.cluster;
            TestNode n1 = cluster.node(1);
            List<TestNode> voters = cluster.except(n1);
            lead(cluster, voters.get(0));
            voters.forEach(voter -> arena.disk(voter).haltAt("before-sync", "log_*"));
            var unused = CompletableFuture.supplyAsync(
                    () -> Http.post(n1.adminUrl() + "/v1/cluster/leader", "{\"to\":\"n1\"}"));
            voters.forEach(voter ->
                    await("the vote of " + voter.id()).until(() -> vote(voter).contains("votedFor=n1.")));
            voters.forEach(voter -> arena.disk(voter).awaitHalted());
            long term = term(n1);
            n1.pause();
            arena.losePower(voters, Unforced.LOST);
            for (TestNode voter : voters) {
                assertThat(vote(voter)).contains("votedFor=n1.").contains("term=" + term + "\n");
                cluster.launch(voter);
            }
            voters.forEach(TestNode::awaitReady);
            TestNode successor = await("another leader")
                    .until(() -> voters.stream().filter(TestNode::isLeader).findFirst(), Optional::isPresent)
                    .orElseThrow();
            assertThat(term(successor)).isGreaterThan(term);
            n1.resume();
            SameState.await(cluster.nodes());
        }
    }

    private static void lead(TestCluster cluster, TestNode node) {
        await(node.id() + " to lead").until(() -> {
            Http.post(node.adminUrl() + "/v1/cluster/leader", "{\"to\":\"" + node.id() + "\"}");
            return node.isLeader();
        });
        assertThat(cluster.leader()).isPresent();
    }

    /** What the node's disk says of the vote that it gave, as Ratis writes it. */
    private static String vote(TestNode node) throws IOException {
        try (Stream<Path> files = Files.walk(node.dataDir())) {
            for (Path file : files.filter(path -> path.endsWith("raft-meta")).toList()) {
                return Files.readString(file);
            }
        } catch (NoSuchFileException e) {
            return ""; // it is just being replaced
        }
        return "";
    }

    private static long term(TestNode node) throws IOException {
        return vote(node)
                .lines()
                .filter(line -> line.startsWith("term="))
                .mapToLong(line -> Long.parseLong(line.substring("term=".length())))
                .findFirst()
                .orElse(-1);
    }
}
