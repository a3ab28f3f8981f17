package io.weldr.cli;

/** What the process ends with. Scripts rely on these. */
enum ExitCode {
    DONE(0, "done", "done"),
    REFUSED(1, "refused", "refused, the output could not be written, or an unexpected failure"),
    USAGE(2, "usage", "the command line or a value is not valid; nothing was done"),
    NOT_FOUND(3, "not-found", "there is no such origin, pool, listener, route, certificate, token, member or context"),
    CONFLICT(4, "conflict", "another entry exists, the state has changed, or the members are changing"),
    UNREACHABLE(5, "unreachable", "no node could be reached, or none that reaches a leader; nothing was done"),
    UNKNOWN(6, "unknown-outcome", "the outcome is not known"),
    FINDINGS(7, "findings", "doctor has findings"),
    STOPPED(8, "stopped", "a rolling restart stopped; the output has the command to go on");

    private final int code;
    private final String type;
    private final String meaning;

    ExitCode(int code, String type, String meaning) {
        this.code = code;
        this.type = type;
        this.meaning = meaning;
    }

    int code() {
        return code;
    }

    /** What an error of this kind is called in JSON, unless the node had a better word. */
    String type() {
        return type;
    }

    String meaning() {
        return meaning;
    }
}
