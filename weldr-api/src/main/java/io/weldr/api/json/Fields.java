package io.weldr.api.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.weldr.api.error.Problem;
import io.weldr.api.error.ProblemException;
import io.weldr.api.error.ProblemType;
import io.weldr.core.Check;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The members of a JSON object, taken one by one. {@link #done()} refuses, by name, what nobody asked for. An explicit
 * null is the same as an absent member, but for those that ask {@link #isNull}. Confined to one thread.
 */
final class Fields {
    private final String path;
    private final ObjectNode object;
    private final Set<String> known = new LinkedHashSet<>();

    Fields(String path, ObjectNode object) {
        this.path = path;
        this.object = object;
    }

    /** The member as text, parsed; null if it is absent. {@code expected} says what is valid, for people. */
    <T> @Nullable T text(String name, String expected, Function<String, T> parse) {
        JsonNode node = get(name);
        if (node == null) {
            return null;
        }
        if (!node.isTextual()) {
            throw invalid(name, node, expected);
        }
        return parsed(name, node, expected, () -> parse.apply(node.textValue()));
    }

    /** The member as text or number, parsed from its characters; null if it is absent. */
    <T> @Nullable T textOrNumber(String name, String expected, Function<String, T> text, Function<Double, T> number) {
        JsonNode node = get(name);
        if (node == null) {
            return null;
        }
        if (node.isNumber()) {
            return parsed(name, node, expected, () -> number.apply(node.doubleValue()));
        }
        return text(name, expected, text);
    }

    /** The member as a whole number; null if it is absent. */
    @Nullable Integer wholeNumber(String name, int least, int most) {
        JsonNode node = get(name);
        if (node == null) {
            return null;
        }
        String expected = "a whole number between " + least + " and " + most;
        if (!node.isIntegralNumber() || !node.canConvertToInt() || node.intValue() < least || node.intValue() > most) {
            throw invalid(name, node, expected);
        }
        return node.intValue();
    }

    /** The member as an object of maps, lists and values; null if it is absent. */
    @Nullable Map<?, ?> tree(String name) {
        JsonNode node = get(name);
        if (node == null) {
            return null;
        }
        if (!(StrictJson.tree(node) instanceof Map<?, ?> members)) {
            throw invalid(name, node, "an object");
        }
        return members;
    }

    /** The whole object. Whoever reads it looks for unknown members. */
    Map<?, ?> tree() {
        return StrictJson.tree(object) instanceof Map<?, ?> members ? members : Map.of();
    }

    /** The member as an object of texts; null if it is absent. */
    @Nullable Map<String, String> texts(String name) {
        Map<?, ?> members = tree(name);
        if (members == null) {
            return null;
        }
        Map<String, String> texts = new TreeMap<>();
        members.forEach((key, value) -> {
            if (!(value instanceof String text)) {
                String found = value == null ? "nothing" : value.toString();
                throw new Problem(
                                ProblemType.INVALID_VALUE,
                                path + name + "." + key + ": " + found + " (expected: a text)",
                                found,
                                "a text")
                        .exception();
            }
            texts.put(String.valueOf(key), text);
        });
        return texts;
    }

    /** The member as an array of texts; null if it is absent. */
    @Nullable List<String> textList(String name, String expected) {
        JsonNode node = get(name);
        if (node == null) {
            return null;
        }
        List<String> texts = new ArrayList<>();
        for (JsonNode element : node) {
            if (!node.isArray() || !element.isTextual()) {
                throw invalid(name, node, expected);
            }
            texts.add(element.textValue());
        }
        if (!node.isArray()) {
            throw invalid(name, node, expected);
        }
        return texts;
    }

    /** Whether the member is there and null. */
    boolean isNull(String name) {
        known.add(name);
        JsonNode node = object.get(name);
        return node != null && node.isNull();
    }

    /** Whether the member is there and not null. */
    boolean has(String name) {
        return get(name) != null;
    }

    /** Refuses the first member that was not asked for. */
    void done() {
        for (Iterator<String> names = object.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (!known.contains(name)) {
                throw Problem.of(
                                ProblemType.UNKNOWN_FIELD,
                                "field " + Check.quote(path + name),
                                "one of " + String.join(", ", known))
                        .exception();
            }
        }
    }

    private @Nullable JsonNode get(String name) {
        known.add(name);
        JsonNode node = object.get(name);
        return node == null || node.isNull() ? null : node;
    }

    private <T> T parsed(String name, JsonNode node, String expected, java.util.function.Supplier<T> parse) {
        try {
            return parse.get();
        } catch (IllegalArgumentException e) {
            Problem told = Problem.ofLine(ProblemType.INVALID_VALUE, String.valueOf(e.getMessage()), expected);
            String line = told.detail().startsWith(name + ":") ? told.detail() : name + ": " + told.detail();
            throw new Problem(ProblemType.INVALID_VALUE, path + line, found(node), told.expected()).exception();
        }
    }

    /** The problem with a member that is not what was expected. */
    ProblemException invalid(String name, String expected) {
        return invalid(name, object.get(name), expected);
    }

    private ProblemException invalid(String name, JsonNode node, String expected) {
        String found = found(node);
        return new Problem(
                        ProblemType.INVALID_VALUE,
                        path + name + ": " + found + " (expected: " + expected + ")",
                        found,
                        expected)
                .exception();
    }

    private static String found(@Nullable JsonNode node) {
        if (node == null) {
            return "nothing";
        }
        if (node.isTextual()) {
            return Check.quote(node.textValue());
        }
        if (node.isContainerNode()) {
            return node.isArray() ? "an array" : "an object";
        }
        return node.asText();
    }
}
