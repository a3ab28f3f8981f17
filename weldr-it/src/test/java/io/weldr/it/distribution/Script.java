package io.weldr.it.distribution;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A program of the distribution, as a person runs it. */
final class Script {
    /** A cluster that starts on a busy machine takes minutes, and says itself when it gives up. */
    private static final long MINUTES_MAX = 10;

    private Script() {}

    /** How it ended, and what it wrote. */
    record Ended(int exit, String out, String err) {}

    /** Starts it. What it writes goes to the files. */
    static Process start(List<String> command, Map<String, String> environment, Path out, Path err) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().putAll(environment);
        return builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
    }

    /** Runs it to its end. */
    static Ended run(List<String> command, Map<String, String> environment) throws IOException, InterruptedException {
        Path out = Files.createTempFile("script", ".out");
        Path err = Files.createTempFile("script", ".err");
        try {
            Process process = start(command, environment, out, err);
            if (!process.waitFor(MINUTES_MAX, TimeUnit.MINUTES)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
                throw new AssertionError(command + " did not end; it wrote: " + Files.readString(out, UTF_8)
                        + Files.readString(err, UTF_8));
            }
            return new Ended(process.exitValue(), Files.readString(out, UTF_8), Files.readString(err, UTF_8));
        } finally {
            Files.delete(out);
            Files.delete(err);
        }
    }
}
