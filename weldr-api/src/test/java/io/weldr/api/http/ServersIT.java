package io.weldr.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.weldr.api.http.Client.Reply;
import io.weldr.api.testkit.TestCluster;
import io.weldr.core.port.GatewayException.Kind;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The simple API: what the first README promised, and the rules that hold for every write. */
class ServersIT {
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
    void aPlainCurlAddsAServer() {
        Reply reply = client.post(
                        "/servers",
                        "{\"url\":\"http://127.0.0.1:12345\"}",
                        "Content-Type",
                        "application/x-www-form-urlencoded")
                .is(201);
        JsonNode entry = reply.json();
        assertThat(reply.field("Location")).isEqualTo("/servers/127.0.0.1/12345");
        assertThat(entry.path("id").asText()).isEqualTo("127.0.0.1:12345");
        assertThat(entry.path("url").asText()).isEqualTo("http://127.0.0.1:12345");
        assertThat(entry.path("state").asText()).isEqualTo("up");
        assertThat(entry.path("weight").asInt()).isEqualTo(1);
        assertThat(entry.path("since").asText()).endsWith("Z");
        assertThat(entry.path("reason").asText()).isNotEmpty();
        long revision = entry.path("revision").asLong();
        assertThat(revision).isEqualTo(cluster.state().revision());
        assertThat(reply.field("ETag")).isEqualTo("\"" + revision + "\"");
        assertThat(entry.path("links").findValuesAsText("rel")).contains("self", "delete");

        JsonNode list = client.get("/servers").is(200).json();
        assertThat(list.path("servers")).hasSize(1);
        assertThat(list.path("servers").get(0).path("url").asText()).isEqualTo("http://127.0.0.1:12345");
        assertThat(list.path("links").findValuesAsText("method")).contains("POST");
    }

    @Test
    void theSameServerAgainIsNotASecondEntry() {
        client.post("/servers", "{\"url\":\"http://127.0.0.1:1\"}").is(201);
        Reply again =
                client.post("/servers", "{\"url\":\"http://127.0.0.1:1\"}").is(200);
        assertThat(again.field("Location")).isEmpty();
        assertThat(client.get("/servers").json().path("servers")).hasSize(1);
        client.post("/servers", "{\"url\":\"http://127.0.0.1:1\",\"weight\":7}").isProblem(409, "already-exists");
        client.post("/servers", "{\"url\":\"http://127.0.0.1:1\"}", "If-None-Match", "*")
                .isProblem(412, "precondition-failed");
    }

    @Test
    void aServerIsRemovedByIpAndPort() {
        client.post("/servers", "{\"url\":\"http://127.0.0.1:1\"}").is(201);
        JsonNode removed = client.delete("/servers/127.0.0.1/1").is(200).json();
        assertThat(removed.path("removed").path("url").asText()).isEqualTo("http://127.0.0.1:1");
        assertThat(removed.path("revision").asLong()).isEqualTo(cluster.state().revision());
        client.delete("/servers/127.0.0.1/1").isProblem(404, "no-such-origin");
        client.get("/servers/127.0.0.1/1").isProblem(404, "no-such-origin");
    }

    @Test
    void ipv6LiteralsAndNamesAreServersToo() {
        for (String path : new String[] {"/servers/::1/80", "/servers/%5B::1%5D/80", "/servers/0:0:0:0:0:0:0:1/80"}) {
            Reply added =
                    client.post("/servers", "{\"url\":\"http://[::1]:80\"}").is(201);
            assertThat(added.field("Location")).isEqualTo("/servers/::1/80");
            client.get(path).is(200);
            client.delete(path).is(200);
        }
        Reply byName =
                client.post("/servers", "{\"url\":\"https://Web-1.internal\"}").is(201);
        assertThat(byName.json().path("url").asText()).isEqualTo("https://web-1.internal:443");
        client.delete(byName.field("Location")).is(200);
    }

    @Test
    void aRemovalThatExpectsAnotherRevisionIsRefused() {
        String tag = client.post("/servers", "{\"url\":\"http://127.0.0.1:1\"}").field("ETag");
        client.delete("/servers/127.0.0.1/1", "If-Match", "\"999\"").isProblem(412, "precondition-failed");
        client.delete("/servers/127.0.0.1/1", "If-Match", "W/" + tag).isProblem(412, "precondition-failed");
        client.delete("/servers/127.0.0.1/1", "If-Match", "999").isProblem(400, "bad-request");
        client.delete("/servers/127.0.0.1/1", "If-Match", tag).is(200);
    }

