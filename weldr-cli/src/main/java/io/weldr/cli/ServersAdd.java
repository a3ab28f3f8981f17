package io.weldr.cli;

import io.weldr.proto.admin.v1.AddOriginRequest;
import io.weldr.proto.admin.v1.HealthPolicy;
import io.weldr.proto.admin.v1.Labels;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code servers add URL}. */
@Command(description = "Adds an origin.")
final class ServersAdd extends Shared {
    @Parameters(paramLabel = "URL", description = "http://host:port or https://host:port")
    private String url = "";

    @Option(names = "--pool", paramLabel = "NAME", description = "The pool. Default: default")
    private String pool = "";

    @Option(names = "--id", paramLabel = "ID", description = "The id of the origin. Default: host:port")
    private String id = "";

    @Option(names = "--weight", paramLabel = "N", description = "Share of requests, 0 to 100. Default: 1")
    private @Nullable Integer weight;

    @Option(names = "--host", paramLabel = "preserve|rewrite", description = "The Host field for the origin")
    private ServersCommand.@Nullable Host host;

    @Option(
            names = "--priority",
            paramLabel = "N",
            description = "0 to 9; origins of a higher number are backups. Default: 0")
    private @Nullable Integer priority;

    @Option(
            names = "--connections-max",
            paramLabel = "N",
            description = "Limit of connections of a node to it; 0: no limit")
    private @Nullable Integer connectionsMax;

    @Option(names = "--label", paramLabel = "N=V", description = "A label of your own; may be repeated")
    private @Nullable Map<String, String> labels;

    @Option(names = "--new", description = "Refuse if the origin exists, even the same one")
    private boolean mustBeNew;

    @Mixin
    private HealthOptions health = new HealthOptions();

    @Mixin
    private WriteFlags flags = new WriteFlags();

    @Override
    void run(Session session, Output output) {
        AddOriginRequest.Builder request = AddOriginRequest.newBuilder()
                .setPool(pool)
                .setUrl(url)
                .setId(id)
                .setHost(ServersCommand.message(host))
                .setMustBeNew(mustBeNew)
                .setOptions(flags.options());
        if (weight != null) {
            request.setWeight(weight);
        }
        if (priority != null) {
            request.setPriority(priority);
        }
        if (connectionsMax != null) {
            request.setConnectionsMax(connectionsMax);
        }
        if (labels != null) {
            request.setLabels(Labels.newBuilder().putAllLabels(labels));
        }
        HealthPolicy policy = health.message(List.of());
        if (policy != null) {
            request.setHealth(policy);
        }
        AddOriginRequest wish = request.build();
        ServersCommand.print(output, session.write(stub -> stub.addOrigin(wish), flags.waits()));
    }
}
