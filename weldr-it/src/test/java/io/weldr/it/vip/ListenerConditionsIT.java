package io.weldr.it.vip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.weldr.it.harness.Host;
import io.weldr.it.harness.Http;
import io.weldr.it.harness.Http.Answer;
import io.weldr.it.harness.InsideNetwork;
import io.weldr.it.harness.Network;
import io.weldr.it.harness.PortHolder;
import io.weldr.it.harness.TestCluster;
import io.weldr.it.harness.TestNode;
import io.weldr.it.harness.Weldrctl;
import io.weldr.testserver.TestServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Three nodes on machines of their own. On one of them another program has the port of a listener. */
@ExtendWith(InsideNetwork.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ListenerConditionsIT {
    private static final int PORT = 8088;

    @Test
    void aMemberThatCannotBindAListenerSaysSoAndBindsItOnceThePortIsFree() throws IOException {
        Network network = Network.here();
        Host taken = network.host(2);
        try (TestServer origin = TestServer.start(
                        TestServer.Options.defaults().address(new InetSocketAddress(network.clientAddress(), 0)));
                TestCluster cluster = TestCluster.of(
                        Network.newFolder("conditions"), network.hosts(), "--listener-allow", "8000-8099")) {
            cluster.nodes().forEach(cluster::launch);
            cluster.awaitLeader();
            TestNode first = cluster.nodes().get(0);
            TestNode second = cluster.nodes().get(1);
            first.addEverywhere(origin.url());
            await("all members to know what each understands")
                    .until(() ->
                            Http.put(first.adminUrl() + "/v1/pools/later", "{}").status() / 100 == 2);
            try (PortHolder holder = PortHolder.at(taken, PORT)) {
                JsonNode applied = create(first, "web", PORT);
                assertThat(reason(applied, "n1")).isEmpty();
                assertThat(reason(applied, "n2"))
                        .startsWith("listener web: not bound at 0.0.0.0:" + PORT + ": Address already in use");
                assertThat(reason(applied, "n3")).isEmpty();
                assertThat(Http.post(
                                        first.adminUrl() + "/v1/routes?wait=applied",
                                        "{\"name\":\"web\",\"listeners\":[\"web\"],\"pools\":[{\"pool\":\"default\"}]}")
                                .status())
                        .isEqualTo(201);
                for (TestNode asked : cluster.nodes()) {
                    JsonNode conditions = conditions(asked, "web");
                    assertThat(conditions.findValuesAsText("state")).containsExactly("bound", "retrying", "bound");
                    assertThat(conditions.get(1).path("reason").asText()).startsWith("Address already in use");
                }
                for (int number : new int[] {1, 3}) {
                    assertThat(serves(network.host(number))).isTrue();
                }
                assertThat(holder.isAlive()).isTrue();
                Answer ready = Http.get(second.adminUrl() + "/readyz?verbose");
                assertThat(ready.status()).isEqualTo(200);
                assertThat(ready.json().path("listeners").get(0).asText())
                        .startsWith("listener web: not bound at 0.0.0.0:" + PORT + ": Address already in use");
                assertThat(table(cluster)).contains("2/3: n2: Address already in use");
            }
            await("the listener on the node whose port is free")
                    .until(() -> conditions(first, "web").findValuesAsText("state").stream()
                            .allMatch("bound"::equals));
            await().until(() -> serves(taken));
            assertThat(table(cluster)).containsPattern("web +http +0.0.0.0:" + PORT + " .* bound 3/3\n");

            JsonNode forbidden = create(first, "low", 443);
            assertThat(reason(forbidden, "n3"))
                    .isEqualTo("listener low: not bound at 0.0.0.0:443: port 443 is not in listener-allow of this node"
                            + " (expected: one of 8000-8099)");
            assertThat(conditions(second, "low").findValuesAsText("state"))
                    .containsExactly("not-allowed", "not-allowed", "not-allowed");
        }
    }

    private static JsonNode create(TestNode through, String name, int port) {
        Answer created = Http.post(
                through.adminUrl() + "/v1/listeners?wait=applied",
                "{\"name\":\"" + name + "\",\"address\":\"0.0.0.0:" + port + "\"}");
        assertThat(created.status()).as(created.body()).isEqualTo(201);
        return created.json().path("applied");
    }

    private static String reason(JsonNode applied, String member) {
        for (JsonNode one : applied) {
            if (one.path("member").asText().equals(member)) {
                return one.path("reason").asText("");
            }
        }
        throw new AssertionError(member + " is not in " + applied);
    }

    private static JsonNode conditions(TestNode node, String listener) {
        return Http.get(node.adminUrl() + "/v1/listeners/" + listener).json().path("conditions");
    }

    private static boolean serves(Host host) {
        return Http.get("http://" + host.address() + ":" + PORT + "/").status() == 200;
    }

    private static String table(TestCluster cluster) {
        return Weldrctl.run(cluster.node(1).grpcAddress(), "listeners", "ls").out();
    }
}
