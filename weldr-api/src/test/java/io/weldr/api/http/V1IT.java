package io.weldr.api.http;

import static io.weldr.testing.Patience.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.weldr.api.http.Client.Reply;
import io.weldr.api.testkit.TestCluster;
import io.weldr.core.pool.OriginId;
import io.weldr.core.pool.PoolName;
import io.weldr.core.pool.Verdict;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.Command;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The API below {@code /v1}. */
class V1IT {
    private static final String WEB1 = "/v1/pools/default/origins/web1";
    private static final String HEALTH = "/v1/pools/default/health";

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

    private Reply addWeb1() {
        return client.post("/v1/pools/default/origins", "{\"url\":\"http://127.0.0.1:1\",\"id\":\"web1\"}")
                .is(201);
    }

    @Test
    void theDefaultPoolIsThereWithItsOriginsAndPolicy() {
        addWeb1();
        JsonNode pool = client.get("/v1/pools").is(200).json().path("pools").get(0);
        assertThat(pool.path("name").asText()).isEqualTo("default");
        assertThat(pool.path("origins").asInt()).isEqualTo(1);
        assertThat(pool.path("health").path("interval").asText()).isEqualTo("30s");
        client.get("/v1/pools/default").is(200);
        client.get("/v1/pools/web").isProblem(404, "no-such-pool");
        client.get("/v1/pools/w%20eb").isProblem(400, "invalid-value");
        client.post("/v1/pools/web/origins", "{\"url\":\"http://127.0.0.1:1\"}").isProblem(404, "no-such-pool");
        JsonNode origins = client.get("/v1/pools/default/origins").is(200).json();
        assertThat(origins.path("origins").get(0).path("id").asText()).isEqualTo("web1");
    }

    @Test
    void everyNodeTakesAWriteAndShowsIt() {
        addWeb1();
        new Client(cluster.node(2)).send("PATCH", WEB1, "{\"weight\":5}").is(200);
        assertThat(new Client(cluster.node(3))
                        .get(WEB1)
                        .is(200)
                        .json()
                        .path("weight")
                        .asInt())
                .isEqualTo(5);
    }

    @Test
    void aPatchChangesWhatItSaysAndLeavesTheRest() {
        addWeb1();
        JsonNode changed = client.send("PATCH", WEB1, "{\"weight\":7,\"host\":\"rewrite\"}")
                .is(200)
                .json();
        assertThat(changed.path("weight").asInt()).isEqualTo(7);
        assertThat(changed.path("host").asText()).isEqualTo("rewrite");
        JsonNode again = client.send("PATCH", WEB1, "{}").is(200).json();
        assertThat(again.path("revision")).isEqualTo(changed.path("revision"));
        client.send("PATCH", "/v1/pools/default/origins/web2", "{\"weight\":7}").isProblem(404, "no-such-origin");
        client.send("PATCH", WEB1, "{\"state\":\"up\"}").isProblem(400, "unknown-field");
    }

    @Test
    void aPartOfAHealthPolicyIsCompletedByThePoolsAndThenByItsOwn() {
        addWeb1();
        client.send("PATCH", HEALTH, "{\"failures\":9}").is(200);
        JsonNode own = client.send("PATCH", WEB1, "{\"health\":{\"path\":\"/up\"}}")
                .is(200)
                .json()
                .path("health");
        assertThat(own.path("failures").asInt()).isEqualTo(9);
        client.send("PATCH", HEALTH, "{\"failures\":2}").is(200);
        own = client.send("PATCH", WEB1, "{\"health\":{\"interval\":2.5}}")
                .is(200)
                .json()
                .path("health");
        assertThat(own.path("path").asText()).isEqualTo("/up");
        assertThat(own.path("interval").asText()).isEqualTo("2500ms");
        assertThat(own.path("failures").asInt()).isEqualTo(9);
        JsonNode inherited =
                client.send("PATCH", WEB1, "{\"health\":null}").is(200).json();
        assertThat(inherited.path("health").isNull()).isTrue();
        client.send("PATCH", WEB1, "{\"health\":{\"timeout\":\"45s\"}}").isProblem(400, "invalid-value");
    }

