package io.weldr.api.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import io.weldr.api.admin.ResourceKind;
import io.weldr.api.json.Answers;
import io.weldr.proto.resource.v1.HeaderEdits;
import io.weldr.proto.resource.v1.HealthPolicy;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The schemas of bodies (JSON Schema 2020-12): of records by their components, of resources by the descriptors of their
 * messages, as {@link io.weldr.wire.json.ResourceJson} writes them.
 */
final class Schemas {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final String REF = "#/components/schemas/";
    static final String DURATION_PATTERN = "^[0-9]{1,13}(ms|s|m|h)$";

    private final SourceComments comments = new SourceComments();
    private final TreeMap<String, ObjectNode> all = new TreeMap<>();

    /** By their names. */
    Map<String, ObjectNode> all() {
        return all;
    }

    static ObjectNode object() {
        return JSON.objectNode();
    }

    static ObjectNode type(String type) {
        return object().put("type", type);
    }

    static ObjectNode array(ObjectNode items) {
        ObjectNode array = type("array");
        array.set("items", items);
        return array;
    }

    static ObjectNode words(Collection<String> words) {
        ObjectNode text = type("string");
        ArrayNode constants = text.putArray("enum");
        words.forEach(constants::add);
        return text;
    }

    static ObjectNode ref(String name) {
        return object().put("$ref", REF + name);
    }

    static ObjectNode said(ObjectNode schema, String description) {
        return description.isEmpty() ? schema : schema.put("description", description);
    }

    /** The schema of a body. */
    ObjectNode of(Shape shape) {
        if (shape instanceof Shape.Json json) {
            return record(json.type());
        }
        if (shape instanceof Shape.JsonArray array) {
            return array(record(array.type()));
        }
        if (shape instanceof Shape.Resource resource) {
            return resource(resource.kind(), resource.part());
        }
        if (shape instanceof Shape.Body body) {
            return new BodySchemas(this).of(body);
        }
        return type("string");
    }

    /** Defines a schema, unless it is there. */
    ObjectNode define(String name, ObjectNode schema) {
        all.putIfAbsent(name, schema);
        return ref(name);
    }

    // ---- records

    ObjectNode record(Class<?> type) {
        String name = SchemaNames.of(type);
        if (!all.containsKey(name)) {
            ObjectNode schema = type("object");
            all.put(name, schema);
            ArrayNode required = JSON.arrayNode();
            ObjectNode properties = schema.putObject("properties");
            Map<String, String> said = SourceComments.ofRecord(type);
            for (RecordComponent component : type.getRecordComponents()) {
                String member = component.getName();
                boolean nullable = component.getAnnotatedType().isAnnotationPresent(Nullable.class);
                boolean written = component.getAccessor().isAnnotationPresent(JsonInclude.class);
                ObjectNode value = member(name, component);
                properties.set(
                        member,
                        said(
                                nullable && written ? orNull(value) : value,
                                meaning(name, member, nullable && !written, said)));
                if (!nullable || written) {
                    required.add(member);
                }
            }
            if (!required.isEmpty()) {
                schema.set("required", required);
            }
        }
        return ref(name);
    }

    /** By the record, by the message of the gRPC API that says the same, or because it means the same everywhere. */
    private String meaning(String schema, String member, boolean leftOut, Map<String, String> said) {
        String message = SchemaNames.message(schema);
        String field = member.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
        return Stream.of(
                        said.getOrDefault(member, ""),
                        comments.ofReply(message + "." + field),
                        comments.ofReply(message + "." + field.replaceFirst("_(seconds|millis)$", "")),
                        SchemaNames.everywhere(member))
                .filter(text -> !text.isEmpty())
                .findFirst()
                .map(text -> leftOut ? text.replace("null:", "absent:").replace("Null:", "Absent:") : text)
                .map(text -> text.endsWith(".") ? text : text + ".")
                .orElse("");
    }

    private ObjectNode member(String schema, RecordComponent component) {
        List<String> words = SchemaNames.words(schema, component.getName());
        if (words != null) {
            return words(words);
        }
        if (component.getType() == String.class && SchemaNames.isTime(component.getName())) {
            return type("string").put("format", "date-time");
        }
        if (component.getGenericType() instanceof ParameterizedType map
                && map.getRawType() == Map.class
                && map.getActualTypeArguments()[1] == Object.class) {
            return message(
                    component.getName().equals("health") ? HealthPolicy.getDescriptor() : HeaderEdits.getDescriptor());
        }
        return value(component.getGenericType(), component.getAnnotatedType());
    }

