package io.weldr.it.cluster;

import static io.weldr.testing.Patience.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.weldr.it.harness.Http;
import io.weldr.it.harness.Http.Answer;
import io.weldr.it.harness.RawClient;
import io.weldr.it.harness.Run;
import io.weldr.it.harness.TestCluster;
import io.weldr.it.harness.TestNode;
import io.weldr.testserver.TestServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A cluster that holds all that it may hold, written through the API: a node that was away gets it as a snapshot, has
 * the same, and serves by it also after a restart. What takes room and time is printed, and asserted nowhere.
 */
@Tag("nightly")
class FullStateIT {
    private static final int POOLS = 256;
    private static final int ORIGINS_OF_A_POOL = 64;
    private static final int ROUTES = 4096;
    private static final int LISTENERS = 64;
    private static final int HOSTS = 1000;
    private static final int WRITERS = 16;
    private static final Duration PAUSE = Duration.ofMillis(50);

    private static final Pattern LOG_FILE = Pattern.compile("log_(?:inprogress_)?([0-9]+)(?:-[0-9]+)?");

    /** A node that is away from the beginning has the entries by which the cluster was formed, and few more. */
    private static final long FIRST_ENTRIES_MAX = 1000;

    /** Nothing answers at these origins, which is not what this is about. */
    private static final String HEALTH =
            "{\"type\":\"tcp\",\"interval\":\"1h\",\"failures\":100,\"confirm\":\"leader-only\"}";

    @Test
    @Timeout(value = 1, unit = TimeUnit.HOURS)
    void aNodeThatWasAwayGetsTheFullStateAndServesByItAfterARestart(@TempDir Path folder) throws Exception {
        // Nodes of one machine cannot all bind the same listeners: the ports of these are not allowed.
        try (TestCluster cluster = TestCluster.of(
                        folder,
                        3,
                        "--raft-snapshot-entries",
                        "5000",
                        "--raft-kept-entries",
                        "100",
                        "--listener-allow",
                        "1");
                TestServer origin = TestServer.start()) {
            // The heap of the distribution, and what hot code is compiled to there.
            cluster.nodes().forEach(node -> node.environment(Map.of("WELDR_JAVA_OPTS", "-ea")));
            cluster.nodes().forEach(cluster::launch);
            cluster.awaitLeader();
            TestNode away = cluster.node(3);
            assertThat(away.terminate()).isZero();
            TestNode writer = cluster.node(1);
            long start = System.nanoTime();
            fill(writer, origin);
            say("written in %d s", TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start));

            for (TestNode other : cluster.except(away)) {
                assertThat(firstEntry(other))
                        .as("%s has no entries any more that follow those of %s", other.id(), away.id())
                        .isGreaterThan(FIRST_ENTRIES_MAX);
            }
            start = System.nanoTime();
            cluster.start(away);
            awaitSameState(away, writer);
            say("the node that was away has it after %d s", TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start));
            assertServes(away, origin);
            for (int i = 0; i < 5; i++) {
                start = System.nanoTime();
                put(writer, "routes/route-255?wait=applied", route(255, "c" + i));
                say("a changed route is applied everywhere after %d ms", millisSince(start));
            }
            say("snapshot: %d bytes; heap in use: %s", snapshotBytes(away), heap(away));

