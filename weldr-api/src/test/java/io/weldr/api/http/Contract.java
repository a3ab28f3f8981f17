package io.weldr.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Compares what a node answers with {@code docs/reference/openapi.json}: the status, the header fields, the content type
 * and the body. Here, unlike for clients, a member that the document does not know is a mistake. Any thread.
 */
final class Contract {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    static final Path FILE = Path.of("..", "docs", "reference", "openapi.json");
    private static final String PROBLEM = "urn:weldr:problem:";

    /** These come before anybody knows the operation, or say that there is none. */
    private static final Set<String> OF_NO_OPERATION =
            Set.of("no-such-resource", "method-not-allowed", "uri-too-long", "headers-too-large");

    private static final Contract ONLY = new Contract();

    private final JsonNode document = closed(read());
    private final SchemaRegistry registry = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
    private final Map<JsonNode, Schema> schemas = new ConcurrentHashMap<>();

    private Contract() {}

    /** Of all tests. */
    static Contract get() {
        return ONLY;
    }

    /** The document, in which objects have no members but those that it names. */
    JsonNode document() {
        return document;
    }

    /** Checks an answer to a request for {@code target}, a path that may have a query. */
    void check(String method, String target, @Nullable String body, HttpResponse<String> response) {
        String path = target.replaceFirst("\\?.*", "");
        String what = method + " " + target + " answered " + response.statusCode() + "\n" + response.body();
        if (path.equals("/ui") || (path.startsWith("/ui/") && !path.equals("/ui/session"))) {
            return; // a file of the dashboard, which is no operation
        }
        String template = template(path);
        JsonNode operations = template == null ? null : document.path("paths").path(template);
        boolean probe = Set.of("/livez", "/readyz", "/leader").contains(path);
        if (method.equals("OPTIONS") && !probe && response.statusCode() == 204) {
            assertThat(response.headers().firstValue("Allow")).as(what).isPresent();
            return;
        }
        boolean asGet = method.equals("HEAD") || (probe && method.equals("OPTIONS"));
        JsonNode operation =
                operations == null ? null : operations.get(asGet ? "get" : method.toLowerCase(Locale.ROOT));
        if (operation == null || OF_NO_OPERATION.contains(problem(response))) {
            problemAlone(what, response, method.equals("HEAD"));
            return;
        }
        JsonNode answer = resolved(operation.path("responses").path(Integer.toString(response.statusCode())));
        assertThat(answer.isMissingNode())
                .as("the document has no such status: " + what)
                .isFalse();
        checkHeaders(what, answer, response);
        checkContent(what, answer.path("content"), response, method.equals("HEAD"));
        JsonNode taken = operation
                .path("requestBody")
                .path("content")
                .path("application/json")
                .path("schema");
        if (response.statusCode() < 300 && body != null && !body.isEmpty() && !taken.isMissingNode()) {
            assertThat(errors(taken, withoutNulls(tree(body))))
                    .as("the node took a body that the document does not: " + body + "\n" + what)
                    .isEmpty();
        }
    }

    /** Checks the data of an event of {@code /v1/watch}. */
    void checkEvent(String event, String data) {
        String schema = event.equals("change") ? "Change" : event.equals("resync") ? "Resync" : "no event " + event;
        assertThat(errors(Schemas.ref(schema), tree(data))).as(data).isEmpty();
    }

    private static String problem(HttpResponse<String> response) {
        String type = response.headers().firstValue("Content-Type").orElse("");
        return type.equals(Answer.PROBLEM_JSON) && !response.body().isEmpty()
                ? tree(response.body()).path("type").asText().replace(PROBLEM, "")
                : "";
    }

    private void problemAlone(String what, HttpResponse<String> response, boolean withoutBody) {
        assertThat(response.headers().firstValue("Content-Type")).as(what).contains(Answer.PROBLEM_JSON);
        if (!withoutBody) {
            assertThat(errors(Schemas.ref("Problem"), tree(response.body())))
                    .as(what)
                    .isEmpty();
        }
    }

    private void checkHeaders(String what, JsonNode answer, HttpResponse<String> response) {
        answer.path("headers").properties().forEach(header -> {
            JsonNode declared = resolved(header.getValue());
            List<String> values = response.headers().allValues(header.getKey());
            if (declared.path("required").asBoolean()) {
                assertThat(values).as(header.getKey() + " of " + what).hasSize(1);
            }
            if (declared.path("schema").path("type").asText().equals("integer")) {
                assertThat(values).as(header.getKey() + " of " + what).allMatch(value -> value.matches("[0-9]+"));
            }
        });
        if (response.headers().firstValue("ETag").isPresent() && response.statusCode() != 304) {
            assertThat(answer.path("headers").has("ETag"))
                    .as("an ETag that the document lacks: " + what)
                    .isTrue();
        }
    }

    private void checkContent(String what, JsonNode content, HttpResponse<String> response, boolean withoutBody) {
        String type = response.headers().firstValue("Content-Type").orElse("").replaceFirst(";.*", "");
        if (content.isMissingNode()) {
            assertThat(response.body()).as(what).isEmpty();
            return;
        }
        assertThat(content.has(type))
                .as("content of type " + type + ": " + what)
                .isTrue();
        if (!withoutBody && type.endsWith("json")) {
            assertThat(errors(content.path(type).path("schema"), tree(response.body())))
                    .as(what)
                    .isEmpty();
        }
    }

    private List<String> errors(JsonNode schema, JsonNode value) {
        Schema compiled = schemas.computeIfAbsent(schema, one -> {
            ObjectNode alone = Schemas.object();
            alone.set("components", document.path("components"));
            alone.putArray("allOf").add(one);
            return registry.getSchema(alone);
        });
        return compiled
                .validate(value, context -> context.executionConfig(config -> config.formatAssertionsEnabled(true)))
                .stream()
                .map(Error::toString)
                .toList();
    }

    /** The path of the document that a path of a request is; null: there is none. */
    private @Nullable String template(String path) {
        String best = null;
        for (Iterator<String> templates = document.path("paths").fieldNames(); templates.hasNext(); ) {
            String template = templates.next();
            boolean fits = path.matches(template.replaceAll("\\{\\w+}", "[^/]+"));
            if (fits
                    && (best == null
                            || template.chars().filter(c -> c == '{').count()
                                    < best.chars().filter(c -> c == '{').count())) {
                best = template;
            }
        }
        return best;
    }

    private JsonNode resolved(JsonNode node) {
        return node.has("$ref") ? document.at(node.path("$ref").asText().substring(1)) : node;
    }

    private static JsonNode read() {
        try {
            return MAPPER.readTree(Files.readString(FILE));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonNode tree(String text) {
        try {
            return MAPPER.readTree(text);
        } catch (IOException e) {
            throw new AssertionError("not JSON: " + text, e);
        }
    }

    /** Lets no object have members that its schema does not name. */
    private static JsonNode closed(JsonNode node) {
        node.forEach(Contract::closed);
        if (node instanceof ObjectNode schema
                && schema.path("type").asText().equals("object")
                && schema.has("properties")
                && !schema.has("additionalProperties")) {
            schema.put("additionalProperties", false);
        }
        return node;
    }

    /** A member that is null counts as absent in requests. */
    private static JsonNode withoutNulls(JsonNode node) {
        node.forEach(Contract::withoutNulls);
        if (node instanceof ObjectNode object) {
            object.properties().removeIf(member -> member.getValue().isNull());
        }
        return node;
    }
}
