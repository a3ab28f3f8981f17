package io.weldr.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.weldr.api.http.Client.Reply;
import io.weldr.api.testkit.TestCluster;
import io.weldr.core.port.GatewayException.Kind;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pools, listeners and routes over HTTP. */
class ResourcesIT {
    /** One of each kind, that needs nothing else. */
    private static final String POOL =
            "{\"name\":\"shop\",\"balancing\":{\"algorithm\":\"hash\",\"key\":\"cookie sid\"}}";

    private static final String LISTENER = "{\"name\":\"shop\",\"address\":\"0.0.0.0:8443\"}";
    private static final String ROUTE =
            "{\"name\":\"shop\",\"hosts\":[\"shop.example\"],\"pools\":[{\"pool\":\"default\"}]}";

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

    private static String body(String plural) {
        return plural.equals("pools") ? POOL : plural.equals("listeners") ? LISTENER : ROUTE;
    }

    /** A part that is not said by {@link #body}. */
    private static String part(String plural) {
        return switch (plural) {
            case "pools" -> "{\"minimumUp\":3}";
            case "listeners" -> "{\"trustedPeers\":[\"10.0.0.0/8\"]}";
            default -> "{\"matches\":[{\"path\":\"/cart\"}]}";
        };
    }

    @ParameterizedTest
    @CsvSource({"pools, pool", "listeners, listener", "routes, route"})
    void everyKindIsCreatedReadChangedAndRemoved(String plural, String singular) {
        String all = "/v1/" + plural;
        String one = all + "/shop";
        client.get(one).isProblem(404, "no-such-" + singular);
        client.send("PATCH", one, part(plural)).isProblem(404, "no-such-" + singular);
        client.delete(one).isProblem(404, "no-such-" + singular);

        Reply created = client.post(all, body(plural)).is(201);
        assertThat(created.field("Location")).isEqualTo(one);
        JsonNode entry = created.json();
        assertThat(entry.path("effect").asText()).isEqualTo("created");
        assertThat(entry.path("warnings").isArray()).isTrue();
        assertThat(entry.path("revision").asLong()).isEqualTo(cluster.index());
        assertThat(entry.path("createdRevision")).isEqualTo(entry.path("revision"));
        assertThat(created.field("ETag")).isEqualTo("\"" + cluster.index() + "\"");

        Reply same = client.post(all, body(plural)).is(200);
        assertThat(same.json().path("effect").asText()).isEqualTo("unchanged");
        assertThat(same.field("ETag")).isEqualTo(created.field("ETag"));
        client.post(all, body(plural), "If-None-Match", "*").isProblem(412, "precondition-failed");
        client.send("PUT", one, body(plural), "If-None-Match", "*").isProblem(412, "precondition-failed");

        Reply changed =
                new Client(cluster.node(2)).send("PATCH", one, part(plural)).is(200);
        assertThat(changed.json().path("effect").asText()).isEqualTo("updated");
        client.post(all, body(plural)).isProblem(409, "already-exists");
        Reply read = new Client(cluster.node(3)).get(one).is(200);
        assertThat(read.field("ETag")).isEqualTo(changed.field("ETag"));
        JsonNode list = client.get(all).is(200).json().path(plural);
        assertThat(list.findValuesAsText("name")).contains("default", "shop");
        for (String link : read.json().findValuesAsText("href")) {
            client.send("OPTIONS", link, null).is(204);
        }

        Reply whole = client.send("PUT", one, body(plural)).is(200);
        assertThat(withoutRevisions(whole.json()))
                .as("defaults for what is not said")
                .isEqualTo(withoutRevisions(entry));

        JsonNode removed = client.delete(one + "?wait=applied").is(200).json();
        assertThat(removed.path("removed").path("name").asText()).isEqualTo("shop");
        assertThat(removed.path("removed").path("revision").asLong())
                .isEqualTo(whole.json().path("revision").asLong());
        assertThat(removed.path("effect").asText()).isEqualTo("removed");
        assertThat(removed.path("revision").asLong()).isEqualTo(cluster.index());
        assertThat(removed.path("applied").findValuesAsText("member")).containsExactly("n1", "n2", "n3");
        client.get(one).isProblem(404, "no-such-" + singular);
        assertThat(client.get("/v1/history?kind=" + singular + "&name=shop")
                        .is(200)
                        .json()
                        .path("changes")
                        .findValuesAsText("kind"))
                .containsExactly(
                        singular + "-created", singular + "-updated", singular + "-updated", singular + "-removed");
    }

