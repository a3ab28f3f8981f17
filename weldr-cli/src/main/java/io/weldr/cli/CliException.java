package io.weldr.cli;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** Ends the command with one line and an exit code. */
final class CliException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    private final ExitCode exitCode;
    private final @Nullable String reason;
    private final boolean output;

    CliException(ExitCode exitCode, String line) {
        this(exitCode, null, line);
    }

    /** @param reason the problem type that a node named, such as {@code no-leader}; null if no node did */
    CliException(ExitCode exitCode, @Nullable String reason, String line) {
        this(exitCode, reason, line, false);
    }

    private CliException(ExitCode exitCode, @Nullable String reason, String line, boolean output) {
        super(line, null, false, false);
        this.exitCode = exitCode;
        this.reason = reason;
        this.output = output;
    }

    /** What was found or done cannot be shown. */
    static CliException output(String line) {
        return new CliException(ExitCode.REFUSED, null, line, true);
    }

    /** Whether the error is only about showing what was found or done. */
    boolean isOutput() {
        return output;
    }

    ExitCode exitCode() {
        return exitCode;
    }

    /** A word for scripts. */
    String type() {
        return output ? "output" : reason == null ? exitCode.type() : reason;
    }

    /** For people: the problem type, if a node named one, and the line. */
    String text() {
        return (reason == null ? "" : reason + ": ") + getMessage();
    }
}
