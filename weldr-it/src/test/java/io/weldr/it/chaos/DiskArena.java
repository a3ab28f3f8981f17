package io.weldr.it.chaos;

import io.weldr.it.harness.PowerLossDisk;
import io.weldr.it.harness.PowerLossDisk.Names;
import io.weldr.it.harness.PowerLossDisk.Unforced;
import io.weldr.it.harness.PreloadedLibrary;
import io.weldr.it.harness.TestCluster;
import io.weldr.it.harness.TestNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;

/**
 * Nodes on disks that lose power and can halt them, and clients that write and read through all of them. Segments and
 * snapshots are so small that there are new ones all the time. Confined to the test's thread.
 */
final class DiskArena implements AutoCloseable {
    private static final int CLIENTS = 6;
    private static final int THINK_MILLIS_MAX = 5;

    /** {@code -Dchaos.names=OWN_NAME} is Btrfs, where a node may not start again after a power loss. */
    private static final Names NAMES = Names.valueOf(System.getProperty("chaos.names", Names.IN_ORDER.name()));

    final TestCluster cluster;
    final History history = new History();
    final Random random;
    private final Map<TestNode, PowerLossDisk> disks = new LinkedHashMap<>();
    private final List<Clients> clients = new ArrayList<>();

    /** @throws org.opentest4j.TestAbortedException if there can be no such disks */
    DiskArena(Path folder, int size, Random random) {
        String unavailable = PreloadedLibrary.unavailable();
        Assumptions.assumeTrue(unavailable.isEmpty(), unavailable);
        this.random = random;
        cluster = TestCluster.of(
                folder,
                size,
                "--raft-segment-bytes",
                "8192",
                "--raft-snapshot-entries",
                "100",
                "--raft-kept-entries",
                "50");
        for (TestNode node : cluster.nodes()) {
            PowerLossDisk disk = PowerLossDisk.at(node.dataDir(), NAMES);
            disks.put(node, disk);
            node.environment(disk.environment());
        }
        cluster.nodes().forEach(cluster::launch);
        cluster.awaitLeader();
    }

    static long seed() {
        return Long.getLong("chaos.seed", System.nanoTime() % 1_000_000_000);
    }

    PowerLossDisk disk(TestNode node) {
        return Objects.requireNonNull(disks.get(node));
    }

    /** From now on clients write and read. */
    void begin() {
        clients.add(new Clients(history, cluster.nodes(), CLIENTS, THINK_MILLIS_MAX, random.nextLong()));
    }

    void awaitChanges(int count) {
        Judge.awaitChanges(history, count);
    }

    /** If the story fails, the error has what each node says and wrote. */
    void tell(Judge.Story story) throws Exception {
        Judge.tell(cluster.nodes(), story);
    }

    /** All of these at the same moment. */
    void losePower(List<TestNode> nodes, Unforced unforced) {
        nodes.forEach(node -> node.process().destroyForcibly());
        for (TestNode node : nodes) {
            node.awaitExit();
            String lost = disk(node).losePower(unforced, random);
            System.out.println(
                    "disk: " + node.id() + " without power, unforced changes " + unforced + ": lost " + lost);
        }
    }

    /** Nothing that was acknowledged is lost, nothing is back, and the members are equal. */
    void judge() throws Exception {
        for (Clients all : clients) {
            Judge.judge(history, all, cluster.nodes());
        }
    }

    @Override
    public void close() {
        clients.forEach(Clients::close);
        cluster.close();
    }
}
