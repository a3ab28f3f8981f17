package io.weldr.it.cluster;

import static io.weldr.testing.Patience.PATIENCE_MILLIS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.it.harness.HangingDisk;
import io.weldr.it.harness.Http;
import io.weldr.it.harness.Http.Answer;
import io.weldr.it.harness.SmallDisk;
import io.weldr.it.harness.TestCluster;
import io.weldr.it.harness.TestNode;
import io.weldr.testserver.Mode;
import io.weldr.testserver.TestServer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Consensus fails, proxying does not: disks that are full or hang, in earnest. */
class StabilityIT {
    @TempDir
    private Path folder;

    @Test
    @Tag("nightly") // takes long
    void aFullDiskTakesANodeOutOfConsensusAndNothingElse() throws Exception {
        Assumptions.assumeTrue(
                SmallDisk.available(), "a file system of limited size takes root (mount -t tmpfs): not tried");
        // Small files: what is allocated already takes entries though the disk is full.
        TestCluster cluster =
                TestCluster.of(folder, 3, "--raft-segment-bytes", "8192", "--raft-snapshot-entries", "200");
        Map<TestNode, SmallDisk> disks = new HashMap<>();
        try (TestServer origin = TestServer.start()) {
            for (TestNode node : cluster.nodes()) {
                disks.put(node, SmallDisk.mount(node.dataDir(), 40));
                cluster.launch(node);
            }
            TestNode leader = cluster.awaitLeader();
            assertThat(leader.add(origin.url()).status()).isEqualTo(201);
            for (TestNode node : cluster.nodes()) {
                await().until(() -> Http.get(node.proxyUrl() + "/").status() == 200);
            }
            try (Load load = new Load(cluster.nodes())) {
                load.awaitMore(10);
                fillAndFree(cluster, leader, java.util.Objects.requireNonNull(disks.get(leader)), load);
                TestNode follower = cluster.except(cluster.awaitLeader()).get(0);
                fillAndFree(cluster, follower, java.util.Objects.requireNonNull(disks.get(follower)), load);
                load.end();
                assertThat(load.failures).as("proxied requests").isEmpty();
                for (TestNode node : cluster.nodes()) {
                    assertThat(node.servers().stream()
                                    .map(server -> server.substring(0, server.indexOf(' ')))
                                    .toList())
                            .as("nothing that was acknowledged is lost")
                            .containsAll(load.acknowledged);
                }
            }
        } finally {
            cluster.close();
            disks.values().forEach(SmallDisk::close);
        }
    }

    /** It would go on leading, by the disks of the others, until what waits for its own no longer fits. */
    @Test
    @Tag("nightly")
    void aLeaderWhoseDiskHangsHandsOverAndIsWholeOnceItGoesOn() throws Exception {
        Assumptions.assumeTrue(
                HangingDisk.available(),
                "a disk that hangs takes root, a loop device, mkfs.ext4 and fsfreeze (util-linux): not tried");
        TestCluster cluster = TestCluster.of(folder, 3);
        Map<TestNode, HangingDisk> disks = new HashMap<>();
        try (TestServer origin = TestServer.start()) {
            for (TestNode node : cluster.nodes()) {
                disks.put(node, HangingDisk.mount(node.dataDir()));
                cluster.launch(node);
            }
            TestNode leader = cluster.awaitLeader();
            assertThat(leader.addEverywhere(origin.url()).status()).isEqualTo(201);
            for (TestNode node : cluster.nodes()) {
                await().until(() -> Http.get(node.proxyUrl() + "/").status() == 200);
            }
            try (Load load = new Load(cluster.nodes())) {
                load.awaitMore(10);
                HangingDisk disk = java.util.Objects.requireNonNull(disks.get(leader));
                disk.hang();

                await("another leader")
                        .until(() ->
                                cluster.leader().filter(now -> now != leader).isPresent());
                load.awaitMore(10);
                assertThat(trouble(leader)).startsWith("its disk has taken nothing for ");
                assertThat(Http.get(leader.adminUrl() + "/metrics").body()).contains("weldr_raft_healthy 0");
                assertThat(leader.isLeader()).isFalse();

                disk.goOn();
                awaitWhole(leader, load);
                load.end();
                assertThat(load.failures)
                        .as("proxied requests, also through the node whose disk hung")
                        .isEmpty();
                for (TestNode node : cluster.nodes()) {
                    assertThat(node.servers())
                            .as("servers of %s", node.id())
                            .hasSizeGreaterThan(load.acknowledged.size());
                }
            }
        } finally {
            disks.values().forEach(HangingDisk::goOn); // else its node cannot be killed
            cluster.close();
            disks.values().forEach(HangingDisk::close);
        }
    }

    @Test
    void withoutAQuorumANodeStillPassesOverAnOriginThatFails() {
        try (TestCluster cluster = TestCluster.start(folder, 3);
                TestServer good = TestServer.start();
                TestServer bad = TestServer.start()) {
            TestNode last = cluster.node(1);
            for (TestServer origin : List.of(good, bad)) {
                Answer added = last.addEverywhere(origin.url());
                assertThat(added.status()).as("%s", added).isEqualTo(201);
            }
            cluster.except(last).forEach(TestNode::kill);
            await("the node to say that it takes no changes").untilAsserted(() -> {
                Answer refused = last.addOnce("http://127.0.0.1:1");
                assertThat(refused.status()).as("%s", refused).isEqualTo(503);
                assertThat(refused.json().path("type").asText()).contains("no-leader");
            });

            bad.mode(Mode.ERROR);
            await("only the good one to be asked").untilAsserted(() -> {
                for (int i = 0; i < 10; i++) {
                    assertThat(Http.get(last.proxyUrl() + "/").status()).isEqualTo(200);
                }
            });
            assertThat(last.localServers())
                    .as("the verdicts are as they were")
                    .containsExactlyInAnyOrder(good.url() + " up", bad.url() + " up");
        }
    }

