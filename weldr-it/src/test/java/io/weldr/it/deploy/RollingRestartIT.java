package io.weldr.it.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.weldr.core.state.ClusterVersion;
import io.weldr.it.harness.Http;
import io.weldr.it.harness.NextVersion;
import io.weldr.it.harness.TestCluster;
import io.weldr.it.harness.TestNode;
import io.weldr.it.harness.Weldrctl;
import io.weldr.it.harness.Weldrctl.Result;
import io.weldr.testserver.TestServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code weldrctl cluster restart --rolling} on a cluster whose nodes are started again by this test. */
class RollingRestartIT {
    private static final int EXIT_RESTART = 10;
    private static final int EXIT_STOPPED = 8;
    private static final int EXIT_INTERRUPTED = 143; // as of any program that SIGTERM ends
    private static final String RESUME = "to go on: weldrctl ";

    @TempDir
    private Path folder;

    private static TestCluster start(Path folder) {
        TestCluster cluster = TestCluster.of(folder, 3, "--drain-timeout", "5s");
        cluster.nodes().forEach(node -> {
            node.environment(Map.of("WELDR_SUPERVISED", "true"));
            cluster.launch(node);
        });
        cluster.awaitLeader();
        return cluster;
    }

    /**
     * Runs weldrctl to its end. Meanwhile it starts members again that asked for it, as a service manager does.
     *
     * @param starts whether that member is to be started again; asked once for each end of a process
     */
    private static Result roll(TestCluster cluster, Predicate<TestNode> starts, String endpoints, String... arguments) {
        Process weldrctl = Weldrctl.start(endpoints, arguments);
        try {
            CompletableFuture<String> out = CompletableFuture.supplyAsync(() -> read(weldrctl.getInputStream()));
            CompletableFuture<String> err = CompletableFuture.supplyAsync(() -> read(weldrctl.getErrorStream()));
            Set<Process> ended = new HashSet<>();
            while (weldrctl.isAlive()) {
                for (TestNode node : cluster.nodes()) {
                    if (!node.isAlive() && ended.add(node.process())) {
                        assertThat(node.awaitExit()).as(node.output()).isEqualTo(EXIT_RESTART);
                        if (starts.test(node)) {
                            cluster.launch(node);
                        }
                    }
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
            }
            return new Result(weldrctl.exitValue(), out.join(), err.join());
        } finally {
            weldrctl.destroyForcibly();
        }
    }

    private static String read(InputStream in) {
        try {
            return new String(in.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, Long> pids(TestCluster cluster) {
        Map<String, Long> pids = new TreeMap<>();
        cluster.nodes().forEach(node -> pids.put(node.id(), node.process().pid()));
        return pids;
    }

    private static String endpoints(TestCluster cluster) {
        return cluster.nodes().stream().map(TestNode::grpcAddress).collect(Collectors.joining(","));
    }

    @Test
    void oneCommandBringsTheNextVersionToAllNodesAndNoRequestFails() throws Exception {
        Path next = NextVersion.compile(folder.resolve("next"));
        try (TestCluster cluster = start(folder);
                TestServer one = TestServer.start();
                TestServer two = TestServer.start()) {
            TestNode first = cluster.node(1);
            assertThat(first.addEverywhere(one.url()).status()).isEqualTo(201);
            assertThat(first.addEverywhere(two.url()).status()).isEqualTo(201);
            for (TestNode node : cluster.nodes()) {
                await().until(() -> Http.get(node.proxyUrl() + "/").status() == 200);
            }
            Map<String, Long> before = pids(cluster);

            Result plan = Weldrctl.run(first.grpcAddress(), "cluster", "restart", "--rolling", "--dry-run");
            assertThat(plan.exit()).as("%s", plan).isZero();
            assertThat(plan.out()).contains("WELDR_SUPERVISED", "leader", "5s").doesNotContain("in the way");
            assertThat(pids(cluster)).isEqualTo(before);

            cluster.nodes().forEach(node -> node.runs(next)); // from its next start on
            RetryingClients clients = new RetryingClients(cluster.nodes());
            try (clients) {
                clients.awaitMore(50);
                // Through one node alone, which restarts as well.
                Result rolled = roll(cluster, node -> true, first.grpcAddress(), "cluster", "restart", "--rolling");
                System.out.println(rolled.out());
                assertThat(rolled.exit()).as("%s", rolled).isZero();
                for (String id : before.keySet()) {
                    assertThat(rolled.out())
                            .contains(id + ": restarts (")
                            .containsPattern(id + ": ready after .* -> " + NextVersion.TEXT);
                }
                assertThat(rolled.out()).contains("leadership moves to", "done: 3 members restarted");
                clients.awaitMore(50);
            }
            System.out.println("restarted three nodes: " + clients);
            assertThat(clients.failures()).as("requests that failed").isEmpty();
            assertThat(pids(cluster)).allSatisfy((id, pid) -> assertThat(pid).isNotEqualTo(before.get(id)));
            for (TestNode node : cluster.nodes()) {
                await("the cluster version of the next program")
                        .until(() -> Http.get(node.adminUrl() + "/cluster")
                                        .json()
                                        .path("clusterVersion")
                                        .asInt()
                                == ClusterVersion.SUPPORTED.number() + 1);
                assertThat(pools(node)).as("acknowledged changes").containsAll(clients.acknowledged());
            }
        }
    }

    /** An upgrade replaces the files of the program while it runs. */
    @Test
    void aNodeHoldsTheArchivesOfItsProgramOpen() throws Exception {
        try (TestCluster cluster = TestCluster.start(folder, 1)) {
            Path fds = Path.of("/proc/" + cluster.node(1).process().pid() + "/fd");
            assumeTrue(Files.isDirectory(fds), "Linux");
            await().untilAsserted(() -> assertThat(open(fds)).containsAll(archives()));
        }
    }

    private static Set<String> open(Path fds) throws IOException {
        Set<String> names = new HashSet<>();
        try (Stream<Path> links = Files.list(fds)) {
            for (Path link : links.toList()) {
                target(link).ifPresent(names::add);
            }
        }
        return names;
    }

    /** The name of the file that is open there; nothing if it was closed meanwhile. */
    private static Optional<String> target(Path link) throws IOException {
        try {
            return Optional.of(Files.readSymbolicLink(link).getFileName().toString());
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** The class path of a node, as its own archive has it. */
    private static List<String> archives() throws IOException {
        Path lib = Path.of("../deploy/target/weldr/lib");
        try (DirectoryStream<Path> found = Files.newDirectoryStream(lib, "weldr-node-[0-9]*.jar")) {
            Path node = found.iterator().next();
            try (JarFile archive = new JarFile(node.toFile())) {
                String path = archive.getManifest().getMainAttributes().getValue("Class-Path");
                assertThat(path).contains("netty");
                return List.of(path.split(" ", -1));
            }
        }
    }

    /** While a member is down, the command waits for a while before it does anything. */
    private static void assertThatAnInterruptSaysHowToGoOn(TestCluster cluster) {
        Process weldrctl = Weldrctl.start(endpoints(cluster), "cluster", "restart", "--rolling");
        try (BufferedReader out = new BufferedReader(new InputStreamReader(weldrctl.getInputStream(), UTF_8))) {
            String line = out.readLine();
            while (line != null && !line.contains("waiting: ")) {
                line = out.readLine();
            }
            assertThat(line).as("it waits").isNotNull();
            // Not SIGINT, which does the same: a build that a script began in the background ignores it, and hands that
            // on.
            weldrctl.toHandle().destroy(); // unlike the process, it leaves the streams open
            assertThat(read(weldrctl.getErrorStream()))
                    .contains("weldrctl: interrupted; not restarted: ")
                    .contains(RESUME);
            assertThat(weldrctl.waitFor()).isEqualTo(EXIT_INTERRUPTED);
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        } finally {
            weldrctl.destroyForcibly();
        }
    }

    private static Set<String> pools(TestNode node) {
        Set<String> names = new HashSet<>();
        await().until(() -> Http.get(node.adminUrl() + "/v1/pools").status() == 200);
        for (JsonNode pool : Http.get(node.adminUrl() + "/v1/pools").json().path("pools")) {
            names.add(pool.path("name").asText());
        }
        return names;
    }

    @Test
    void aNodeThatDoesNotComeBackStopsTheRestartAndAnotherRunGoesOn() {
        try (TestCluster cluster = start(folder)) {
            Map<String, Long> before = pids(cluster);
            Set<TestNode> ended = new HashSet<>();
            Result stopped = roll(
                    cluster,
                    node -> ended.add(node) && ended.size() == 1,
                    endpoints(cluster),
                    "cluster",
                    "restart",
                    "--rolling",
                    "--timeout-per-node",
                    "30s");
            assertThat(stopped.exit()).as("%s", stopped).isEqualTo(EXIT_STOPPED);
            List<TestNode> dead =
                    cluster.nodes().stream().filter(node -> !node.isAlive()).toList();
            assertThat(dead).hasSize(1);
            TestNode missing = dead.get(0);
            assertThat(missing.output()).contains("restart requested by local");
            assertThat(stopped.err())
                    .contains("stopped at " + missing.id() + ": it is not back after 35s")
                    .contains(missing.id() + " does not answer");
            List<TestNode> untouched = cluster.nodes().stream()
                    .filter(node -> before.containsValue(node.process().pid()) && node.isAlive())
                    .toList();
            assertThat(untouched).as("%s", stopped).hasSize(1);
            assertThat(stopped.out())
                    .contains("not restarted: " + untouched.get(0).id());

            assertThatAnInterruptSaysHowToGoOn(cluster);

            // Somebody has mended it.
            cluster.start(missing);
            Map<String, Long> then = pids(cluster);
            String line = stopped.out()
                    .lines()
                    .filter(each -> each.contains(RESUME))
                    .findFirst()
                    .orElseThrow();
            String[] words = line.substring(line.indexOf(" cluster ") + 1).split(" ", -1);
            assertThat(words).contains("--started-before");
            Result resumed = roll(cluster, node -> true, endpoints(cluster), words);
            assertThat(resumed.exit()).as("%s", resumed).isZero();
            assertThat(resumed.out()).contains("done: 1 member restarted");
            Map<String, Long> after = pids(cluster);
            then.forEach((id, pid) -> {
                if (id.equals(untouched.get(0).id())) {
                    assertThat(after.get(id)).isNotEqualTo(pid);
                } else {
                    assertThat(after.get(id)).isEqualTo(pid);
                }
            });
        }
    }
}
