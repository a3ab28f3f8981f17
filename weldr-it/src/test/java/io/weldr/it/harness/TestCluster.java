package io.weldr.it.harness;

import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Nodes that form one cluster. Confined to the test's thread. */
public final class TestCluster implements AutoCloseable {
    /** A virtual machine takes milliseconds to write what its threads do, and does not say when it is done. */
    private static final Duration DUMP_TIME = Duration.ofSeconds(2);

    private final List<TestNode> nodes;
    private final List<String> arguments;

    private TestCluster(List<TestNode> nodes, List<String> arguments) {
        this.nodes = nodes;
        this.arguments = arguments;
    }

    /** Starts {@code size} nodes below {@code folder} and waits until they have a leader. */
    public static TestCluster start(Path folder, int size, String... arguments) {
        TestCluster cluster = of(folder, size, arguments);
        cluster.nodes.forEach(cluster::launch);
        cluster.awaitLeader();
        return cluster;
    }

    /** The same, with no node started yet. */
    public static TestCluster of(Path folder, int size, String... arguments) {
        return of(folder, Collections.nCopies(size, Host.loopback()), arguments);
    }

    /** A node on each of these hosts, with none started yet. */
    public static TestCluster of(Path folder, List<Host> hosts, String... arguments) {
        List<TestNode> nodes = IntStream.rangeClosed(1, hosts.size())
                .mapToObj(i -> new TestNode("n" + i, folder.resolve("n" + i), hosts.get(i - 1)))
                .toList();
        return new TestCluster(nodes, List.of(arguments));
    }

    public List<TestNode> nodes() {
        return nodes;
    }

    /** A node that is not among the peers of the others; whoever asks for it starts and closes it. */
    public static TestNode newcomer(Path folder, String id) {
        return newcomer(folder, id, Host.loopback());
    }

    /** The same, on a host of its own. */
    public static TestNode newcomer(Path folder, String id, Host host) {
        return new TestNode(id, folder.resolve(id), host);
    }

    public TestNode node(int number) {
        return nodes.get(number - 1);
    }

    /** The number of that node, from 1. */
    public int number(TestNode node) {
        return nodes.indexOf(node) + 1;
    }

    public List<TestNode> except(TestNode... others) {
        return nodes.stream().filter(node -> !List.of(others).contains(node)).toList();
    }

    public String peers() {
        return nodes.stream().map(node -> node.id() + "=" + node.raftAddress()).collect(Collectors.joining(","));
    }

    /** Starts the process of that node; does not wait. */
    public void launch(TestNode node) {
        List<String> all = new ArrayList<>(arguments);
        if (nodes.size() > 1) {
            all.addAll(List.of("--peers", peers()));
        }
        node.launch(all);
    }

    /** The same, with these arguments, too. */
    public void launchWith(TestNode node, String... more) {
        List<String> all = new ArrayList<>(arguments);
        all.addAll(List.of("--peers", peers()));
        all.addAll(List.of(more));
        node.launch(all);
    }

    /**
     * Starts the process of a node that joins, of the cluster or not, with the cluster's arguments and these; does not
     * wait.
     */
    public void launchToJoin(TestNode node, String... more) {
        List<String> all = new ArrayList<>(arguments);
        all.addAll(List.of(more));
        node.launch(all);
    }

    /** Runs a command of {@code weldr} to its end with the settings of that node, which is stopped. */
    public Weldrctl.Result offline(TestNode node, String... command) {
        List<String> all = new ArrayList<>(arguments);
        all.addAll(List.of("--peers", peers()));
        return node.offline(List.of(command), all);
    }

    /** Starts that node and waits until it is ready. */
    public void start(TestNode node) {
        launch(node);
        node.awaitReady();
    }

    /** Waits until the running nodes are ready and one of them leads. */
    public TestNode awaitLeader() {
        List<TestNode> running = nodes.stream().filter(TestNode::isAlive).toList();
        try {
            running.forEach(node -> node.awaitReady(running));
            return await("a leader")
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(50))
                    .until(this::leader, Optional::isPresent)
                    .orElseThrow();
        } catch (RuntimeException e) {
            throw new AssertionError(e.getMessage() + accounts(), e); // often it is another node that has the reason
        }
    }

    private String accounts() {
        nodes.forEach(TestNode::dumpThreads);
        LockSupport.parkNanos(DUMP_TIME.toNanos());
        return nodes.stream().map(TestNode::account).collect(Collectors.joining("\n", "\n", ""));
    }

    /**
     * Has all nodes run, with a leader, nothing in the pool, and the health policy of the first day: what the next
     * story of several that share this cluster begins with, whatever the one before left.
     */
    public void settle() {
        nodes.stream().filter(node -> !node.isAlive()).forEach(this::launch);
        awaitLeader().emptyPool();
        for (TestNode node : nodes) {
            await("an empty pool at " + node.id())
                    .pollDelay(Duration.ZERO)
                    .until(() -> node.localServers().isEmpty());
        }
    }

    public Optional<TestNode> leader() {
        return nodes.stream().filter(TestNode::isLeader).findFirst();
    }

    @Override
    public void close() {
        nodes.forEach(TestNode::close);
    }
}
