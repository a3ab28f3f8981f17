package io.weldr.cli;

/** What the process ends with. Scripts rely on these. */
enum ExitCode {
    DONE(0, "done"),
    REFUSED(1, "refused, or something unforeseen"),
    USAGE(2, "the command line or a value is not valid; nothing was done"),
    NOT_FOUND(3, "there is no such origin, pool or member"),
    CONFLICT(4, "another entry is there, the state moved on, or the members are changing"),
    UNREACHABLE(5, "no node could be reached, or none that reaches a leader; nothing was done"),
    UNKNOWN(6, "nobody knows whether it was done");

    private final int code;
    private final String meaning;

    ExitCode(int code, String meaning) {
        this.code = code;
        this.meaning = meaning;
    }

    int code() {
        return code;
    }

    String meaning() {
        return meaning;
    }
}
