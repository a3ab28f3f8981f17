package io.weldr.it.distribution;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;

/** What the build has made for people to install. */
final class Built {
    static final Path FOLDER = Path.of("../deploy/target").toAbsolutePath().normalize();

    private Built() {}

    /** A file that {@code -Ppackages} makes. Without it the test is skipped, and says so. */
    static Path file(String glob) throws IOException {
        try (DirectoryStream<Path> found = Files.newDirectoryStream(FOLDER, glob)) {
            for (Path file : found) {
                return file;
            }
        }
        String missing = "there is no " + glob + " in " + FOLDER + " (./mvnw verify -Ppackages makes it)";
        System.out.println("SKIPPED: " + missing);
        return Assumptions.abort(missing);
    }

    /** {@code weldr check} of the distribution. */
    static Script.Ended check(List<String> arguments, Map<String, String> environment) throws Exception {
        List<String> command =
                new ArrayList<>(List.of(FOLDER.resolve("weldr/bin/weldr").toString(), "check"));
        command.addAll(arguments);
        return Script.run(command, environment);
    }

    static void need(boolean there, String otherwise) {
        if (!there) {
            System.out.println("SKIPPED: " + otherwise);
        }
        Assumptions.assumeTrue(there, otherwise);
    }

    static void need(String unavailable) {
        need(unavailable.isEmpty(), unavailable);
    }

    static void needProgram(String program) throws Exception {
        need(
                Script.run(List.of("sh", "-c", "command -v " + program), Map.of())
                                .exit()
                        == 0,
                program + " is not installed");
    }
}