    @Test
    void aNodeThatFindsNoRoomWhenItStartsSaysSoInOneLine() {
        Assumptions.assumeTrue(
                SmallDisk.available(), "a file system of limited size takes root (mount -t tmpfs): not tried");
        TestCluster cluster = TestCluster.of(folder, 1);
        TestNode node = cluster.nodes().get(0);
        try (SmallDisk disk = SmallDisk.mount(node.dataDir(), 8)) {
            cluster.launch(node);
            assertThat(node.awaitExit()).isEqualTo(1);
            assertThat(node.output().lines().filter(line -> !line.contains(" INFO ")))
                    .singleElement()
                    .asString()
                    .startsWith("weldr: fewer than 16 MB are free in " + node.dataDir())
                    .endsWith("(expected: at least as many)");
        } finally {
            cluster.close();
        }
    }

    private static void fillAndFree(TestCluster cluster, TestNode victim, SmallDisk disk, Load load) {
        boolean led = victim.isLeader();
        disk.fill();
        await("the node to notice").until(() -> trouble(victim).startsWith("the consensus part"));
        if (led) {
            await("another leader")
                    .until(() -> cluster.leader().filter(now -> now != victim).isPresent());
        }
        assertThat(victim.isLeader()).isFalse();
        load.awaitMore(10);

        await("the node to say what to do")
                .untilAsserted(() -> assertThat(trouble(victim)).containsAnyOf("No space left", "MB are free"));
        assertThat(Http.get(victim.adminUrl() + "/metrics").body()).contains("weldr_raft_healthy 0");
        await("the node to give way to others that are ready")
                .until(() -> Http.get(victim.adminUrl() + "/readyz").status() == 503);
        Answer refused = Http.post(victim.adminUrl() + "/servers", "{\"url\":\"http://127.0.0.3:1\",\"weight\":0}");
        assertThat(refused.status()).as("%s", refused).isEqualTo(503);
        assertThat(refused.body()).contains("consensus part");
        for (int i = 0; i < 20; i++) {
            assertThat(Http.get(victim.proxyUrl() + "/").status()).isEqualTo(200);
        }
        assertThat(victim.isAlive()).isTrue();

        disk.free();
        awaitWhole(victim, load);
        assertThat(victim.add("http://127.0.0.4:" + (1 + load.acknowledged.size()))
                        .status())
                .isEqualTo(201);
    }

    private static void awaitWhole(TestNode victim, Load load) {
        await("the node to be whole again")
                .untilAsserted(() -> assertThat(
                                Http.get(victim.adminUrl() + "/metrics").body())
                        .as(() -> trouble(victim) + "; it wrote: " + victim.output())
                        .contains("weldr_raft_healthy 1"));
        await("everything to be there")
                .untilAsserted(() -> assertThat(victim.servers().size()).isGreaterThan(load.acknowledged.size() - 50));
    }

    /**
     * Why the consensus part of a node is not whole; empty if it is. It may be ready all the same, if no other member
     * is known to be.
     */
    private static String trouble(TestNode node) {
        Answer ready = Http.get(node.adminUrl() + "/readyz?verbose");
        return ready.json().path("trouble").asText("");
    }

    /** Writes through all nodes, one that refuses excepted, and requests through all proxies. */
    private static final class Load implements AutoCloseable {
        final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
        final Set<String> failures = ConcurrentHashMap.newKeySet();
        private final AtomicLong proxied = new AtomicLong();
        private final AtomicBoolean done = new AtomicBoolean();
        private final ExecutorService threads = Executors.newCachedThreadPool();
        private final List<Future<?>> tasks = new ArrayList<>();

        Load(List<TestNode> nodes) {
            tasks.add(threads.submit(() -> {
                // Of no weight: nobody answers there, and traffic is not what they are for.
                for (int i = 0; !done.get() && i < 900; i++) {
                    String url = "http://127.0.0.2:" + (1 + i);
                    TestNode through = nodes.get(i % nodes.size());
                    int status = Http.post(through.adminUrl() + "/servers", "{\"url\":\"" + url + "\",\"weight\":0}")
                            .status();
                    if (status == 201 || status == 200) {
                        acknowledged.add(url);
                    }
                    pause(100); // a minute and a half until the pool is full
                }
            }));
            tasks.add(threads.submit(() -> {
                for (int i = 0; !done.get(); i++) {
                    Answer answer = Http.get(nodes.get(i % nodes.size()).proxyUrl() + "/");
                    if (answer.status() == 200) {
                        proxied.incrementAndGet();
                    } else {
                        failures.add(answer.toString());
                    }
                    pause(10); // the nodes need the processor more
                }
            }));
        }

        private static void pause(long millis) {
            java.util.concurrent.locks.LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
        }

        void awaitMore(int writes) {
            int before = acknowledged.size();
            long proxiedBefore = proxied.get();
            await("writes and traffic")
                    .until(() -> acknowledged.size() >= before + writes && proxied.get() > proxiedBefore + 20);
        }

        void end() throws Exception {
            done.set(true);
            for (Future<?> task : tasks) {
                task.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
            }
        }

        @Override
        public void close() {
            done.set(true);
            threads.shutdownNow();
        }
    }
}
