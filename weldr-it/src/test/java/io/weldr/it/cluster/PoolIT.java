package io.weldr.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.weldr.it.harness.Http;
import io.weldr.it.harness.Http.Answer;
import io.weldr.it.harness.TestCluster;
import io.weldr.it.harness.TestNode;
import io.weldr.testserver.TestServer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** One cluster, in which nothing fails: what any node takes, every node has. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PoolIT {
    private TestCluster cluster;

    PoolIT(@TempDir Path folder) {
        cluster = TestCluster.of(folder, 3);
    }

    @BeforeAll
    void start() {
        cluster.nodes().forEach(cluster::launch);
        cluster.awaitLeader();
    }

    @AfterAll
    void stop() {
        cluster.close();
    }

    @Test
    void whatIsAddedThroughAnyNodeIsReadThroughEveryOther() {
        List<String> expected = new ArrayList<>();
        for (TestNode writer : cluster.nodes()) {
            String url = "http://127.0.0.1:" + (40_000 + expected.size());
            Answer added = writer.add(url);
            assertThat(added.status()).as("%s", added).isEqualTo(201);
            expected.add(url + " up");
            for (TestNode reader : cluster.nodes()) {
                assertThat(reader.servers())
                        .as("at %s after adding at %s", reader.id(), writer.id())
                        .containsAll(expected);
            }
        }
        for (TestNode writer : cluster.nodes()) {
            String gone = expected.remove(0).replaceAll(".*:([0-9]+) up", "$1");
            assertThat(Http.delete(writer.adminUrl() + "/servers/127.0.0.1/" + gone)
                            .status())
                    .isBetween(200, 204);
            assertThat(Http.delete(writer.adminUrl() + "/servers/127.0.0.1/" + gone)
                            .status())
                    .isEqualTo(404);
        }
        for (TestNode reader : cluster.nodes()) {
            assertThat(reader.servers()).noneMatch(server -> server.contains(":4000"));
        }
    }

    @Test
    void addingTheSameOriginTwiceIsNotASecondEntry() {
        assertThat(cluster.node(1).add("http://127.0.0.1:41000").status()).isEqualTo(201);
        assertThat(cluster.node(2).add("http://127.0.0.1:41000").status()).isEqualTo(200);
        assertThat(cluster.node(3).servers()).containsOnlyOnce("http://127.0.0.1:41000 up");
        assertThat(Http.delete(cluster.node(3).adminUrl() + "/servers/127.0.0.1/41000")
                        .status())
                .isBetween(200, 204);
    }

    @Test
    void everyNodeProxiesToAnOriginThatWasAddedThroughOne() {
        try (TestServer origin = TestServer.start()) {
            Answer added = cluster.node(2).addEverywhere(origin.url());
            assertThat(added.status()).as("%s", added).isEqualTo(201);
            for (TestNode node : cluster.nodes()) {
                await("a response through " + node.id()).untilAsserted(() -> {
                    Answer answer = Http.get(node.proxyUrl() + "/");
                    assertThat(answer.status()).as("%s", answer).isEqualTo(200);
                    assertThat(answer.body()).contains("Hello World");
                });
            }
            assertThat(Http.delete(cluster.node(1).adminUrl() + "/servers/127.0.0.1/" + origin.port())
                            .status())
                    .isBetween(200, 204);
        }
        for (TestNode node : cluster.nodes()) {
            await().untilAsserted(() ->
                    assertThat(Http.get(node.proxyUrl() + "/").status()).isEqualTo(503));
        }
    }

    @Test
    void noOriginIsAddedOrMovedToWhereAMemberListens() {
        TestNode n1 = cluster.node(1);
        String there = "http://127.0.0.1:43000";
        assertThat(n1.add(there).status()).isEqualTo(201);
        Map<String, String> own = Map.of(
                n1.proxyUrl(),
                "the proxy of member n1",
                n1.adminUrl(),
                "the HTTP API of member n1",
                "http://" + n1.grpcAddress(),
                "the gRPC API of member n1",
                "http://" + n1.raftAddress(),
                "the Raft port of member n1");
        for (TestNode through : cluster.nodes()) {
            String origin = through.adminUrl() + "/v1/pools/default/origins/127.0.0.1:43000";
            own.forEach((url, owner) -> {
                String body = "{\"url\":\"" + url + "\"}";
                assertRefused(through.add(url), owner);
                // Again if leadership moves at that moment.
                await().untilAsserted(() -> assertRefused(Http.put(origin, body), owner));
                await().untilAsserted(() -> assertRefused(Http.patch(origin, body), owner));
            });
            assertRefused(through.add(n1.proxyUrl().replace("127.0.0.1", "localhost")), "the proxy of member n1");
        }
        assertThat(n1.servers()).containsOnlyOnce(there + " up").noneMatch(server -> own.containsKey(url(server)));
        assertThat(Http.delete(n1.adminUrl() + "/servers/127.0.0.1/43000").status())
                .isBetween(200, 204);
    }

    private static void assertRefused(Answer answer, String owner) {
        assertThat(answer.status()).as("%s", answer).isEqualTo(409);
        assertThat(answer.json().path("type").asText()).isEqualTo("urn:weldr:problem:own-address");
        assertThat(answer.json().path("detail").asText())
                .startsWith("nothing was done: origin http://")
                .contains(owner);
        assertThat(answer.json().path("expected").asText()).contains("a server that is not weldr", " of n1 first");
    }

    private static String url(String server) {
        return server.substring(0, server.indexOf(' '));
    }

    @Test
    void originsMayBeIpv6LiteralsAndNames() {
        for (String url : List.of("http://[::1]:42000", "http://localhost:42001")) {
            assertThat(cluster.node(1).add(url).status()).isEqualTo(201);
            assertThat(cluster.node(2).servers()).contains(url + " up");
        }
        assertThat(Http.delete(cluster.node(3).adminUrl() + "/servers/%5B::1%5D/42000")
                        .status())
                .isBetween(200, 204);
        assertThat(Http.delete(cluster.node(3).adminUrl() + "/servers/localhost/42001")
                        .status())
                .isBetween(200, 204);
    }

    @Test
    void everyNodeTellsTheSameMembersAndOneLeader() {
        await().untilAsserted(() -> {
            for (TestNode node : cluster.nodes()) {
                JsonNode seen = Http.get(node.adminUrl() + "/cluster").json();
                assertThat(seen.path("members")).as("%s", seen).hasSize(3);
                assertThat(seen.path("leader").asText())
                        .isEqualTo(cluster.awaitLeader().id());
            }
            assertThat(cluster.nodes().stream().filter(TestNode::isLeader)).hasSize(1);
        });
    }

    @Test
    void statisticsAreSumsOverTheCluster() {
        try (TestServer origin = TestServer.start()) {
            Answer added = cluster.node(1).addEverywhere(origin.url());
            assertThat(added.status()).as("%s", added).isEqualTo(201);
            for (TestNode node : cluster.nodes()) {
                await("traffic through " + node.id())
                        .until(() -> Http.get(node.proxyUrl() + "/").status() == 200);
            }
            long before = settledSuccess(cluster.node(1));
            for (TestNode node : cluster.nodes()) {
                assertThat(Http.get(node.proxyUrl() + "/").status()).isEqualTo(200);
            }
            for (TestNode node : cluster.nodes()) {
                await().untilAsserted(() -> assertThat(success(node)).isEqualTo(before + 3));
                JsonNode detail = Http.get(node.adminUrl() + "/stats/detail").json();
                assertThat(detail.toString()).contains("\"" + origin.port() + "\"");
            }
            assertThat(Http.delete(cluster.node(1).adminUrl() + "/servers/127.0.0.1/" + origin.port())
                            .status())
                    .isBetween(200, 204);
        }
    }

    /** How many were answered, once all members tell and it moves no more. */
    private static long settledSuccess(TestNode node) {
        return await().until(() -> success(node), before -> before >= 3 && success(node) == before);
    }

    private static long success(TestNode node) {
        return Http.get(node.adminUrl() + "/stats")
                .json()
                .path("client")
                .path("success")
                .asLong(-1);
    }
}
