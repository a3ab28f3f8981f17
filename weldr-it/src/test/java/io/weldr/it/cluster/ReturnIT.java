package io.weldr.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.it.harness.Http;
import io.weldr.it.harness.TestCluster;
import io.weldr.it.harness.TestNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes come back after a while, with their disk or without it, and have what the others have. */
class ReturnIT {
    private static final Duration SECOND = Duration.ofSeconds(1);

    @TempDir
    private Path folder;

    @Test
    @Tag("nightly") // FormationIT of weldr-raft tells the same in each build, with the nodes in one process
    void twoWipedNodesDoNotElectEachOtherOverTheThirdsData() throws Exception {
        try (TestCluster cluster = TestCluster.start(folder, 3)) {
            assertThat(cluster.node(1).add("http://127.0.0.1:1").status()).isEqualTo(201);
            cluster.nodes().forEach(TestNode::kill);
            TestNode keeper = cluster.node(3);
            for (TestNode wiped : cluster.except(keeper)) {
                Wipe.folder(wiped.dataDir());
                cluster.launch(wiped);
            }
            cluster.start(keeper);
            for (TestNode wiped : cluster.except(keeper)) {
                await("an empty node to say that it waits")
                        .until(() -> Http.get(wiped.adminUrl() + "/readyz").status() == 503);
            }
            // Long enough for several elections at a second each.
            await().during(Duration.ofSeconds(4))
                    .atMost(Duration.ofSeconds(8))
                    .until(() -> cluster.leader().isEmpty());
            assertThat(keeper.localServers()).anyMatch(server -> server.startsWith("http://127.0.0.1:1 "));
        }
    }

    @Test
    @Tag("nightly") // FormationIT of weldr-raft tells the same in each build, with the nodes in one process
    void aWipedNodeIsTakenInAgainAndResynchronises() throws Exception {
        try (TestCluster cluster = TestCluster.start(folder, 3)) {
            assertThat(cluster.node(1).add("http://127.0.0.1:1").status()).isEqualTo(201);
            TestNode wiped = cluster.except(cluster.awaitLeader()).get(0);
            wiped.kill();
            Wipe.folder(wiped.dataDir());
            cluster.start(wiped);
            await("the pool")
                    .untilAsserted(() -> assertThat(wiped.localServers()).hasSize(1));
            assertThat(wiped.add("http://127.0.0.1:2").status()).isEqualTo(201);
        }
    }

    /**
     * A node that waits for a leader gives up after twice the longer time: it is long enough here for a slow machine.
     */
    @Test
    void aNodeThatComesBackIsReadyWithWhatChangedMeanwhile() {
        try (TestCluster cluster = TestCluster.start(folder, 3, "--election-timeout", "5s-10s")) {
            TestNode away = cluster.except(cluster.awaitLeader()).get(0);
            away.kill();
            TestNode writer = cluster.except(away).get(0);
            assertThat(writer.add("http://127.0.0.1:1").status()).isEqualTo(201);

            cluster.launch(away);
            await("readiness of " + away.id())
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(5))
                    .failFast(() -> assertThat(away.isAlive()).as(away.output()).isTrue())
                    .until(away::isReady);
            assertThat(away.localServers()).hasSize(1);
        }
    }

    /**
     * For longer than Ratis takes to look after a silent follower every few seconds alone, and than the log goes back.
     */
    @Test
    @Tag("nightly") // it lasts for as long as the node is away
    void aNodeThatWasAwayForFortySecondsCatchesUpFromASnapshotAtOnce() {
        try (TestCluster cluster = TestCluster.start(
                folder,
                3,
                "--raft-snapshot-entries",
                "50",
                "--raft-segment-bytes",
                "8192",
                "--raft-kept-entries",
                "10")) {
            TestNode away = cluster.except(cluster.awaitLeader()).get(0);
            away.kill();
            long left = System.nanoTime();
            TestNode writer = cluster.except(away).get(0);
            List<String> acknowledged = new ArrayList<>();
            for (int i = 1; i <= 200; i++) {
                acknowledged.add(addAnother(writer, i));
            }
            await("the log to be purged")
                    .until(() ->
                            cluster.awaitLeader().raftFiles().stream().noneMatch(file -> file.startsWith("log_0-")));
            await("forty seconds to pass")
                    .pollInterval(SECOND)
                    .atMost(SECOND.multipliedBy(90))
                    .until(() -> {
                        acknowledged.add(addAnother(writer, 1 + acknowledged.size()));
                        return System.nanoTime() - left
                                >= SECOND.multipliedBy(40).toNanos();
                    });
            cluster.start(away);
            await("the pool")
                    .atMost(Duration.ofSeconds(5))
                    .untilAsserted(() -> assertThat(away.localServers())
                            .extracting(server -> server.substring(0, server.indexOf(' ')))
                            .containsExactlyInAnyOrderElementsOf(acknowledged));
            assertThat(away.raftFiles()).anyMatch(file -> file.startsWith("snapshot."));
        }
    }

    private static String addAnother(TestNode writer, int number) {
        String url = "http://127.0.0.2:" + number;
        assertThat(writer.add(url).status()).isIn(200, 201); // 200: after an attempt whose outcome nobody knew
        return url;
    }
}
