package io.weldr.api.http;

import static io.weldr.testing.Patience.promised;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.weldr.api.AdminServer;
import io.weldr.api.http.Client.Reply;
import io.weldr.api.testkit.TestCluster;
import io.weldr.api.testkit.TestNode;
import io.weldr.core.pool.HostPort;
import io.weldr.core.pool.OriginId;
import io.weldr.core.pool.PoolName;
import io.weldr.core.port.LastProbe;
import io.weldr.core.port.Traffic;
import io.weldr.core.port.Traffic.Count;
import io.weldr.core.state.ClusterVersion;
import io.weldr.core.state.Command;
import io.weldr.core.state.Member;
import io.weldr.core.state.MemberId;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a node says of the whole cluster and of itself. */
class ClusterIT {
    private TestCluster cluster;
    private Client client;

    @BeforeEach
    void start() throws Exception {
        cluster = TestCluster.start(3);
        client = new Client(cluster.node(1));
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    private static Traffic traffic(long success) {
        return new Traffic(
                new Count(success, 1),
                new Count(success, 2),
                List.of(new Traffic.OriginTraffic(
                        PoolName.DEFAULT,
                        new OriginId("127.0.0.1:8080"),
                        HostPort.parse("127.0.0.1:8080"),
                        new Count(success, 2),
                        success == 20 ? 1 : 0)));
    }

    @Test
    void statsAreTheSumsOfAllMembersInTheShapesOfOld() {
        client.post("/servers", "{\"url\":\"http://127.0.0.1:8080\"}").is(201);
        client.post("/servers", "{\"url\":\"http://[::1]:8081\"}").is(201);
        cluster.node(1).traffic(traffic(100));
        cluster.node(2).traffic(traffic(20));
        cluster.node(3).traffic(traffic(3));
        JsonNode stats = client.get("/stats").is(200).json();
        assertThat(stats.path("client").path("success").asLong()).isEqualTo(123);
        assertThat(stats.path("client").path("failed").asLong()).isEqualTo(3);
        assertThat(stats.path("server").path("failed").asLong()).isEqualTo(6);
        assertThat(stats.path("missing")).isEmpty();
        assertThat(stats.path("ejected").toString()).isEqualTo("[\"127.0.0.1:8080\"]");

        JsonNode detail = client.get("/stats/detail").is(200).json();
        assertThat(detail.isArray()).isTrue();
        assertThat(detail).hasSize(2);
        assertThat(detail.get(0).toString())
                .isEqualTo(
                        "{\"id\":\"127.0.0.1:8080\",\"ip\":\"127.0.0.1\",\"port\":\"8080\",\"success\":123,\"failed\":6}");
        assertThat(detail.get(1).path("ip").asText()).isEqualTo("::1");
        assertThat(detail.get(1).path("success").asLong()).isZero();
    }

    @Test
    void aMemberThatIsDownOrSilentIsNamedAndNotWaitedFor() throws Exception {
        cluster.nodes().forEach(node -> node.traffic(traffic(1)));
        cluster.node(2).stop();
        // It takes the connection and never says a word.
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            HostPort nowhere = new HostPort("127.0.0.1", silent.getLocalPort());
            cluster.submit(new Command.AnnounceMember(
                    new Member(new MemberId("n4"), nowhere, nowhere, nowhere, nowhere, "x", ClusterVersion.SUPPORTED),
                    Instant.now()));
            // Whoever is slow for a moment is missing too, and there the next time.
            await().untilAsserted(() -> {
                long start = System.nanoTime();
                Reply stats = client.get("/stats").is(200);
                promised(
                        "statistics without a silent member",
                        Duration.ofNanos(System.nanoTime() - start),
                        Duration.ofMillis(2_500));
                assertThat(stats.json().path("client").path("success").asLong()).isEqualTo(2);
                assertThat(stats.json().path("missing").toString()).isEqualTo("[\"n2\",\"n4\"]");
            });
            await().untilAsserted(() -> assertThat(client.get("/stats/detail").field("Weldr-Missing"))
                    .isEqualTo("n2, n4"));

            JsonNode members = client.get("/cluster").is(200).json().path("members");
            assertThat(members).hasSize(4);
            assertThat(members.get(1).path("missing").asBoolean()).isTrue();
            assertThat(members.get(1).path("reason").asText()).startsWith("not reached at 127.0.0.1:");
            assertThat(members.get(1).path("addresses").path("grpc").asText())
                    .isEqualTo(cluster.node(2).endpoint());
            assertThat(members.get(3).path("voter").asBoolean()).isFalse();
        }
    }

