package io.weldr.api.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.vertx.openapi.contract.OpenAPIContract;
import io.weldr.api.testkit.TestCluster;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * {@code docs/reference/openapi.json} is what the table of operations says, and what a node serves.
 * {@code -Dopenapi.write} writes the file anew.
 */
class OpenApiIT {
    private static final String OFFICIAL = "https://spec.openapis.org/oas/3.1/";
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private static TestCluster cluster;
    private static Client client;

    @BeforeAll
    static void start() throws Exception {
        cluster = TestCluster.start(1);
        client = new Client(cluster.node(1));
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static String made() {
        try (HttpApi api = cluster.node(1).httpApi()) {
            return OpenApiDocument.of(api.described());
        }
    }

    @Test
    void theReferenceIsWhatTheTableOfOperationsSays() throws IOException {
        String made = made();
        if (System.getProperty("openapi.write") != null) {
            Files.writeString(Contract.FILE, made);
        }
        assertThat(Files.readString(Contract.FILE))
                .as("build with -Dopenapi.write to write docs/reference/openapi.json anew")
                .isEqualTo(made);
    }

    @Test
    void aNodeServesItToEverybody() throws IOException {
        Client.Reply served = client.get("/openapi.json").is(200);
        assertThat(served.response().body()).isEqualTo(Files.readString(Contract.FILE));
        assertThat(served.field("Content-Type")).isEqualTo("application/json");
        client.get("/openapi.json", "If-None-Match", served.field("ETag")).is(304);
        // A proxy passed it on, so that a credential would be needed for anything of the cluster.
        client.get("/openapi.json", "X-Forwarded-For", "10.0.0.1").is(200);
        client.get("/", "X-Forwarded-For", "10.0.0.1").isProblem(401, "unauthenticated");
    }

    @Test
    void itIsValidByTheSchemaOfOpenApi() throws IOException {
        Map<String, String> official = new LinkedHashMap<>();
        for (String name : List.of("schema-base/2022-10-07", "schema/2022-10-07", "dialect/base", "meta/base")) {
            official.put(OFFICIAL + name, resource("/spec.openapis.org/oas/3.1/" + name));
        }
        SchemaRegistry registry = SchemaRegistry.withDefaultDialect(
                SpecificationVersion.DRAFT_2020_12, builder -> builder.schemas(official));
        Schema schema = registry.getSchema(SchemaLocation.of(OFFICIAL + "schema-base/2022-10-07"));
        assertThat(schema.validate(Files.readString(Contract.FILE), InputFormat.JSON))
                .isEmpty();
        String document = Files.readString(Contract.FILE);
        for (String broken : List.of(
                document.replaceFirst("\"operationId\"", "\"operationID\""),
                document.replaceFirst("\"type\" : \"integer\"", "\"type\" : \"intger\""))) {
            assertThat(broken).isNotEqualTo(document);
            assertThat(schema.validate(broken, InputFormat.JSON))
                    .as("the schema notices what is wrong")
                    .isNotEmpty();
        }
    }

    /** A body with a member that there is not is refused, and the refusal lists those that there are. */
    @Test
    void bodiesHaveTheMembersThatNodesTake() {
        List<String> compared = new ArrayList<>();
        for (String request : List.of(
                "POST /servers",
                "POST /v1/pools/default/origins",
                "PUT /v1/pools/default/origins/a",
                "PATCH /v1/pools/default/origins/a",
                "PUT /v1/pools/default/health",
                "POST /v1/cluster/members",
                "POST /v1/cluster/members/n1/replacement",
                "POST /v1/cluster/leader",
                "POST /v1/tokens",
                "POST /v1/pools",
                "PUT /v1/listeners/a",
                "POST /v1/routes",
                "POST /v1/certificates")) {
            String[] parts = request.split(" ", 2);
            String expected = client.send(parts[0], parts[1], "{\"xyzzyx\":1}")
                    .isProblem(400, "unknown-field")
                    .json()
                    .path("expected")
                    .asText();
            TreeSet<String> taken = new TreeSet<>(
                    Arrays.asList(expected.replaceFirst("^one of ", "").split(", ", -1)));
            assertThat(documented(parts[0], parts[1])).as(request).isEqualTo(taken);
            compared.add(request);
        }
        assertThat(compared).isNotEmpty();
    }

    /** Names of the members of a body, but for those that only answers have. */
    private static Set<String> documented(String method, String path) {
        JsonNode document = Contract.get().document();
        TreeSet<String> names = new TreeSet<>();
        document.path("paths").properties().forEach(entry -> {
            JsonNode body = entry.getValue()
                    .path(method.toLowerCase(java.util.Locale.ROOT))
                    .path("requestBody");
            if (path.matches(entry.getKey().replaceAll("\\{\\w+}", "[^/]+")) && !body.isMissingNode()) {
                String ref = body.at("/content/application~1json/schema/$ref").asText();
                document.at(ref.substring(1)).path("properties").properties().forEach(member -> {
                    if (!member.getValue().path("readOnly").asBoolean()) {
                        names.add(member.getKey());
                    }
                });
            }
        });
        return names;
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = URI.create(String.valueOf(OpenAPIContract.class.getResource(name)))
                .toURL()
                .openStream()) {
            return new String(in.readAllBytes(), UTF_8);
        }
    }

    @Test
    void everyMemberIsDescribed() throws IOException {
        JsonNode schemas = MAPPER.readTree(Files.readString(Contract.FILE)).at("/components/schemas");
        List<String> undescribed = new ArrayList<>();
        schemas.properties()
                .forEach(schema -> schema.getValue()
                        .path("properties")
                        .properties()
                        .forEach(member -> {
                            if (member.getValue().path("description").asText().isEmpty()) {
                                undescribed.add(schema.getKey() + "." + member.getKey());
                            }
                        }));
        assertThat(schemas.size()).isGreaterThan(50);
        assertThat(undescribed)
                .as("say what these are, in @param of their records or in comments of the protos")
                .isEmpty();
    }

    @Test
    void everyReferenceLeadsSomewhere() throws IOException {
        JsonNode document = MAPPER.readTree(Files.readString(Contract.FILE));
        List<String> broken = new ArrayList<>();
        document.findValuesAsText("$ref").forEach(ref -> {
            if (document.at(ref.substring(1)).isMissingNode()) {
                broken.add(ref);
            }
        });
        assertThat(broken).isEmpty();
        TreeSet<String> ids = new TreeSet<>(document.findValuesAsText("operationId"));
        assertThat(document.findValuesAsText("operationId")).hasSameSizeAs(ids).hasSizeGreaterThan(50);
    }
}
