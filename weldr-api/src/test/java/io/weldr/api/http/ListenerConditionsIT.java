package io.weldr.api.http;

import static io.weldr.testing.Patience.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.weldr.api.testkit.TestCluster;
import io.weldr.core.listener.ListenerName;
import io.weldr.core.port.ListenerCondition;
import io.weldr.core.port.ListenerCondition.State;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What each member has made of a listener. */
class ListenerConditionsIT {
    private static final String WEB = "{\"name\":\"web\",\"address\":\"0.0.0.0:8443\"}";
    private static final String ONE = "/v1/listeners/web";
    private static final String IN_USE = "Address already in use (expected: no other program that listens there)";
    private static final Instant SINCE = Instant.parse("2026-01-02T03:04:05Z");

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

    private static ListenerCondition web(String address, State state, String reason) {
        return new ListenerCondition(new ListenerName("web"), address, state, reason, SINCE, 3);
    }

    private JsonNode conditions() {
        return client.get(ONE).is(200).json().path("conditions");
    }

    @Test
    void aReadShowsWhatEachMemberHasMadeOfAListener() {
        client.post("/v1/listeners", WEB).is(201);
        cluster.node(2).conditions(web("0.0.0.0:8443", State.RETRYING, IN_USE));
        cluster.node(3)
                .conditions(
                        web("0.0.0.0:8443", State.BOUND, ""),
                        web("0.0.0.0:8442", State.DRAINING, "connections have 30 s to finish"));
        JsonNode all = conditions();
        assertThat(all.findValuesAsText("member")).containsExactly("n1", "n2", "n3", "n3");
        assertThat(all.findValuesAsText("state")).containsExactly("bound", "retrying", "bound", "draining");
        assertThat(all.get(1).toString())
                .isEqualTo("{\"member\":\"n2\",\"state\":\"retrying\",\"address\":\"0.0.0.0:8443\",\"reason\":\""
                        + IN_USE + "\",\"since\":\"2026-01-02T03:04:05Z\",\"connections\":3}");
        assertThat(all.get(2).has("reason")).isFalse();
        assertThat(all.get(3).path("address").asText()).isEqualTo("0.0.0.0:8442");

        JsonNode list = client.get("/v1/listeners").is(200).json().path("listeners");
        assertThat(list.get(0).path("name").asText()).isEqualTo("default");
        assertThat(list.get(0).path("conditions").get(1).path("reason").asText())
                .isEqualTo("it has not applied the listener yet");
        assertThat(list.get(1).path("conditions")).isEqualTo(all);
        assertThat(client.get("/v1/pools/default").json().has("conditions")).isFalse();
    }

    @Test
    void aMemberThatDoesNotAnswerIsShownAsUnknown() {
        client.post("/v1/listeners", WEB).is(201);
        cluster.node(3).stop();
        JsonNode gone = conditions().get(2);
        assertThat(gone.path("member").asText()).isEqualTo("n3");
        assertThat(gone.path("state").asText()).isEqualTo("unknown");
        assertThat(gone.path("reason").asText()).startsWith("not reached at 127.0.0.1:");
        assertThat(client.get(ONE + "?consistency=stale")
                        .is(200)
                        .json()
                        .path("conditions")
                        .findValuesAsText("state"))
                .containsExactly("bound", "bound", "unknown");
    }

    /** They change without a revision, so that no entity tag may say that nothing has changed. */
    @Test
    void conditionsAreNeverOldNews() {
        client.post("/v1/listeners", WEB).is(201);
        String revision = "\"" + cluster.index() + "\"";
        client.get("/v1/pools", "If-None-Match", revision).is(304);
        cluster.node(1).conditions(web("0.0.0.0:8443", State.RETRYING, IN_USE));
        JsonNode list =
                client.get("/v1/listeners", "If-None-Match", revision).is(200).json();
        assertThat(list.findValuesAsText("state")).contains("retrying");
        client.get(ONE, "If-None-Match", revision).is(200);
    }

