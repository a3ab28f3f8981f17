package io.weldr.cli;

import java.io.Serial;

/** Ends the command with one line and an exit code. */
final class CliException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    private final ExitCode exitCode;

    CliException(ExitCode exitCode, String line) {
        super(line, null, false, false);
        this.exitCode = exitCode;
    }

    ExitCode exitCode() {
        return exitCode;
    }
}
