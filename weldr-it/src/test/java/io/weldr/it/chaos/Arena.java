package io.weldr.it.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.it.harness.Http;
import io.weldr.it.harness.Network;
import io.weldr.it.harness.NextVersion;
import io.weldr.it.harness.PreloadedLibrary;
import io.weldr.it.harness.Secret;
import io.weldr.it.harness.ShiftedClock;
import io.weldr.it.harness.SmallDisk;
import io.weldr.it.harness.TestCluster;
import io.weldr.it.harness.TestNode;
import io.weldr.testserver.TestServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Three nodes or five, and one more that may join and leave; clients that write and read through all of them, traffic through
 * their proxies, and what was measured. The disk of the third node is a small one. Confined to the test's thread.
 */
final class Arena implements AutoCloseable {
    /** How long a cluster whose faults are over may take to be whole again, on a machine that does other things. */
    static final Duration WHOLE_AGAIN_MAX = Duration.ofMinutes(1);

    private static final int CLIENTS = 4;
    private static final int THINK_MILLIS_MAX = 30;

    /**
     * Without 16 of them a log is not opened; a log that was set aside stays beside the one that replaced it, snapshots
     * and all.
     */
    private static final int SMALL_DISK_MEGABYTES = 48;

    final Network network = Network.here();
    final Random random;
    final TestCluster cluster;
    final History history = new History();
    final Clients clients;
    final Traffic traffic;
    final SmallDisk disk;
    /** One more node, which is no member but while a fault has it be one. */
    final TestNode newcomer;

    /** Of the nodes; none where the library for it cannot be compiled. */
    final Map<TestNode, ShiftedClock> clocks = new LinkedHashMap<>();

    private @Nullable Path nextVersion;
    private final List<TestNode> asked;
    private final Path folder;
    private final List<TestServer> origins = new ArrayList<>();
    private final Map<String, List<Long>> figures = new LinkedHashMap<>();
    private final boolean brief;
    private boolean sound;

    /** @param brief has faults last as short as they may */
    Arena(long seed, boolean brief) throws IOException {
        this.brief = brief;
        random = new Random(seed);
        folder = Network.newFolder("chaos");
        cluster = TestCluster.of(
                folder,
                network.hosts(),
                // Small, so that snapshots, purges and installs happen within minutes.
                "--raft-snapshot-entries",
                "1000",
                "--raft-segment-bytes",
                "131072",
                "--raft-kept-entries",
                "200",
                "--secret-file",
                Secret.in(folder).toString());
        newcomer = TestCluster.newcomer(folder, "n" + network.spare(), network.host(network.spare()));
        if (PreloadedLibrary.unavailable().isEmpty()) {
            for (TestNode node : cluster.nodes()) {
                ShiftedClock clock = ShiftedClock.in(folder.resolve(node.id() + ".clock"));
                node.environment(clock.environment());
                clocks.put(node, clock);
            }
        }
        asked = new CopyOnWriteArrayList<>(cluster.nodes());
        try {
            // In the mount namespace of this process: it goes with the last process that sees it.
            disk = SmallDisk.mount(smallDisk().dataDir(), SMALL_DISK_MEGABYTES);
            cluster.nodes().forEach(cluster::launch);
            TestNode leader = cluster.awaitLeader();
            setUp(leader);
        } catch (RuntimeException e) {
            cluster.close();
            throw e;
        }
        clients = new Clients(history, asked, CLIENTS, THINK_MILLIS_MAX, random.nextLong());
        traffic = new Traffic(asked, random.nextLong());
    }

