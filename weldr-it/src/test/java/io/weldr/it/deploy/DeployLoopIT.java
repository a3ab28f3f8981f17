package io.weldr.it.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.weldr.it.harness.Http;
import io.weldr.it.harness.Http.Answer;
import io.weldr.it.harness.TestCluster;
import io.weldr.it.harness.TestNode;
import io.weldr.testserver.TestServer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A new version of three origins, one after the other, while clients send requests and hold WebSockets. One round takes
 * half a minute; {@code -Ddeploy.minutes=10} repeats it for that long.
 */
class DeployLoopIT {
    private static final Duration LENGTH = Duration.ofMinutes(Integer.getInteger("deploy.minutes", 0));

    /** How long tunnels may stay at an origin that drains. */
    private static final Duration DRAIN = Duration.ofSeconds(3);

    private static final int TUNNELS_OF_A_NODE = 6;

    private final List<TestServer> origins = new ArrayList<>();

    @Test
    @Timeout(value = 2, unit = TimeUnit.HOURS)
    void originsAreReplacedOneAfterTheOtherAndNoRequestFails(@TempDir Path folder) {
        try (TestCluster cluster = TestCluster.start(folder, 3)) {
            TestNode node = cluster.node(1);
            node.patchHealth(
                    "{\"path\":\"/health\",\"interval\":\"1s\",\"timeout\":\"1s\",\"failures\":2,\"passes\":1}");
            for (int i = 0; i < 3; i++) {
                TestServer origin = TestServer.start();
                origins.add(origin);
                assertThat(node.addEverywhere(origin.url()).status()).isEqualTo(201);
            }
            for (TestNode each : cluster.nodes()) {
                await().until(() -> Http.get(each.proxyUrl() + "/").status() == 200);
            }
            long end = System.nanoTime() + LENGTH.toNanos();
            int rounds = 0;
            try (SteadyClients clients = new SteadyClients(cluster.nodes());
                    WebSockets tunnels = new WebSockets(cluster.nodes(), TUNNELS_OF_A_NODE)) {
                do {
                    for (int i = 0; i < origins.size(); i++) {
                        deploy(cluster, i, clients, tunnels);
                    }
                    rounds++;
                } while (System.nanoTime() - end < 0);
                clients.awaitMore(100);
                tunnels.awaitMore(2 * tunnels.standing());
                clients.close();
                tunnels.close();
                System.out.printf(
                        "%d rounds: %d requests, %d messages through tunnels, %d tunnels moved%n",
                        rounds, clients.answered(), tunnels.echoes(), tunnels.moves());
                assertSound(clients, tunnels);
                assertThat(tunnels.moves())
                        .as("tunnels to origins that drained")
                        .isPositive();
            }
        } finally {
            origins.forEach(TestServer::close);
        }
    }

    private void deploy(TestCluster cluster, int number, SteadyClients clients, WebSockets tunnels) {
        TestServer origin = origins.get(number);
        String id = origin.url().substring("http://".length());
        String entry = "/v1/pools/default/origins/" + id;
        tunnels.awaitMore(tunnels.standing());

        Instant deadline = Instant.ofEpochMilli(System.currentTimeMillis()).plus(DRAIN);
        tunnels.mayEnd(origin.name(), deadline);
        patchEverywhere(cluster, entry, "{\"admin\":\"draining\",\"drainDeadline\":\"" + deadline + "\"}");
        await("nothing to be under way to " + id)
                .until(() -> tunnels.standingAt(origin.name()) == 0
                        && cluster.nodes().stream().allMatch(node -> inFlight(node, id) == 0));
        assertSound(clients, tunnels);

        int port = origin.port();
        origin.close();
        clients.awaitMore(50); // nobody misses it
        assertSound(clients, tunnels);

        TestServer next = TestServer.start(TestServer.Options.defaults().port(port));
        origins.set(number, next);
        await(id + " to be seen up")
                .until(() -> Http.get(cluster.node(1).adminUrl() + entry)
                        .json()
                        .path("up")
                        .asBoolean());
        tunnels.mayNotEnd(next.name());
        patchEverywhere(cluster, entry, "{\"admin\":\"enabled\"}");
        await(id + " to get requests").until(() -> next.received().requests("/") > 0);
        clients.awaitMore(50);
        assertSound(clients, tunnels);
    }

    private static void assertSound(SteadyClients clients, WebSockets tunnels) {
        assertThat(clients.failures()).as("requests that failed").isEmpty();
        assertThat(tunnels.failures()).as("tunnels that were cut").isEmpty();
    }

    /** Changes an origin, and waits until all members route by the change. */
    private static void patchEverywhere(TestCluster cluster, String entry, String body) {
        await(body).until(() -> {
            Answer answer = Http.patch(cluster.node(1).adminUrl() + entry + "?wait=applied", body);
            if (answer.status() != 200) {
                return false; // leadership may move at any moment
            }
            JsonNode applied = answer.json().path("applied");
            assertThat(applied).as("%s", answer).hasSize(3);
            for (JsonNode member : applied) {
                if (member.path("missing").asBoolean()) {
                    return false;
                }
            }
            return true;
        });
    }

    /** Exchanges and tunnels between that node and an origin. */
    private static int inFlight(TestNode node, String origin) {
        String metrics = Http.get(node.adminUrl() + "/metrics").body();
        Matcher line = Pattern.compile("\nweldr_proxy_origin_in_flight\\{[^}]*origin=\"" + Pattern.quote(origin)
                        + "\"[^}]*} ([0-9.E+]+)\n")
                .matcher(metrics);
        assertThat(line.find()).as("in flight to %s in %s", origin, metrics).isTrue();
        return (int) Double.parseDouble(line.group(1));
    }
}
