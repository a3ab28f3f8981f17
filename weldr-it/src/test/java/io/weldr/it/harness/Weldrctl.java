package io.weldr.it.harness;

import static io.weldr.testing.Patience.PATIENCE_MILLIS;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** {@code weldrctl} as a process, as a script calls it. */
public final class Weldrctl {
    /** Longer than its default, for a machine that is slow; shorter than this waits for its end. */
    private static final String TIMEOUT = "60s";

    private Weldrctl() {}

    /** How it ended, and what it wrote. */
    public record Result(int exit, String out, String err) {}

    private static ProcessBuilder command(String endpoints, String... arguments) {
        List<String> command = new ArrayList<>(List.of("--endpoint", endpoints, "--timeout", TIMEOUT));
        command.addAll(List.of(arguments));
        return Shipped.weldrctl(command);
    }

    /** Starts it, with its output in a pipe to this process. The caller ends it. */
    public static Process start(String endpoints, String... arguments) {
        try {
            return command(endpoints, arguments).start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs it to its end. */
    public static Result run(String endpoints, String... arguments) {
        return run(null, endpoints, arguments);
    }

    /** The same, with its standard output to that file; null: it is in the result. */
    public static Result run(@Nullable File output, String endpoints, String... arguments) {
        return run(output, command(endpoints, arguments));
    }

    /** The same for any program. */
    static Result run(@Nullable File output, ProcessBuilder command) {
        try {
            Path out = Files.createTempFile("weldrctl", ".out");
            Path err = Files.createTempFile("weldrctl", ".err");
            try {
                Process process = command.redirectOutput(output == null ? out.toFile() : output)
                        .redirectError(err.toFile())
                        .start();
                boolean ended = process.waitFor(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
                if (!ended) {
                    process.destroyForcibly();
                }
                assertThat(ended).as("%s ended by itself", command.command()).isTrue();
                return new Result(
                        process.exitValue(),
                        Files.readString(out, StandardCharsets.UTF_8),
                        Files.readString(err, StandardCharsets.UTF_8));
            } finally {
                Files.delete(out);
                Files.delete(err);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
