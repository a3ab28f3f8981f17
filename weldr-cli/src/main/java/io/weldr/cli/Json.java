package io.weldr.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes maps, lists, words, numbers and truth values as JSON. Pure. A command that prints no JSON does not load this.
 */
final class Json {
    private Json() {}

    /** For people and scripts, on several lines. */
    static String indented(Object value) {
        return text(value, true);
    }

    /** Without line breaks. */
    static String onOneLine(Object value) {
        return text(value, false);
    }

    private static String text(Object value, boolean indented) {
        StringWriter text = new StringWriter();
        try (JsonGenerator to = new JsonFactory().createGenerator(text)) {
            if (indented) {
                to.useDefaultPrettyPrinter();
            }
            write(to, value);
        } catch (IOException e) {
            throw new IllegalStateException("text can always be written to memory", e);
        }
        return text.toString();
    }

    private static void write(JsonGenerator to, @Nullable Object value) throws IOException {
        if (value instanceof Map<?, ?> map) {
            to.writeStartObject();
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                to.writeFieldName(String.valueOf(entry.getKey()));
                write(to, entry.getValue());
            }
            to.writeEndObject();
        } else if (value instanceof Iterable<?> list) {
            to.writeStartArray();
            for (Object one : list) {
                write(to, one);
            }
            to.writeEndArray();
        } else if (value == null) {
            to.writeNull();
        } else if (value instanceof String
                || value instanceof Integer
                || value instanceof Long
                || value instanceof Double
                || value instanceof Boolean) {
            to.writeObject(value);
        } else {
            throw new IllegalStateException("no JSON for a " + value.getClass().getName());
        }
    }
}
