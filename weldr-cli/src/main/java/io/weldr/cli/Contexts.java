package io.weldr.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Clusters that a user works with, in {@code weldr/config.yaml} of the user's configuration folder. It names files of
 * tokens and secrets, and holds none.
 */
final class Contexts {
    static final String CURRENT = "current";
    static final String CONTEXTS = "contexts";
    static final String ENDPOINT = "endpoint";
    static final String TOKEN_FILE = "token-file";
    static final String CA_FILE = "ca-file";
    static final String SECRET_FILE = "secret-file";
    static final String CERT_FILE = "cert-file";
    static final String KEY_FILE = "key-file";
    static final String TLS = "tls";

    private static final Set<String> KEYS =
            Set.of(ENDPOINT, TOKEN_FILE, CA_FILE, SECRET_FILE, CERT_FILE, KEY_FILE, TLS);

    private final Path file;
    private final Map<String, Map<String, Object>> all = new LinkedHashMap<>();
    private @Nullable String current;

    private Contexts(Path file) {
        this.file = file;
    }

    /** Where the user has them. */
    static Path file(Map<String, String> environment) {
        String folder = environment.get("XDG_CONFIG_HOME");
        Path base = folder == null || folder.isEmpty()
                ? Path.of(environment.getOrDefault("HOME", System.getProperty("user.home", ".")), ".config")
                : Path.of(folder);
        return base.resolve("weldr").resolve("config.yaml");
    }

    /** Those of that file; none if there is no file. */
    static Contexts read(Path file) {
        Contexts contexts = new Contexts(file);
        if (!Files.exists(file)) {
            return contexts;
        }
        Map<String, Object> tree = ResourceFile.read(file.toString());
        for (Map.Entry<String, Object> entry : tree.entrySet()) {
            if (entry.getKey().equals(CURRENT) && entry.getValue() instanceof String name) {
                contexts.current = name;
            } else if (entry.getKey().equals(CONTEXTS) && entry.getValue() instanceof Map<?, ?> named) {
                named.forEach(
                        (name, members) -> contexts.all.put(String.valueOf(name), contexts.checked(name, members)));
            } else if (!entry.getKey().equals(CONTEXTS) || entry.getValue() != null) {
                throw contexts.bad("\"" + entry.getKey() + "\" (expected: " + CURRENT + " and " + CONTEXTS + ")");
            }
        }
        return contexts;
    }

    private Map<String, Object> checked(Object name, @Nullable Object members) {
        if (!(members instanceof Map<?, ?> map)) {
            throw bad("context " + name + ": no object (expected: " + ENDPOINT + " and files)");
        }
        Map<String, Object> context = new LinkedHashMap<>();
        map.forEach((key, value) -> {
            String word = String.valueOf(key);
            boolean valid =
                    KEYS.contains(word) && (word.equals(TLS) ? value instanceof Boolean : value instanceof String);
            if (!valid) {
                throw bad("context " + name + ": \"" + word + "\" (expected: texts of " + ENDPOINT + ", " + TOKEN_FILE
                        + ", " + CA_FILE + ", " + SECRET_FILE + ", " + CERT_FILE + " or " + KEY_FILE + ", or " + TLS
                        + ": true)");
            }
            context.put(word, value);
        });
        return context;
    }

    private CliException bad(String line) {
        return new CliException(ExitCode.USAGE, Output.printable(file + ": " + line));
    }

    /** All of them, by name. */
    Map<String, Map<String, Object>> all() {
        return all;
    }

    /** The one that commands use; null: none. */
    @Nullable String current() {
        return current;
    }

    /** The members of that context, or of the current one; none if there is no current one. */
    Map<String, Object> get(@Nullable String name) {
        String wanted = name == null ? current : name;
        if (wanted == null) {
            return Map.of();
        }
        Map<String, Object> context = all.get(wanted);
        if (context == null) {
            throw new CliException(
                    ExitCode.NOT_FOUND,
                    "there is no context " + Output.printable(wanted) + " in " + file + " (expected: "
                            + (all.isEmpty()
                                    ? "one that weldrctl context add has made"
                                    : "one of " + String.join(", ", all.keySet()))
                            + ")");
        }
        return context;
    }

    void use(@Nullable String name) {
        if (name != null) {
            var unused = get(name);
        }
        current = name;
    }

    /** Writes them, as a whole or not at all; the file is for its owner alone. */
    void write() {
        Map<String, Object> tree = new LinkedHashMap<>();
        if (current != null) {
            tree.put(CURRENT, current);
        }
        tree.put(CONTEXTS, all);
        Path folder = file.toAbsolutePath().getParent();
        try {
            Files.createDirectories(folder);
            boolean modes = file.getFileSystem().supportedFileAttributeViews().contains("posix");
            Path next = modes
                    ? Files.createTempFile(
                            folder,
                            "config",
                            ".next",
                            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))
                    : Files.createTempFile(folder, "config", ".next");
            try {
                Files.writeString(next, Yaml.text(tree), StandardCharsets.UTF_8);
                Files.move(next, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(next);
            }
        } catch (IOException e) {
            throw new CliException(ExitCode.REFUSED, Output.printable(file + " cannot be written: " + e));
        }
    }
}