    private ObjectNode value(Type type, AnnotatedType annotated) {
        if (type instanceof ParameterizedType generic && generic.getRawType() == List.class) {
            AnnotatedType item = ((AnnotatedParameterizedType) annotated).getAnnotatedActualTypeArguments()[0];
            ObjectNode items = value(generic.getActualTypeArguments()[0], item);
            return array(item.isAnnotationPresent(Nullable.class) ? orNull(items) : items);
        }
        if (type instanceof ParameterizedType generic && generic.getRawType() == Map.class) {
            ObjectNode map = type("object");
            map.set("additionalProperties", type("string"));
            return map;
        }
        if (type == int.class || type == Integer.class) {
            return type("integer").put("format", "int32");
        }
        if (type == long.class || type == Long.class) {
            return type("integer").put("format", "int64");
        }
        if (type == double.class || type == Double.class) {
            return type("number");
        }
        if (type == boolean.class || type == Boolean.class) {
            return type("boolean");
        }
        if (type == String.class) {
            return type("string");
        }
        if (type instanceof Class<?> nested && nested.isRecord()) {
            return record(nested);
        }
        throw new IllegalStateException("no schema for " + type);
    }

    static ObjectNode orNull(ObjectNode schema) {
        if (schema.has("$ref")) {
            ObjectNode either = object();
            either.putArray("anyOf").add(schema).add(type("null"));
            return either;
        }
        String type = schema.path("type").asText();
        schema.putArray("type").add(type).add("null");
        return schema;
    }

    // ---- resources

    private ObjectNode resource(ResourceKind<?, ?> kind, Shape.Part part) {
        Descriptor descriptor = kind.prototype().getDescriptorForType();
        String name = descriptor.getName();
        ObjectNode one = message(descriptor);
        answered(kind, java.util.Objects.requireNonNull(all.get(name), "defined by the line before"));
        return switch (part) {
            case ONE -> one;
            case PATCH ->
                define(
                        name + "Patch",
                        said(
                                type("object"),
                                "A JSON Merge Patch (RFC 7396) of a " + kind.singular() + ", which has the members of "
                                        + name + ". null gives a member its default again; an array is replaced as a"
                                        + " whole."));
            case LIST -> {
                ObjectNode list = type("object");
                ObjectNode properties = list.putObject("properties");
                properties.set(kind.plural(), said(array(one), "By name"));
                properties.set("revision", said(value(long.class, NONE), "Of the state that was read"));
                answered(properties, "staleness", record(Answers.Staleness.class));
                answered(properties, "links", array(record(io.weldr.api.json.Link.class)));
                list.putArray("required").add(kind.plural()).add("revision").add("links");
                yield define(name + "List", list);
            }
            case REMOVED -> {
                ObjectNode removed = type("object");
                ObjectNode properties = removed.putObject("properties");
                properties.set("removed", said(object().put("$ref", REF + name), "As it last stood"));
                properties.set("revision", said(value(long.class, NONE), "Of the removal"));
                answered(properties, "effect", words(SchemaNames.EFFECTS));
                answered(properties, "warnings", array(type("string")));
                answered(properties, "applied", array(record(Answers.AppliedEntry.class)));
                answered(properties, "links", array(record(io.weldr.api.json.Link.class)));
                removed.putArray("required")
                        .add("removed")
                        .add("revision")
                        .add("effect")
                        .add("warnings")
                        .add("links");
                yield define("Removed" + name, removed);
            }
        };
    }

    private static void answered(ObjectNode properties, String member, ObjectNode schema) {
        properties.set(member, said(schema, SchemaNames.everywhere(member)));
    }

    private static final AnnotatedType NONE = String.class.getAnnotatedSuperclass();