    @Test
    void aPutIsTheWholeOrigin() {
        addWeb1();
        client.send("PATCH", WEB1, "{\"weight\":7,\"admin\":\"maintenance\",\"health\":{\"path\":\"/up\"}}")
                .is(200);
        JsonNode whole = client.send("PUT", WEB1, "{\"url\":\"http://127.0.0.1:2\",\"id\":\"web1\"}")
                .is(200)
                .json();
        assertThat(whole.path("weight").asInt()).isEqualTo(1);
        assertThat(whole.path("admin").asText()).isEqualTo("enabled");
        assertThat(whole.path("health").isNull()).isTrue();
        assertThat(whole.path("url").asText()).isEqualTo("http://127.0.0.1:2");
        client.send("PUT", WEB1, "{}").isProblem(400, "invalid-value");
        client.send("PUT", WEB1, "{\"url\":\"http://127.0.0.1:2\",\"id\":\"web2\"}")
                .isProblem(400, "invalid-value");
        JsonNode own = client.send("PUT", WEB1, "{\"url\":\"http://127.0.0.1:2\",\"health\":{\"passes\":1}}")
                .is(200)
                .json();
        assertThat(own.path("health").path("passes").asInt()).isEqualTo(1);
    }

    @Test
    void anOriginIsDrainedUntilADeadlineAndEnabledAgain() {
        addWeb1();
        Instant before = Instant.now();
        JsonNode draining = client.send("PATCH", WEB1, "{\"admin\":\"draining\",\"drainFor\":\"5m\"}")
                .is(200)
                .json();
        assertThat(draining.path("state").asText()).isEqualTo("draining");
        Duration left = Duration.between(
                before, Instant.parse(draining.path("drainDeadline").asText()));
        assertThat(left).isBetween(Duration.ofMinutes(5), Duration.ofMinutes(6));
        Instant since = Instant.parse(draining.path("adminSince").asText());
        assertThat(since).isBetween(before, Instant.now());
        for (String path : new String[] {WEB1, "/servers/127.0.0.1/1"}) {
            assertThat(client.get(path).is(200).json().path("adminSince").asText())
                    .isEqualTo(since.toString());
        }
        JsonNode enabled =
                client.send("PATCH", WEB1, "{\"admin\":\"enabled\"}").is(200).json();
        assertThat(enabled.path("state").asText()).isEqualTo("up");
        assertThat(enabled.has("drainDeadline")).isFalse();
        assertThat(enabled.has("adminSince")).isFalse();
        client.send("PATCH", WEB1, "{\"drainFor\":\"5m\"}").isProblem(400, "invalid-value");
        client.send("PATCH", WEB1, "{\"admin\":\"draining\",\"drainFor\":\"25h\"}")
                .isProblem(400, "invalid-value");
        client.send("PATCH", WEB1, "{\"admin\":\"gone\"}").isProblem(400, "invalid-value");
    }

    @Test
    void aChangeThatExpectsAnotherRevisionIsRefused() {
        String tag = addWeb1().field("ETag");
        client.send("PATCH", WEB1, "{\"weight\":2}", "If-Match", tag).is(200);
        client.send("PATCH", WEB1, "{\"weight\":3}", "If-Match", tag).isProblem(412, "precondition-failed");
        client.send("PATCH", WEB1, "{\"health\":{\"passes\":1}}", "If-Match", tag)
                .isProblem(412, "precondition-failed");
        client.send("PUT", WEB1, "{\"url\":\"http://127.0.0.1:1\"}", "If-Match", tag)
                .isProblem(412, "precondition-failed");
        client.delete(WEB1, "If-Match", tag).isProblem(412, "precondition-failed");
        // Nothing that would not be looked at.
        client.send("PUT", WEB1, "{\"url\":\"http://127.0.0.1:1\"}", "If-None-Match", "*")
                .isProblem(400, "bad-request");
        client.send("PATCH", HEALTH, "{\"passes\":7}", "If-None-Match", "*").isProblem(400, "bad-request");
        client.delete(WEB1, "If-None-Match", "*").isProblem(400, "bad-request");
        client.delete(WEB1, "If-Match", "*").is(200);
        client.post("/servers", "{\"url\":\"http://127.0.0.1:1\"}", "If-Match", tag)
                .isProblem(400, "bad-request");
    }

