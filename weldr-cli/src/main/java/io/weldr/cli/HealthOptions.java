package io.weldr.cli;

import io.weldr.proto.admin.v1.HealthPolicy;
import io.weldr.wire.json.FieldException;
import io.weldr.wire.json.ResourceJson;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The parts of a health policy; what is not given stays as the pool, or the origin, has it. */
final class HealthOptions {
    @Option(names = "--probe-type", paramLabel = "WORD", description = "The kind of probe: http, tcp or grpc")
    private @Nullable String type;

    @Option(names = "--path", paramLabel = "PATH", description = "The path of the probe, such as /health")
    private @Nullable String path;

    @Option(names = "--method", paramLabel = "METHOD", description = "GET, HEAD or OPTIONS")
    private @Nullable String method;

    @Option(names = "--expect", paramLabel = "CODES", description = "Status codes that pass, such as 200-299,401")
    private @Nullable String expect;

    @Option(
            names = "--probe-host",
            paramLabel = "HOST",
            description = "The Host field. Default: the host of the origin")
    private @Nullable String host;

    @Option(
            names = "--probe-header",
            paramLabel = "N=V",
            description = "A further field of the request; may be repeated")
    private @Nullable Map<String, String> headers;

    @Option(names = "--contains", paramLabel = "TEXT", description = "Text that the body must contain")
    private @Nullable String contains;

    @Option(
            names = "--service",
            paramLabel = "NAME",
            description = "With grpc: the service to check. Default: the whole server")
    private @Nullable String service;

    @Option(
            names = "--probe-port",
            paramLabel = "N",
            description = "The port of the probe. Default: the port of the origin")
    private @Nullable Integer port;

    @Option(
            names = "--interval",
            paramLabel = "TIME",
            description = "Time between two probes of an origin, such as 30s")
    private @Nullable String interval;

    @Option(names = "--unhealthy-interval", paramLabel = "TIME", description = "The interval while the origin is down")
    private @Nullable String unhealthyInterval;

    @Option(names = "--jitter", paramLabel = "N", description = "Random change of each interval, in percent")
    private @Nullable Integer jitter;

    @Option(names = "--probe-timeout", paramLabel = "TIME", description = "Longest time of a probe, such as 2s")
    private @Nullable String probeTimeout;

    @Option(
            names = "--probe-connect-timeout",
            paramLabel = "TIME",
            description = "Longest time to establish the connection")
    private @Nullable String connectTimeout;

    @Option(names = "--failures", paramLabel = "N", description = "Consecutive failures until down")
    private @Nullable Integer failures;

    @Option(names = "--passes", paramLabel = "N", description = "Consecutive passes until up")
    private @Nullable Integer passes;

    @Option(names = "--initial", paramLabel = "up|down", description = "The verdict on a new origin")
    private @Nullable Initial initial;

    @Option(
            names = "--confirm",
            paramLabel = "WHO",
            description = "Other members that must confirm down: majority, any or leader-only")
    private @Nullable String confirm;

    @Option(
            names = "--witnesses",
            arity = "0..1",
            fallbackValue = "true",
            paramLabel = "true|false",
            description = "Also ask witnesses")
    private @Nullable Boolean witnesses;

    /** The words of {@code --initial}. */
    enum Initial {
        up,
        down
    }

    /** What was given, by the names of the HTTP API. */
    Map<String, Object> members() {
        Draft draft = new Draft();
        draft.put("type", type);
        draft.put("path", path);
        draft.put("method", method == null ? null : method.toUpperCase(Locale.ROOT));
        draft.put("expect", expect);
        draft.put("host", host);
        draft.put("headers", headers);
        draft.put("contains", contains);
        draft.put("service", service);
        draft.put("port", port);
        draft.putTime("interval", "--interval", interval);
        draft.putTime("unhealthyInterval", "--unhealthy-interval", unhealthyInterval);
        draft.put("jitterPercent", jitter);
        draft.putTime("timeout", "--probe-timeout", probeTimeout);
        draft.putTime("connectTimeout", "--probe-connect-timeout", connectTimeout);
        draft.put("failures", failures);
        draft.put("passes", passes);
        draft.put("initial", initial == null ? null : initial.name());
        draft.put("confirm", confirm);
        draft.put("witnesses", witnesses);
        return draft.tree();
    }

    /**
     * What was given; null if nothing was.
     *
     * @param defaults parts that get their default
     */
    @Nullable HealthPolicy message(List<String> defaults) {
        Map<String, Object> members = new LinkedHashMap<>(members());
        if (members.isEmpty() && defaults.isEmpty()) {
            return null;
        }
        Object first = members.remove("initial");
        if (first != null) {
            members.put("initialUp", first.equals("up"));
        }
        try {
            return ResourceJson.read("health.", members, HealthPolicy.newBuilder())
                    .addAllDefaults(defaults)
                    .build();
        } catch (FieldException e) {
            throw new CliException(ExitCode.USAGE, String.valueOf(e.getMessage()));
        }
    }
}
