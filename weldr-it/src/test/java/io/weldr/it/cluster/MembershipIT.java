package io.weldr.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.weldr.it.harness.Http;
import io.weldr.it.harness.Http.Answer;
import io.weldr.it.harness.TestCluster;
import io.weldr.it.harness.TestNode;
import io.weldr.it.harness.Weldrctl;
import io.weldr.it.harness.Weldrctl.Result;
import io.weldr.testserver.TestServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Members that come and go while the cluster runs. */
class MembershipIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int EXIT_REMOVED = 4; // 3 is a JVM without memory, which is to be started again

    @TempDir
    private Path folder;

    @Test
    void membersComeAndGo() {
        try (TestCluster cluster = TestCluster.start(folder, 3);
                TestNode fourth = TestCluster.newcomer(folder, "n4");
                TestNode fifth = TestCluster.newcomer(folder, "n5");
                TestServer origin = TestServer.start()) {
            TestNode first = cluster.node(1);
            add(first, origin.url());

            // It joins with nothing but its name and the address of a member.
            fourth.launch("--join", first.adminAddress());
            fourth.awaitReady();
            assertThat(fourth.localServers()).containsExactly(origin.url() + " up");
            assertThat(Http.get(fourth.proxyUrl() + "/").status()).isEqualTo(200);
            assertThat(first.voters()).containsExactly("n1", "n2", "n3", "n4");

            Result transferred = Weldrctl.run(cluster.node(2).grpcAddress(), "cluster", "transfer-leader", "n4");
            assertThat(transferred.exit()).as("%s", transferred).isZero();
            assertThat(transferred.out()).contains("n4 leads");
            await("n4 to lead").atMost(PATIENCE).until(fourth::isLeader);

            // The leader is taken out: it hands over, is not ready any more, proxies on, and ends.
            Answer removed = Http.delete(cluster.node(2).adminUrl() + "/v1/cluster/members/n4?drain=5s");
            assertThat(removed.status()).as("%s", removed).isEqualTo(200);
            await("n4 to say that it leaves")
                    .atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(50))
                    .untilAsserted(() -> assertThat(
                                    Http.get(fourth.adminUrl() + "/readyz").status())
                            .as("readiness of n4, which runs: %s; it said: %s", fourth.isAlive(), fourth.output())
                            .isEqualTo(503));
            assertThat(Http.get(fourth.proxyUrl() + "/").status()).isEqualTo(200);
            assertThat(fourth.awaitExit()).isEqualTo(EXIT_REMOVED);
            assertThat(fourth.output())
                    .as("everything closes")
                    .endsWith("stopped\n")
                    .doesNotContain("RejectedExecution");
            assertThat(first.voters()).containsExactly("n1", "n2", "n3");

            // It stays out, whatever it is started with, and says so in one line.
            fourth.launch("--join", first.adminAddress());
            assertThat(fourth.awaitExit()).isEqualTo(EXIT_REMOVED);
            assertThat(fourth.output().lines())
                    .filteredOn(line -> line.startsWith("weldr: "))
                    .singleElement()
                    .asString()
                    .contains("n4 was taken out of cluster", "empty its data folder");

            // Without one of three, none of the other two can go.
            TestNode dead = cluster.except(first, cluster.awaitLeader()).get(0);
            TestNode alive = cluster.except(first, dead).get(0);
            dead.kill();
            Answer refused = Http.delete(alive.adminUrl() + "/v1/cluster/members/" + first.id());
            assertThat(refused.status()).as("%s", refused).isEqualTo(409);
            assertThat(refused.json().path("type").asText()).endsWith("would-lose-quorum");
            Result absent = Weldrctl.run(first.grpcAddress(), "cluster", "remove", "n9");
            assertThat(absent.exit()).as("%s", absent).isEqualTo(3);

            // A dead member is replaced by two commands.
            Result gone = Weldrctl.run(first.grpcAddress(), "cluster", "remove", dead.id());
            assertThat(gone.exit()).as("%s", gone).isZero();
            fifth.launch("--join", first.adminAddress());
            fifth.awaitReady();
            assertThat(fifth.servers()).containsExactly(origin.url() + " up");
            assertThat(first.voters()).hasSize(3).contains("n5").doesNotContain(dead.id());

            // It comes back from its old disk: it idles, if it is told to, and disturbs nobody.
            long term = term(first);
            dead.launch("--peers", cluster.peers(), "--on-removal", "idle");
            await("the one that was taken out to idle")
                    .atMost(PATIENCE)
                    .until(() ->
                            Http.get(dead.adminUrl() + "/readyz?verbose").body().contains("taken out"));
            // At once as a rule; after draining, where nobody found time to tell it before it began to serve.
            await("nobody to listen")
                    .atMost(PATIENCE)
                    .until(() -> Http.get(dead.proxyUrl() + "/").status() == 0);
            assertThat(dead.terminate()).isZero();
            assertThat(term(first)).isEqualTo(term);
            assertThat(first.servers()).containsExactly(origin.url() + " up");
        }
    }

    /** As often as it takes: on a starved machine the first answer may be that nobody knows. */
    private static void add(TestNode node, String url) {
        await("the origin to be taken")
                .atMost(PATIENCE)
                .until(() -> Set.of(200, 201).contains(node.addOnce(url).status()));
    }

    private static void addEverywhere(TestCluster cluster, TestServer origin) {
        add(cluster.node(1), origin.url());
        for (TestNode node : cluster.nodes()) {
            await("the pool").atMost(PATIENCE).until(() -> node.localServers().size() == 1);
        }
    }

    private static long term(TestNode node) {
        return Http.get(node.adminUrl() + "/cluster").json().path("term").asLong();
    }

    @Test
    void threeNodesAreReplacedOneAfterTheOtherUnderLoad() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        Queue<TestNode> all = new ConcurrentLinkedQueue<>();
        try (TestCluster cluster = TestCluster.start(folder, 3);
                TestServer origin = TestServer.start()) {
            addEverywhere(cluster, origin);
            all.addAll(cluster.nodes());
            Load load = new Load(List.copyOf(all));
            List<Future<?>> running = load.start(threads, all);
            await("some load").atMost(PATIENCE).until(() -> load.written() > 20 && load.proxied.get() > 20);

            for (int i = 1; i <= 3; i++) {
                TestNode old = cluster.node(i);
                TestNode replacement = TestCluster.newcomer(folder, "n" + (i + 3));
                TestNode member = load.live.get(load.live.size() - 1);
                replacement.launch("--join", member.adminAddress());
                all.add(replacement);
                await(replacement.id() + " to serve").atMost(PATIENCE).until(() -> load.live.contains(replacement));
                Answer removed = Http.delete(replacement.adminUrl() + "/v1/cluster/members/" + old.id() + "?drain=3s");
                assertThat(removed.status()).as("%s", removed).isEqualTo(200);
                assertThat(old.awaitExit()).isEqualTo(EXIT_REMOVED);
            }
            int written = load.written();
            await("load on the new ones").atMost(PATIENCE).until(() -> load.written() > written + 20);
            load.end(running);

            System.out.println("replaced three nodes: " + load);
            assertThat(load.failed).as("requests through live nodes").isEmpty();
            List<TestNode> left = List.copyOf(load.live);
            assertThat(left).extracting(TestNode::id).containsExactlyInAnyOrder("n4", "n5", "n6");
            for (TestNode node : left) {
                assertThat(node.voters()).containsExactly("n4", "n5", "n6");
                assertNothingLost(load, node);
            }
        } finally {
            threads.shutdownNow();
            all.forEach(TestNode::close);
        }
    }

    private static void assertNothingLost(Load load, TestNode node) {
        assertThat(node.servers().stream()
                        .map(server -> server.substring(0, server.indexOf(' ')))
                        .toList())
                .containsAll(load.acknowledged);
    }

    /** The leader at that: whoever is asked to replace it has to find out first who leads now. */
    @Test
    @Tag("chaos")
    void aDeadMemberIsReplacedByTwoCommandsUnderLoad() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try (TestCluster cluster = TestCluster.start(folder, 3);
                TestNode fourth = TestCluster.newcomer(folder, "n4");
                TestServer origin = TestServer.start()) {
            addEverywhere(cluster, origin);
            Queue<TestNode> all = new ConcurrentLinkedQueue<>(cluster.nodes());
            all.add(fourth);
            Load load = new Load(cluster.nodes());
            List<Future<?>> running = load.start(threads, all);
            await("some load").atMost(PATIENCE).until(() -> load.written() > 20 && load.proxied.get() > 20);

            TestNode dead = cluster.awaitLeader();
            List<TestNode> rest = cluster.except(dead);
            load.dead.add(dead);
            dead.kill();

            fourth.launch("--join", "wait");
            await("the new node to wait")
                    .atMost(PATIENCE)
                    .until(() -> Http.get(fourth.adminUrl() + "/readyz?verbose")
                            .body()
                            .contains("invitation"));
            Result replaced = Weldrctl.run(
                    rest.get(0).grpcAddress() + "," + rest.get(1).grpcAddress(),
                    "cluster",
                    "replace",
                    dead.id(),
                    fourth.id(),
                    fourth.raftAddress());
            assertThat(replaced.exit()).as("%s", replaced).isZero();
            assertThat(replaced.out()).contains("n4 is a member in the place of " + dead.id());
            await("load on the new one").atMost(PATIENCE).until(() -> load.live.contains(fourth));
            int written = load.written();
            await("more of it").atMost(PATIENCE).until(() -> load.written() > written + 20);

            // From its old disk it serves nobody for long, whether it is told before it began to or after.
            dead.launch("--peers", cluster.peers(), "--drain-timeout", "1s");
            assertThat(dead.awaitExit()).as("%s", dead.output()).isEqualTo(EXIT_REMOVED);
            assertThat(dead.output()).contains("node " + dead.id() + " was taken out of cluster");
            load.end(running);

            System.out.println("replaced a dead leader: " + load);
            assertThat(load.failed).as("requests through live nodes").isEmpty();
            for (TestNode node : List.of(rest.get(0), rest.get(1), fourth)) {
                assertThat(node.voters()).hasSize(3).contains("n4").doesNotContain(dead.id());
                assertNothingLost(load, node);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    /** Requests and changes through whichever nodes say that they are ready, as a balancer in front would send them. */
    private static final class Load {
        final List<TestNode> live;
        final AtomicBoolean done = new AtomicBoolean();
        final AtomicInteger proxied = new AtomicInteger();
        final AtomicInteger longestGapMillis = new AtomicInteger();
        final Queue<String> failed = new ConcurrentLinkedQueue<>();
        final Set<String> acknowledged = ConcurrentHashMap.newKeySet();

        /** Killed, so that requests on their way through them may fail. */
        final Set<TestNode> dead = ConcurrentHashMap.newKeySet();

        Load(List<TestNode> first) {
            live = new CopyOnWriteArrayList<>(first);
        }

        int written() {
            return acknowledged.size();
        }

        List<Future<?>> start(ExecutorService threads, Queue<TestNode> all) {
            return List.of(threads.submit(() -> look(all)), threads.submit(this::proxy), threads.submit(this::write));
        }

        void end(List<Future<?>> running) throws Exception {
            done.set(true);
            for (Future<?> each : running) {
                each.get(30, TimeUnit.SECONDS);
            }
        }

        @Override
        public String toString() {
            return "%d requests proxied, %d failed; %d changes acknowledged, longest gap %d ms"
                    .formatted(proxied.get(), failed.size(), written(), longestGapMillis.get());
        }

        private void look(Queue<TestNode> all) {
            while (!done.get()) {
                for (TestNode node : all) {
                    boolean ready = !dead.contains(node) && node.isReady();
                    if (!ready) {
                        live.remove(node);
                    } else if (!live.contains(node)) {
                        live.add(node);
                    }
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
            }
        }

        /** Of those that live at this moment; there is one. */
        private TestNode one(int number) {
            List<TestNode> now = List.copyOf(live);
            return now.get(number % now.size());
        }

        private void proxy() {
            for (int i = 0; !done.get(); i++) {
                TestNode node = one(i);
                Answer answer = Http.get(node.proxyUrl() + "/");
                if (answer.status() == 200) {
                    proxied.incrementAndGet();
                } else if (!dead.contains(node)) {
                    failed.add(node.id() + ": " + answer);
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2)); // the nodes need the processor more
            }
        }

        private void write() {
            long last = System.nanoTime();
            for (int i = 0; !done.get(); i++) {
                // Of no weight: nobody answers there, and traffic is not what they are for.
                String url = "http://127.0.0.2:" + (1 + i);
                Answer answer = Http.post(one(i).adminUrl() + "/servers", "{\"url\":\"" + url + "\",\"weight\":0}");
                if (answer.status() == 201 || answer.status() == 200) {
                    acknowledged.add(url);
                    long now = System.nanoTime();
                    longestGapMillis.accumulateAndGet((int) ((now - last) / 1_000_000), Math::max);
                    last = now;
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(40)); // a pool takes 1024
            }
        }
    }

    @Test
    void aWitnessKeepsASiteOfTwoMachinesWritable() {
        try (TestCluster cluster = TestCluster.start(folder, 2);
                TestNode witness = TestCluster.newcomer(folder, "w");
                TestServer origin = TestServer.start()) {
            add(cluster.node(1), origin.url());
            witness.launch("--join", cluster.node(1).adminAddress(), "--witness");
            witness.awaitReady();
            JsonNode ready = Http.get(witness.adminUrl() + "/readyz?verbose").json();
            assertThat(ready.path("witness").asBoolean()).as("%s", ready).isTrue();
            assertThat(Http.get(witness.proxyUrl() + "/").status())
                    .as("nobody listens")
                    .isZero();
            await("the witness to be known as one").atMost(PATIENCE).untilAsserted(() -> {
                Result status = Weldrctl.run(cluster.node(2).grpcAddress(), "cluster", "status");
                assertThat(status.out().lines())
                        .as("%s", status)
                        .anyMatch(line -> line.startsWith("w ") && line.contains("follower,witness"));
            });
            Answer refused = Http.post(witness.adminUrl() + "/v1/cluster/leader", "{\"to\":\"w\"}");
            assertThat(refused.json().path("type").asText()).endsWith("cannot-lead");

            TestNode leader = cluster.awaitLeader();
            TestNode other = cluster.except(leader).get(0);
            leader.kill();
            await("the other one to lead").atMost(PATIENCE).until(other::isLeader);
            add(other, "http://127.0.0.2:1");
            assertThat(Http.get(other.proxyUrl() + "/").status()).isEqualTo(200);
        }
    }
}