    @Test
    void aConditionMayNameSeveralEntityTags() {
        String tag = addWeb1().field("ETag");
        String other = "W/" + tag + ", \"999\"";
        client.send("PATCH", WEB1, "{\"weight\":2}", "If-Match", other).isProblem(412, "precondition-failed");
        String second = client.send("PATCH", WEB1, "{\"weight\":2}", "If-Match", "\"1\" ,, " + tag)
                .is(200)
                .field("ETag");
        client.send("PATCH", WEB1, "{\"weight\":3}", "If-Match", tag + ", \"1\"")
                .isProblem(412, "precondition-failed");
        String[] wish = {"If-Match", "\"1\"", "If-Match", second, "Idempotency-Key", "k1"};
        String third = client.send("PATCH", WEB1, "{\"health\":{\"passes\":1}}", wish)
                .is(200)
                .field("ETag");
        assertThat(client.send("PATCH", WEB1, "{\"health\":{\"passes\":1}}", wish)
                        .is(200)
                        .field("ETag"))
                .as("carried out once, although its condition does not hold any more")
                .isEqualTo(third);
        client.send("PUT", WEB1, "{\"url\":\"http://127.0.0.1:1\"}", "If-Match", tag + "," + second)
                .isProblem(412, "precondition-failed");
        client.delete(WEB1, "If-Match", tag + "," + second).isProblem(412, "precondition-failed");
        client.delete(WEB1, "If-Match", tag + " " + third).isProblem(400, "bad-request");
        client.delete(WEB1, "If-Match", "*, " + third).isProblem(400, "bad-request");
        client.delete(WEB1, "If-Match", tag + "," + third).is(200);
        client.delete(WEB1, "If-Match", tag + "," + third).isProblem(404, "no-such-origin");

        String policy = client.get(HEALTH).field("ETag");
        client.send("PATCH", HEALTH, "{\"passes\":7}", "If-Match", "\"p0\", " + policy)
                .is(200);
        client.send("PATCH", HEALTH, "{\"passes\":8}", "If-Match", "\"p0\", " + policy)
                .isProblem(412, "precondition-failed");
    }

    @Test
    void aReadHasConditionsToo() {
        String tag = addWeb1().field("ETag");
        for (String path : new String[] {WEB1, HEALTH, "/servers", "/v1/pools", "/v1/pools/default/origins"}) {
            String current = client.get(path).is(200).field("ETag");
            client.get(path, "If-Match", "\"999\", " + current).is(200);
            client.get(path, "If-Match", "*").is(200);
            client.get(path, "If-Match", "\"999\"").isProblem(412, "precondition-failed");
            client.get(path, "If-Match", "\"999\"", "If-None-Match", current).isProblem(412, "precondition-failed");
            client.get(path, "If-Match", "999").isProblem(400, "bad-request");
        }
        client.get("/v1/history", "If-Match", tag).is(200);
    }

    @Test
    void whatMustBeNewMeetsNoOtherOriginEither() {
        addWeb1();
        String path = "/v1/pools/default/origins";
        for (String origin : new String[] {
            "{\"url\":\"http://127.0.0.1:1\",\"id\":\"web1\"}", // the same
            "{\"url\":\"http://127.0.0.1:1\",\"id\":\"web2\"}", // its address
            "{\"url\":\"http://127.0.0.1:2\",\"id\":\"web1\"}", // its id
            "{\"url\":\"http://127.0.0.1:2\",\"id\":\"web1\",\"health\":{\"passes\":1}}"
        }) {
            client.post(path, origin, "If-None-Match", "*").isProblem(412, "precondition-failed");
        }
        client.post(path, "{\"url\":\"http://127.0.0.1:2\",\"id\":\"web1\"}").isProblem(409, "already-exists");
    }

    @Test
    void ofTwoWhoChangeThePolicyTheSecondIsRefusedIfItSaysSo() {
        String tag = client.get(HEALTH).is(200).field("ETag");
        client.get(HEALTH, "If-None-Match", tag).is(304);
        String next = client.send("PATCH", HEALTH, "{\"interval\":\"5s\"}", "If-Match", tag)
                .is(200)
                .field("ETag");
        assertThat(next).isNotEqualTo(tag);
        client.send("PATCH", HEALTH, "{\"passes\":7}", "If-Match", tag).isProblem(412, "precondition-failed");
        client.send("PATCH", HEALTH, "{\"confirm\":\"nobody\"}").isProblem(400, "invalid-value");
        JsonNode put = client.send("PUT", HEALTH, "{\"passes\":7,\"confirm\":\"any\"}", "If-Match", next)
                .is(200)
                .json();
        assertThat(put.path("health").path("interval").asText()).isEqualTo("30s");
        assertThat(put.path("health").path("passes").asInt()).isEqualTo(7);
        assertThat(put.path("health").path("confirm").asText()).isEqualTo("any");
    }

