package io.weldr.cli;

import io.weldr.proto.admin.v1.AdminState;
import io.weldr.proto.admin.v1.HealthPolicy;
import io.weldr.proto.admin.v1.HostPolicy;
import io.weldr.proto.admin.v1.Labels;
import io.weldr.proto.admin.v1.UpdateOriginRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code servers set ID ...}. */
@Command(description = "Changes an origin. Other settings do not change.")
final class ServersSet extends Shared {
    @Parameters(paramLabel = "ID", description = "The id of the origin, or host:port")
    private String id = "";

    @Option(names = "--pool", paramLabel = "NAME", description = "The pool. Default: default")
    private String pool = "";

    @Option(names = "--url", paramLabel = "URL", description = "The new URL of the origin")
    private @Nullable String url;

    @Option(names = "--weight", paramLabel = "N", description = "Share of requests, 0 to 100")
    private @Nullable Integer weight;

    @Option(names = "--host", paramLabel = "preserve|rewrite", description = "The Host field for the origin")
    private ServersCommand.@Nullable Host host;

    @Option(names = "--enable", description = "Send requests to it while it is up")
    private boolean enable;

    @Option(
            names = "--drain",
            arity = "0..1",
            fallbackValue = "30s",
            paramLabel = "TIME",
            description = "Send no new requests; exchanges under way have that time. Default: 30s")
    private @Nullable String drain;

    @Option(names = "--maintenance", description = "Send no requests and no probes")
    private boolean maintenance;

    @Option(names = "--priority", paramLabel = "N", description = "0 to 9; origins of a higher number are backups")
    private @Nullable Integer priority;

    @Option(
            names = "--connections-max",
            paramLabel = "N",
            description = "Limit of connections of a node to it; 0: no limit")
    private @Nullable Integer connectionsMax;

    @Option(
            names = "--label",
            paramLabel = "N=V",
            description = "A label of your own; may be repeated. Replaces all labels")
    private @Nullable Map<String, String> labels;

    @Option(
            names = "--unset",
            split = ",",
            paramLabel = "FIELD",
            description =
                    "Give a field its default: health, health.PART, connectionsMax, labels, weight, priority or host")
    private List<String> unset = List.of();

    @Option(names = "--inherit-health", description = "Remove its own health policy, and use that of the pool")
    private boolean inheritHealth;

    @Option(names = "--if-revision", paramLabel = "N", description = "Refuse unless this revision changed it last")
    private @Nullable Long revision;

    @Mixin
    private HealthOptions health = new HealthOptions();

    @Mixin
    private WriteFlags flags = new WriteFlags();

    @Override
    void run(Session session, Output output) {
        UpdateOriginRequest.Builder request = UpdateOriginRequest.newBuilder()
                .setPool(pool)
                .setHost(ServersCommand.message(host))
                .setInheritHealth(inheritHealth)
                .setOptions(ServersCommand.options(flags, revision));
        if (url != null) {
            request.setUrl(url);
        }
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
        HealthPolicy policy = health.message(unset(request));
        if (policy != null) {
            request.setHealth(policy);
        }
        boolean administered = admin(request);
        UpdateOriginRequest nothing = UpdateOriginRequest.newBuilder()
                .setPool(pool)
                .setOptions(request.getOptions())
                .build();
        if (!administered && request.build().equals(nothing)) {
            throw UsageError.of(spec, "nothing to change (expected: at least one setting)");
        }
        ServersCommand.print(output, ServersCommand.byIdOrAddress(id, key -> {
            UpdateOriginRequest wish = request.setOrigin(key).build();
            return session.write(stub -> stub.updateOrigin(wish), flags.waits());
        }));
    }

    /** Gives fields their default, and returns the parts of the health policy among them. */
    private List<String> unset(UpdateOriginRequest.Builder request) {
        List<String> parts = new ArrayList<>();
        for (String field : unset) {
            switch (field) {
                case "health" -> request.setInheritHealth(true);
                case "connectionsMax" -> request.setInheritConnectionsMax(true);
                case "labels" -> request.setLabels(Labels.getDefaultInstance());
                case "weight" -> request.setWeight(1);
                case "priority" -> request.setPriority(0);
                case "host" -> request.setHost(HostPolicy.HOST_POLICY_PRESERVE);
                default -> {
                    if (!field.startsWith("health.")) {
                        throw UsageError.of(
                                spec,
                                "--unset: \"" + Output.printable(field)
                                        + "\" (expected: health, health.PART, connectionsMax, labels, weight, priority or host)");
                    }
                    parts.add(field.substring("health.".length()));
                }
            }
        }
        return parts;
    }

    /** Whether the state that an operator gives an origin is to change. */
    private boolean admin(UpdateOriginRequest.Builder request) {
        requireAtMostOne("--enable", enable, "--drain", drain != null);
        requireAtMostOne("--enable", enable, "--maintenance", maintenance);
        requireAtMostOne("--drain", drain != null, "--maintenance", maintenance);
        if (drain != null) {
            request.setAdmin(AdminState.ADMIN_STATE_DRAINING)
                    .setDrainFor(Values.message(Values.parseDuration("--drain", drain)));
        } else if (maintenance) {
            request.setAdmin(AdminState.ADMIN_STATE_MAINTENANCE);
        } else if (enable) {
            request.setAdmin(AdminState.ADMIN_STATE_ENABLED);
        }
        return enable || drain != null || maintenance;
    }
}