    @Test
    void aKeyNamesOneWishAndOnlyThatOne() {
        String one = "{\"url\":\"http://127.0.0.1:1\"}";
        client.post("/servers", one, "Idempotency-Key", "k1").is(201);
        client.delete("/servers/127.0.0.1/1").is(200);
        Reply again = client.post("/servers", one, "Idempotency-Key", "k1").is(201);
        assertThat(again.json().path("id").asText()).isEqualTo("127.0.0.1:1");
        assertThat(cluster.state().defaultPool().origins()).isEmpty();

        client.post("/servers", "{\"url\":\"http://127.0.0.1:2\"}", "Idempotency-Key", "\"k1\"")
                .is(201);
        assertThat(cluster.state().defaultPool().origins()).hasSize(1);
        client.post("/servers", one, "Idempotency-Key", "no spaces").isProblem(400, "invalid-value");
    }

    @Test
    void aKeyIsAnsweredWithTheFirstOutcomeAlsoWhenTheOriginIsGone() {
        client.post("/servers", "{\"url\":\"http://127.0.0.1:1\"}").is(201);
        String path = "/v1/pools/default/origins/127.0.0.1:1";
        String body = "{\"health\":{\"path\":\"/x\"}}";
        client.send("PATCH", path, body, "Idempotency-Key", "k3").is(200);
        client.delete(path).is(200);
        Reply again = client.send("PATCH", path, body, "Idempotency-Key", "k3").is(200);
        assertThat(again.json().path("health").path("path").asText()).isEqualTo("/x");
        client.send("PATCH", path, body, "Idempotency-Key", "k4").isProblem(404, "no-such-origin");
        client.send("PATCH", path, body).isProblem(404, "no-such-origin");
    }

    @Test
    void aKeyIsAnsweredWithTheFirstOutcomeAlsoWhenThePolicyMovedOn() {
        String path = "/v1/pools/default/health";
        String tag = client.get(path).is(200).field("ETag");
        String[] keyAndTag = {"Idempotency-Key", "k5", "If-Match", tag};
        Reply first =
                client.send("PATCH", path, "{\"interval\":\"7s\"}", keyAndTag).is(200);
        client.send("PATCH", path, "{\"interval\":\"8s\",\"path\":\"/later\"}").is(200);

        Reply again =
                client.send("PATCH", path, "{\"interval\":\"7s\"}", keyAndTag).is(200);
        assertThat(again.json()).isEqualTo(first.json());
        assertThat(again.field("ETag")).isEqualTo(first.field("ETag"));
        assertThat(client.get(path).json().path("health").path("path").asText()).isEqualTo("/later");
    }

    @Test
    void aConditionThatIsNotMetDoesNotMatterWhereAllIsAsWished() {
        String path = "/v1/pools/default/health";
        String tag = client.get(path).is(200).field("ETag");
        client.send("PATCH", path, "{\"interval\":\"7s\"}", "If-Match", tag).is(200);
        client.send("PATCH", path, "{\"interval\":\"7s\"}", "If-Match", tag).is(200);
        client.send("PATCH", path, "{\"interval\":\"8s\"}", "If-Match", tag).isProblem(412, "precondition-failed");
    }

    @Test
    void withoutAQuorumWritesAndReadsSayNoLeaderAndStaleReadsStillAnswer() {
        client.post("/servers", "{\"url\":\"http://127.0.0.1:1\"}").is(201);
        cluster.fail(Kind.NO_LEADER);
        Reply refused =
                client.post("/servers", "{\"url\":\"http://127.0.0.1:2\"}").isProblem(503, "no-leader");
        assertThat(refused.field("Retry-After")).isEqualTo("1");
        client.get("/servers").isProblem(503, "no-leader");
        JsonNode stale = client.get("/servers?consistency=stale").is(200).json();
        assertThat(stale.path("servers")).hasSize(1);
        assertThat(stale.path("staleness").path("secondsSinceLeader").isNumber())
                .isTrue();
    }

