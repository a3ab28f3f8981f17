package io.weldr.it.cluster;

import static io.weldr.testing.Patience.PATIENCE_MILLIS;
import static io.weldr.testing.Patience.promised;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.it.harness.Http;
import io.weldr.it.harness.Http.Answer;
import io.weldr.it.harness.TestCluster;
import io.weldr.it.harness.TestNode;
import io.weldr.testserver.TestServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Nodes die and stop; what was acknowledged stays, and traffic flows. One cluster, which each story finds whole and
 * with an empty pool.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FailureIT {
    private final TestCluster cluster;

    FailureIT(@TempDir Path folder) {
        cluster = TestCluster.of(folder, 3);
    }

    @BeforeEach
    void settle() {
        cluster.settle();
    }

    @AfterAll
    void stop() {
        cluster.close();
    }

    @Test
    void killingTheLeaderWhileAddingAndProxyingLosesNothingAndAStoppedOneHandsOver() throws Exception {
        ExecutorService threads = Executors.newCachedThreadPool();
        try (TestServer origin = TestServer.start()) {
            TestNode leader = cluster.awaitLeader();
            List<TestNode> survivors = cluster.except(leader);
            assertThat(leader.add(origin.url()).status()).isEqualTo(201);
            for (TestNode node : cluster.nodes()) {
                await().until(() -> Http.get(node.proxyUrl() + "/").status() == 200);
            }

            AtomicBoolean done = new AtomicBoolean();
            Set<String> acknowledged = ConcurrentHashMap.newKeySet();
            AtomicLong proxied = new AtomicLong();
            Set<String> failures = ConcurrentHashMap.newKeySet();
            Future<?> adding = threads.submit(() -> {
                for (int i = 0; !done.get(); i++) {
                    // Of no weight: nobody answers there, and traffic is not what they are for.
                    String url = "http://127.0.0.2:" + (1 + i);
                    Answer answer = Http.post(
                            survivors.get(i % 2).adminUrl() + "/servers", "{\"url\":\"" + url + "\",\"weight\":0}");
                    if (answer.status() == 201 || answer.status() == 200) {
                        acknowledged.add(url);
                    }
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10)); // a pool takes 1024
                }
            });
            Future<?> proxying = threads.submit(() -> {
                for (int i = 0; !done.get(); i++) {
                    Answer answer = Http.get(survivors.get(i % 2).proxyUrl() + "/");
                    if (answer.status() == 200) {
                        proxied.incrementAndGet();
                    } else {
                        failures.add(answer.toString());
                    }
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10)); // the nodes need the processor more
                }
            });
            await("some writes").until(() -> acknowledged.size() > 20 && proxied.get() > 20);

            leader.kill();

            int before = acknowledged.size();
            long proxiedBefore = proxied.get();
            await("writes after the leader was killed")
                    .until(() -> acknowledged.size() > before + 20 && proxied.get() > proxiedBefore + 20);
            done.set(true);
            adding.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
            proxying.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);

            assertThat(failures).as("proxied requests through the survivors").isEmpty();
            for (TestNode survivor : survivors) {
                assertThat(urls(survivor)).containsAll(acknowledged);
            }
            cluster.start(leader);
            await("the killed node to catch up")
                    .untilAsserted(() -> assertThat(urls(leader)).containsAll(acknowledged));

            TestNode stopped = cluster.awaitLeader();
            TestNode frozen = cluster.except(stopped).get(0);
            frozen.pause();
            assertThat(stopped.terminate())
                    .as("exit code; it said: %s", stopped.output())
                    .isZero();
            assertThat(stopped.output())
                    .as("it waits for nobody and takes nothing more")
                    .doesNotContain("does not close", "ServerNotReadyException");
            frozen.resume();
            TestNode successor = cluster.awaitLeader();
            assertThat(successor).isNotSameAs(stopped);
            assertThat(urls(successor)).containsAll(acknowledged);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void poolAndVerdictsAreThereAfterAllThreeWereKilledAndANodeStartedAloneServes() {
        try (TestServer origin = TestServer.start()) {
            setQuickProbes(cluster.node(1));
            assertThat(cluster.node(2).add(origin.url()).status()).isEqualTo(201);
            assertThat(cluster.node(3).add("http://127.0.0.1:1").status()).isEqualTo(201);
            await("the verdict")
                    .untilAsserted(() -> assertThat(cluster.node(1).servers())
                            .containsExactlyInAnyOrder(origin.url() + " up", "http://127.0.0.1:1 down"));

            for (TestNode node : cluster.nodes()) {
                await().until(() -> node.localServers().size() == 2); // so that it is on the disk of each
            }
            cluster.nodes().forEach(TestNode::kill);
            TestNode alone = cluster.node(2);
            cluster.start(alone);
            await("traffic without a quorum")
                    .until(() -> Http.get(alone.proxyUrl() + "/").status() == 200);
            cluster.except(alone).forEach(cluster::launch);
            cluster.awaitLeader();

            for (TestNode node : cluster.nodes()) {
                assertThat(node.servers()).containsExactlyInAnyOrder(origin.url() + " up", "http://127.0.0.1:1 down");
                await().until(() -> Http.get(node.proxyUrl() + "/").status() == 200);
            }
        }
    }

    /** Two members without a leader elect one over connections that stand already. */
    @Test
    void aFollowerOpensItsConnectionsToAnotherOneThatComesBack() {
        TestNode leader = cluster.awaitLeader();
        TestNode follower = cluster.except(leader).get(0);
        TestNode returning = cluster.except(leader).get(1);
        await("connections of Raft and of calls")
                .until(() -> follower.connectionsTo(returning) >= 2 && returning.connectionsTo(follower) >= 2);

        returning.kill();
        await("their end").until(() -> follower.connectionsTo(returning) == 0);
        cluster.start(returning);

        await("both again, while there is nothing to say")
                .until(() -> follower.connectionsTo(returning) >= 2 && returning.connectionsTo(follower) >= 2);
        assertThat(cluster.awaitLeader()).isSameAs(leader);
    }

    @Test
    void withoutAQuorumWritesAreRefusedInTimeAndTrafficFlows() {
        try (TestServer origin = TestServer.start()) {
            TestNode last = cluster.awaitLeader();
            assertThat(last.add(origin.url()).status()).isEqualTo(201);
            cluster.except(last).forEach(TestNode::kill);

            // At first it may be a leader that only finds out by trying: then nobody knows, which is 504.
            Answer first = last.addOnce("http://127.0.0.1:1");
            assertThat(first.status()).as("%s", first).isIn(503, 504);
            await("the node to know that it is alone").until(() -> !last.isLeader());
            long start = System.nanoTime();
            Answer refused = last.addOnce("http://127.0.0.1:2");
            promised("a write without a quorum", Duration.ofNanos(System.nanoTime() - start), Duration.ofMillis(2_500));
            assertThat(refused.status()).as("%s", refused).isEqualTo(503);
            assertThat(refused.json().path("type").asText()).contains("no-leader");
            assertThat(Http.get(last.adminUrl() + "/servers").status()).isEqualTo(503);

            assertThat(last.localServers()).contains(origin.url() + " up");
            for (int i = 0; i < 20; i++) {
                assertThat(Http.get(last.proxyUrl() + "/").status()).isEqualTo(200);
            }
            assertThat(Http.get(last.adminUrl() + "/readyz").status()).isEqualTo(200);
        }
    }

    static void setQuickProbes(TestNode node) {
        node.patchHealth("{\"interval\":\"1s\",\"timeout\":\"1s\"}");
    }

    private static List<String> urls(TestNode node) {
        return node.servers().stream()
                .map(server -> server.substring(0, server.indexOf(' ')))
                .toList();
    }
}
