package io.weldr.cli;

import io.weldr.proto.admin.v1.ReadyReply;
import io.weldr.proto.admin.v1.ReadyRequest;
import java.util.Map;
import picocli.CommandLine.Command;

/** {@code weldrctl ready}: a health check for containers and scripts. */
@Command(
        header = "Asks one node whether it is ready, as /readyz says. The exit code is 0 if it is, else 1.",
        description = "--endpoint names the node. If no node answers there, the exit code is 5.")
final class ReadyCommand extends Shared {
    /** The problem type of {@code /readyz}. */
    private static final String NOT_READY = "not-ready";

    @Override
    void run(Session session, Output output) {
        if (session.endpoints() > 1) {
            throw new CliException(
                    ExitCode.USAGE,
                    "--endpoint: " + session.endpoints() + " addresses (expected: that of the node to ask)");
        }
        ReadyReply reply = session.read(stub -> stub.ready(ReadyRequest.getDefaultInstance()));
        if (reply.getReasonsCount() > 0) {
            throw new CliException(
                    ExitCode.REFUSED, NOT_READY, reply.getSelf() + ": " + String.join("; ", reply.getReasonsList()));
        }
        if (output.json()) {
            output.json(Map.of("status", "ready", "node", reply.getSelf()));
        } else {
            output.line(reply.getSelf() + " is ready");
        }
    }
}
