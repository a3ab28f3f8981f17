package io.weldr.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.weldr.api.testkit.TestCluster;
import io.weldr.core.state.ClusterVersion;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What origins and health policies have had since there are resources. */
class OriginFieldsIT {
    private static final String WEB1 = "/v1/pools/default/origins/web1";
    private static final String HEALTH = "/v1/pools/default/health";

    private TestCluster cluster;
    private Client client;

    @BeforeEach
    void start() throws Exception {
        cluster = TestCluster.start(1);
        client = new Client(cluster.node(1));
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    @Test
    void anOriginHasAPriorityALimitAndLabels() {
        JsonNode added = client.post(
                        "/v1/pools/default/origins",
                        "{\"url\":\"http://127.0.0.1:1\",\"id\":\"web1\",\"priority\":1,\"connectionsMax\":5,\"labels\":{\"zone\":\"a\"}}")
                .is(201)
                .json();
        assertThat(added.path("priority").asInt()).isEqualTo(1);
        assertThat(added.path("connectionsMax").asInt()).isEqualTo(5);
        assertThat(added.path("labels").path("zone").asText()).isEqualTo("a");
        JsonNode weighted = client.send("PATCH", WEB1, "{\"weight\":2}").is(200).json();
        assertThat(weighted.path("labels")).isEqualTo(added.path("labels"));
        JsonNode inherits = client.send(
                        "PATCH", WEB1, "{\"connectionsMax\":null,\"labels\":{\"rack\":\"7\"},\"priority\":0}")
                .is(200)
                .json();
        assertThat(inherits.path("connectionsMax").isNull()).isTrue();
        assertThat(inherits.path("labels").toString()).isEqualTo("{\"rack\":\"7\"}");
        client.send("PATCH", WEB1, "{\"priority\":3,\"connectionsMax\":0}").is(200);
        JsonNode whole = client.send("PUT", WEB1, "{\"url\":\"http://127.0.0.1:1\"}")
                .is(200)
                .json();
        assertThat(whole.path("priority").asInt()).isZero();
        assertThat(whole.path("connectionsMax").isNull()).isTrue();
        assertThat(whole.path("labels").size()).isZero();
        assertThat(client.get("/v1/history?kind=origin&name=web1").json().path("changes"))
                .allMatch(change -> change.path("origin").has("priority"));
        for (String bad : new String[] {
            "{\"priority\":10}",
            "{\"connectionsMax\":-1}",
            "{\"labels\":{\"a\":1}}",
            "{\"labels\":[]}",
            "{\"labels\":{\"a b\":\"\"}}"
        }) {
            client.send("PATCH", WEB1, bad).isProblem(400, "invalid-value");
        }
    }

    /** Of several versions the older ones do not know these fields. */
    @Test
    void aWholeOriginNeedsNoNewerClusterVersionThanItSays() throws Exception {
        try (TestCluster old = TestCluster.start(1, ClusterVersion.HEALTH_APART)) {
            Client older = new Client(old.node(1));
            older.post("/servers", "{\"url\":\"http://127.0.0.1:1\",\"id\":\"web1\"}")
                    .is(201);
            older.send("PUT", WEB1, "{\"url\":\"http://127.0.0.1:1\",\"weight\":3}")
                    .is(200);
            older.send("PATCH", HEALTH, "{\"interval\":\"5s\"}").is(200);
            older.send("PUT", WEB1, "{\"url\":\"http://127.0.0.1:1\",\"priority\":3}")
                    .isProblem(409, "cluster-version");
            older.send("PATCH", HEALTH, "{\"type\":\"tcp\"}").isProblem(409, "cluster-version");
            older.post("/v1/pools", "{\"name\":\"a\"}").isProblem(409, "cluster-version");
        }
    }

    @Test
    void aPartOfAHealthPolicyGetsItsDefaultAgain() {
        client.send("PATCH", HEALTH, "{\"contains\":\"fine\",\"interval\":\"5s\",\"failures\":4}")
                .is(200);
        JsonNode policy = client.send("PATCH", HEALTH, "{\"contains\":null,\"interval\":null}")
                .is(200)
                .json()
                .path("health");
        assertThat(policy.has("contains")).isFalse();
        assertThat(policy.path("interval").asText()).isEqualTo("30s");
        assertThat(policy.path("failures").asInt()).isEqualTo(4);
        client.send("PATCH", HEALTH, "{\"type\":\"tcp\",\"connectTimeout\":\"500ms\"}")
                .is(200);
        client.send("PATCH", HEALTH, "{\"connectTimeout\":\"3s\"}").isProblem(400, "invalid-value");
    }
}
