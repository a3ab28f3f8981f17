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
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A member that votes, and neither proxies nor leads. */
class WitnessIT {
    @TempDir
    private Path folder;

    @Test
    void aWitnessKeepsASiteOfTwoMachinesWritable() {
        try (TestCluster cluster = TestCluster.start(folder, 2);
                TestNode witness = TestCluster.newcomer(folder, "w");
                TestServer origin = TestServer.start()) {
            assertThat(cluster.node(1).add(origin.url()).status()).isEqualTo(201);
            witness.launch("--join", cluster.node(1).adminAddress(), "--witness");
            witness.awaitReady();
            JsonNode ready = Http.get(witness.adminUrl() + "/readyz?verbose").json();
            assertThat(ready.path("witness").asBoolean()).as("%s", ready).isTrue();
            assertThat(Http.get(witness.proxyUrl() + "/").status())
                    .as("nobody listens")
                    .isZero();
            await("the witness to be known as one").untilAsserted(() -> {
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
            await("the other one to lead").until(other::isLeader);
            assertThat(other.add("http://127.0.0.2:1").status()).isEqualTo(201);
            assertThat(Http.get(other.proxyUrl() + "/").status()).isEqualTo(200);
        }
    }

    /** A witness stands at a site of its own. That it does not reach the origins must not outvote a node that does. */
    @Test
    void aLeaderAndAWitnessThatDoNotReachTheOriginTakeItFromNobody() {
        try (TestCluster cluster = TestCluster.start(folder, 2);
                TestNode witness = TestCluster.newcomer(folder, "w");
                TestServer origin = TestServer.start()) {
            witness.launch("--join", cluster.node(1).adminAddress(), "--witness");
            witness.awaitReady();
            cluster.node(1).patchHealth("{\"path\":\"/health\",\"interval\":\"1s\",\"timeout\":\"1s\"}");
            assertThat(cluster.node(1).add(origin.url()).status()).isEqualTo(201);
            TestNode cutOff = cluster.awaitLeader();
            TestNode other = cluster.except(cutOff).get(0);
            Set<String> probers = ConcurrentHashMap.newKeySet();
            origin.healthyFor(
                    head -> { // a probe names its node
                        probers.add(head.replaceAll("(?s).*weldr-health/[^ ]* \\(([^)]*)\\).*", "$1"));
                        return head.contains("(" + other.id() + ")");
                    });
            await("leadership of " + other.id())
                    .failFast(() -> assertThat(other.localServers()).contains(origin.url() + " up"))
                    .until(() -> other.isLeader() && probers.contains(other.id()));
            assertThat(Http.get(other.adminUrl() + "/v1/history?consistency=stale")
                            .body())
                    .contains(origin.url())
                    .doesNotContain("down: ");
            assertThat(probers).as("a witness has no opinion").doesNotContain("w");
        }
    }
}
