package io.weldr.it.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.it.harness.Http;
import io.weldr.it.harness.PowerLossDisk;
import io.weldr.it.harness.PowerLossDisk.Names;
import io.weldr.it.harness.PowerLossDisk.Unforced;
import io.weldr.it.harness.SameState;
import io.weldr.it.harness.TestCluster;
import io.weldr.it.harness.TestNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Machines lose power: what their disks had not confirmed is gone, or part of it. {@code -Dchaos.seed=} has the same
 * done again.
 */
class PowerLossIT {
    private static final int ROUNDS = 2;
    private static final int ROUNDS_OF_A_LONG_RUN = 30;
    private static final int CLIENTS = 6;
    private static final int CHANGES_A_ROUND = 60;

    private final long seed = Long.getLong("chaos.seed", System.nanoTime() % 1_000_000_000);
    private final Random random = new Random(seed);
    private final Map<TestNode, PowerLossDisk> disks = new LinkedHashMap<>();

    /** What ext4 and XFS do. {@code -Dchaos.names=OWN_NAME} is Btrfs, where some promises do not hold yet. */
    private final Names names = Names.valueOf(System.getProperty("chaos.names", Names.IN_ORDER.name()));

    @TempDir
    private Path folder;

    @BeforeEach
    void needACompiler() {
        String unavailable = PowerLossDisk.unavailable();
        Assumptions.assumeTrue(unavailable.isEmpty(), unavailable);
        System.out.println("power loss: seed " + seed);
    }

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
        try (TestCluster cluster = cluster()) {
            cluster.nodes().forEach(cluster::launch);
            cluster.awaitLeader();
            History history = new History();
            try (Clients clients = new Clients(history, cluster.nodes(), CLIENTS, 5, random.nextLong())) {
                for (int round = 0; round < rounds; round++) {
                    awaitChanges(history);
                    // All of them in the first round, as when a data centre loses power.
                    boolean all = round % 2 == 0;
                    losePower(
                            all ? cluster.nodes() : List.of(cluster.node(1 + random.nextInt(3))),
                            List.of(Unforced.LOST, Unforced.EITHER, Unforced.EITHER)
                                    .get(random.nextInt(3)));
                    disks.keySet().stream().filter(node -> !node.isAlive()).forEach(cluster::launch);
                    cluster.awaitLeader();
                }
                awaitChanges(history);
                clients.stop();
                for (TestNode node : cluster.nodes()) {
                    await("all origins through " + node.id()).until(() -> clients.readAll(node));
                }
            }
            SameState.await(cluster.nodes());
            System.out.println("power loss: " + history.summary());
            assertThat(history.surprises()).as("answers that must not be").isEmpty();
            assertThat(history.broken())
                    .as("origins with an acknowledged change lost or resurrected")
                    .isEmpty();
            assertThat(history.revisionsOutOfOrder())
                    .as("revisions in an order that cannot be")
                    .isEmpty();
        }
    }

    /**
     * n2 and n3 give n1 their votes, and n1 leads. Before they write an entry of n1 both lose power; n1 hangs. Were the
     * votes lost, n2 and n3 would elect another leader of the same term.
     */
    @Test
    void aVoteSurvives() throws Exception {
        try (TestCluster cluster = cluster()) {
            cluster.nodes().forEach(cluster::launch);
            cluster.awaitLeader();
            TestNode n1 = cluster.node(1);
            List<TestNode> voters = cluster.except(n1);
            lead(cluster, voters.get(0));
            voters.forEach(voter -> disk(voter).haltAt("before-sync", "log_*"));
            var unused = CompletableFuture.supplyAsync(
                    () -> Http.post(n1.adminUrl() + "/v1/cluster/leader", "{\"to\":\"n1\"}"));
            voters.forEach(voter ->
                    await("the vote of " + voter.id()).until(() -> vote(voter).contains("votedFor=n1.")));
            voters.forEach(voter -> disk(voter).awaitHalted());
            long term = term(n1);
            n1.pause();
            losePower(voters, Unforced.LOST);
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

    private PowerLossDisk disk(TestNode node) {
        return Objects.requireNonNull(disks.get(node));
    }

    private TestCluster cluster() {
        // Small files, so that segments, snapshots and purges happen in each round.
        TestCluster cluster = TestCluster.of(
                folder,
                3,
                "--raft-segment-bytes",
                "8192",
                "--raft-snapshot-entries",
                "100",
                "--raft-kept-entries",
                "50");
        for (TestNode node : cluster.nodes()) {
            PowerLossDisk disk = PowerLossDisk.at(node.dataDir(), names);
            disks.put(node, disk);
            node.environment(disk.environment());
        }
        return cluster;
    }

    private void losePower(List<TestNode> nodes, Unforced unforced) {
        nodes.forEach(node -> node.process().destroyForcibly());
        for (TestNode node : nodes) {
            node.awaitExit();
            String lost = disk(node).losePower(unforced, random);
            System.out.println("power loss: " + node.id() + ", unforced changes " + unforced + ": lost " + lost);
        }
    }

    private static void awaitChanges(History history) {
        int before = history.acknowledgedCount();
        await("changes").until(() -> history.acknowledgedCount() > before + CHANGES_A_ROUND);
    }
}
