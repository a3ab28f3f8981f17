package io.weldr.api.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.weldr.api.error.ProblemType;
import io.weldr.api.http.Description.Trait;
import io.weldr.api.http.Resource.Described;
import io.weldr.api.json.Answers;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Makes the OpenAPI 3.1 document out of the table of operations. */
final class OpenApiDocument {
    static final String SERVICE = "weldr.admin.v1.Admin/";

    private static final String ABOUT = """
            The API of a weldr node. Every node answers for the whole cluster, and any node takes a write.

            - Bodies of requests are JSON in UTF-8, whatever their Content-Type.
            - HEAD is answered wherever GET is, except for `/v1/watch`. OPTIONS is answered everywhere, with `Allow`.
            - An error is a problem (RFC 9457). Its `type` is stable. Errors that are safe to retry have `Retry-After`.
            - A path that does not exist is answered 404 `no-such-resource`, and a method that a path does not take 405
              `method-not-allowed`. A head that cannot be read is answered 400, 414 or 431.
            - On loopback no credential is needed, unless the node is configured otherwise. The roles of an operation
              are listed with its security schemes.
            - `x-weldr-grpc` is the call of the gRPC API that does the same.
            - New members may be added to answers. Clients ignore members that they do not know.""";

    /** By the beginning of the path. The first that fits counts. */
    private static final Map<String, String> TAGS = new LinkedHashMap<>();

    static {
        TAGS.put("/v1/pools/:pool/", "origins");
        TAGS.put("/v1/pools", "pools");
        TAGS.put("/v1/listeners", "listeners");
        TAGS.put("/v1/routes", "routes");
        TAGS.put("/v1/explain", "routes");
        TAGS.put("/v1/certificates", "certificates");
        TAGS.put("/v1/tokens", "access");
        TAGS.put("/ui/session", "access");
        TAGS.put("/v1/cluster", "members");
        TAGS.put("/v1/history", "changes");
        TAGS.put("/v1/watch", "changes");
        TAGS.put("/v1/", "observation");
        TAGS.put("/cluster", "members");
        TAGS.put("/servers", "servers");
        TAGS.put("/stats", "servers");
        TAGS.put("/", "observation");
    }

    private final Schemas schemas = new Schemas();
    private final Parameters parameters = new Parameters();
    private final TreeMap<String, ObjectNode> responses = new TreeMap<>();

    private OpenApiDocument() {}

