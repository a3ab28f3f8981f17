package io.weldr.cli;

import io.weldr.proto.admin.v1.Origin;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code servers ls [ID]}. */
@Command(description = "Lists the origins, or one of them.")
final class ServersList extends Shared {
    @Parameters(paramLabel = "ID", arity = "0..1", description = "Only this origin: its id, or host:port. Default: all")
    private @Nullable String id;

    @Option(names = "--pool", paramLabel = "NAME", description = "The pool. Default: default")
    private String pool = "";

    @Option(names = "--stale", description = "Read the state that the node has applied, also without a quorum")
    private boolean stale;

    @Override
    void run(Session session, Output output) {
        Origins origins = Origins.read(session, pool, stale);
        List<Origin> found = origins.find(id);
        if (output.json()) {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("servers", found.stream().map(origins::members).toList());
            map.putAll(origins.about());
            output.json(map);
            return;
        }
        origins.table(session, found, output);
    }
}
