package io.weldr.deploy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The command lines that the programs of {@code bin/} run {@code java} with, for a place without a shell.
 * The scripts themselves tell them: they are run once, and find a program in place of {@code java} that prints its
 * arguments.
 */
final class CommandLines {
    private static final String PRINTER = "#!/bin/sh\nfor word; do printf '%s\\n' \"$word\"; done\n";

    /** What quotes or ends a word in a file of arguments of {@code java}. */
    private static final String SPECIAL = "[\\s\"'\\\\#]";

    private final Path weldr;
    private final Path folder;

    /** @param folder is made, for files that are needed meanwhile */
    CommandLines(Path weldr, Path folder) {
        this.weldr = weldr.toAbsolutePath();
        this.folder = folder.toAbsolutePath();
    }

    /**
     * A file that {@code java @FILE} reads; the arguments of the program may follow.
     *
     * @param home where the distribution will be
     * @param more options of the JVM
     */
    String file(String program, String home, List<String> more) throws IOException {
        Path output = folder.resolve(program + ".out");
        Files.deleteIfExists(output);
        prepare();
        Path pretended = folder.resolve("weldr").toRealPath();
        Program.run(folder, List.of(pretended.resolve("bin/" + program).toString()), Map.of(), output);
        List<String> words = new ArrayList<>(more);
        for (String word : Files.readAllLines(output)) {
            words.add(word.replace(pretended.toString(), home));
        }
        for (String word : words) {
            if (word.matches(".*" + SPECIAL + ".*") || word.startsWith("@")) {
                throw new IOException("bin/" + program + " starts java with the argument \"" + word
                        + "\" (expected: none with a space, a quote, a backslash, # or @)");
            }
        }
        return String.join("\n", words) + "\n";
    }

    /** A distribution whose scripts and library are those of {@code weldr}, and whose {@code java} prints. */
    private void prepare() throws IOException {
        Path pretended = folder.resolve("weldr");
        Path java = pretended.resolve("runtime/bin/java");
        if (Files.exists(java)) {
            return;
        }
        Files.createDirectories(pretended.resolve("bin"));
        for (String script : List.of("weldr", "weldrctl", "weldr-testserver", "java-launch")) {
            Path copy = pretended.resolve("bin/" + script);
            Files.copy(weldr.resolve("bin/" + script), copy);
            executable(copy);
        }
        Files.createSymbolicLink(pretended.resolve("lib"), weldr.resolve("lib"));
        Files.createDirectories(java.getParent());
        Files.writeString(java, PRINTER);
        executable(java);
    }

    private static void executable(Path file) throws IOException {
        Files.setPosixFilePermissions(
                file, Set.copyOf(java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-xr-x")));
    }
}
