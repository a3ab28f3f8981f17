package io.weldr.node.config;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.weldr.node.config.ConfigText.Source;
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

    private String peers(JsonParser parser) throws IOException, ConfigException {
        StringJoiner peers = new StringJoiner(",");
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String id = parser.currentName();
            peers.add(id + "=" + scalar(parser, "peers: " + id, "host:port"));
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
                switch (field) {
                    case "address" -> address = scalar(parser, "vip-addresses: address", "one address with its prefix");
                    case "interface" -> device = scalar(parser, "vip-addresses: interface", "one name");
                    default ->
                        throw new ConfigException(
                                at(parser) + "unknown key \"" + field + "\" (expected: address and interface)");
                }
            }
            addresses.add(address + "@" + device);
        }
        return addresses.toString();
    }

    /**
     * The value of the key that the parser stands at. Anything but one value would be read as something else, further
     * down.
     */
    private String scalar(JsonParser parser, String what, String expected) throws IOException, ConfigException {
        String where = at(parser);
        JsonToken value = parser.nextToken();
        if (!value.isScalarValue() || value == JsonToken.VALUE_NULL) {
            throw new ConfigException(where + what + ": no single value (expected: " + expected + ")");
        }
        return parser.getText();
    }

    private void put(Setting setting, String text, String where) throws ConfigException {
        if (texts.put(setting, new ConfigText(text, Source.FILE, where)) != null) {
            throw new ConfigException(where + "is set twice (expected: once)");
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
        Setting meant = Setting.nearest(key);
        return meant == null ? "" : " (did you mean \"" + meant.key() + "\"?)";
    }
}
