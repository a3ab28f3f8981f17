package io.weldr.cli;

import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code servers get ID}. */
@Command(description = "Shows all of an origin.")
final class ServersGet extends Shared {
    @Parameters(paramLabel = "ID", description = "Its id, or host:port")
    private String id = "";

    @Option(names = "--pool", paramLabel = "NAME", description = "Default: default")
    private String pool = "";

    @Option(names = "--stale", description = "What the node has applied, also without a quorum")
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
