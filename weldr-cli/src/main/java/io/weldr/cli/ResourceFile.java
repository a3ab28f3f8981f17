package io.weldr.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads a resource out of a file, as JSON or YAML. A command that is given no file does not load this. */
final class ResourceFile {
    /** As much as the API takes. */
    private static final int BYTES_MAX = 1 << 20;

    /** Routes nest five deep. */
    private static final int NESTING_MAX = 16;

    private ResourceFile() {}

    /** The members of the one object in a file; {@code -} is standard input. */
    static Map<String, Object> read(String name) {
        byte[] bytes;
        try (InputStream from = name.equals("-") ? System.in : Files.newInputStream(Path.of(name))) {
            bytes = from.readNBytes(BYTES_MAX + 1);
        } catch (NoSuchFileException e) {
            throw bad(name, "no such file");
        } catch (IOException | java.nio.file.InvalidPathException e) {
            throw bad(name, "cannot be read: " + e.getMessage());
        }
        if (bytes.length > BYTES_MAX) {
            throw bad(name, "more than " + BYTES_MAX + " bytes (expected: one resource)");
        }
        String text = new String(bytes, StandardCharsets.UTF_8);
        JsonFactory factory = text.stripLeading().startsWith("{") ? new JsonFactory() : new YAMLFactory();
        factory.enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION.mappedFeature());
        try (JsonParser parser = factory.createParser(text)) {
            parser.nextToken();
            Object value = value(parser, 0);
            if (parser.nextToken() != null) {
                throw bad(name, "more than one resource (expected: one)");
            }
            if (value instanceof Map<?, ?> members) {
                Map<String, Object> tree = new LinkedHashMap<>();
                members.forEach((key, member) -> tree.put(String.valueOf(key), member));
                return tree;
            }
            throw bad(name, "no object (expected: the members of one resource)");
        } catch (JsonProcessingException e) {
            String line = e.getOriginalMessage().lines().findFirst().orElse("not valid");
            throw bad(
                    name,
                    (e.getLocation() == null
                                    ? ""
                                    : "line " + e.getLocation().getLineNr() + ", column "
                                            + e.getLocation().getColumnNr() + ": ")
                            + line + " (expected: JSON or YAML)");
        } catch (IOException e) {
            throw bad(name, String.valueOf(e.getMessage()));
        }
    }

    private static @Nullable Object value(JsonParser parser, int depth) throws IOException {
        JsonToken token = parser.currentToken();
        if (parser instanceof YAMLParser yaml && yaml.isCurrentAlias()) {
            throw new IOException("line " + parser.currentLocation().getLineNr() + ": alias *" + parser.getText()
                    + " (expected: what it stands for, written out)");
        }
        if (depth > NESTING_MAX) {
            throw new IOException("nested more than " + NESTING_MAX + " deep");
        }
        if (token == JsonToken.START_OBJECT) {
            Map<String, @Nullable Object> members = new LinkedHashMap<>();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                members.put(name, value(parser, depth + 1));
            }
            return members;
        }
        if (token == JsonToken.START_ARRAY) {
            List<@Nullable Object> items = new ArrayList<>();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                items.add(value(parser, depth + 1));
            }
            return items;
        }
        if (token == JsonToken.VALUE_STRING) {
            return parser.getText();
        }
        if (token == JsonToken.VALUE_NUMBER_INT || token == JsonToken.VALUE_NUMBER_FLOAT) {
            return parser.getNumberValue();
        }
        if (token == JsonToken.VALUE_TRUE || token == JsonToken.VALUE_FALSE) {
            return parser.getBooleanValue();
        }
        return null;
    }

    private static CliException bad(String name, String line) {
        return new CliException(ExitCode.USAGE, "--file " + Output.printable(name) + ": " + Output.printable(line));
    }
}
