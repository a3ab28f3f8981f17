package io.weldr.cli;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** Ends the command with one line and an exit code. */
final class CliException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    /** The type of an error that is only about showing what was found or done. */
    static final String OUTPUT = "output";

    private final ExitCode exitCode;
    private final String type;

    CliException(ExitCode exitCode, String line) {
        this(exitCode, null, line);
    }

    /** @param reason the problem type that a node named, such as {@code no-leader}; null if no node did */
    CliException(ExitCode exitCode, @Nullable String reason, String line) {
        super(line, null, false, false);
        this.exitCode = exitCode;
        this.type = reason == null ? exitCode.type() : reason;
    }

    ExitCode exitCode() {
        return exitCode;
    }

    /** A word for scripts. */
    String type() {
        return type;
    }
}