    @Test
    void theClusterSaysWhoLeadsAndHowFarEachMemberIs() {
        client.post("/servers", "{\"url\":\"http://127.0.0.1:1\"}").is(201);
        Client third = new Client(cluster.node(3));
        // A member that answers late is missing from an answer.
        await().untilAsserted(() -> {
            JsonNode seen = third.get("/cluster").is(200).json();
            assertThat(seen.path("self").asText()).isEqualTo("n3");
            assertThat(seen.path("leader").asText()).isEqualTo("n1");
            assertThat(seen.path("term").asLong()).isEqualTo(3);
            JsonNode leader = seen.path("members").get(0);
            assertThat(leader.path("role").asText()).isEqualTo("leader");
            assertThat(leader.path("acting").asBoolean()).isTrue();
            assertThat(leader.path("appliedIndex").asLong()).isEqualTo(cluster.index());
            assertThat(leader.path("commitIndex").asLong()).isEqualTo(cluster.index());
            assertThat(leader.path("version").asText()).isEqualTo("0.0-test");
            assertThat(leader.path("addresses").path("admin").asText())
                    .isEqualTo(cluster.node(1).member().admin().toString());
        });
        assertThat(client.get("/v1/cluster/members").is(200).json().path("members"))
                .hasSize(3);
    }

    @Test
    void onlyTheActingLeaderSaysThatItLeads() {
        Client follower = new Client(cluster.node(2));
        client.get("/leader").is(200);
        client.send("HEAD", "/leader", null).is(200);
        client.send("OPTIONS", "/leader", null).is(200); // HAProxy's default check asks this way
        follower.get("/leader").isProblem(503, "not-leader");
        follower.send("OPTIONS", "/leader", null).isProblem(503, "not-leader");
        assertThat(follower.send("HEAD", "/leader", null).is(503).response().body())
                .isEmpty();
        cluster.lead(cluster.node(2).id());
        follower.get("/leader").is(200);
        client.get("/leader").isProblem(503, "not-leader");
    }

    @Test
    void liveIsNotReady() {
        client.get("/readyz").is(200);
        cluster.node(1).unready("the state is not loaded yet", "the proxy is not bound");
        Reply refused = client.get("/readyz?verbose").isProblem(503, "not-ready");
        assertThat(refused.json().path("detail").asText())
                .contains("state is not loaded")
                .contains("proxy");
        assertThat(refused.json().has("trouble")).isFalse();
        cluster.node(1).trouble("the log cannot be written");
        assertThat(client.get("/readyz?verbose").json().path("trouble").asText())
                .isEqualTo("the log cannot be written");
        assertThat(client.get("/readyz").json().has("trouble")).isFalse();
        cluster.node(1).trouble(null);
        client.send("OPTIONS", "/readyz", null).isProblem(503, "not-ready");
        client.get("/livez").is(200);
        client.send("OPTIONS", "/livez", null).is(200);
        cluster.node(1).stuck("a worker of the proxy has not run for 12 s");
        assertThat(client.get("/livez")
                        .isProblem(503, "not-live")
                        .json()
                        .path("detail")
                        .asText())
                .contains("a worker of the proxy has not run for 12 s");
        cluster.node(1).stuck(null);
        client.get("/livez").is(200);
        cluster.node(1).unready();
        client.send("OPTIONS", "/readyz", null).is(200);
        cluster.lead(null);
        JsonNode ready = client.get("/readyz?verbose").is(200).json();
        assertThat(ready.path("role").asText()).isEqualTo("follower");
    }