    /** The text of the document, as it is kept in the reference. */
    static String of(List<Described> operations) {
        try {
            return new ObjectMapper()
                            .writer(new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter("  ", "\n")))
                            .writeValueAsString(new OpenApiDocument().document(operations))
                    + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private ObjectNode document(List<Described> operations) {
        ObjectNode document = Schemas.object().put("openapi", "3.1.0");
        ObjectNode info = document.putObject("info");
        info.put("title", "weldr")
                .put("summary", "The admin API of a weldr cluster")
                .put("version", "1");
        info.put("description", ABOUT);
        info.putObject("license").put("name", "MIT OR Apache-2.0").put("identifier", "MIT OR Apache-2.0");
        ArrayNode tags = document.putArray("tags");
        new TreeSet<>(TAGS.values()).forEach(tag -> tags.addObject().put("name", tag));
        ObjectNode paths = document.putObject("paths");
        operations.stream()
                .sorted(Comparator.comparing(Described::path))
                .forEach(operation -> paths.withObjectProperty(template(operation.path()))
                        .set(operation.method().toLowerCase(Locale.ROOT), operation(operation)));
        schemas.record(Answers.ChangeEntry.class);
        schemas.record(Answers.ResyncEntry.class);
        ObjectNode components = document.putObject("components");
        schemas.all().forEach(components.putObject("schemas")::set);
        responses.forEach(components.putObject("responses")::set);
        parameters.shared().forEach(components.putObject("parameters")::set);
        headers().forEach(components.putObject("headers")::set);
        components.set("securitySchemes", schemes());
        return document;
    }

    /** {@code /v1/pools/{pool}} for {@code /v1/pools/:pool}. */
    static String template(String path) {
        return path.replaceAll(":(\\w+)", "{$1}");
    }

    private ObjectNode operation(Described told) {
        Description description = told.description();
        ObjectNode operation = Schemas.object();
        operation
                .putArray("tags")
                .add(TAGS.entrySet().stream()
                        .filter(tag -> told.path().startsWith(tag.getKey()))
                        .findFirst()
                        .orElseThrow()
                        .getValue());
        operation.put("summary", description.summary());
        operation.put("operationId", lower(description.id()));
        ArrayNode all = parameters.of(told);
        if (!all.isEmpty()) {
            operation.set("parameters", all);
        }
        Shape body = description.body();
        if (body != null) {
            ObjectNode request = operation.putObject("requestBody").put("required", body != Shape.Body.NEXT_LEADER);
            request.putObject("content").putObject(Answer.JSON).set("schema", schemas.of(body));
        }
        ObjectNode answers = operation.putObject("responses");
        description
                .answers()
                .forEach((status, shape) -> answers.set(Integer.toString(status), answer(status, shape, description)));
        if (description.traits().contains(Trait.REVALIDATED)) {
            ObjectNode same = answers.putObject("304").put("description", "Nothing has changed");
            header(same, "ETag");
        }
        problems(told).forEach((status, types) -> answers.set(Integer.toString(status), refusal(status, types)));
        security(operation.putArray("security"), told);
        if (description.call() != null) {
            operation.put("x-weldr-grpc", SERVICE + description.call());
        }
        return operation;
    }

    static String lower(String id) {
        return id.substring(0, 1).toLowerCase(Locale.ROOT) + id.substring(1);
    }

    // ---- answers

    private ObjectNode answer(int status, Shape shape, Description description) {
        ObjectNode answer = Schemas.object().put("description", meaning(status));
        Set<Trait> traits = description.traits();
        if (traits.contains(Trait.TAGGED)) {
            header(answer, "ETag");
        }
        if (status == 201 && traits.contains(Trait.LOCATED)) {
            header(answer, "Location");
        }
        if (traits.contains(Trait.MISSING)) {
            header(answer, "Weldr-Missing");
        }
        if (traits.contains(Trait.OF_REVISION)) {
            header(answer, "Weldr-Revision");
            header(answer, "Weldr-Applied-Index");
        }
        if (traits.contains(Trait.COOKIE)) {
            header(answer, "Set-Cookie");
        }
        if (shape instanceof Shape.Text text) {
            for (String type : text.contentTypes()) {
                ObjectNode content = answer.withObjectProperty("content").putObject(type);
                if (type.equals(Answer.JSON)) {
                    content.set("schema", Schemas.type("object"));
                } else {
                    content.set("schema", text(type));
                }
            }
        } else {
            answer.putObject("content").putObject(Answer.JSON).set("schema", schemas.of(shape));
        }
        return answer;
    }

    private static ObjectNode text(String type) {
        return Schemas.said(
                Schemas.type("string"),
                type.equals("text/event-stream")
                        ? "Server-sent events. The id of an event is its revision. The data of an event `change` is a"
                                + " Change, that of an event `resync` a Resync."
                        : "");
    }

    private static String meaning(int status) {
        return switch (status) {
            case 200 -> "OK";
            case 201 -> "Created";
            case 202 -> "Accepted";
            case 204 -> "No content";
            default -> throw new IllegalStateException("no words for " + status);
        };
    }

    private static void header(ObjectNode answer, String name) {
        answer.withObjectProperty("headers").set(name, Schemas.object().put("$ref", "#/components/headers/" + name));
    }

    private static Map<String, ObjectNode> headers() {
        Map<String, ObjectNode> all = new TreeMap<>();
        all.put("ETag", header("A strong entity tag", true));
        all.put("Location", header("Where the new resource is", true));
        all.put("Weldr-Missing", header("Members that did not answer, whose numbers are not in the body", false));
        all.put("Weldr-Revision", header("The revision of the state in the answer", true));
        all.put("Weldr-Applied-Index", header("The log index that this state contains, at least", true));
        all.put("Set-Cookie", header("Begins or ends the session", true));
        ObjectNode retry = header("Seconds after which the same request may fare better", true);
        retry.set("schema", Schemas.type("integer").put("minimum", 1));
        all.put("Retry-After", retry);
        all.put("WWW-Authenticate", header("RFC 6750 section 3", true));
        return all;
    }

    private static ObjectNode header(String description, boolean required) {
        ObjectNode header = Schemas.object().put("description", description).put("required", required);
        header.set("schema", Schemas.type("string"));
        return header;
    }

    // ---- problems

    /** All problems that the operation may answer, by status. */
    private static SortedMap<Integer, Set<ProblemType>> problems(Described told) {
        Set<ProblemType> all = EnumSet.of(
                ProblemType.BAD_REQUEST,
                ProblemType.UNKNOWN_FIELD,
                ProblemType.INVALID_VALUE,
                ProblemType.UNSUPPORTED_ENCODING,
                ProblemType.OVERLOADED,
                ProblemType.INTERNAL);
        if (!told.open()) {
            all.addAll(List.of(
                    ProblemType.UNAUTHENTICATED,
                    ProblemType.FORBIDDEN,
                    ProblemType.UNKNOWN_HOST,
                    ProblemType.TOO_MANY_ATTEMPTS));
        }
        if (told.parameters().contains("consistency")) {
            all.addAll(List.of(ProblemType.NO_LEADER, ProblemType.UNAVAILABLE, ProblemType.UNKNOWN_OUTCOME));
        }
        all.addAll(told.description().problems());
        return all.stream()
                .collect(Collectors.groupingBy(
                        ProblemType::httpStatus,
                        TreeMap::new,
                        Collectors.toCollection(() -> EnumSet.noneOf(ProblemType.class))));
    }

    private ObjectNode refusal(int status, Set<ProblemType> types) {
        String name = status + "." + types.stream().map(ProblemType::slug).collect(Collectors.joining("."));
        responses.computeIfAbsent(name, absent -> {
            ObjectNode answer = Schemas.object()
                    .put(
                            "description",
                            types.stream()
                                    .map(type -> "`" + type.slug() + "`: " + type.title())
                                    .collect(Collectors.joining(". ")));
            boolean all = types.stream().allMatch(type -> type.retryAfter() != null);
            if (all) {
                header(answer, "Retry-After");
            } else if (types.stream().anyMatch(type -> type.retryAfter() != null)) {
                ObjectNode retry = header("Of errors that are safe to retry: after how many seconds", false);
                retry.set("schema", Schemas.type("integer").put("minimum", 1));
                answer.withObjectProperty("headers").set("Retry-After", retry);
            }
            if (types.contains(ProblemType.UNAUTHENTICATED)) {
                header(answer, "WWW-Authenticate");
            }
            ObjectNode of = Schemas.object();
            of.putObject("properties")
                    .set(
                            "type",
                            Schemas.words(types.stream()
                                    .map(type -> ProblemType.URN + type.slug())
                                    .toList()));
            ObjectNode schema =
                    answer.putObject("content").putObject(Answer.PROBLEM_JSON).putObject("schema");
            schema.putArray("allOf")
                    .add(schemas.of(Shape.json(Answers.ProblemBody.class)))
                    .add(of);
            return answer;
        });
        return Schemas.object().put("$ref", "#/components/responses/" + name);
    }

    // ---- access

    private static void security(ArrayNode security, Described told) {
        if (!told.open()) {
            String role = Answers.word(told.needs());
            for (String scheme : List.of("token", "certificate", "session")) {
                security.addObject().putArray(scheme).add(role);
            }
        }
        security.addObject(); // a node on loopback, or the operation is for everybody
    }

    private static ObjectNode schemes() {
        ObjectNode schemes = Schemas.object();
        schemes.putObject("token")
                .put("type", "http")
                .put("scheme", "bearer")
                .put("description", "A token of the API. It has a role: viewer, operator or admin.");
        schemes.putObject("certificate")
                .put("type", "mutualTLS")
                .put("description", "A certificate that is signed with the secret of the cluster.");
        schemes.putObject("session")
                .put("type", "apiKey")
                .put("in", "cookie")
                .put("name", "__Host-weldr-session")
                .put(
                        "description",
                        "A session of a browser, which POST /ui/session begins. POST, PUT, PATCH and DELETE by a"
                                + " session need the field Weldr-Session: 1, too.");
        return schemes;
    }
}