    @Test
    void anAnswerWithConditionsCanBeSentBack() {
        client.post("/v1/listeners", WEB).is(201);
        ObjectNode read = client.get(ONE).is(200).json().deepCopy();
        assertThat(read.path("conditions")).hasSize(3);
        read.putObject("limits").put("connectionsMax", 7);
        assertThat(client.send("PUT", ONE, read.toString())
                        .is(200)
                        .json()
                        .path("limits")
                        .path("connectionsMax")
                        .asInt())
                .isEqualTo(7);
    }

    @Test
    void whoWaitsIsToldWhichMemberCannotBindTheListener() {
        cluster.node(2)
                .conditions(web(
                        "0.0.0.0:8443",
                        State.NOT_ALLOWED,
                        "port 8443 is not in listener-allow of this node (expected: one of 443)"));
        cluster.node(3).conditions(web("0.0.0.0:8443", State.RETRYING, IN_USE));
        JsonNode applied =
                client.post("/v1/listeners?wait=applied", WEB).is(201).json().path("applied");
        assertThat(applied.get(0).toString()).isEqualTo("{\"member\":\"n1\",\"appliedIndex\":" + cluster.index() + "}");
        assertThat(applied.get(1).path("missing").asBoolean()).isTrue();
        assertThat(applied.get(1).path("appliedIndex").asLong()).isEqualTo(cluster.index());
        assertThat(applied.get(1).path("reason").asText())
                .isEqualTo("listener web: not bound at 0.0.0.0:8443: port 8443 is not in listener-allow of this node"
                        + " (expected: one of 443)");
        assertThat(applied.get(2).path("reason").asText())
                .isEqualTo("listener web: not bound at 0.0.0.0:8443: " + IN_USE);
        // Of a route, only the routing counts.
        assertThat(client.post(
                                "/v1/routes?wait=applied",
                                "{\"name\":\"r\",\"hosts\":[\"a.example\"],\"pools\":[{\"pool\":\"default\"}]}")
                        .is(201)
                        .json()
                        .path("applied")
                        .findValues("missing"))
                .isEmpty();
    }

    @Test
    void aListenerThatIsBoundMeanwhileIsWaitedFor() throws Exception {
        cluster.node(3).conditions(web("0.0.0.0:8443", State.RETRYING, "the address is still being closed"));
        CompletableFuture<JsonNode> written = CompletableFuture.supplyAsync(() ->
                client.post("/v1/listeners?wait=applied", WEB).is(201).json().path("applied"));
        await().until(() -> cluster.node(3).asked() > 3 || written.isDone());
        cluster.node(3).conditions(web("0.0.0.0:8443", State.BOUND, ""));
        JsonNode applied = written.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(applied.findValues("missing")).isEmpty();
    }

    @Test
    void aMemberSaysWhyItServesNotByTheChange() {
        cluster.node(2).workersHang(true);
        cluster.node(3).stop();
        JsonNode applied =
                client.post("/v1/listeners?wait=applied", WEB).is(201).json().path("applied");
        assertThat(applied.get(1).path("reason").asText()).isEqualTo("it does not route by the change yet");
        assertThat(applied.get(2).path("reason").asText()).startsWith("not reached at 127.0.0.1:");
    }

    @Test
    void aListenerThatCannotBeBoundMakesNoNodeUnready() {
        client.post("/v1/listeners", WEB).is(201);
        assertThat(client.get("/readyz?verbose").is(200).json().has("listeners"))
                .isFalse();
        cluster.node(1)
                .conditions(
                        web("0.0.0.0:8443", State.RETRYING, IN_USE), web("0.0.0.0:8442", State.DRAINING, "removed"));
        JsonNode ready = client.get("/readyz?verbose").is(200).json();
        assertThat(ready.path("status").asText()).isEqualTo("ready");
        assertThat(List.of(ready.path("listeners").get(0).asText()))
                .containsExactly(
                        "listener web: not bound at 0.0.0.0:8443: " + IN_USE + "; the node is ready all the same");
        assertThat(ready.path("listeners")).hasSize(1);
        assertThat(client.get("/readyz").is(200).json().has("listeners")).isFalse();
    }
}
