package io.weldr.it.harness;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Libraries of C that a process loads before the C library, and whose functions it calls instead. They are compiled
 * once in each JVM. Needs Linux and a C compiler. Thread safe.
 */
public final class PreloadedLibrary {
    private static final String VARIABLE = "LD_PRELOAD";
    private static final Map<String, Path> COMPILED = new ConcurrentHashMap<>();

    private PreloadedLibrary() {}

    /** Why there can be none here; empty if there can. */
    public static String unavailable() {
        if (!System.getProperty("os.name").equals("Linux")) {
            return "a library that is loaded before the C library needs Linux";
        }
        try {
            of("shifted_clock.c");
            return "";
        } catch (UncheckedIOException | IllegalStateException e) {
            return "no C compiler (expected: cc, and the headers of the C library): " + e.getMessage();
        }
    }

    /** The library of that source, a resource beside this class. */
    static Path of(String source) {
        return COMPILED.computeIfAbsent(source, PreloadedLibrary::compile);
    }

    private static Path compile(String source) {
        try (InputStream text = PreloadedLibrary.class.getResourceAsStream(source)) {
            Path folder = Files.createDirectories(Path.of("target", "libraries").toAbsolutePath());
            Path code = Files.createTempFile(folder, "", "-" + source);
            Files.write(code, Objects.requireNonNull(text, source).readAllBytes());
            Path library = code.resolveSibling(code.getFileName() + ".so");
            String output = library.toString();
            Run.program("cc", "-O1", "-shared", "-fPIC", "-o", output, code.toString(), "-ldl", "-lpthread");
            return library;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The environment that loads it. */
    static Map<String, String> environment(String source, Map<String, String> variables) {
        Map<String, String> all = new HashMap<>(variables);
        all.put(VARIABLE, of(source).toString());
        return all;
    }

    /** The environment that loads the libraries of both. */
    public static Map<String, String> both(Map<String, String> one, Map<String, String> other) {
        Map<String, String> all = new HashMap<>(one);
        all.putAll(other);
        all.put(VARIABLE, one.get(VARIABLE) + ":" + other.get(VARIABLE));
        return all;
    }
}