    /** What only answers say of a resource. A request may repeat these members, and they are ignored. */
    private void answered(ResourceKind<?, ?> kind, ObjectNode schema) {
        ObjectNode properties = (ObjectNode) schema.get("properties");
        if (properties.has("createdRevision")) {
            return;
        }
        schema.put(
                "description",
                schema.path("description").asText() + " Members that are read-only are in answers"
                        + " alone. A request may repeat them, and they are ignored.");
        Map<String, ObjectNode> more = new java.util.LinkedHashMap<>();
        if (kind.equals(ResourceKind.POOL)) {
            more.put("origins", said(type("integer").put("format", "int32"), "How many origins it has"));
        }
        if (kind.equals(ResourceKind.LISTENER)) {
            more.put(
                    "conditions",
                    said(array(record(Answers.ConditionEntry.class)), "What each member made of it; in reads"));
        }
        if (kind.equals(ResourceKind.CERTIFICATE)) {
            more.put("source", said(words(List.of("file", "acme")), "Where the certificate comes from"));
            more.put(
                    "issued",
                    said(
                            record(SchemaNames.ofCertificates("IssuedEntry")),
                            "What is presented. Absent: the authority has issued none yet"));
            more.put("usedBy", said(record(SchemaNames.ofCertificates("UsedBy")), "Who presents it"));
            more.put(
                    "order",
                    said(record(SchemaNames.ofCertificates("OrderEntry")), "Of ACME, while a certificate is wanted"));
            more.put(
                    "conditions",
                    said(
                            array(record(SchemaNames.ofCertificates("ConditionEntry"))),
                            "What each member made of it; in reads"));
        }
        more.put("revision", said(value(long.class, NONE), "Of its last change by an operator: its ETag"));
        more.put("createdRevision", said(value(long.class, NONE), "Of its creation"));
        more.put("effect", said(words(SchemaNames.EFFECTS), "What a write did"));
        more.put("warnings", said(array(type("string")), "After a write: what is odd about it"));
        more.put(
                "applied",
                said(array(record(Answers.AppliedEntry.class)), "With wait=applied: how far each member is"));
        more.put("staleness", said(record(Answers.Staleness.class), SchemaNames.everywhere("staleness")));
        more.put("links", said(array(record(io.weldr.api.json.Link.class)), SchemaNames.everywhere("links")));
        more.forEach((member, value) -> properties.set(member, value.put("readOnly", true)));
    }

    private ObjectNode message(Descriptor type) {
        String name = type.getName();
        if (!all.containsKey(name)) {
            ObjectNode schema = said(type("object"), comments.ofResource(name));
            all.put(name, schema);
            ObjectNode properties = schema.putObject("properties");
            for (FieldDescriptor field : type.getFields()) {
                String comment = comments.ofResource(name + "." + field.getName());
                ObjectNode value = field(field);
                if (SECRET.contains(field.getName())) {
                    value.put("writeOnly", true);
                }
                properties.set(field.getJsonName(), said(value, comment));
            }
        }
        return ref(name);
    }

    private static final Set<String> SECRET = Set.of("private_key", "hmac_key");

    /** Status codes, which a request may have as a number. */
    private static final Set<String> STATUSES = Set.of("expect", "statuses");

    private ObjectNode field(FieldDescriptor field) {
        if (field.isMapField()) {
            ObjectNode map = type("object");
            map.set("additionalProperties", type("string"));
            return map;
        }
        ObjectNode one = switch (field.getJavaType()) {
            case STRING -> STATUSES.contains(field.getName()) ? either("string", "integer") : type("string");
            case INT -> type("integer").put("format", "int32");
            case LONG -> type("integer").put("format", "int64");
            case BOOLEAN -> type("boolean");
            case ENUM -> words(words(field.getEnumType()));
            case MESSAGE -> nested(field.getMessageType());
            case FLOAT, DOUBLE, BYTE_STRING -> throw new IllegalStateException("no JSON for " + field.getFullName());
        };
        return field.isRepeated() ? array(one) : one;
    }

    private static ObjectNode either(String first, String second) {
        ObjectNode either = object();
        either.putArray("type").add(first).add(second);
        return either;
    }

    private ObjectNode nested(Descriptor type) {
        return switch (type.getFullName()) {
            case "google.protobuf.Duration" -> duration();
            case "weldr.resource.v1.Networks" -> array(type("string"));
            case "weldr.resource.v1.RequestKey" ->
                define(
                        "RequestKey",
                        type("string")
                                .put("pattern", "^(client-address|path|header \\S+|cookie \\S+)$")
                                .put("description", comments.ofResource("RequestKey")));
            case "weldr.resource.v1.PathMatch" -> {
                ObjectNode match = message(type);
                ObjectNode either = object();
                either.putArray("anyOf").add(match).add(said(type("string"), "In requests: the prefix"));
                yield either;
            }
            default -> message(type);
        };
    }

    ObjectNode duration() {
        return define(
                "Duration",
                either("string", "number")
                        .put("pattern", DURATION_PATTERN)
                        .put("minimum", 0)
                        .put("description", "Such as 250ms, 30s, 1m or 2h. In requests also a number of seconds."));
    }

    ObjectNode healthPolicy() {
        return message(HealthPolicy.getDescriptor());
    }

    /** As {@link io.weldr.wire.json.ResourceJson} has them. */
    private static List<String> words(EnumDescriptor type) {
        int prefix = type.findValueByNumber(0).getName().length() - "UNSPECIFIED".length();
        return type.getValues().stream()
                .filter(value -> value.getNumber() != 0)
                .map(EnumValueDescriptor::getName)
                .map(name -> name.substring(prefix).toLowerCase(Locale.ROOT).replace('_', '-'))
                .toList();
    }
}
