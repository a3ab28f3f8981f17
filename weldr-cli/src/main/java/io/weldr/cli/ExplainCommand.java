package io.weldr.cli;

import io.weldr.proto.admin.v1.Consistency;
import io.weldr.proto.admin.v1.ExplainReply;
import io.weldr.proto.admin.v1.ExplainReply.Considered;
import io.weldr.proto.admin.v1.ExplainReply.OriginChoice;
import io.weldr.proto.admin.v1.ExplainReply.PoolChoice;
import io.weldr.proto.admin.v1.ExplainRequest;
import io.weldr.proto.resource.v1.HeaderEdits;
import io.weldr.proto.resource.v1.HeaderValue;
import io.weldr.wire.json.ResourceJson;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code weldrctl explain 'GET https://host/path'}. */
@Command(description = "Shows where a request would go, and why. No request is sent.")
final class ExplainCommand extends Shared {
    @Parameters(
            paramLabel = "REQUEST",
            arity = "1..2",
            description = "The method, unless it is GET, and the URL: 'POST http://shop.example/cart'")
    private List<String> request = List.of();

    @Option(
            names = {"-H", "--header"},
            paramLabel = "'N: V'",
            description = "A field of the request; may be repeated")
    private List<String> headers = List.of();

    @Option(names = "--client", paramLabel = "IP", description = "Address of the client. Default: 192.0.2.1")
    private String client = "";

    @Option(
            names = "--listener",
            paramLabel = "NAME",
            description =
                    "Where it comes in. Default: with https, a listener of that protocol if there is one; else default")
    private String listener = "";

    @Option(names = "--stale", description = "Read the state that the node has applied, also without a quorum")
    private boolean stale;

    @Override
    void run(Session session, Output output) {
        String line = String.join(" ", request).strip();
        int space = line.lastIndexOf(' ');
        ExplainRequest.Builder question = ExplainRequest.newBuilder()
                .setMethod(space < 0 ? "" : line.substring(0, space).strip())
                .setUrl(line.substring(space + 1))
                .setClient(client)
                .setListener(listener)
                .setConsistency(stale ? Consistency.CONSISTENCY_STALE : Consistency.CONSISTENCY_LINEARIZABLE);
        for (String header : headers) {
            int colon = header.indexOf(':');
            if (colon <= 0) {
                throw UsageError.of(
                        spec,
                        "--header: \"" + Output.printable(header) + "\" (expected: a name and a value, as in 'N: V')");
            }
            question.addHeaders(HeaderValue.newBuilder()
                    .setName(header.substring(0, colon).strip())
                    .setValue(header.substring(colon + 1).strip()));
        }
        ExplainRequest asked = question.build();
        ExplainReply reply = session.read(stub -> stub.explain(asked));
        if (output.json()) {
            output.json(ResourceJson.tree(reply));
            return;
        }
        output.line(outcome(reply));
        for (PoolChoice pool : reply.getPoolsList()) {
            for (OriginChoice origin : pool.getOriginsList()) {
                output.line("  " + pool.getPool() + "  " + origin.getId() + "  " + origin.getUrl() + "  "
                        + origin.getState() + "  weight " + origin.getWeight()
                        + (origin.getPriority() == 0 ? "" : "  priority " + origin.getPriority()));
            }
        }
        if (reply.hasSent()) {
            print(reply.getSent(), output);
        }
        String response = edits(reply.getResponseHeaders());
        if (!response.isEmpty()) {
            output.line("response" + response);
        }
        output.table(List.of("ROUTE", "MATCHES", "WHY NOT"), rows(reply));
        if (reply.getLeft() > 0) {
            output.line("and " + reply.getLeft() + " more routes");
        }
    }

    private static void print(ExplainReply.Sent sent, Output output) {
        if (!sent.getRefused().isEmpty()) {
            output.line("but is answered by the proxy before that: " + sent.getRefused());
            return;
        }
        output.line("sends " + sent.getTarget() + (sent.getOrigin().isEmpty() ? "" : " to origin " + sent.getOrigin())
                + (sent.getHost().isEmpty() ? "" : " as host " + sent.getHost())
                + edits(sent.getHeaders()));
        if (sent.getFieldsCount() > 0) {
            output.table(
                    List.of("  FIELD", "VALUE"),
                    sent.getFieldsList().stream()
                            .map(field -> List.of("  " + field.getName(), field.getValue()))
                            .toList());
        }
    }

    private static String outcome(ExplainReply reply) {
        String route = reply.getRoute().isEmpty()
                ? "no route"
                : "route " + reply.getRoute() + ", match " + (reply.getMatch() + 1);
        return route
                + switch (reply.getAction()) {
                    case ACTION_FORWARD ->
                        ": to "
                                + reply.getPoolsList().stream()
                                        .map(pool -> "pool " + pool.getPool()
                                                + (reply.getPoolsCount() == 1
                                                        ? ""
                                                        : " with weight " + pool.getWeight()))
                                        .collect(Collectors.joining(" or "));
                    case ACTION_REDIRECT -> ": " + reply.getStatus() + " to " + reply.getLocation();
                    case ACTION_REFUSE -> ": " + reply.getStatus() + ", because " + reply.getRefusal();
                    default -> ": " + reply.getStatus();
                };
    }

    private static String edits(HeaderEdits edits) {
        List<String> parts = new ArrayList<>();
        edits.getRemoveList().forEach(name -> parts.add("without " + name));
        edits.getSetList().forEach(field -> parts.add("with " + field.getName() + ": " + field.getValue()));
        edits.getAddList().forEach(field -> parts.add("with one more " + field.getName() + ": " + field.getValue()));
        return parts.isEmpty() ? "" : " " + String.join(", ", parts);
    }

    private static List<List<String>> rows(ExplainReply reply) {
        List<List<String>> rows = new ArrayList<>();
        for (Considered each : reply.getConsideredList()) {
            rows.add(List.of(
                    each.getRoute(),
                    each.getMatches() ? "yes" : "no",
                    each.getLost().isEmpty() ? "-" : each.getLost()));
        }
        return rows;
    }
}