    private static JsonNode withoutRevisions(JsonNode entry) {
        ObjectNode rest = entry.deepCopy();
        rest.remove(List.of("revision", "createdRevision", "effect", "warnings", "applied"));
        return rest;
    }

    @ParameterizedTest
    @CsvSource({"pools", "listeners", "routes"})
    void aWriteHasConditions(String plural) {
        String one = "/v1/" + plural + "/shop";
        client.send("PUT", one, body(plural), "If-Match", "*").isProblem(412, "precondition-failed");
        client.send("PUT", one, body(plural), "If-Match", "\"7\"").isProblem(412, "precondition-failed");
        client.send("PUT", one, body(plural), "If-Match", "\"7\", \"8\"").isProblem(412, "precondition-failed");
        String first = client.send("PUT", one, body(plural), "If-None-Match", "*")
                .is(201)
                .field("ETag");
        String second = client.send("PATCH", one, part(plural), "If-Match", first)
                .is(200)
                .field("ETag");
        client.send("PATCH", one, "{}", "If-Match", first).isProblem(412, "precondition-failed");
        client.send("PATCH", one, "{}", "If-Match", first + "," + second).is(200);
        client.send("PUT", one, body(plural), "If-Match", first).isProblem(412, "precondition-failed");
        client.send("PUT", one, body(plural), "If-Match", "\"1\", " + first).isProblem(412, "precondition-failed");
        client.delete(one, "If-Match", first).isProblem(412, "precondition-failed");
        client.get(one, "If-Match", first).isProblem(412, "precondition-failed");
        client.send("PATCH", one, "{}", "If-None-Match", "*").isProblem(400, "bad-request");
        client.post("/v1/" + plural, body(plural), "If-Match", second).isProblem(400, "bad-request");
        client.send("PUT", one, body(plural), "If-Match", second + ",\"1\"").is(200);
        client.delete(one, "If-Match", "*").is(200);
    }

    @ParameterizedTest
    @CsvSource({"pools", "listeners", "routes"})
    void aKeyNamesAWishThatIsCarriedOutOnce(String plural) {
        String one = "/v1/" + plural + "/shop";
        client.post("/v1/" + plural, body(plural)).is(201);
        Reply first =
                client.send("PATCH", one, part(plural), "Idempotency-Key", "k1").is(200);
        client.send("PUT", one, body(plural)).is(200);
        Reply again = new Client(cluster.node(2))
                .send("PATCH", one, part(plural), "Idempotency-Key", "k1")
                .is(200);
        assertThat(again.field("ETag")).isEqualTo(first.field("ETag"));
        assertThat(again.json().path("effect").asText()).isEqualTo("updated");
        assertThat(client.get(one).field("ETag")).isNotEqualTo(first.field("ETag"));
    }

    @ParameterizedTest
    @CsvSource({"pools", "listeners", "routes"})
    void aNameHasToBeThereAndToBeTheSame(String plural) {
        ObjectNode nameless = client.get("/v1/" + plural + "/default").json().deepCopy();
        nameless.remove("name");
        assertThat(client.post("/v1/" + plural, nameless.toString())
                        .isProblem(400, "invalid-value")
                        .json()
                        .path("detail")
                        .asText())
                .startsWith("name: nothing");
        assertThat(client.send("PUT", "/v1/" + plural + "/other", body(plural))
                        .isProblem(400, "invalid-value")
                        .json()
                        .path("detail")
                        .asText())
                .contains("name: \"shop\"", "other");
        client.send("PATCH", "/v1/" + plural + "/default", "{\"name\":\"other\"}")
                .isProblem(400, "invalid-value");
        client.send("PATCH", "/v1/" + plural + "/default", "{\"name\":\"default\"}")
                .is(200);
        assertThat(client.get("/v1/" + plural + "/a%20b")
                        .isProblem(400, "invalid-value")
                        .json()
                        .path("detail")
                        .asText())
                .startsWith("name: \"a b\"");
    }

