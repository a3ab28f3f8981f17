package io.weldr.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.weldr.api.testkit.TestCluster;
import io.weldr.proto.admin.v1.AdminGrpc;
import io.weldr.proto.admin.v1.ExplainReply;
import io.weldr.proto.admin.v1.ExplainRequest;
import io.weldr.proto.resource.v1.HeaderValue;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Where a request would go, over both APIs. */
class ExplainIT {
    private TestCluster cluster;
    private Client client;

    @BeforeEach
    void start() throws Exception {
        cluster = TestCluster.start(1);
        client = new Client(cluster.node(1));
        client.post("/v1/pools", "{\"name\":\"shop\"}").is(201);
        client.post("/v1/pools/shop/origins", "{\"url\":\"http://127.0.0.1:1\",\"id\":\"a\",\"weight\":3}")
                .is(201);
        client.post(
                        "/v1/routes",
                        "{\"name\":\"cart\",\"hosts\":[\"shop.example\"],"
                                + "\"matches\":[{\"path\":\"/cart\",\"headers\":[{\"name\":\"x-a\",\"value\":\"1\"}]}],"
                                + "\"pools\":[{\"pool\":\"shop\"}],\"deny\":[\"10.0.0.0/8\"],"
                                + "\"requestHeaders\":{\"set\":[{\"name\":\"x-b\",\"value\":\"2\"}]},"
                                + "\"responseHeaders\":{\"remove\":[\"server\"]},"
                                + "\"rewrite\":{\"host\":\"in.example\",\"path\":{\"kind\":\"prefix\",\"value\":\"/c\"}}}")
                .is(201);
        client.post(
                        "/v1/routes",
                        "{\"name\":\"old\",\"hosts\":[\"old.example\"],\"redirect\":{\"status\":308,\"host\":\"shop.example\"}}")
                .is(201);
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    private JsonNode explain(String url, String... more) {
        StringBuilder query = new StringBuilder("/v1/explain?url=" + encoded(url));
        for (int i = 0; i < more.length; i += 2) {
            query.append('&').append(more[i]).append('=').append(encoded(more[i + 1]));
        }
        return client.get(query.toString()).is(200).json();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @Test
    void aRequestIsFollowedToItsOrigins() {
        JsonNode found = explain("http://shop.example/cart/7?q=1", "header", "X-A: 1", "header", "x-z: 2");
        assertThat(found.path("action").asText()).isEqualTo("forward");
        assertThat(found.path("route").asText()).isEqualTo("cart");
        assertThat(found.path("match").asInt()).isZero();
        JsonNode origin = found.path("pools").get(0).path("origins").get(0);
        assertThat(origin.path("id").asText()).isEqualTo("a");
        assertThat(origin.path("state").asText()).isEqualTo("up");
        assertThat(found.path("sent").path("target").asText()).isEqualTo("/c/7?q=1");
        assertThat(found.path("sent").path("host").asText()).isEqualTo("in.example");
        assertThat(found.path("sent")
                        .path("headers")
                        .path("set")
                        .get(0)
                        .path("name")
                        .asText())
                .isEqualTo("x-b");
        assertThat(found.path("sent").path("origin").asText()).isEqualTo("a");
        assertThat(found.path("sent").path("fields").get(1).toString())
                .isEqualTo("{\"name\":\"X-Route\",\"value\":\"cart\"}");
        assertThat(found.path("sent").has("refused")).isFalse();
        assertThat(explain("http://shop.example/cart", "header", "x-a: 1", "method", "TRACE")
                        .path("sent")
                        .path("refused")
                        .asText())
                .isEqualTo("405 method_not_allowed: not here");
        assertThat(explain("http://none.example/").path("sent").path("fields").isEmpty())
                .as("the pool has no origin")
                .isTrue();
        assertThat(found.path("responseHeaders").path("remove").get(0).asText()).isEqualTo("server");
        assertThat(found.path("considered").findValuesAsText("route")).contains("cart", "old", "default");
        for (JsonNode each : found.path("considered")) {
            boolean winner = each.path("route").asText().equals("cart");
            assertThat(each.has("lost")).as(each.toString()).isEqualTo(!winner);
        }
        assertThat(found.path("revision").asLong()).isEqualTo(cluster.state().revision());
    }

    @Test
    void whatDecidesOtherwiseIsTold() {
        JsonNode without = explain("http://shop.example/cart");
        assertThat(without.path("route").asText()).isEqualTo("default");
        JsonNode refused = explain("http://shop.example/cart", "header", "x-a: 1", "client", "10.1.2.3");
        assertThat(refused.path("action").asText()).isEqualTo("refuse");
        assertThat(refused.path("status").asInt()).isEqualTo(403);
        assertThat(refused.path("refusal").asText()).contains("10.0.0.0/8");
        assertThat(refused.path("pools").size()).isZero();
        JsonNode redirected = explain("https://old.example/x?y");
        assertThat(redirected.path("action").asText()).isEqualTo("redirect");
        assertThat(redirected.path("location").asText()).isEqualTo("https://shop.example/x?y");
        client.delete("/v1/routes/default").is(200);
        JsonNode nowhere = explain("http://none.example/");
        assertThat(nowhere.path("action").asText()).isEqualTo("not-found");
        assertThat(nowhere.path("status").asInt()).isEqualTo(404);
        assertThat(nowhere.has("route")).isFalse();
    }

    @Test
    void aQuestionThatIsNotValidIsRefused() {
        client.get("/v1/explain").isProblem(400, "invalid-value");
        for (String bad : new String[] {
            "url=shop",
            "url=http%3A%2F%2Fa%2F&method=a%20b",
            "url=http%3A%2F%2Fa%2F&header=x",
            "url=http%3A%2F%2Fa%2F&client=x",
            "url=http%3A%2F%2Fa%2F&listener=a%20b"
        }) {
            client.get("/v1/explain?" + bad).isProblem(400, "invalid-value");
        }
        client.get("/v1/explain?url=http%3A%2F%2Fa%2F&listener=nowhere").isProblem(404, "no-such-listener");
        client.get("/v1/explain?url=http%3A%2F%2Fa%2F&consistency=stale").is(200);
        client.post(
                        "/v1/listeners",
                        "{\"name\":\"t\",\"protocol\":\"tcp\",\"address\":\"0.0.0.0:9999\",\"pool\":\"shop\"}")
                .is(201);
        client.get("/v1/explain?url=http%3A%2F%2Fa%2F&listener=t").isProblem(400, "invalid-value");
    }

    @Test
    void bothApisSayTheSame() {
        ManagedChannel channel = NettyChannelBuilder.forTarget(cluster.node(1).endpoint())
                .usePlaintext()
                .build();
        try {
            ExplainReply reply = AdminGrpc.newBlockingStub(channel)
                    .explain(ExplainRequest.newBuilder()
                            .setUrl("http://shop.example/cart")
                            .addHeaders(HeaderValue.newBuilder().setName("x-a").setValue("1"))
                            .build());
            assertThat(reply.getAction()).isEqualTo(ExplainReply.Action.ACTION_FORWARD);
            assertThat(reply.getRoute()).isEqualTo("cart");
            assertThat(reply.getSent().getTarget()).isEqualTo("/c");
            assertThat(reply.getSent().getHeaders().getSet(0).getName()).isEqualTo("x-b");
            assertThat(reply.getPools(0).getOrigins(0).getWeight()).isEqualTo(3);
            assertThat(reply.getConsideredList()).hasSize(3);
        } finally {
            channel.shutdownNow();
        }
    }

    @Test
    void aRouteThatIsProbablyNotMeantIsWarnedOf() {
        JsonNode warned = client.post(
                        "/v1/routes",
                        "{\"name\":\"none\",\"hosts\":[\"b.example\"],\"pools\":[{\"pool\":\"shop\",\"weight\":1},{\"pool\":\"default\",\"weight\":0}]}")
                .is(201)
                .json();
        assertThat(warned.path("warnings").isArray()).isTrue();
        client.delete("/v1/routes/default").is(200);
        warned = client.send("PATCH", "/v1/routes/none", "{\"ambiguousPaths\":true}")
                .is(200)
                .json();
        assertThat(warned.path("warnings").get(0).asText()).contains("default", "weight 0");
    }
}
