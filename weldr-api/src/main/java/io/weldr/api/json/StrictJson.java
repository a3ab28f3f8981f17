package io.weldr.api.json;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.weldr.api.error.Problem;
import io.weldr.api.error.ProblemType;
import io.weldr.core.Check;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * JSON as RFC 8259 has it, and nothing beside: UTF-8, one value, each name once. What is ambiguous is refused, since
 * two readers could take it for two different things.
 */
final class StrictJson {
    /** Routes nest five deep. */
    private static final int NESTING_MAX = 16;

    /** No number that means anything here is longer. */
    private static final int NUMBER_CHARS_MAX = 32;

    private static final int NAME_CHARS_MAX = 256;

    /** Enough to recognise one's own input; nobody can use as much of a private key. */
    private static final int SHOWN_CHARS_MAX = 20;

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(NESTING_MAX)
                            .maxNumberLength(NUMBER_CHARS_MAX)
                            .maxNameLength(NAME_CHARS_MAX)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS))
            .build();

    private static final ObjectWriter FOR_PEOPLE =
            MAPPER.writer(new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter("  ", "\n")));

    private StrictJson() {}

    /** The members of the one object that the body is. */
    static Fields object(byte[] body) {
        if (body.length == 0) {
            throw malformed("the body is empty", "a JSON object");
        }
        String text;
        try {
            text = UTF_8.newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(body))
                    .toString();
        } catch (CharacterCodingException e) {
            throw malformed("the body is not valid UTF-8", "a JSON object in UTF-8");
        }
        JsonNode node;
        try {
            node = MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            throw malformed(where(e), "one JSON object, each name once");
        }
        if (!(node instanceof ObjectNode object)) {
            String found = text.strip();
            // A longer text may be a key that stands alone.
            throw malformed(
                    "the body is " + (found.length() <= SHOWN_CHARS_MAX ? Check.quote(found) : "no object"),
                    "a JSON object");
        }
        return new Fields("", object);
    }

    /**
     * A value as maps, lists, texts, numbers and truth values. Whoever wrote it cannot nest it deeper than {@link
     * #NESTING_MAX}.
     */
    static @Nullable Object tree(JsonNode node) {
        if (node.isObject()) {
            Map<String, @Nullable Object> members = new LinkedHashMap<>();
            node.properties().forEach(member -> members.put(member.getKey(), tree(member.getValue())));
            return members;
        }
        if (node.isArray()) {
            List<@Nullable Object> items = new ArrayList<>();
            node.forEach(item -> items.add(tree(item)));
            return items;
        }
        return switch (node.getNodeType()) {
            case STRING -> node.textValue();
            case BOOLEAN -> node.booleanValue();
            case NUMBER -> node.numberValue();
            default -> null;
        };
    }

    private static String where(JsonProcessingException e) {
        String line = e.getOriginalMessage()
                .lines()
                .findFirst()
                .orElse("not JSON")
                .replaceAll("'[^']{" + SHOWN_CHARS_MAX + ",}'", "'…'"); // it may be of a key without quotes
        String found = line.length() <= 160 ? line : line.substring(0, 160) + "…";
        return e.getLocation() == null
                ? found
                : "line " + e.getLocation().getLineNr() + ", column "
                        + e.getLocation().getColumnNr() + ": " + found;
    }

    private static RuntimeException malformed(String found, String expected) {
        return Problem.of(ProblemType.MALFORMED_BODY, found, expected).exception();
    }

    /** For people who look at it: indented, and ends with a line feed. */
    static String pretty(Object value) {
        try {
            return FOR_PEOPLE.writeValueAsString(value) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("every answer can be written", e);
        }
    }

    /** On one line. */
    static String line(Object value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("every answer can be written", e);
        }
    }
}
