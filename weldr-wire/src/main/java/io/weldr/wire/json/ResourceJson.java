package io.weldr.wire.json;

import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import com.google.protobuf.MessageOrBuilder;
import io.weldr.proto.resource.v1.Networks;
import io.weldr.proto.resource.v1.RequestKey;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Messages of {@code weldr.resource.v1} as JSON.
 *
 * <table>
 *   <caption>How a field is written</caption>
 *   <tr><th>in the message</th><th>in JSON</th></tr>
 *   <tr><td>name</td><td>in camel case: {@code trustedPeers}</td></tr>
 *   <tr><td>absent, or a default that cannot be told from it</td><td>not there</td></tr>
 *   <tr><td>constant of an enum</td><td>its word without the prefix: {@code round-robin}</td></tr>
 *   <tr><td>{@code Duration}</td><td>{@code 30s}, {@code 250ms}; see {@link Durations}</td></tr>
 *   <tr><td>{@code RequestKey}</td><td>{@code client-address}, {@code path}, {@code header x-tenant}, {@code cookie sid}</td></tr>
 *   <tr><td>{@code Networks}</td><td>an array, which may be empty</td></tr>
 * </table>
 */
public final class ResourceJson {
    /** Of a pool: how many origins it has. */
    private static final String ORIGINS = "origins";

    /**
     * What only answers say of a resource, beside its own members. What reads a resource may be given these, and leaves
     * them out.
     */
    private static final Set<String> ANSWERED = Set.of(
            ORIGINS,
            "conditions",
            "source",
            "issued",
            "usedBy",
            "order",
            "revision",
            "createdRevision",
            "effect",
            "warnings",
            "applied",
            "staleness",
            "age",
            "links");

    private static final long SECONDS_MOST = 1_000_000_000_000L;

    private ResourceJson() {}

    /**
     * The members of a resource without those that only answers have, so that an answer can be changed and sent back.
     *
     * @throws FieldException if somebody wants to write the origins of a pool that way
     */
    public static Map<String, Object> withoutAnswered(Map<?, ?> members) {
        Map<String, Object> rest = new LinkedHashMap<>();
        members.forEach((key, value) -> {
            String name = String.valueOf(key);
            if (name.equals(ORIGINS) && (value instanceof Map || value instanceof List)) {
                throw FieldException.invalid(
                        ORIGINS,
                        value instanceof Map ? "an object" : "an array",
                        "none: origins are added to a pool that is there, one by one");
            }
            if (!ANSWERED.contains(name)) {
                rest.put(name, value);
            }
        });
        return rest;
    }

    /** The members of a message, in the order of its fields. The maps and lists may be changed. */
    public static Map<String, Object> tree(MessageOrBuilder message) {
        Map<String, Object> tree = new LinkedHashMap<>();
        for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
            if (field.isRepeated()) {
                if (message.getRepeatedFieldCount(field) > 0) {
                    tree.put(field.getJsonName(), field.isMapField() ? map(message, field) : list(message, field));
                }
            } else if (message.hasField(field)) {
                tree.put(field.getJsonName(), value(message.getField(field)));
            }
        }
        return tree;
    }

    /**
     * Reads what {@link #tree} writes, and in places what is shorter to type: a duration as a number of seconds, a path
     * as the text of its prefix, a
     * request key as an object or a text, status codes as a number. A member that is null is as one that is absent.
     *
     * @param tree a JSON object
     * @param to gets the fields
     * @return {@code to}
     * @throws FieldException with the path of the first member that is unknown or not valid
     */
    public static <B extends Message.Builder> B read(Map<?, ?> tree, B to) {
        return read("", tree, to);
    }

    /**
     * The same for members of an object within another one; {@code path} stands before their names in errors, such as
     * {@code health.}.
     */
    public static <B extends Message.Builder> B read(String path, Map<?, ?> tree, B to) {
        TreeReader.readObject(path, tree, to);
        return to;
    }

    private static Map<String, Object> map(MessageOrBuilder message, FieldDescriptor field) {
        FieldDescriptor key = field.getMessageType().findFieldByNumber(1);
        FieldDescriptor value = field.getMessageType().findFieldByNumber(2);
        Map<String, Object> members = new TreeMap<>();
        for (int i = 0; i < message.getRepeatedFieldCount(field); i++) {
            Message entry = (Message) message.getRepeatedField(field, i);
            members.put((String) entry.getField(key), value(entry.getField(value)));
        }
        return members;
    }

    private static List<Object> list(MessageOrBuilder message, FieldDescriptor field) {
        List<Object> items = new ArrayList<>();
        for (int i = 0; i < message.getRepeatedFieldCount(field); i++) {
            items.add(value(message.getRepeatedField(field, i)));
        }
        return items;
    }

    private static Object value(Object value) {
        if (value instanceof Duration duration) {
            return text(duration);
        }
        if (value instanceof RequestKey key) {
            return text(key);
        }
        if (value instanceof Networks networks) {
            return new ArrayList<>(networks.getNetworksList());
        }
        if (value instanceof Message message) {
            return tree(message);
        }
        if (value instanceof EnumValueDescriptor constant) {
            return word(constant);
        }
        if (value instanceof Integer number) {
            return number.longValue();
        }
        return value; // a text, a long, or a truth value
    }

    /**
     * A duration that is longer than any that {@link Durations} reads has a text, too: it may come from anywhere, and
     * has to be refused by its name.
     */
    private static String text(Duration duration) {
        return Math.abs(duration.getSeconds()) > SECONDS_MOST
                ? duration.getSeconds() + "s"
                : Durations.text(java.time.Duration.ofSeconds(duration.getSeconds(), duration.getNanos()));
    }

    private static String text(RequestKey key) {
        return switch (key.getSource()) {
            case SOURCE_UNSPECIFIED, SOURCE_CLIENT_ADDRESS -> "client-address";
            case SOURCE_PATH -> "path";
            case SOURCE_HEADER -> ("header " + key.getName()).strip();
            case SOURCE_COOKIE -> ("cookie " + key.getName()).strip();
            case UNRECOGNIZED -> "unknown";
        };
    }

    /** The word of a constant: {@code answer-503} for {@code WHEN_ALL_DOWN_ANSWER_503}. */
    static String word(EnumValueDescriptor constant) {
        EnumValueDescriptor zero = constant.getType().findValueByNumber(0);
        int prefix = zero == null ? 0 : zero.getName().length() - "UNSPECIFIED".length();
        String name = constant.getName();
        return name.substring(Math.min(prefix, name.length()))
                .toLowerCase(Locale.ROOT)
                .replace('_', '-');
    }
}
