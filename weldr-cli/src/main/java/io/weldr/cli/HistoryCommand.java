package io.weldr.cli;

import io.weldr.proto.admin.v1.Change;
import io.weldr.proto.admin.v1.HistoryReply;
import io.weldr.proto.admin.v1.HistoryRequest;
import io.weldr.proto.admin.v1.WatchEvent;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code weldrctl history}: a page of changes, with who made them and why. */
@Command(
        header = "Shows the latest changes with their time, author and reason.",
        description = "The oldest change is first. For the page before, use --before with the first REVISION.")
final class HistoryCommand extends Shared {
    @Option(names = "--after", paramLabel = "REVISION", description = "Begin with the change after this revision")
    private @Nullable Long after;

    @Option(names = "--before", paramLabel = "REVISION", description = "Only changes before this revision")
    private @Nullable Long before;

    @Option(names = "--limit", paramLabel = "N", description = "Number of changes, 1 to 512. Default: 100")
    private @Nullable Integer limit;

    @Option(
            names = "--by",
            paramLabel = "WORD",
            description = "operator or cluster: only changes by operators, or only changes by the cluster")
    private String by = "";

    @Option(
            names = "--kind",
            split = ",",
            paramLabel = "WORD",
            description =
                    "Only changes of these: pool, listener, route, certificate, token, origin, verdict, member or cluster")
    private List<String> kinds = List.of();

    @Option(names = "--name", paramLabel = "NAME", description = "Only changes of the resource with that name or id")
    private String name = "";

    @Override
    void run(Session session, Output output) {
        HistoryRequest.Builder request =
                HistoryRequest.newBuilder().setBy(by).addAllKinds(kinds).setName(name);
        if (after != null) {
            request.setAfterRevision(after);
        }
        if (before != null) {
            request.setBeforeRevision(before);
        }
        if (limit != null) {
            request.setLimit(limit);
        }
        HistoryReply reply = session.read(stub -> stub.history(request.build()));
        if (output.json()) {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put(
                    "changes",
                    reply.getChangesList().stream().map(Values::event).toList());
            map.put("older", reply.getOlder());
            map.put("newer", reply.getNewer());
            map.put("revision", reply.getRevision());
            output.json(map);
            return;
        }
        List<List<String>> rows = new ArrayList<>();
        for (WatchEvent event : reply.getChangesList()) {
            Change change = event.getChange();
            rows.add(List.of(
                    Long.toString(event.getRevision()),
                    Values.time(change.getAt(), ChronoUnit.SECONDS),
                    Values.who(change),
                    change.getKind(),
                    change.getSubject(),
                    change.getDetail() + (change.getReason().isEmpty() ? "" : " (" + change.getReason() + ")")));
        }
        output.table(List.of("REVISION", "AT", "WHO", "WHAT", "OF", "DETAIL (REASON)"), rows);
        if (reply.getOlder()) {
            output.line("older ones: weldrctl history --before "
                    + reply.getChanges(0).getRevision());
        }
    }
}
