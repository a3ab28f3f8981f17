package io.weldr.deploy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The libraries of this machine that a distribution needs: the C library, its loader, and the few beside it. */
final class Libraries {
    /**
     * As {@code ldd} writes them: {@code libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x...)}, and the loader without
     * a name.
     */
    private static final Pattern FOUND = Pattern.compile("\\s*(?:\\S+ => )?(/\\S+) \\(0x[0-9a-f]+\\)");

    private static final Pattern MISSING = Pattern.compile("\\s*(\\S+) => not found");

    /** The C library loads these by itself when it looks a name up. From 2.34 on it has them built in. */
    private static final List<String> LOADED_LATER = List.of("libnss_files.so.2", "libnss_dns.so.2", "libresolv.so.2");

    private Libraries() {}

    /**
     * Where they are on this machine.
     *
     * @param output gets what {@code ldd} writes
     * @throws IOException a library is missing, or {@code ldd}
     */
    static NavigableSet<Path> of(Path weldr, Path output) throws IOException {
        List<Path> files = new ArrayList<>(List.of(weldr.resolve("runtime/bin/java")));
        for (String part : List.of("runtime/lib", "lib/native")) {
            try (Stream<Path> all = Files.walk(weldr.resolve(part))) {
                all.filter(file -> file.toString().endsWith(".so")).sorted().forEach(files::add);
            }
        }
        files.add(weldr.resolve("runtime/lib/jspawnhelper"));
        List<String> command = new ArrayList<>(List.of("ldd"));
        files.forEach(file -> command.add(file.toString()));
        Files.deleteIfExists(output);
        Program.run(weldr, command, Map.of("LC_ALL", "C"), output);

        NavigableSet<Path> found = new TreeSet<>();
        for (String line : Files.readAllLines(output)) {
            Matcher library = FOUND.matcher(line);
            Matcher missing = MISSING.matcher(line);
            if (library.matches() && !Path.of(library.group(1)).startsWith(weldr)) {
                found.add(Path.of(library.group(1)));
            } else if (missing.matches() && !isOfTheRuntime(weldr, missing.group(1))) {
                throw new IOException(
                        missing.group(1) + " is not on this machine (expected by weldr; see " + output + ")");
            }
        }
        for (Path each : List.copyOf(found)) {
            if (each.endsWith("libc.so.6")) {
                LOADED_LATER.stream()
                        .map(each::resolveSibling)
                        .filter(Files::exists)
                        .forEach(found::add);
            }
        }
        return found;
    }

    /** A library of the JVM is there when another one of it is loaded, though {@code ldd} does not know that. */
    private static boolean isOfTheRuntime(Path weldr, String name) {
        return Files.exists(weldr.resolve("runtime/lib/" + name))
                || Files.exists(weldr.resolve("runtime/lib/server/" + name));
    }
}
