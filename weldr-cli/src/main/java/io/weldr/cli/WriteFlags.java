package io.weldr.cli;

import io.weldr.proto.admin.v1.Applied;
import io.weldr.proto.admin.v1.WriteOptions;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;

/** What every write takes. */
final class WriteFlags {
    @Option(names = "--wait", description = "Return when every reachable member serves by it, or after 5 s")
    private boolean waitApplied;

    @Option(
            names = "--request-id",
            paramLabel = "ID",
            description = "The same id and command are carried out once. Default: a random id")
    private String requestId = "";

    boolean waits() {
        return waitApplied;
    }

    WriteOptions options() {
        WriteOptions.Builder options = Session.wish().setWaitApplied(waitApplied);
        return requestId.isEmpty()
                ? options.build()
                : options.setRequestId(requestId).build();
    }

    /** For people: {@code applied: n1 at 7; missing: n2 at 5 (it does not route by the change yet)}. */
    static String line(List<Applied> applied) {
        String there = applied.stream()
                .filter(one -> !one.getMissing())
                .map(WriteFlags::progress)
                .collect(Collectors.joining(", "));
        String missing = applied.stream()
                .filter(Applied::getMissing)
                .map(WriteFlags::progress)
                .collect(Collectors.joining(", "));
        return "applied: " + (there.isEmpty() ? "none" : there) + (missing.isEmpty() ? "" : "; missing: " + missing);
    }

    private static String progress(Applied applied) {
        return applied.getMember()
                + (applied.getAppliedIndex() > 0 ? " at " + applied.getAppliedIndex() : "")
                + (applied.getReason().isEmpty() ? "" : " (" + applied.getReason() + ")");
    }
}