    @Test
    void everyStaleReadSaysHowOldItIsAndIsNeverNotModified() {
        client.post("/servers", "{\"url\":\"http://127.0.0.1:1\"}").is(201);
        for (String path : List.of(
                "/servers",
                "/servers/127.0.0.1/1",
                "/v1/pools",
                "/v1/pools/default",
                "/v1/listeners",
                "/v1/listeners/default",
                "/v1/routes",
                "/v1/routes/default",
                "/v1/pools/default/origins",
                "/v1/pools/default/origins/127.0.0.1:1",
                "/v1/pools/default/health",
                "/v1/history")) {
            Reply fresh = client.get(path).is(200);
            assertThat(fresh.json().has("staleness")).as(path).isFalse();
            String tag = fresh.field("ETag");
            String stale = path + "?consistency=stale";
            Reply reply = tag.isEmpty() ? client.get(stale) : client.get(stale, "If-None-Match", tag);
            assertThat(reply.is(200)
                            .json()
                            .path("staleness")
                            .path("secondsSinceLeader")
                            .isNumber())
                    .as(path)
                    .isTrue();
            if (!tag.isEmpty()) {
                // The tag of one origin does not say whether its health is the same, and so on.
                boolean one = path.endsWith("1") || path.endsWith("/default");
                client.get(path, "If-None-Match", tag).is(one ? 200 : 304);
            }
        }
    }

    @Test
    void anOriginWithAPartOfAPolicyIsTheSameAgainWhenThePoolsPolicyHasChanged() {
        String body = "{\"url\":\"http://127.0.0.1:1\",\"health\":{\"path\":\"/deep\"}}";
        client.post("/servers", body).is(201);
        client.send("PATCH", "/v1/pools/default/health", "{\"interval\":\"7s\"}")
                .is(200);
        Reply again = client.post("/servers", body).is(200);
        assertThat(again.json().path("health").path("interval").asText()).isEqualTo("30s");
        client.post("/servers", "{\"url\":\"http://127.0.0.1:1\",\"health\":{\"path\":\"/other\"}}")
                .isProblem(409, "already-exists");
    }

    @Test
    void anIdThatNoPathCanHoldIsRefused() {
        for (String id : List.of(".", "..")) {
            client.post("/servers", "{\"url\":\"http://127.0.0.1:1\",\"id\":\"" + id + "\"}")
                    .isProblem(400, "invalid-value");
        }
        client.post("/servers", "{\"url\":\"http://127.0.0.1:1\",\"id\":\"...\"}")
                .is(201);
        client.delete("/v1/pools/default/origins/...").is(200);
    }

    @Test
    void anUnknownOutcomeIsSaidToBeUnknownAndTheSameKeyIsSafe() {
        cluster.fail(Kind.UNKNOWN_OUTCOME);
        String body = "{\"url\":\"http://127.0.0.1:1\"}";
        Reply unknown = client.post("/servers", body, "Idempotency-Key", "k2").isProblem(504, "unknown-outcome");
        assertThat(unknown.json().path("detail").asText()).contains("same idempotency key is safe");
        cluster.fail(null);
        client.post("/servers", body, "Idempotency-Key", "k2").is(201);
        assertThat(cluster.state().defaultPool().origins()).hasSize(1);
    }

    @Test
    void otherFailuresOfTheGatewayHaveTheirOwnNames() {
        cluster.fail(Kind.OVERLOADED);
        client.post("/servers", "{\"url\":\"http://127.0.0.1:1\"}").isProblem(503, "overloaded");
        cluster.fail(Kind.UNAVAILABLE);
        client.post("/servers", "{\"url\":\"http://127.0.0.1:1\"}").isProblem(503, "unavailable");
        cluster.fail(Kind.TOO_LARGE);
        client.post("/servers", "{\"url\":\"http://127.0.0.1:1\"}").isProblem(413, "body-too-large");
        cluster.fail(Kind.UNSUPPORTED);
        client.post("/servers", "{\"url\":\"http://127.0.0.1:1\"}").isProblem(409, "cluster-version");
        cluster.fail(Kind.OWN_ADDRESS);
        client.post("/servers", "{\"url\":\"http://127.0.0.1:1\"}").isProblem(409, "own-address");
    }

