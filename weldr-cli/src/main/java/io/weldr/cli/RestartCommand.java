package io.weldr.cli;

import com.google.protobuf.Timestamp;
import io.weldr.cli.RollingPlan.Step;
import io.weldr.cli.RollingView.Node;
import io.weldr.cli.RollingView.RunningProcess;
import io.weldr.proto.admin.v1.ClusterStatusRequest;
import io.weldr.proto.admin.v1.ListOriginsReply;
import io.weldr.proto.admin.v1.ListOriginsRequest;
import io.weldr.proto.admin.v1.ListPoolsReply;
import io.weldr.proto.admin.v1.ListResourcesRequest;
import io.weldr.proto.admin.v1.Origin;
import io.weldr.proto.admin.v1.PoolEntry;
import io.weldr.proto.admin.v1.RestartMemberReply;
import io.weldr.proto.admin.v1.RestartMemberRequest;
import io.weldr.proto.admin.v1.TransferLeadershipRequest;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code weldrctl cluster restart}. */
@Command(
        header = "Restarts a member, or all members one after the other.",
        description =
                "A member stops as on SIGTERM, and its service manager starts it again: with the program that is installed then."
                        + " With --rolling, each member is waited for before the next one restarts, and the leader is last."
                        + " If something is wrong, the rest is not restarted, exit code 8, and the command to go on is printed.")
final class RestartCommand extends Shared {
    private static final Duration NODE_TIMEOUT = Duration.ofMinutes(3);

    @Parameters(
            index = "0",
            paramLabel = "ID",
            arity = "0..1",
            description = "The name of a member. The command does not wait for it")
    private @Nullable String id;

    @Option(names = "--rolling", description = "Restart all members, one after the other")
    private boolean rolling;

    @Option(
            names = "--started-before",
            paramLabel = "TIME",
            description =
                    "With --rolling: only members whose process started before that time, to go on after a stop. Default: now")
    private @Nullable String startedBefore;

    @Option(
            names = "--timeout-per-node",
            paramLabel = "TIME",
            description =
                    "With --rolling: how long a member may take to come back, beside its drain-timeout, at most 1h. Default: 3m")
    private @Nullable String timeoutPerNode;

    @Option(names = "--dry-run", description = "With --rolling: show the order, and restart nothing")
    private boolean dryRun;

    @Override
    void run(Session session, Output output) {
        if (rolling == (id != null)) {
            throw UsageError.of(
                    spec, rolling ? id + " with --rolling (expected: one of them)" : "ID or --rolling is missing");
        }
        if (rolling) {
            rolling(new Asked(session), output);
        } else if (startedBefore != null || timeoutPerNode != null || dryRun) {
            throw UsageError.of(spec, "--started-before, --timeout-per-node and --dry-run need --rolling");
        } else {
            one(session, output, Objects.requireNonNull(id));
        }
    }

    private static void one(Session session, Output output, String id) {
        RestartMemberRequest wish = RestartMemberRequest.newBuilder().setId(id).build();
        RestartMemberReply reply = session.change(stub -> stub.restartMember(wish));
        Duration drain = Values.javaDuration(reply.getDrainTimeout());
        if (output.json()) {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("member", reply.getMember());
            map.put("changed", reply.getChanged());
            map.put("startedAt", Values.time(reply.getStartedAt()));
            map.put("serviceManager", reply.getServiceManager());
            map.put("drainTimeoutSeconds", drain.toMillis() / 1000.0);
            output.json(map);
            return;
        }
        output.line(reply.getMember() + (reply.getChanged() ? " restarts" : " stops already")
                + ": exchanges under way have at most " + RollingRestart.text(drain) + ", then "
                + reply.getServiceManager() + " starts it again");
    }

    private void rolling(RollingTarget target, Output output) {
        RollingPlan plan = new RollingPlan(startedBefore());
        Duration nodeTimeout =
                timeoutPerNode == null ? NODE_TIMEOUT : Values.parseDuration("--timeout-per-node", timeoutPerNode);
        if (nodeTimeout.isZero() || nodeTimeout.compareTo(Duration.ofHours(1)) > 0) {
            throw UsageError.of(spec, "--timeout-per-node: " + timeoutPerNode + " (expected: more than 0, at most 1h)");
        }
        RollingView view = target.look();
        show(plan, view, output);
        if (dryRun || plan.left(view).isEmpty()) {
            return;
        }
        RollingRestart.Log log = (step, line) -> {
            if (output.json()) {
                output.jsonLine(step);
            } else {
                output.line(line);
            }
        };
        RollingRestart restart = new RollingRestart(target, plan, nodeTimeout, log);
        Thread interrupted = new Thread(
                () -> {
                    System.err.println("weldrctl: interrupted; " + restart.summary());
                    System.err.println("to go on: " + resume(plan));
                    System.err.flush();
                },
                "weldrctl-interrupted");
        Runtime.getRuntime().addShutdownHook(interrupted);
        try {
            restart.run();
        } catch (CliException e) {
            if (e.exitCode() == ExitCode.STOPPED) {
                Map<String, Object> step = new LinkedHashMap<>();
                step.put("step", "stopped");
                step.put("restarted", restart.restarted());
                step.put("reason", String.valueOf(e.getMessage()));
                step.put("resume", resume(plan));
                log.add(step, restart.summary());
                if (!output.json()) {
                    output.line("to go on: " + resume(plan));
                }
            }
            throw e;
        } finally {
            unhook(interrupted);
        }
    }

