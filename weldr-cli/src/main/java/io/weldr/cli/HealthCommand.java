package io.weldr.cli;

import io.weldr.proto.admin.v1.Consistency;
import io.weldr.proto.admin.v1.GetHealthPolicyRequest;
import io.weldr.proto.admin.v1.HealthPolicy;
import io.weldr.proto.admin.v1.HealthPolicyReply;
import io.weldr.proto.admin.v1.SetHealthPolicyRequest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code weldrctl health get|set}. */
@Command(description = "Shows and changes the health policy of a pool.")
final class HealthCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli before run()
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "get or set is missing");
    }

    /** {@code health get}. */
    @Command(description = "Shows the health policy of a pool.")
    static final class Get extends Shared {
        @Option(names = "--pool", paramLabel = "NAME", description = "The pool. Default: default")
        private String pool = "";

        @Option(names = "--stale", description = "Read the state that the node has applied, also without a quorum")
        private boolean stale;

        @Override
        void run(Session session, Output output) {
            GetHealthPolicyRequest request = GetHealthPolicyRequest.newBuilder()
                    .setPool(pool)
                    .setConsistency(stale ? Consistency.CONSISTENCY_STALE : Consistency.CONSISTENCY_LINEARIZABLE)
                    .build();
            print(output, session.read(stub -> stub.getHealthPolicy(request)));
        }
    }

    /** {@code health set ...}. */
    @Command(description = "Changes the health policy. Other settings do not change.")
    static final class Set extends Shared {
        @Option(names = "--pool", paramLabel = "NAME", description = "The pool. Default: default")
        private String pool = "";

        @Option(
                names = "--unset",
                split = ",",
                paramLabel = "FIELD",
                description = "Reset a setting to its default, by its name in JSON, such as contains")
        private List<String> unset = List.of();

        @Mixin
        private HealthOptions health = new HealthOptions();

        @Mixin
        private WriteFlags flags = new WriteFlags();

        @Override
        void run(Session session, Output output) {
            HealthPolicy policy = health.message(unset);
            if (policy == null) {
                throw UsageError.of(spec, "nothing to change (expected: at least one setting)");
            }
            SetHealthPolicyRequest wish = SetHealthPolicyRequest.newBuilder()
                    .setPool(pool)
                    .setHealth(policy)
                    .setOptions(flags.options())
                    .build();
            HealthPolicyReply reply = session.write(stub -> stub.setHealthPolicy(wish), flags.waits());
            print(output, reply);
        }
    }

    private static void print(Output output, HealthPolicyReply reply) {
        Map<String, Object> policy = Values.health(reply.getHealth());
        if (output.json()) {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("health", policy);
            map.put("revision", reply.getRevision());
            if (reply.getAppliedCount() > 0) {
                map.put(
                        "applied",
                        reply.getAppliedList().stream().map(Values::applied).toList());
            }
            output.json(map);
            return;
        }
        output.whole(policy);
        if (reply.getAppliedCount() > 0) {
            output.line(WriteFlags.line(reply.getAppliedList()));
        }
    }
}