    @Test
    void anIdWithBracketsHasAPathOfItsOwn() {
        Reply added =
                client.post("/servers", "{\"url\":\"http://[2001:db8::1]:80\"}").is(201);
        String update = "";
        for (JsonNode link : added.json().path("links")) {
            update = link.path("rel").asText().equals("update")
                    ? link.path("href").asText()
                    : update;
        }
        assertThat(update).isEqualTo("/v1/pools/default/origins/%5B2001:db8::1%5D:80");
        client.send("PATCH", update, "{\"weight\":3}").is(200);
        client.delete(update).is(200);
    }

    @Test
    void healthMovesNoRevisionOfAnOperator() {
        addWeb1();
        Reply read = client.get(WEB1).is(200);
        String tag = read.field("ETag");
        String list = client.get("/servers").is(200).field("ETag");
        verdict(false);
        Reply down = client.get(WEB1, "If-None-Match", tag).is(200);
        assertThat(down.json().path("state").asText())
                .as("is told all the same")
                .isEqualTo("down");
        assertThat(down.field("ETag")).isEqualTo(tag);
        assertThat(down.json().path("revision")).isEqualTo(read.json().path("revision"));
        client.get("/servers", "If-None-Match", list).is(200);
        client.send("PATCH", WEB1, "{\"weight\":2}", "If-Match", tag).is(200);
        client.send("PATCH", WEB1, "{\"weight\":3}", "If-Match", tag).isProblem(412, "precondition-failed");
    }

    @Test
    void flappingOriginsPushNoneOfAnOperatorsChangesOut() {
        addWeb1();
        for (int i = 0; i < ClusterState.CHANGES_MAX + 10; i++) {
            verdict(i % 2 == 1);
        }
        JsonNode operators =
                client.get("/v1/history?by=operator").is(200).json().path("changes");
        assertThat(operators.findValuesAsText("kind")).containsExactly("origin-added");
        JsonNode clusters =
                client.get("/v1/history?by=cluster&limit=512").is(200).json().path("changes");
        assertThat(clusters.findValuesAsText("kind")).containsOnly("verdict").hasSize(ClusterState.CHANGES_MAX);
        assertThat(client.get("/v1/history?after=0&limit=3")
                        .json()
                        .path("changes")
                        .get(0)
                        .path("kind")
                        .asText())
                .isEqualTo("origin-added");
        client.get("/v1/history?by=me").isProblem(400, "invalid-value");
    }

    /** Whoever follows the links sees each change once, in both directions. */
    @Test
    void theHistoryIsReadPageByPage() {
        addWeb1();
        for (int i = 0; i < 250; i++) {
            verdict(i % 2 == 1);
        }
        List<Long> all = new ArrayList<>();
        String path = "/v1/history?kind=verdict";
        while (path != null) {
            JsonNode page = client.get(path).is(200).json();
            assertThat(page.path("changes").size()).isLessThanOrEqualTo(100);
            List<Long> revisions = revisions(page);
            assertThat(revisions).isSorted();
            all.addAll(0, revisions);
            path = link(page, "older");
        }
        assertThat(all).hasSize(250).isSorted().doesNotHaveDuplicates();
        List<Long> forward = new ArrayList<>();
        path = "/v1/history?after=0&limit=60&kind=verdict";
        while (path != null) {
            JsonNode page = client.get(path).is(200).json();
            forward.addAll(revisions(page));
            path = link(page, "newer");
        }
        assertThat(forward).isEqualTo(all);
        client.get("/v1/history?limit=513").isProblem(400, "invalid-value");
        assertThat(client.get("/v1/history?before=1").json().path("changes")).isEmpty();
    }

    private static List<Long> revisions(JsonNode page) {
        List<Long> revisions = new ArrayList<>();
        page.path("changes")
                .forEach(change -> revisions.add(change.path("revision").asLong()));
        return revisions;
    }

