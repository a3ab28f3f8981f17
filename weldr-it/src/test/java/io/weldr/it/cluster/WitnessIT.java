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
}
