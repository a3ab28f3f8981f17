package io.weldr.it.cluster;

import static io.weldr.testing.Patience.PATIENCE_MILLIS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.it.harness.Http;
import io.weldr.it.harness.Run;
import io.weldr.it.harness.TestCluster;
import io.weldr.it.harness.TestNode;
import io.weldr.testing.Ports;
import io.weldr.testserver.TestServer;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** One process: how it starts, refuses to start, and stops. */
class SingleNodeIT {
    private static final Duration LOOK_EVERY = Duration.ofMillis(20);

    @TempDir
    private Path folder;

    @Test
    void aClusterOfOneKeepsItsPoolOverARestart() {
        try (TestCluster cluster = TestCluster.start(folder, 1);
                TestServer origin = TestServer.start()) {
            TestNode node = cluster.node(1);
            assertThat(node.add(origin.url()).status()).isEqualTo(201);
            assertThat(node.terminate()).isZero();
            cluster.start(node);
            cluster.awaitLeader();
            assertThat(node.servers()).containsExactly(origin.url() + " up");
            await().until(() -> Http.get(node.proxyUrl() + "/").status() == 200);
            for (String name : new String[] {"exchange", "first_byte", "connect"}) {
                assertThat(Http.get(node.adminUrl() + "/metrics").body())
                        .containsPattern("\nweldr_proxy_" + name + "_seconds_bucket\\{le=\"[0-9.E-]+\"} [0-9]+\n")
                        .containsPattern("\nweldr_proxy_" + name + "_seconds_count [1-9][0-9]*\n")
                        .containsPattern("\nweldr_proxy_" + name + "_seconds_sum [0-9.E-]+\n");
            }
        }
    }

    /** The listeners on its disk are bound before its APIs: one of them must not keep a node from starting. */
    @Test
    void aListenerThatHasTheNewPortOfAnApiIsNotInItsWay() {
        try (TestCluster cluster = TestCluster.start(folder, 1)) {
            TestNode node = cluster.node(1);
            int port = Ports.free();
            String listener = "{\"name\":\"edge\",\"address\":\"0.0.0.0:" + port + "\"}";
            await("cluster version 2")
                    .until(() -> Http.post(node.adminUrl() + "/v1/listeners", listener)
                                    .status()
                            == 201);
            await("the listener")
                    .until(() -> Http.get("http://127.0.0.1:" + port + "/").status() > 0);
            assertThat(node.terminate()).isZero();

            node.launch("--grpc-address", "127.0.0.1:" + port);
            node.awaitReady();
            assertThat(node.output())
                    .contains("listener edge: not bound: port " + port + " is needed for grpc-address of this node");
            await("an answer of the leader")
                    .until(() -> Http.post(node.adminUrl() + "/v1/listeners", listener.replace("edge", "other"))
                            .body()
                            .contains("would take the gRPC API of member"));
        }
    }

    /** Every port of a node is one that an operator knows, can change and can close to others, while it starts, too. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void aNodeListensAtItsFourAddressesAlone() {
        try (TestCluster cluster = TestCluster.of(folder, 1)) {
            TestNode node = cluster.node(1);
            Set<Integer> seen = new TreeSet<>();
            cluster.launch(node);
            await("readiness of " + node.id())
                    .pollDelay(Duration.ZERO)
                    .pollInterval(LOOK_EVERY)
                    .failFast(() -> assertThat(node.isAlive()).as(node.output()).isTrue())
                    .until(() -> {
                        seen.addAll(node.listensAt());
                        return node.isReady();
                    });
            await("what it does once it is ready")
                    .pollInterval(LOOK_EVERY)
                    .during(Duration.ofSeconds(3))
                    .until(() -> {
                        seen.addAll(node.listensAt());
                        return node.isAlive();
                    });
            assertThat(seen).containsExactlyInAnyOrderElementsOf(node.ports());
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aNodeThatIsToldToStopWhileItStartsClosesWhatIsThere() throws IOException {
        try (TestCluster cluster = TestCluster.start(folder, 1)) {
            TestNode node = cluster.node(1);
            assertThat(node.terminate()).isZero();

            // Its identity becomes a pipe: the next start waits there until the test writes to it.
            Path identity = node.dataDir().resolve("identity");
            byte[] text = Files.readAllBytes(identity);
            Files.delete(identity);
            Run.program("mkfifo", identity.toString());
            try (RandomAccessFile pipe = new RandomAccessFile(identity.toFile(), "rw")) {
                cluster.launch(node);
                awaitThreads(node, Pattern.compile("DataFolder\\.identify"));
                node.process().destroy();
                awaitThreads(node, Pattern.compile("\"weldr-stopping\".*\\R.*BLOCKED"));
                assertThat(Http.get(node.adminUrl() + "/readyz").status())
                        .as("it has not started")
                        .isZero();
                pipe.write(text);
            }
            assertThat(node.awaitExit()).as("it said: %s", node.output()).isZero();
            assertThat(node.output()).endsWith("stopped\n").doesNotContain("proxy on");
        }
    }

    /** A terminal that closes, a script that rotates logs, another daemon's habits: nobody means the node to end. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void signalsThatNobodyMeansForItAreIgnored() {
        try (TestCluster cluster = TestCluster.start(folder, 1)) {
            TestNode node = cluster.node(1);
            for (String signal : new String[] {"HUP", "USR1", "ALRM"}) {
                node.signal(signal);
                await(signal).until(() -> node.output().contains("SIG" + signal + " is ignored: ") || !node.isAlive());
                assertThat(node.isAlive())
                        .as("after %s: %s", signal, node.output())
                        .isTrue();
            }
            node.signal("PIPE"); // the JVM's, which says nothing
            assertThat(Http.get(node.adminUrl() + "/readyz").status()).isEqualTo(200);
            assertThat(node.terminate()).isZero();
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void theAccessLogIsOpenedAgainAfterItWasRenamed() throws IOException {
        Path log = folder.resolve("access.log");
        Path renamed = folder.resolve("access.log.1");
        try (TestCluster cluster = TestCluster.of(folder, 1)) {
            TestNode node = cluster.node(1);
            node.launch("--access-log", log.toString());
            node.awaitReady();
            Http.get(node.proxyUrl() + "/first");
            awaitLine(log, "/first");
            Files.move(log, renamed);
            node.signal("HUP");
            await("the access log is open again").until(() -> node.output().contains("opened the access log"));
            Http.get(node.proxyUrl() + "/second");
            awaitLine(log, "/second");
            assertThat(renamed).content().contains("/first").doesNotContain("/second");
        }
    }

    private static void awaitLine(Path log, String text) {
        await("a line with " + text + " in " + log)
                .until(() -> Files.exists(log) && Files.readString(log).contains(text));
    }

    /** Waits until what the threads of that node do matches the pattern. */
    private static void awaitThreads(TestNode node, Pattern pattern) {
        await(pattern.pattern())
                .failFast(() -> assertThat(node.isAlive()).as(node.output()).isTrue())
                .until(() -> {
                    node.dumpThreads();
                    return pattern.matcher(node.output()).find();
                });
    }