    /** The classes of a build that announces a newer version. */
    Path nextVersion() {
        Path classes = nextVersion;
        if (classes == null) {
            try {
                classes = NextVersion.compile(folder.resolve("next"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            nextVersion = classes;
        }
        return classes;
    }

    private void setUp(TestNode leader) {
        // Again where the machine is so busy that there is no leader for a moment.
        until(
                "the health policy",
                () -> Http.patch(
                                        leader.adminUrl() + "/v1/pools/default/health",
                                        "{\"interval\":\"1s\",\"timeout\":\"1s\"}")
                                .status()
                        == 200);
        for (int i = 0; i < 2; i++) {
            TestServer origin = TestServer.start(
                    TestServer.Options.defaults().address(new InetSocketAddress(network.clientAddress(), 0)));
            origins.add(origin);
            assertThat(leader.add(origin.url()).status()).isEqualTo(201);
        }
        cluster.nodes().forEach(this::awaitTraffic);
    }

    TestNode smallDisk() {
        return cluster.node(3);
    }

    int number(TestNode node) {
        return node == newcomer ? network.spare() : cluster.number(node);
    }

    TestNode leader() {
        return cluster.awaitLeader();
    }

    /**
     * The newcomer has clients from now on, whatever it answers, and traffic once {@link Traffic#expect} says so.
     */
    void admit() {
        traffic.excuse(newcomer);
        asked.add(newcomer);
    }

    /** The newcomer is asked nothing any more. */
    void forget() {
        asked.remove(newcomer);
    }

    /** Until each of these nodes says that exactly these vote. */
    void awaitVoters(TestNode... voters) {
        List<String> expected = Stream.of(voters).map(TestNode::id).sorted().toList();
        for (TestNode voter : voters) {
            until(voter.id() + " to have the voters " + expected, () -> expected.equals(voter.voters()));
        }
    }

    TestNode anyFollower() {
        List<TestNode> followers = cluster.except(leader());
        return followers.get(random.nextInt(followers.size()));
    }

    TestNode anyNode() {
        return cluster.nodes().get(random.nextInt(cluster.nodes().size()));
    }

    /** A fault lasts. */
    void last(Duration howLong) {
        try {
            TimeUnit.MILLISECONDS.sleep(howLong.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    void lastBetween(int leastMillis, int mostMillis) {
        last(Duration.ofMillis(brief ? leastMillis : leastMillis + random.nextInt(mostMillis - leastMillis + 1)));
    }

    void until(String what, Callable<Boolean> condition) {
        await(what)
                .atMost(WHOLE_AGAIN_MAX)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(50))
                .until(condition);
    }

    /**
     * Until a linearizable read through that node is answered: then it follows a leader and has applied what the others
     * have.
     */
    void awaitCaughtUp(TestNode node) {
        until(node.id() + " to answer a linearizable read", () -> {
            int status = Http.get(node.adminUrl() + "/servers/192.0.2.1/1").status();
            return status == 200 || status == 404;
        });
    }

    void awaitTraffic(TestNode node) {
        until(
                "traffic through " + node.id(),
                () -> Http.get(node.proxyUrl() + "/").status() == 200);
    }

    /** Until all is as it was before the fault. */
    void awaitWhole() {
        for (TestNode node : cluster.nodes()) {
            assertThat(node.isAlive())
                    .as("%s runs; it wrote: %s", node.id(), tail(node))
                    .isTrue();
            awaitCaughtUp(node);
            awaitTraffic(node);
            traffic.expect(node);
        }
        awaitVoters(cluster.nodes().toArray(TestNode[]::new));
        int before = history.acknowledgedCount();
        until("changes to go on", () -> history.acknowledgedCount() > before + 2);
    }

    static String tail(TestNode node) {
        List<String> lines = node.output().lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 15), lines.size()));
    }

    void figure(String what, Duration duration) {
        figures.computeIfAbsent(what, name -> new ArrayList<>()).add(duration.toMillis());
    }

    String table() {
        return figures.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(entry -> {
                    List<Long> sorted = entry.getValue().stream().sorted().toList();
                    return "chaos: %-66s %4d times, median %6d ms, longest %6d ms"
                            .formatted(
                                    entry.getKey(),
                                    sorted.size(),
                                    sorted.get((sorted.size() - 1) / 2),
                                    sorted.get(sorted.size() - 1));
                })
                .collect(Collectors.joining("\n"));
    }

    /** Lines of all nodes, of all their runs, that tell of a mistake in the program. */
    List<String> mistakes() {
        List<String> lines = new ArrayList<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(path -> path.getFileName().toString().startsWith("output-"))
                    .toList()) {
                try (Stream<String> all = Files.lines(file)) {
                    all.filter(line -> line.contains("LEAK:") || line.contains("AssertionError"))
                            .map(line -> folder.relativize(file) + ": " + line)
                            .forEach(lines::add);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return lines;
    }

    Path folder() {
        return folder;
    }

    /** Nothing was found: what the nodes wrote need not be kept. */
    void sound() {
        sound = true;
    }

    @Override
    public void close() {
        clients.close();
        traffic.close();
        newcomer.close();
        cluster.close();
        origins.forEach(TestServer::close);
        if (sound && !Boolean.getBoolean("chaos.keep")) {
            remove();
        } else {
            System.out.println("chaos: what the nodes wrote is in " + folder);
        }
    }

    private void remove() {
        disk.close();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