    @Test
    void metricsShowTheNodeTheApiAndTheProcess() {
        client.post("/servers", "{\"url\":\"http://127.0.0.1:1\"}").is(201);
        client.get("/nothing").is(404);
        Reply scrape = client.get("/metrics").is(200);
        assertThat(scrape.field("Content-Type")).startsWith("text/plain; version=0.0.4");
        assertThat(scrape.response().body())
                .contains("weldr_exchanges_total{result=\"success\"} 7.0")
                .contains("# TYPE weldr_exchanges_total counter")
                .contains("weldr_origins{pool=\"default\"} 2.0")
                .contains("weldr_exchange_seconds_bucket{le=\"0.1\"} 3")
                .contains("weldr_exchange_seconds_bucket{le=\"1.0\"} 5")
                .contains("weldr_exchange_seconds_bucket{le=\"+Inf\"} 6")
                .contains("weldr_exchange_seconds_count 6")
                .contains("weldr_api_request_seconds_count{method=\"POST\",route=\"/servers\",status=\"201\"} 1")
                .contains("weldr_api_request_seconds_count{method=\"GET\",route=\"none\",status=\"404\"} 1")
                .contains("jvm_memory_used_bytes")
                .contains("process_cpu_usage");
    }

    @Test
    void openMetricsIsForThoseWhoAskForItAndHasExemplars() {
        String accept = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5";
        Reply scrape = client.get("/metrics", "Accept", accept).is(200);
        assertThat(scrape.field("Content-Type")).startsWith("application/openmetrics-text; version=1.0.0");
        assertThat(scrape.response().body())
                .contains("weldr_exchanges_total{result=\"success\"} 7.0")
                .contains("weldr_exchange_seconds_bucket{le=\"1.0\"} 5 # {span_id=\"00f067aa0ba902b7\","
                        + "trace_id=\"4bf92f3577b34da6a3ce929d0e0e4736\"} 0.5 ")
                .contains("weldr_exchange_seconds_count 6\n") // without an exemplar, which Prometheus refuses there
                .contains("weldr_build_info{java=\"")
                .endsWith("# EOF\n");
        assertThat(client.get("/metrics").is(200).response().body()).doesNotContain("trace_id");
    }

    @Test
    void anAddressThatIsTakenIsNamedAndNothingStaysBehind() throws Exception {
        TestNode taken = cluster.node(1);
        int grpcPort = taken.member().grpc().port();
        AdminServer other = taken.another(0, grpcPort);
        assertThat(org.assertj.core.api.Assertions.catchThrowable(other::start))
                .isInstanceOf(java.io.IOException.class)
                .hasMessageContaining(":" + grpcPort + ": ")
                .hasMessageContaining("in use");
        int httpPort = taken.member().admin().port();
        AdminServer another = taken.another(httpPort, 0);
        assertThat(org.assertj.core.api.Assertions.catchThrowable(another::start))
                .isInstanceOf(java.io.IOException.class)
                .hasMessageContaining(":" + httpPort + ": ")
                .hasMessageContaining("in use");
        client.get("/livez").is(200);
    }

    @Test
    void everyNodeTellsWhatTheLeadersProbesFoundLast() {
        LastProbe probe = new LastProbe(
                PoolName.DEFAULT,
                new OriginId("web1"),
                Instant.parse("2026-01-31T12:00:00.250Z"),
                true,
                "status 200",
                Duration.ofNanos(1_500_000));
        cluster.node(1).probed(probe);
        for (TestNode node : cluster.nodes()) {
            // A leader that is slow for a moment is missing, and there the next time.
            await().untilAsserted(() -> {
                JsonNode probes =
                        new Client(node).get("/v1/pools/default/probes").is(200).json();
                assertThat(probes.path("leader").asText()).isEqualTo("n1");
                assertThat(probes.has("missing")).as("%s", probes).isFalse();
                assertThat(probes.path("probes").toString())
                        .isEqualTo("[{\"origin\":\"web1\",\"at\":\"2026-01-31T12:00:00.250Z\",\"passed\":true,"
                                + "\"answer\":\"status 200\",\"latencyMillis\":1.5}]");
            });
        }
        client.get("/v1/pools/web/probes").isProblem(404, "no-such-pool");
    }

    @Test
    void aNodeThatDoesNotReachTheLeaderSaysSo() {
        Client follower = new Client(cluster.node(2));
        cluster.node(1).stop();
        JsonNode unreached = follower.get("/v1/pools/default/probes").is(200).json();
        assertThat(unreached.path("probes")).isEmpty();
        assertThat(unreached.path("leader").asText()).isEqualTo("n1");
        assertThat(unreached.path("missing").asText()).contains("n1 at ");
        cluster.lead(null);
        JsonNode nobody = follower.get("/v1/pools/default/probes").is(200).json();
        assertThat(nobody.path("leader").isNull()).isTrue();
        assertThat(nobody.path("missing").asText()).isEqualTo("no leader is known");
    }
}