    @Test
    void anAnswerCanBeChangedAndSentBack() {
        client.post("/v1/pools", POOL).is(201);
        client.post("/v1/pools/shop/origins", "{\"url\":\"http://127.0.0.1:1\"}")
                .is(201);
        ObjectNode pool =
                client.get("/v1/pools/shop?consistency=stale").is(200).json().deepCopy();
        assertThat(pool.path("origins").asInt()).isEqualTo(1);
        assertThat(pool.has("staleness")).isTrue();
        pool.put("slowStart", "30s");
        Reply put = client.send("PUT", "/v1/pools/shop", pool.toString()).is(200);
        assertThat(put.json().path("slowStart").asText()).isEqualTo("30s");
        assertThat(put.json().path("balancing").path("key").asText()).isEqualTo("cookie sid");
        assertThat(put.json().path("origins").asInt()).as("stay").isEqualTo(1);
    }

    @Test
    void aMergePatchChangesAPartAndTakesAPartAway() {
        client.post(
                        "/v1/pools",
                        "{\"name\":\"a\",\"limits\":{\"queueMax\":5,\"connectionsMax\":7},"
                                + "\"health\":{\"path\":\"/up\",\"contains\":\"fine\",\"headers\":{\"x-a\":\"1\",\"x-b\":\"2\"}}}")
                .is(201);
        JsonNode pool = client.send(
                        "PATCH",
                        "/v1/pools/a",
                        "{\"limits\":{\"queueMax\":null},\"health\":{\"contains\":null,\"interval\":\"5s\",\"headers\":{\"x-a\":null}}}")
                .is(200)
                .json();
        assertThat(pool.path("limits").has("queueMax")).isFalse();
        assertThat(pool.path("limits").path("connectionsMax").asInt()).isEqualTo(7);
        assertThat(pool.path("health").path("path").asText()).isEqualTo("/up");
        assertThat(pool.path("health").path("interval").asText()).isEqualTo("5s");
        assertThat(pool.path("health").has("contains")).isFalse();
        assertThat(pool.path("health").path("headers").size()).isEqualTo(1);
    }

    @Test
    void whatIsNeededCannotBeRemoved() {
        client.delete("/v1/pools/default").isProblem(409, "in-use");
        client.delete("/v1/listeners/default").isProblem(409, "in-use");
        client.post("/v1/pools", POOL).is(201);
        client.post("/v1/listeners", LISTENER).is(201);
        client.post("/v1/routes", "{\"name\":\"r\",\"listeners\":[\"shop\"],\"pools\":[{\"pool\":\"shop\"}]}")
                .is(201);
        for (String path : new String[] {"/v1/pools/shop", "/v1/listeners/shop"}) {
            assertThat(client.delete(path)
                            .isProblem(409, "in-use")
                            .json()
                            .path("detail")
                            .asText())
                    .contains("route r");
        }
        client.delete("/v1/routes/r").is(200);
        client.delete("/v1/pools/shop").is(200);
        client.delete("/v1/listeners/shop").is(200);
        client.delete("/v1/routes/default").is(200);
    }

    @Test
    void partsThatAreNotValidTogetherAreTold() {
        assertThat(client.post("/v1/routes", "{\"name\":\"r\",\"pools\":[{\"pool\":\"nowhere\"}]}")
                        .isProblem(422, "invalid-together")
                        .json()
                        .path("detail")
                        .asText())
                .contains("nowhere");
        client.post("/v1/listeners", LISTENER).is(201);
        client.post("/v1/listeners", "{\"name\":\"other\",\"address\":\"0.0.0.0:8443\"}")
                .isProblem(409, "already-exists");
    }

    @Test
    void aRouteThatWasCheckedTooEarlyIsTriedAgain() {
        cluster.checkTooEarly(19);
        client.post("/v1/routes", ROUTE, "Idempotency-Key", "k").is(201);
        long index = cluster.index();
        client.post("/v1/routes", ROUTE, "Idempotency-Key", "k").is(201);
        assertThat(cluster.index()).as("nothing is carried out twice").isEqualTo(index);
        cluster.checkTooEarly(3);
        client.send("PATCH", "/v1/routes/shop", part("routes")).is(200);
        cluster.checkTooEarly(20);
        Reply conflict = client.delete("/v1/routes/shop").isProblem(409, "conflict");
        assertThat(conflict.field("Retry-After")).isEqualTo("1");
        cluster.checkTooEarly(0);
        client.delete("/v1/routes/shop").is(200);
    }

