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

/** Pools, listeners, routes and certificates that are not valid: the answer names the member, and the node goes on. */
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
    @CsvSource({
        "pools, 1",
        "pools, 2",
        "listeners, 3",
        "listeners, 4",
        "routes, 5",
        "routes, 6",
        "certificates, 7",
        "certificates, 8"
    })
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
                // Of a listener that gets the name "default", its address is wrong.
                List<String> members = body.path("name").asText().equals("default")
                        ? List.of(place.name(), "default")
                        : List.of(place.name(), place.top());
                assertThat(members).as(told).anyMatch(detail::contains);
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
                "pools|{\"name\":\"a\",\"tls\":{\"authorities\":\"mine\"}}|invalid-value|tls.authorities: no PEM (expected: PEM, which begins with -----BEGIN CERTIFICATE-----)",
                "listeners|{\"name\":\"a\"}|invalid-value|address",
                "listeners|{\"name\":\"a\",\"address\":\"web:80\"}|invalid-value|address",
                "listeners|{\"name\":\"a\",\"address\":\"0.0.0.0\"}|invalid-value|address",
                "listeners|{\"name\":\"a\",\"address\":\"0.0.0.0:1\",\"trustedPeers\":[\"::/0\",\"x\"]}|invalid-value|trustedPeers[1]",
                "routes|{\"name\":\"a\"}|invalid-value|pools, redirect and fixedResponse",
                "routes|{\"name\":\"a\",\"pools\":[{\"pool\":\"default\"}],\"matches\":[{},{\"path\":{\"kind\":\"regex\",\"value\":\"(\"}}]}|invalid-value|matches[1].path.value",
                "routes|{\"name\":\"a\",\"pools\":[{\"pool\":\"default\",\"weight\":-1}]}|invalid-value|pools[0].weight",
                "routes|[]|malformed-body|JSON object",
                "listeners|{\"name\":\"a\",\"address\":\"0.0.0.0:1\",\"tls\":{\"certificates\":[\"x\"]}}|invalid-value|tls: \"settings of TLS\" (expected: none, because only the protocol https has it)",
                "listeners|{\"name\":\"a\",\"address\":\"0.0.0.0:1\",\"protocol\":\"https\"}|invalid-value|tls: \"nothing\"",
                "listeners|{\"name\":\"a\",\"address\":\"0.0.0.0:1\",\"protocol\":\"https\",\"tls\":{\"certificates\":[]}}|invalid-value|tls.certificates",
                "listeners|{\"name\":\"a\",\"address\":\"0.0.0.0:1\",\"protocol\":\"https\",\"tls\":{\"certificates\":[\"x\"],\"defaultCertificate\":\"y\"}}|invalid-value|tls.defaultCertificate",
                "listeners|{\"name\":\"a\",\"address\":\"0.0.0.0:1\",\"protocol\":\"https\",\"tls\":{\"certificates\":[\"x\"],\"clientCertificates\":\"require\"}}|invalid-value|tls.clientAuthorities",
                "listeners|{\"name\":\"a\",\"address\":\"0.0.0.0:1\",\"protocol\":\"https\",\"tls\":{\"certificates\":[\"x\"],\"clientCertificates\":\"require\",\"clientAuthorities\":\"none\"}}|invalid-value|tls.clientAuthorities: no PEM (expected: PEM",
                "listeners|{\"name\":\"a\",\"address\":\"0.0.0.0:1\",\"protocol\":\"https\",\"tls\":{\"certificates\":[\"x\"],\"subjectField\":\"Host\"}}|invalid-value|tls.subjectField",
                "listeners|{\"name\":\"a\",\"address\":\"0.0.0.0:1\",\"redirectPort\":0}|invalid-value|redirectPort",
                "listeners|{\"name\":\"a\",\"address\":\"0.0.0.0:1\",\"protocol\":\"tcp\",\"pool\":\"default\",\"http2\":true}|invalid-value|http2",
                "pools|{\"name\":\"a\",\"protocol\":\"h3\"}|invalid-value|protocol: \"h3\" (expected: one of http1, h2, auto)",
                "pools|{\"name\":\"a\",\"tls\":{\"serverName\":\"a b\"}}|invalid-value|tls.serverName",
                "pools|{\"name\":\"a\",\"tls\":{\"clientCertificate\":\"a b\"}}|invalid-value|tls.clientCertificate",
                "certificates|{\"name\":\"a\"}|invalid-value|chain: \"nothing\" (expected: a chain and its private key",
                "certificates|{\"name\":\"a\",\"chain\":\"x\"}|invalid-value|privateKey: nothing (expected: PEM",
                "certificates|{\"name\":\"a\",\"chain\":\"x\",\"privateKey\":\"x\"}|invalid-value|chain: no PEM (expected: PEM",
                "certificates|{\"name\":\"a\",\"chain\":\"x\",\"privateKey\":{}}|invalid-value|privateKey: an object (expected: a text)",
                "certificates|{\"name\":\"a\",\"chain\":\"x\",\"acme\":{}}|invalid-value|chain: \"a chain beside acme\"",
                "certificates|{\"name\":\"a\",\"privateKey\":\"x\",\"acme\":{}}|invalid-value|privateKey: \"a key beside acme\"",
                "certificates|{\"name\":\"a\",\"acme\":{\"hosts\":[\"a.example\"],\"email\":\"a@b\"}}|invalid-value|acme.termsAgreed",
                "certificates|{\"name\":\"a\",\"acme\":{\"hosts\":[\"*.a.example\"],\"email\":\"a@b\",\"termsAgreed\":true}}|invalid-value|acme.hosts",
                "certificates|{\"name\":\"a\",\"acme\":{\"hosts\":[\"a.example\"],\"email\":\"a\",\"termsAgreed\":true}}|invalid-value|acme.email",
                "certificates|{\"name\":\"a\",\"acme\":{\"hosts\":[\"a.example\"],\"email\":\"a@b\",\"termsAgreed\":true,\"directory\":\"http://a\"}}|invalid-value|acme.directory",
                "certificates|{\"name\":\"a\",\"acme\":{\"hosts\":[\"a.example\"],\"email\":\"a@b\",\"termsAgreed\":true,\"externalAccount\":{\"keyId\":\"k\"}}}|invalid-value|acme.externalAccount.hmacKey",
                "certificates|{\"name\":\"a\",\"acme\":{\"hosts\":[\"a.example\"],\"email\":\"a@b\",\"termsAgreed\":true,\"externalAccount\":{\"keyId\":\"k\",\"hmacKey\":\"AAAA\"}}}|invalid-value|acme.externalAccount.hmacKey: 3 bytes",
                "certificates|{\"name\":\"a\",\"privatekey\":\"x\"}|unknown-field|did you mean privateKey?",
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
