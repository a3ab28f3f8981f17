package io.weldr.cli;

import io.weldr.proto.admin.v1.HealthPolicy;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The parts of a health policy; what is not given stays as the pool, or the origin, has it. */
final class HealthOptions {
    @Option(names = "--path", paramLabel = "PATH", description = "What to ask for, such as /health")
    private @Nullable String path;

    @Option(names = "--method", paramLabel = "METHOD", description = "GET, HEAD or OPTIONS")
    private @Nullable String method;

    @Option(names = "--expect", paramLabel = "CODES", description = "Status codes that pass, such as 200-299,401")
    private @Nullable String expect;

    @Option(names = "--interval", paramLabel = "TIME", description = "Between two probes of one origin, such as 30s")
    private @Nullable String interval;

    @Option(names = "--probe-timeout", paramLabel = "TIME", description = "How long a probe may take, such as 2s")
    private @Nullable String probeTimeout;

    @Option(names = "--failures", paramLabel = "N", description = "Consecutive failures until down")
    private @Nullable Integer failures;

    @Option(names = "--passes", paramLabel = "N", description = "Consecutive passes until up")
    private @Nullable Integer passes;

    @Option(names = "--initial", paramLabel = "up|down", description = "The verdict on a new origin")
    private @Nullable Initial initial;

    @Option(
            names = "--confirm",
            paramLabel = "WHO",
            description = "Who has to see it down too before it is down: majority, any or leader-only")
    private @Nullable String confirm;

    /** The words of {@code --initial}. */
    enum Initial {
        up,
        down
    }

    /** What was given; null if nothing was. */
    @Nullable HealthPolicy message() {
        HealthPolicy.Builder policy = HealthPolicy.newBuilder();
        if (path != null) {
            policy.setPath(path);
        }
        if (method != null) {
            policy.setMethod(method.toUpperCase(Locale.ROOT));
        }
        if (expect != null) {
            policy.setExpect(expect);
        }
        if (interval != null) {
            policy.setInterval(Values.message(Values.parseDuration("--interval", interval)));
        }
        if (probeTimeout != null) {
            policy.setTimeout(Values.message(Values.parseDuration("--probe-timeout", probeTimeout)));
        }
        if (failures != null) {
            policy.setFailures(failures);
        }
        if (passes != null) {
            policy.setPasses(passes);
        }
        if (initial != null) {
            policy.setInitialUp(initial == Initial.up);
        }
        if (confirm != null) {
            policy.setConfirm(confirm);
        }
        HealthPolicy given = policy.build();
        return given.equals(HealthPolicy.getDefaultInstance()) ? null : given;
    }
}
