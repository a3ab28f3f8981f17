package io.weldr.node.config;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringJoiner;

/** Reads the YAML file into texts, one for each setting, and remembers the line that each came from. */
final class ConfigFile {
    /** A configuration is a page. Anything beyond this is another file. */
    private static final long BYTES_MAX = 1 << 20;

    private final Path path;
    private final Map<Setting, ConfigText> texts = new LinkedHashMap<>();

    private ConfigFile(Path path) {
        this.path = path;
    }

    static Map<Setting, ConfigText> read(Path path) throws ConfigException {
        ConfigFile file = new ConfigFile(path);
        try {
            if (!Files.isRegularFile(path)) {
                throw new ConfigException(path + ": no such file (expected: a YAML file)");
            }
            if (Files.size(path) > BYTES_MAX) {
                throw new ConfigException(
                        path + ": " + Files.size(path) + " bytes (expected: at most " + BYTES_MAX + ")");
            }
            try (JsonParser parser = new YAMLFactory().createParser(path.toFile())) {
                file.document(parser);
            }
        } catch (JsonProcessingException e) {
            String first =
                    String.valueOf(e.getOriginalMessage()).lines().findFirst().orElse("not YAML");
            int line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
            throw new ConfigException(path + ":" + line + ": not valid YAML: " + first, e);
        } catch (IOException e) {
            throw new ConfigException(path + ": cannot be read: " + e.getMessage(), e);
        }
        return file.texts;
    }

    private void document(JsonParser parser) throws IOException, ConfigException {
        JsonToken first = parser.nextToken();
        if (first == null) {
            return; // an empty file: all defaults
        }
        if (first != JsonToken.START_OBJECT) {
            throw new ConfigException(at(parser) + "expected keys and values, as in \"id: n1\"");
        }
        object(parser, "");
        if (parser.nextToken() != null) {
            throw new ConfigException(at(parser) + "a second document (expected: one)");
        }
    }

    private void object(JsonParser parser, String prefix) throws IOException, ConfigException {
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = prefix + parser.currentName();
            String where = at(parser);
            Setting setting = Setting.ofKey(key);
            JsonToken value = parser.nextToken();
            if (setting != null && setting.equals(Setting.PEERS) && value == JsonToken.START_OBJECT) {
                put(setting, peers(parser), where);
            } else if (setting != null && setting.equals(Setting.VIP_ADDRESSES) && value == JsonToken.START_ARRAY) {
                put(setting, virtualIps(parser), where);
            } else if (value == JsonToken.START_OBJECT && isPrefix(key)) {
                object(parser, key + "-");
            } else if (setting == null) {
                throw new ConfigException(where + "unknown key \"" + key + "\"" + nearest(key));
            } else if (value.isScalarValue() && value != JsonToken.VALUE_NULL) {
                put(setting, parser.getText(), where + key + ": ");
            } else {
                throw new ConfigException(where + key + ": no single value (expected: " + setting.placeholder() + ")");
            }
        }
    }

    private static String peers(JsonParser parser) throws IOException {
        StringJoiner peers = new StringJoiner(",");
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String id = parser.currentName();
            parser.nextToken();
            peers.add(id + "=" + parser.getText());
        }
        return peers.toString();
    }

    /** A list of {@code {address: ..., interface: ...}}, as the one text that a flag would have. */
    private String virtualIps(JsonParser parser) throws IOException, ConfigException {
        StringJoiner addresses = new StringJoiner(",");
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            String address = "";
            String device = "";
            if (parser.currentToken() != JsonToken.START_OBJECT) {
                throw new ConfigException(at(parser) + "expected {address: 10.0.0.100/32, interface: eth0}");
            }
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String field = parser.currentName();
                parser.nextToken();
                switch (field) {
                    case "address" -> address = parser.getText();
                    case "interface" -> device = parser.getText();
                    default ->
                        throw new ConfigException(
                                at(parser) + "unknown key \"" + field + "\" (expected: address and interface)");
                }
            }
            addresses.add(address + "@" + device);
        }
        return addresses.toString();
    }

    private void put(Setting setting, String text, String where) throws ConfigException {
        if (texts.put(setting, new ConfigText(text, where)) != null) {
            throw new ConfigException(where + "stands twice (expected: once)");
        }
    }

    private static boolean isPrefix(String key) {
        for (Setting setting : Setting.values()) {
            if (setting.key().startsWith(key + "-")) {
                return true;
            }
        }
        return false;
    }

    private String at(JsonParser parser) {
        return path + ":" + parser.currentTokenLocation().getLineNr() + ": ";
    }

    private static String nearest(String key) {
        String best = "";
        int bestDistance = 4; // further apart it is another word, not a slip
        for (Setting setting : Setting.values()) {
            int distance = distance(key, setting.key());
            if (distance < bestDistance) {
                bestDistance = distance;
                best = setting.key();
            }
        }
        return best.isEmpty() ? "" : " (did you mean \"" + best + "\"?)";
    }

    /** Levenshtein's distance. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