    private static @Nullable String link(JsonNode page, String rel) {
        for (JsonNode link : page.path("links")) {
            if (link.path("rel").asText().equals(rel)) {
                return link.path("href").asText();
            }
        }
        return null;
    }

    private void verdict(boolean up) {
        cluster.submit(new Command.RecordVerdict(
                PoolName.DEFAULT,
                new OriginId("web1"),
                cluster.state().defaultPool().origins().get(0).generation(),
                new Verdict(up, Instant.now(), "connection refused"),
                null,
                Instant.now()));
    }

    @Test
    void historyTellsWhatHappenedAndCanBeReadOn() {
        long before = cluster.state().revision();
        addWeb1();
        verdict(false);
        client.delete(WEB1).is(200);
        JsonNode changes =
                client.get("/v1/history?after=" + before).is(200).json().path("changes");
        assertThat(changes.findValuesAsText("kind")).containsExactly("origin-added", "verdict", "origin-removed");
        assertThat(changes.get(1).path("origin").path("state").asText()).isEqualTo("down");
        JsonNode last = client.get("/v1/history?limit=1").json().path("changes");
        assertThat(last.findValuesAsText("kind")).containsExactly("origin-removed");
        JsonNode first =
                client.get("/v1/history?limit=1&after=" + before).json().path("changes");
        assertThat(first.findValuesAsText("kind")).containsExactly("origin-added");
        client.get("/v1/history?limit=0").isProblem(400, "invalid-value");
        client.get("/v1/history?after=x").isProblem(400, "invalid-value");
        client.get("/v1/history?befor=1").isProblem(400, "unknown-field");
        client.get("/v1/history?limit=1&limit=2").isProblem(400, "bad-request");
    }

    @Test
    void whoeverWaitsIsToldHowFarEachMemberIs() {
        cluster.node(3).stop();
        JsonNode applied = client.post("/servers?wait=applied", "{\"url\":\"http://127.0.0.1:1\"}")
                .is(201)
                .json()
                .path("applied");
        assertThat(applied.findValuesAsText("member")).containsExactly("n1", "n2", "n3");
        assertThat(applied.get(1).path("appliedIndex").asLong()).isEqualTo(cluster.index());
        assertThat(applied.get(2).path("missing").asBoolean()).isTrue();

        cluster.node(2).lag(true);
        long behind = cluster.index();
        JsonNode lagging = client.delete("/servers/127.0.0.1/1?wait=applied")
                .is(200)
                .json()
                .path("applied");
        assertThat(lagging.get(1).path("appliedIndex").asLong()).isEqualTo(behind);
        assertThat(lagging.get(1).path("missing").asBoolean()).isTrue();
        assertThat(lagging.get(0).has("missing")).isFalse();
        client.delete("/servers/127.0.0.1/1?wait=forever").isProblem(400, "invalid-value");
    }

    @Test
    void aMemberThatIsSlowerThanItsGatewayIsWaitedForAllTheSame() throws Exception {
        cluster.node(2).lag(true);
        cluster.node(2).impatient(true);
        CompletableFuture<Reply> written = CompletableFuture.supplyAsync(
                () -> client.post("/servers?wait=applied", "{\"url\":\"http://127.0.0.1:1\"}"));
        await().until(() -> cluster.node(2).appliedCalls() > 2 || written.isDone());
        cluster.node(2).lag(false);
        JsonNode applied = written.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .is(201)
                .json()
                .path("applied");
        assertThat(applied.get(1).path("appliedIndex").asLong()).isEqualTo(cluster.index());
        assertThat(applied.get(1).has("missing")).isFalse();
    }

    @Test
    void appliedMeansThatTheWorkersRouteByIt() throws Exception {
        cluster.node(2).workersHang(true);
        JsonNode hanging = client.post("/servers?wait=applied", "{\"url\":\"http://127.0.0.1:1\"}")
                .is(201)
                .json()
                .path("applied");
        assertThat(hanging.get(1).path("appliedIndex").asLong()).isEqualTo(cluster.index());
        assertThat(hanging.get(1).path("missing").asBoolean()).isTrue();
        assertThat(hanging.get(2).has("missing")).isFalse();
        cluster.node(2).workersHang(false);
        JsonNode routed = client.delete("/servers/127.0.0.1/1?wait=applied")
                .is(200)
                .json()
                .path("applied");
        assertThat(routed.findValues("missing")).isEmpty();
    }
}
