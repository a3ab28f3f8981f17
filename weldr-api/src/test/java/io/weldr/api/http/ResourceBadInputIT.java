package io.weldr.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.weldr.api.http.Client.Reply;
import io.weldr.api.json.ResourceSamples;
import io.weldr.api.testkit.TestCluster;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pools, listeners and routes that are not valid: the answer names the member, and the node goes on. */
class ResourceBadInputIT {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private static final List<String> JUNK = List.of(
            "null",
            "true",
            "\"\"",
            "\"x y\"",
            "\"/a/../b\"",
            "-1",
            "0",
            "99999999999",
            "1.5",
            "1e300",
            "[]",
            "[null]",
            "[[]]",
            "{}",
            "{\"x\":1}",
            "\"(\"",
            "\"0.0.0.0:99999\"",
            "\"9999999999999h\"",
            "\"é\"",
            "\"\\n\"",
            "\"default\"",
            "\"none\"",
            "7");

    private static TestCluster cluster;
    private static Client client;

    @BeforeAll
    static void start() throws Exception {
        cluster = TestCluster.start(1);
        client = new Client(cluster.node(1));
    }

    @AfterAll
    static void stop() {
        client.get("/livez").is(200);
        cluster.close();
    }

    /** A place within a body: where, and the member that it is in. */
    private record Place(JsonNode parent, String name, int index, String top) {
        void put(JsonNode value) {
            if (parent instanceof ObjectNode object) {
                object.set(name, value);
            } else {
                ((ArrayNode) parent).set(index, value);
            }
        }
    }

    private static void places(JsonNode node, String name, String top, List<Place> into) {
        if (node instanceof ObjectNode object) {
            object.properties().forEach(member -> {
                String within = top.isEmpty() ? member.getKey() : top;
                into.add(new Place(node, member.getKey(), 0, within));
                places(member.getValue(), member.getKey(), within, into);
            });
        } else if (node instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                into.add(new Place(node, name, i, top));
                places(array.get(i), name, top, into);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"pools, 1", "pools, 2", "listeners, 3", "listeners, 4", "routes, 5", "routes, 6"})
    void aMemberThatIsNotValidIsNamed(String plural, long seed) throws JsonProcessingException {
        Random random = new Random(seed);
        List<String> samples = ResourceSamples.of(plural);
        int refused = 0;
        for (int i = 0; i < 400; i++) {
            JsonNode body = MAPPER.readTree(samples.get(i % samples.size()));
            String name = body.path("name").asText();
            List<Place> places = new ArrayList<>();
            places(body, "", "", places);
            Place place = places.get(random.nextInt(places.size()));
            place.put(MAPPER.readTree(JUNK.get(random.nextInt(JUNK.size()))));
            String method = List.of("POST", "PUT", "PATCH").get(random.nextInt(3));
            String path = "/v1/" + plural + (method.equals("POST") ? "" : "/" + name);
            Reply reply = client.send(method, path, body.toString());
            String told = "seed " + seed + ", round " + i + ": " + method + " " + body + ": "
                    + reply.response().body();
            assertThat(reply.status()).as(told).isBetween(200, 499);
            if (reply.status() == 400) {
                refused++;
                assertThat(reply.json().path("found").asText()).as(told).isNotEmpty();
                assertThat(reply.json().path("expected").asText()).as(told).isNotEmpty();
                String detail = reply.json().path("detail").asText();
                assertThat(List.of(place.name(), place.top())).as(told).anyMatch(detail::contains);
            }
            client.delete("/v1/" + plural + "/" + name);
        }
        assertThat(refused).isGreaterThan(50);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "pools|{\"name\":\"a\",\"balncing\":{}}|unknown-field|did you mean balancing?",
                "pools|{\"name\":\"a\",\"health\":{\"intervall\":\"1s\"}}|unknown-field|health.intervall",
                "pools|{\"name\":\"a\",\"health\":{\"timeout\":\"1h\"}}|invalid-value|health.timeout",
                "pools|{\"name\":\"a\",\"balancing\":{\"algorithm\":\"random\"}}|invalid-value|round-robin, least-requests",
                "pools|{\"name\":\"..\"}|invalid-value|name:",
                "pools|{\"name\":7}|invalid-value|name: 7",
                "pools|{\"name\":\"a\",\"tls\":{\"authorities\":\"mine\"}}|invalid-value|tls.authorities: \"mine\" (expected: certificates in PEM",
                "listeners|{\"name\":\"a\"}|invalid-value|address",
                "listeners|{\"name\":\"a\",\"address\":\"web:80\"}|invalid-value|address",
                "listeners|{\"name\":\"a\",\"address\":\"0.0.0.0\"}|invalid-value|address",
                "listeners|{\"name\":\"a\",\"address\":\"0.0.0.0:1\",\"trustedPeers\":[\"::/0\",\"x\"]}|invalid-value|trustedPeers[1]",
                "routes|{\"name\":\"a\"}|invalid-value|pools, redirect and fixedResponse",
                "routes|{\"name\":\"a\",\"pools\":[{\"pool\":\"default\"}],\"matches\":[{},{\"path\":{\"kind\":\"regex\",\"value\":\"(\"}}]}|invalid-value|matches[1].path.value",
                "routes|{\"name\":\"a\",\"pools\":[{\"pool\":\"default\",\"weight\":-1}]}|invalid-value|pools[0].weight",
                "routes|[]|malformed-body|JSON object",
            })
    void anErrorSaysWhatWasFoundAndExpected(String plural, String body, String type, String words) {
        assertThat(client.post("/v1/" + plural, body)
                        .isProblem(400, type)
                        .json()
                        .path("detail")
                        .asText())
                .contains(words);
    }
}