            assertThat(away.terminate()).isZero();
            start = System.nanoTime();
            cluster.start(away);
            say("it starts again in %d ms", millisSince(start));
            awaitSameState(away, writer);
            assertServes(away, origin);
        }
    }

    private static long millisSince(long start) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    }

    private static void say(String format, Object... values) {
        System.out.printf("full state: " + format + "%n", values);
    }

    // ---- writing

    private static void fill(TestNode node, TestServer origin) throws Exception {
        ExecutorService writers = Executors.newFixedThreadPool(WRITERS);
        try {
            List<Runnable> pools = new ArrayList<>();
            for (int i = 0; i < POOLS; i++) {
                String pool = pool(i);
                pools.add(() -> put(node, "pools/" + pool, "{\"health\":" + HEALTH + "}"));
            }
            runAll(writers, pools);
            List<Runnable> rest = new ArrayList<>();
            for (int i = 0; i < POOLS * ORIGINS_OF_A_POOL; i++) {
                int number = i;
                rest.add(() -> addOrigin(node, number, origin));
            }
            for (int i = 1; i < ROUTES; i++) { // the route default is the last one
                int number = i;
                rest.add(() -> put(node, "routes/route-" + number, route(number, "first")));
            }
            for (int i = 1; i < LISTENERS; i++) {
                int number = i;
                // An address of documentation.
                rest.add(() ->
                        put(node, "listeners/listener-" + number, "{\"address\":\"192.0.2." + number + ":8080\"}"));
            }
            runAll(writers, rest);
        } finally {
            writers.shutdownNow();
        }
    }

    private static void runAll(ExecutorService writers, List<Runnable> tasks) throws Exception {
        List<Future<?>> running = new ArrayList<>();
        tasks.forEach(task -> running.add(writers.submit(task)));
        for (Future<?> each : running) {
            each.get();
        }
    }

    private static String pool(int number) {
        return number == 0 ? "default" : "pool-" + number;
    }

    private static String route(int number, String version) {
        return "{\"hosts\":[\"h" + number % HOSTS + ".example.com\"],\"matches\":[{\"path\":\"/p" + number
                + "\"}],\"pools\":[{\"pool\":\"" + pool(number % POOLS)
                + "\"}],\"requestHeaders\":{\"set\":[{\"name\":\"X-Version\",\"value\":\"" + version + "\"}]}}";
    }

    /** In the last pool, the first one is real and has all the weight. */
    private static void addOrigin(TestNode node, int number, TestServer real) {
        int pool = number / ORIGINS_OF_A_POOL;
        int place = number % ORIGINS_OF_A_POOL;
        boolean last = pool == POOLS - 1;
        String nowhere = "http://10." + pool + ".0." + place + ":8080";
        String body = last && place == 0
                ? "{\"url\":\"" + real.url() + "\"}"
                : "{\"url\":\"" + nowhere + "\",\"weight\":" + (last ? 0 : 1) + "}";
        write(() -> Http.post(node.adminUrl() + "/v1/pools/" + pool(pool) + "/origins", body));
    }

    private static void put(TestNode node, String what, String body) {
        write(() -> Http.put(node.adminUrl() + "/v1/" + what, body));
    }

    /** Again if it was refused for want of a leader or of room: each of these writes may be repeated. */
    private static void write(Supplier<Answer> call) {
        long until = System.nanoTime() + PATIENCE.toNanos();
        Answer answer = call.get();
        while (answer.status() != 200 && answer.status() != 201 && System.nanoTime() - until < 0) {
            assertThat(answer.status()).as("%s", answer).isIn(0, 409, 503, 504);
            LockSupport.parkNanos(PAUSE.toNanos());
            answer = call.get();
        }
        assertThat(answer.status()).as("%s", answer).isIn(200, 201);
    }

    // ---- reading

    private static void awaitSameState(TestNode one, TestNode other) {
        List<String> paths = new ArrayList<>(List.of("pools", "routes", "listeners"));
        for (int i = 0; i < POOLS; i++) {
            paths.add("pools/" + pool(i) + "/origins");
        }
        assertThat(list(other, "pools")).hasSize(POOLS);
        assertThat(list(other, "routes")).hasSize(ROUTES);
        assertThat(list(other, "listeners")).hasSize(LISTENERS);
        for (String path : paths) {
            await(path + " of " + one.id())
                    .pollDelay(Duration.ZERO)
                    .until(() -> list(one, path).equals(list(other, path)));
        }
        assertThat(list(one, "pools/" + pool(7) + "/origins")).hasSize(ORIGINS_OF_A_POOL);
    }

    /** The entries, as that node has them. Whether a listener is bound is that node's own matter. */
    private static List<JsonNode> list(TestNode node, String path) {
        Answer answer = Http.get(node.adminUrl() + "/v1/" + path + "?consistency=stale");
        assertThat(answer.status())
                .as("%s of %s: %s", path, node.id(), answer.error())
                .isEqualTo(200);
        String member = path.substring(path.lastIndexOf('/') + 1);
        List<JsonNode> entries = new ArrayList<>();
        for (JsonNode entry : answer.json().path(member)) {
            ((ObjectNode) entry).remove(List.of("links", "conditions"));
            entries.add(entry);
        }
        return entries;
    }

    private static void assertServes(TestNode node, TestServer origin) throws IOException {
        for (int route = POOLS - 1; route < ROUTES; route += POOLS) { // those that lead to the last pool
            try (RawClient client = RawClient.connect(node.proxyUrl())) {
                String response = client.send(
                                "GET /p" + route + " HTTP/1.1\r\nHost: h" + route % HOSTS + ".example.com\r\n\r\n")
                        .readResponse();
                // The test server knows no such path. That it was asked is what counts.
                assertThat(response).contains("X-Origin: " + origin.name());
            }
        }
    }

    /** The index of the oldest entry in the log of a node. */
    private static long firstEntry(TestNode node) {
        return node.raftFiles().stream()
                .map(LOG_FILE::matcher)
                .filter(Matcher::matches)
                .mapToLong(name -> Long.parseLong(name.group(1)))
                .min()
                .orElseThrow();
    }

    private static long snapshotBytes(TestNode node) throws IOException {
        try (Stream<Path> files = Files.walk(node.dataDir())) {
            return files.filter(file -> file.getFileName().toString().matches("snapshot\\.[0-9_]+"))
                    .mapToLong(file -> file.toFile().length())
                    .max()
                    .orElse(0);
        }
    }

    /** After a full collection; needs the {@code jcmd} of a JDK. */
    private static String heap(TestNode node) {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        if (!Files.isExecutable(jcmd)) {
            return "not known, " + jcmd + " is missing";
        }
        Run.program(jcmd.toString(), Long.toString(node.process().pid()), "GC.run");
        double bytes = Http.get(node.adminUrl() + "/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith("jvm_memory_used_bytes{area=\"heap\""))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
        return Math.round(bytes / (1 << 20)) + " MiB";
    }
}
