package io.weldr.cli;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;

/** Says on standard error why a command failed: one line for people, one JSON object on one line for scripts. */
final class Report {
    private final PrintWriter err;
    private final boolean json;

    Report(PrintWriter err, boolean json) {
        this.err = err;
        this.json = json;
    }

    /** The format that the command line asks for. Read by hand: the line may be one that cannot be parsed. */
    static Report of(PrintWriter err, String... args) {
        boolean json = false;
        for (int i = 0; i < args.length; i++) {
            String arg = args[i];
            String format = null;
            if (arg.equals("-o") || arg.equals("--output")) {
                format = i + 1 < args.length ? args[i + 1] : "";
            } else if (arg.startsWith("--output=")) {
                format = arg.substring("--output=".length());
            } else if (arg.startsWith("-o")) {
                format = arg.substring(arg.startsWith("-o=") ? 3 : 2);
            }
            json = format == null ? json : format.equalsIgnoreCase("json");
        }
        return new Report(err, json);
    }

    /** Prints it and returns the exit code. */
    int print(CliException failure) {
        int code = failure.exitCode().code();
        if (json) {
            Map<String, Object> error = new LinkedHashMap<>();
            error.put("type", failure.type());
            error.put("detail", Output.printable(String.valueOf(failure.getMessage())));
            error.put("exitCode", code);
            err.println(Json.onOneLine(error));
        } else {
            err.println("weldrctl: " + Output.printable(failure.text()));
        }
        err.flush();
        return code;
    }
}