    private static void unhook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException ending) {
            return; // it speaks now
        }
    }

    private Instant startedBefore() {
        if (startedBefore == null) {
            return Instant.now().truncatedTo(ChronoUnit.MILLIS);
        }
        Instant time;
        try {
            time = Instant.parse(startedBefore);
        } catch (DateTimeParseException e) {
            throw UsageError.of(
                    spec, "--started-before: \"" + startedBefore + "\" (expected: a time as in 2030-01-31T23:59:59Z)");
        }
        if (time.isAfter(Instant.now())) {
            throw UsageError.of(spec, "--started-before: " + startedBefore + " (expected: a time that is over)");
        }
        return time;
    }

    /** The command line that goes on with this run. */
    private String resume(RollingPlan plan) {
        List<String> words = new ArrayList<>(List.of("weldrctl"));
        for (String word : spec.root().commandLine().getParseResult().originalArgs()) {
            words.add(word.matches("[A-Za-z0-9_@%+=:,./-]+") ? word : "'" + word.replace("'", "'\\''") + "'");
        }
        if (startedBefore == null) {
            words.add("--started-before");
            words.add(plan.startedBefore().toString());
        }
        return String.join(" ", words);
    }

    private static void show(RollingPlan plan, RollingView view, Output output) {
        List<Node> left = plan.left(view);
        Step step = plan.next(view);
        String blocked = step instanceof Step.Blocked now ? now.reason() + "; " + now.remedy() : null;
        if (output.json()) {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("step", "plan");
            map.put("startedBefore", plan.startedBefore().toString());
            map.put("leader", view.leader());
            map.put("order", left.stream().map(RestartCommand::entry).toList());
            map.put(
                    "skipped",
                    view.nodes().stream().filter(plan::done).map(Node::id).toList());
            map.put("blocked", blocked);
            output.jsonLine(map);
            return;
        }
        output.line("rolling restart of members that started before " + plan.startedBefore());
        if (left.isEmpty()) {
            output.line("nothing to do: every member started later");
            return;
        }
        List<List<String>> rows = new ArrayList<>();
        for (Node node : left) {
            RunningProcess process = node.process();
            rows.add(List.of(
                    Integer.toString(rows.size() + 1),
                    node.id(),
                    node.id().equals(view.leader()) ? "leader" : node.witness() ? "witness" : "follower",
                    process == null ? "-" : process.version(),
                    process == null || process.serviceManager() == null ? "-" : process.serviceManager(),
                    process == null ? "-" : RollingRestart.text(process.drainTimeout())));
        }
        output.table(List.of("ORDER", "ID", "ROLE", "VERSION", "STARTED AGAIN BY", "DRAIN TIMEOUT"), rows);
        view.nodes().stream()
                .filter(plan::done)
                .forEach(node -> output.line(node.id() + " is skipped: its process started later"));
        if (blocked != null) {
            output.line("in the way: " + blocked);
        }
    }

    private static Map<String, Object> entry(Node node) {
        RunningProcess process = node.process();
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("member", node.id());
        map.put("witness", node.witness());
        map.put("version", process == null ? null : process.version());
        map.put("serviceManager", process == null ? null : process.serviceManager());
        map.put(
                "drainTimeoutSeconds",
                process == null ? null : process.drainTimeout().toMillis() / 1000.0);
        return map;
    }

    /** Asks the nodes of a session. Each question has the whole time of the session. */
    private record Asked(Session session) implements RollingTarget {
        @Override
        public RollingView look() {
            session.again();
            return session.read(stub -> {
                Instant asked = Instant.now(); // of this attempt: an earlier one may have taken seconds
                return RollingView.of(stub.clusterStatus(ClusterStatusRequest.getDefaultInstance()), asked);
            });
        }

        @Override
        public RollingOrigins origins() {
            session.again();
            ListPoolsReply pools = session.read(stub -> stub.listPools(ListResourcesRequest.getDefaultInstance()));
            Map<String, List<Origin>> origins = new LinkedHashMap<>();
            for (PoolEntry entry : pools.getEntriesList()) {
                if (entry.getOrigins() > 0) {
                    String pool = entry.getPool().getName();
                    session.again();
                    ListOriginsReply reply = session.read(stub -> stub.listOrigins(
                            ListOriginsRequest.newBuilder().setPool(pool).build()));
                    origins.put(pool, reply.getOriginsList());
                }
            }
            return RollingOrigins.of(origins, pools.getRevision());
        }

        @Override
        public void restart(Node node) {
            Instant startedAt = Objects.requireNonNull(node.process()).startedAt();
            RestartMemberRequest wish = RestartMemberRequest.newBuilder()
                    .setId(node.id())
                    .setStartedAt(Timestamp.newBuilder()
                            .setSeconds(startedAt.getEpochSecond())
                            .setNanos(startedAt.getNano()))
                    .setIfSafe(true)
                    .build();
            session.again();
            var unused = session.change(stub -> stub.restartMember(wish));
        }

        @Override
        public void transferLeadership(String to) {
            session.again();
            var unused = session.change(stub -> stub.transferLeadership(
                    TransferLeadershipRequest.newBuilder().setTo(to).build()));
        }

        @Override
        public long nanos() {
            return System.nanoTime();
        }

        @Override
        public void pause(Duration time) {
            Session.pause(time);
        }
    }
}