    @Test
    void whatIsUnchangedNeedNotBeSentAgain() {
        client.post("/servers", "{\"url\":\"http://127.0.0.1:1\"}").is(201);
        String tag = client.get("/servers").is(200).field("ETag");
        client.get("/servers", "If-None-Match", tag).is(304);
        client.post("/servers", "{\"url\":\"http://127.0.0.1:2\"}").is(201);
        client.get("/servers", "If-None-Match", tag).is(200);
    }

    @Test
    void theIndexLinksToWhatThereIs() {
        JsonNode index = client.get("/").is(200).json();
        assertThat(index.path("about").asText()).isEqualTo("Weldr Management API");
        assertThat(index.path("node").asText()).isEqualTo("n1");
        for (JsonNode link : index.path("links")) {
            if (!link.has("method") && !link.path("rel").asText().equals("watch")) {
                client.get(link.path("href").asText()).is(200);
            }
        }
    }

    @Test
    void everyResourceAnswersHeadAndOptions() {
        Reply head = client.send("HEAD", "/servers", null).is(200);
        assertThat(head.response().body()).isEmpty();
        assertThat(head.field("Content-Length")).isNotEqualTo("0");
        assertThat(client.send("OPTIONS", "/servers", null).is(204).field("Allow"))
                .isEqualTo("GET, HEAD, POST, OPTIONS");
        Reply refused = client.send("PUT", "/servers", "{}").isProblem(405, "method-not-allowed");
        assertThat(refused.field("Allow")).isEqualTo("GET, HEAD, POST, OPTIONS");
        client.send("BREW", "/servers", null).isProblem(405, "method-not-allowed");
        client.get("/nothing").isProblem(404, "no-such-resource");
    }

    @Test
    void aPageOfAnotherSiteCannotAddAServer() {
        client.post("/servers", "{\"url\":\"http://127.0.0.1:1\"}", "Sec-Fetch-Site", "cross-site")
                .isProblem(403, "cross-site");
        client.post("/servers", "{\"url\":\"http://127.0.0.1:1\"}", "Origin", "http://evil.example")
                .isProblem(403, "cross-site");
        client.post(
                        "/servers",
                        "{\"url\":\"http://127.0.0.1:1\"}",
                        "Origin",
                        cluster.node(1).url())
                .is(201);
    }

    @Test
    void whatIsNotValidIsRefusedWithoutAQuorum() {
        cluster.fail(Kind.NO_LEADER);
        String v1 = "/v1/pools/default/";
        String origin = v1 + "origins/web-1";
        client.get("/servers").isProblem(503, "no-leader");
        client.get("/servers/1.2.3.4/99999").isProblem(400, "invalid-value");
        client.get("/servers/1.2.3.4/0").isProblem(400, "invalid-value");
        client.get("/servers/a%20b/80").isProblem(400, "invalid-value");
        client.delete("/servers/1.2.3.4/99999").isProblem(400, "invalid-value");
        client.get("/servers?consistency=fresh").isProblem(400, "invalid-value");
        client.get("/v1/pools/a%20b").isProblem(400, "invalid-value");
        client.get("/v1/pools/a%20b/health").isProblem(400, "invalid-value");
        client.get("/v1/pools/a%20b/origins").isProblem(400, "invalid-value");
        client.get(v1 + "origins/a%20b").isProblem(400, "invalid-value");
        client.get("/v1/history?limit=0").isProblem(400, "invalid-value");
        client.delete(origin + "?wait=forever").isProblem(400, "invalid-value");
        for (String health : new String[] {
            "{\"path\":\"up\"}",
            "{\"interval\":\"2h\"}",
            "{\"timeout\":\"2m\"}",
            "{\"interval\":\"1s\",\"timeout\":\"2s\"}"
        }) {
            client.send("PATCH", v1 + "health", health).isProblem(400, "invalid-value");
            client.send("PUT", v1 + "health", health).isProblem(400, "invalid-value");
            client.send("PATCH", origin, "{\"health\":" + health + "}").isProblem(400, "invalid-value");
            String whole = "{\"url\":\"http://127.0.0.1:1\",\"health\":" + health + "}";
            client.send("PUT", origin, whole).isProblem(400, "invalid-value");
            client.post("/servers", whole).isProblem(400, "invalid-value");
        }
        // Whether this goes with the pool's policy, the pool alone can tell.
        client.send("PATCH", v1 + "health", "{\"timeout\":\"45s\"}").isProblem(503, "no-leader");
    }
}
