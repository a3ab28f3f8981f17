package io.weldr.cli;

import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code servers get ID}. */
@Command(description = "Shows all members of an origin.")
final class ServersGet extends Shared {
    @Parameters(paramLabel = "ID", description = "The id of the origin, or host:port")
    private String id = "";

    @Option(names = "--pool", paramLabel = "NAME", description = "The pool. Default: default")
    private String pool = "";

    @Option(names = "--stale", description = "Read the state that the node has applied, also without a quorum")
    private boolean stale;

    @Override
    void run(Session session, Output output) {
        Origins origins = Origins.read(session, pool, stale);
        Map<String, Object> members = origins.members(origins.find(id).get(0));
        Map<String, Object> about = origins.about();
        about.remove("revision");
        members.putAll(about);
        output.whole(members);
    }
}