    @Test
    void whatIsUnderWayFinishesBeforeTheNodeStops() throws Exception {
        try (TestCluster cluster = TestCluster.start(folder, 1);
                TestServer origin = TestServer.start()) {
            TestNode node = cluster.node(1);
            assertThat(node.add(origin.url()).status()).isEqualTo(201);
            await().until(() -> Http.get(node.proxyUrl() + "/").status() == 200);
            CompletableFuture<Http.Answer> slow =
                    CompletableFuture.supplyAsync(() -> Http.get(node.proxyUrl() + "/delay/1500"));
            await("the request to reach the origin")
                    .until(() -> origin.received().requests("/delay/1500") > 0);
            assertThat(node.terminate()).as("it said: %s", node.output()).isZero();
            assertThat(slow.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS).status())
                    .isEqualTo(200);
        }
    }

    @Test
    void whatTakesLongerThanTheDrainTimeoutIsCutOffAndTheNodeStopsAllTheSame() throws Exception {
        try (TestCluster cluster = TestCluster.start(folder, 1, "--drain-timeout", "300ms");
                TestServer origin = TestServer.start()) {
            TestNode node = cluster.node(1);
            assertThat(node.add(origin.url()).status()).isEqualTo(201);
            await().until(() -> Http.get(node.proxyUrl() + "/").status() == 200);
            CompletableFuture<Http.Answer> endless =
                    CompletableFuture.supplyAsync(() -> Http.get(node.proxyUrl() + "/delay/60000"));
            await("the request to reach the origin")
                    .until(() -> origin.received().requests("/delay/60000") > 0);
            assertThat(node.terminate()).as("it said: %s", node.output()).isZero();
            assertThat(node.output()).contains("still under way after 300 ms were cut off");
            Http.Answer cut = endless.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
            assertThat(cut.status()).isZero();
            assertThat(cut.error()).as("the client is told, not left waiting").doesNotContainIgnoringCase("timed out");
        }
    }

    @Test
    void aPortInUseIsNamedInOneLine() throws IOException {
        try (TestCluster cluster = TestCluster.of(folder, 1)) {
            TestNode node = cluster.node(1);
            for (String url : new String[] {
                node.proxyUrl(), node.adminUrl(), "http://" + node.grpcAddress(), "http://" + node.raftAddress()
            }) {
                int port = URI.create(url).getPort();
                try (ServerSocket taken = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                    assertThat(taken.isBound()).isTrue();
                    cluster.launch(node);
                    assertThat(node.awaitExit()).isEqualTo(1);
                    assertThat(node.output().lines().filter(line -> line.startsWith("weldr: ")))
                            .as("output: %s", node.output())
                            .singleElement()
                            .asString()
                            .contains("127.0.0.1:" + port)
                            .contains("in use");
                    assertThat(node.dataDir()).as("nothing was half started").doesNotExist();
                }
            }
        }
    }

    @Test
    void aDataFolderInUseOrOfAnotherNodeIsNamedInOneLine() {
        try (TestCluster first = TestCluster.start(folder, 1);
                TestCluster second = TestCluster.of(folder, 2)) {
            // The same folder from another process, with its own ports.
            TestNode other = second.node(1);
            other.launch("--peers", "n1=" + other.raftAddress());
            assertThat(other.awaitExit()).isEqualTo(1);
            assertThat(other.output())
                    .contains("weldr: ")
                    .contains(other.dataDir().toString())
                    .contains("in use");

            assertThat(first.node(1).terminate()).isZero();
            other.launch("--id", "n7");
            assertThat(other.awaitExit()).isEqualTo(1);
            assertThat(other.output()).contains("weldr: ").contains("n1").contains("n7");
        }
    }

    @Test
    void unusableArgumentsExitWithTwoAndOneLine() {
        try (TestCluster cluster = TestCluster.of(folder, 1)) {
            for (String bad : new String[] {
                "--workers=many", "--no-such-flag", "--admin-address=0.0.0.0:1", "--config=/no/such/file"
            }) {
                cluster.node(1).launch(bad);
                assertThat(cluster.node(1).awaitExit()).as(bad).isEqualTo(2);
                assertThat(cluster.node(1).output().lines())
                        .as(bad)
                        .singleElement()
                        .asString()
                        .startsWith("weldr: ");
            }
        }
    }
}