    @Test
    void aChangeThatIsAlwaysOvertakenIsAConflictAndNoFailedCondition() {
        client.post("/v1/pools", POOL).is(201);
        cluster.overtake(19);
        client.send("PATCH", "/v1/pools/shop", part("pools")).is(200);
        cluster.overtake(20);
        Reply conflict =
                client.send("PATCH", "/v1/pools/shop", "{\"minimumUp\":4}").isProblem(409, "conflict");
        assertThat(conflict.field("Retry-After")).isEqualTo("1");
        cluster.overtake(1);
        String tag = client.get("/v1/pools/shop").field("ETag");
        client.send("PATCH", "/v1/pools/shop", "{\"minimumUp\":4}", "If-Match", tag)
                .isProblem(412, "precondition-failed");
    }

    @Test
    void withoutALeaderNothingIsHalfDone() {
        cluster.fail(Kind.NO_LEADER);
        for (String plural : new String[] {"pools", "listeners", "routes"}) {
            client.get("/v1/" + plural).isProblem(503, "no-leader");
            client.post("/v1/" + plural, body(plural)).isProblem(503, "no-leader");
            client.send("PATCH", "/v1/" + plural + "/default", "{}").isProblem(503, "no-leader");
            client.get("/v1/" + plural + "?consistency=stale").is(200);
            client.get("/v1/" + plural + "/default?consistency=stale").is(200);
            client.send("PATCH", "/v1/" + plural + "/default", "{\"nmae\":null}")
                    .isProblem(400, "unknown-field");
        }
    }

    @Test
    void aListHasATagAndASingleResourceAnswersNoNotModified() {
        for (String plural : new String[] {"pools", "listeners", "routes"}) {
            if (!plural.equals("listeners")) { // what members have made of them changes without a revision
                String tag = client.get("/v1/" + plural).is(200).field("ETag");
                client.get("/v1/" + plural, "If-None-Match", tag).is(304);
            }
            String one = client.get("/v1/" + plural + "/default").is(200).field("ETag");
            assertThat(one).isEqualTo("\"0\"");
            client.get("/v1/" + plural + "/default", "If-None-Match", one).is(200);
            client.send("PATCH", "/v1/" + plural + "/default", "{}", "If-Match", one)
                    .is(200);
            client.send("HEAD", "/v1/" + plural + "/default", null).is(200);
            assertThat(client.send("OPTIONS", "/v1/" + plural + "/default", null)
                            .is(204)
                            .field("Allow"))
                    .isEqualTo("GET, HEAD, PUT, PATCH, DELETE, OPTIONS");
            client.send("DELETE", "/v1/" + plural, null).isProblem(405, "method-not-allowed");
            client.get("/v1/" + plural + "?wait=applied").isProblem(400, "unknown-field");
        }
    }

    @Test
    void manyWritersOfOneResourceLoseNoChange() throws Exception {
        client.post("/v1/pools", "{\"name\":\"a\"}").is(201);
        List<String> parts = List.of(
                "{\"minimumUp\":2}",
                "{\"slowStart\":\"7s\"}",
                "{\"limits\":{\"queueMax\":9}}",
                "{\"whenAllDown\":\"fail-open\"}");
        List<Thread> writers = new ArrayList<>();
        List<Reply> replies = java.util.Collections.synchronizedList(new ArrayList<>());
        for (int i = 0; i < parts.size(); i++) {
            Client other = new Client(cluster.node(1 + i % 3));
            String part = parts.get(i);
            writers.add(new Thread(() -> replies.add(other.send("PATCH", "/v1/pools/a", part))));
        }
        writers.forEach(Thread::start);
        for (Thread writer : writers) {
            writer.join();
        }
        replies.forEach(reply -> reply.is(200));
        JsonNode pool = client.get("/v1/pools/a").json();
        assertThat(pool.path("minimumUp").asInt()).isEqualTo(2);
        assertThat(pool.path("slowStart").asText()).isEqualTo("7s");
        assertThat(pool.path("limits").path("queueMax").asInt()).isEqualTo(9);
        assertThat(pool.path("whenAllDown").asText()).isEqualTo("fail-open");
    }
}
