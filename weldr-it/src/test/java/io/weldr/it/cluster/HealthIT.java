package io.weldr.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.weldr.it.harness.Http;
import io.weldr.it.harness.TestCluster;
import io.weldr.it.harness.TestNode;
import io.weldr.testserver.TestServer;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * The elected leader probes, alone; its verdicts reach every node. One cluster, which each story finds whole and with
 * an empty pool.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HealthIT {
    private final TestCluster cluster;

    HealthIT(@TempDir Path folder) {
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
    void anOriginThatStopsIsDownOnAllNodesAndUpAgainWhenItIsBack() {
        try (TestServer steady = TestServer.start()) {
            FailureIT.setQuickProbes(cluster.node(1));
            TestServer shaky = TestServer.start();
            int port = shaky.port();
            assertThat(cluster.node(2).add(steady.url()).status()).isEqualTo(201);
            assertThat(cluster.node(3).add(shaky.url()).status()).isEqualTo(201);
            String url = shaky.url();
            awaitState(url + " up");

            shaky.close();
            awaitState(url + " down");
            for (TestNode node : cluster.nodes()) {
                for (int i = 0; i < 10; i++) {
                    assertThat(Http.get(node.proxyUrl() + "/").status()).isEqualTo(200);
                }
            }

            try (TestServer again =
                    TestServer.start(TestServer.Options.defaults().port(port))) {
                assertThat(again.url()).isEqualTo(url);
                awaitState(url + " up");
            }
        }
    }

    @Test
    void thereIsExactlyOneProberAlsoAfterAFailOver() {
        try (TestServer origin = TestServer.start()) {
            cluster.node(1)
                    .patchHealth(
                            "{\"path\":\"/health\",\"confirm\":\"leader-only\",\"interval\":\"200ms\",\"timeout\":\"200ms\"}");
            await("the origin to be taken")
                    .until(() -> Set.of(200, 201)
                            .contains(cluster.node(2).addOnce(origin.url()).status()));
            assertOneProber(origin);
            cluster.awaitLeader().kill();
            cluster.awaitLeader();
            assertOneProber(origin);
        }
    }

    @Test
    @Tag("nightly") // takes long, and HealthChecksIT of weldr-leader tells it of two nodes in one process
    void aLeaderThatAloneDoesNotReachTheOriginTakesNothingDownAndMakesRoom() {
        try (TestServer origin = TestServer.start()) {
            long began = history(cluster.node(1), 0).path("revision").asLong();
            cluster.node(1).patchHealth("{\"path\":\"/health\",\"interval\":\"500ms\",\"timeout\":\"500ms\"}");
            assertThat(cluster.node(2).add(origin.url()).status()).isEqualTo(201);
            TestNode cutOff = cluster.awaitLeader();
            awaitState(origin.url() + " up");

            origin.healthyFor(head -> !head.contains("(" + cutOff.id() + ")")); // a probe names its node
            await("another leader")
                    .failFast(() -> assertThat(cluster.node(1).localServers()).contains(origin.url() + " up"))
                    .until(() -> cluster.leader().filter(now -> now != cutOff).isPresent());
            assertThat(history(cluster.node(1), began).toString()).doesNotContain("down: ");

            // What two of three do not reach is down, and it says who saw what. The third is whoever does not lead:
            // on a busy machine leadership may move once more, and a leader that sees the origin up asks nobody.
            await("the verdict of two").untilAsserted(() -> {
                TestNode third = cluster.except(cluster.awaitLeader()).get(0);
                origin.healthyFor(head -> head.contains("(" + third.id() + ")"));
                assertThat(cluster.nodes())
                        .allSatisfy(node -> assertThat(node.localServers()).contains(origin.url() + " down"));
            });
            assertThat(history(cluster.node(1), began).toString())
                    .containsPattern(
                            "down: status 503 \\(expected 200-299\\); down for (n[1-3]), up for (?!\\1)n[1-3]\"");
        }
    }

    /** The changes after that revision. */
    private static JsonNode history(TestNode node, long revision) {
        return Http.get(node.adminUrl() + "/v1/history?consistency=stale&after=" + revision)
                .json();
    }

    /**
     * Each probe names its node. Two who probe would alternate; one after the other is leadership that moved, as it may
     * on a busy machine.
     */
    private static void assertOneProber(TestServer origin) {
        List<String> probers = new CopyOnWriteArrayList<>();
        origin.healthyFor(head -> {
            probers.add(head.replaceAll("(?s).*weldr-health/[^ ]* \\(([^)]*)\\).*", "$1"));
            return true;
        });
        await("ten probes in a row by one node").untilAsserted(() -> {
            List<String> seen = List.copyOf(probers);
            assertThat(seen).hasSizeGreaterThanOrEqualTo(10);
            assertThat(Set.copyOf(seen.subList(seen.size() - 10, seen.size())))
                    .as("who probed: %s", seen)
                    .hasSize(1);
        });
        origin.healthyFor(head -> true);
    }

    private void awaitState(String entry) {
        for (TestNode node : cluster.nodes()) {
            await(entry + " on " + node.id())
                    .untilAsserted(() -> assertThat(node.localServers()).contains(entry));
        }
    }
}
