package io.weldr.cli;

import io.weldr.cli.RollingPlan.Goal;
import io.weldr.cli.RollingPlan.Step;
import io.weldr.cli.RollingView.Node;
import io.weldr.cli.RollingView.RunningProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Restarts all members of a cluster one after the other, by a {@link RollingPlan}. It keeps nothing that another run
 * would need. Confined to one thread, but for {@link #summary}.
 */
final class RollingRestart {
    /** What is in the way before a member restarts may pass, such as an election. */
    static final Duration BEFORE_MAX = Duration.ofSeconds(20);

    /** A leader that was asked to transfer leadership has done so, or has said why not. */
    private static final Duration TRANSFER_MAX = Duration.ofSeconds(30);

    private static final Duration PAUSE = Duration.ofMillis(500);

    /** Leadership that comes back as often does not stay where it is put. */
    private static final int TRANSFERS_MAX = 3;

    /** A step, for scripts and for people. */
    @FunctionalInterface
    interface Log {
        void add(Map<String, Object> step, String line);
    }

    private final RollingTarget target;
    private RollingPlan plan;
    private long refusedNanos; // since when the member that is next refuses, if there is a reason
    private @Nullable String refused; // the latest reason
    private final Duration nodeTimeout;
    private final Log log;

    private final List<String> restarted = new ArrayList<>(); // guarded by this
    private List<String> left = List.of(); // guarded by this
    private @Nullable String underWay; // guarded by this

    /** @param nodeTimeout how long a member may take to come back, beside its drain timeout */
    RollingRestart(RollingTarget target, RollingPlan plan, Duration nodeTimeout, Log log) {
        this.target = target;
        this.plan = plan;
        this.nodeTimeout = nodeTimeout;
        this.log = log;
    }

    /** Restarts them all. Throws {@link CliException} with {@link ExitCode#STOPPED} if something is wrong. */
    void run() {
        int transfers = 0;
        long beganNanos = target.nanos();
        while (true) {
            Step step = next();
            if (step instanceof Step.Blocked blocked) {
                throw stopped(blocked.node(), blocked.reason(), blocked.remedy());
            }
            if (step instanceof Step.Done) {
                say(
                        "done",
                        "",
                        Map.of("restarted", restarted()),
                        "done: " + count(restarted().size()) + " restarted in " + seconds(beganNanos) + " s");
                return;
            }
            if (step instanceof Step.Transfer transfer) {
                if (transfers++ == TRANSFERS_MAX) {
                    throw stopped(
                            transfer.leader().id(),
                            "leadership came back to " + transfer.leader().id() + " " + TRANSFERS_MAX + " times",
                            "see weldrctl doctor");
                }
                transfer(transfer);
            } else if (step instanceof Step.Restart restart) {
                restart(restart.node());
            }
        }
    }

    private Step next() {
        long endNanos = target.nanos() + BEFORE_MAX.toNanos();
        String said = null;
        while (true) {
            Step step = look();
            if (!(step instanceof Step.Blocked blocked) || blocked.lasting() || target.nanos() - endNanos > 0) {
                return step;
            }
            said = wait(blocked.node(), blocked.reason(), said);
        }
    }

    private Step look() {
        try {
            RollingView view = target.look();
            List<Node> nodes = plan.left(view);
            synchronized (this) {
                left = nodes.stream().map(Node::id).toList();
            }
            return plan.next(view);
        } catch (CliException e) {
            if (!silent(e)) {
                throw stopped("the cluster", e.text(), "see weldrctl cluster status");
            }
            String node;
            synchronized (this) {
                node = left.isEmpty() ? "the cluster" : left.get(0);
            }
            return new Step.Blocked(node, "no node answers: " + e.text(), "see weldrctl cluster status", false);
        }
    }

    private void transfer(Step.Transfer step) {
        String leader = step.leader().id();
        String to = step.to().id();
        say("transfer", leader, Map.of("to", to), leader + ": leadership moves to " + to);
        try {
            target.transferLeadership(to);
        } catch (CliException e) {
            if (e.exitCode() != ExitCode.UNKNOWN) {
                throw stopped(
                        leader, "leadership was not transferred to " + to + ": " + e.text(), "see weldrctl doctor");
            }
        }
        String missing = await(TRANSFER_MAX, leader, view -> view.leader() != null && !leader.equals(view.leader()));
        if (missing != null) {
            throw stopped(
                    leader,
                    "no other member leads after " + text(TRANSFER_MAX) + ": " + missing,
                    "see weldrctl doctor");
        }
    }

    /** What is not so after that time; null: it is so. */
    private @Nullable String await(Duration atMost, String leader, Predicate<RollingView> condition) {
        long endNanos = target.nanos() + atMost.toNanos();
        while (true) {
            String found;
            try {
                RollingView view = target.look();
                if (condition.test(view)) {
                    return null;
                }
                found = view.leader() == null ? "no leader is known" : leader + " leads";
            } catch (CliException e) {
                found = e.text();
            }
            if (target.nanos() - endNanos > 0) {
                return found;
            }
            target.pause(PAUSE);
        }
    }

    private void restart(Node node) {
        RunningProcess process =
                Objects.requireNonNull(node.process(), "the plan restarts members that tell their process");
        RollingOrigins before;
        RollingView view;
        try {
            before = target.origins();
            view = target.look();
        } catch (CliException e) {
            if (silent(e) && mayPass()) {
                refused = wait(node.id(), e.text(), refused);
                return;
            }
            throw stopped(node.id(), "the state before the restart is not known: " + e.text(), "see weldrctl doctor");
        }
        Goal goal = new Goal(node.id(), process.startedAt(), view.commitIndex(), before.revision());
        Duration atMost = nodeTimeout.plus(process.drainTimeout());
        long beganNanos = target.nanos();
        if (!request(node)) {
            return;
        }
        say(
                "restart",
                node.id(),
                fields("version", process.version(), "serviceManager", String.valueOf(process.serviceManager())),
                node.id() + ": restarts (" + process.version() + ", started again by " + process.serviceManager()
                        + ", at most " + text(atMost) + ")");
        String version = awaitBack(goal, before, atMost);
        plan = plan.after(node.id());
        synchronized (this) {
            underWay = null;
            restarted.add(node.id());
        }
        say(
                "ready",
                node.id(),
                fields("before", process.version(), "after", version),
                node.id() + ": ready after " + seconds(beganNanos) + " s, "
                        + (version.equals(process.version()) ? version : process.version() + " -> " + version));
    }

    /** False: it does not restart at this moment, so that the cluster has to be looked at again. */
    private boolean request(Node node) {
        synchronized (this) {
            underWay = node.id();
        }
        try {
            target.restart(node);
        } catch (CliException e) {
            if (e.exitCode() != ExitCode.UNKNOWN) {
                synchronized (this) {
                    underWay = null;
                }
                if (e.type().equals("precondition-failed")) {
                    return false; // another process runs by now
                }
                if (e.type().equals("not-safe") && mayPass()) {
                    refused = wait(node.id(), e.text(), refused);
                    return false;
                }
                throw stopped(node.id(), "it does not restart: " + e.text(), "mend what the message says");
            }
        }
        refused = null;
        return true;
    }

    /** A member refuses for what it sees at that moment, such as an election, or a restart that another run began. */
    private boolean mayPass() {
        if (refused == null) {
            refusedNanos = target.nanos();
        }
        return target.nanos() - refusedNanos <= BEFORE_MAX.toNanos();
    }

    /** The version that runs now. */
    private String awaitBack(Goal goal, RollingOrigins before, Duration atMost) {
        long endNanos = target.nanos() + atMost.toNanos();
        String said = null;
        while (true) {
            String lacks;
            try {
                RollingView view = target.look();
                lacks = RollingPlan.lacks(view, goal);
                if (lacks == null) {
                    lacks = target.origins().downSince(before);
                }
                Node node = view.node(goal.id());
                RunningProcess process = node == null ? null : node.process();
                if (lacks == null) {
                    return process == null ? "an older version" : process.version();
                }
            } catch (CliException e) {
                if (!silent(e)) {
                    throw stopped(goal.id(), e.text(), "see weldrctl cluster status");
                }
                lacks = "no node answers: " + e.text();
            }
            if (target.nanos() - endNanos > 0) {
                throw stopped(
                        goal.id(),
                        "it is not back after " + text(atMost) + ": " + lacks
                                + " (expected: a new process that is ready, has applied the log up to " + goal.index()
                                + ", and sees the origins up that were up before)",
                        "look at the log of " + goal.id() + ", and start it");
            }
            said = wait(goal.id(), lacks, said);
        }
    }

    private String wait(String node, String reason, @Nullable String said) {
        if (!reason.equals(said)) {
            say("wait", node, Map.of("reason", reason), node + ": waiting: " + reason);
        }
        target.pause(PAUSE);
        return reason;
    }

    /** Nobody answered, as while the only node that is asked restarts. */
    private static boolean silent(CliException e) {
        return e.exitCode() == ExitCode.UNREACHABLE || e.exitCode() == ExitCode.UNKNOWN;
    }

    private CliException stopped(String node, String reason, String remedy) {
        return new CliException(
                ExitCode.STOPPED, "stopped at " + node + ": " + reason + "; " + remedy + ", then go on");
    }

    /** What was done so far, and what was not. Any thread. */
    synchronized String summary() {
        List<String> parts = new ArrayList<>();
        if (!restarted.isEmpty()) {
            parts.add("restarted: " + String.join(", ", restarted));
        }
        if (underWay != null) {
            parts.add("asked to restart: " + underWay);
        }
        List<String> untouched = left.stream()
                .filter(id -> !id.equals(underWay) && !restarted.contains(id))
                .toList();
        if (!untouched.isEmpty()) {
            parts.add("not restarted: " + String.join(", ", untouched));
        }
        return parts.isEmpty() ? "nothing was restarted" : String.join("; ", parts);
    }

    /** The members that this run has restarted. Any thread. */
    synchronized List<String> restarted() {
        return List.copyOf(restarted);
    }

    private void say(String step, String node, Map<String, Object> more, String line) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("step", step);
        if (!node.isEmpty()) {
            map.put("member", node);
        }
        map.putAll(more);
        log.add(map, line);
    }

    private static Map<String, Object> fields(String one, String value, String other, String otherValue) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put(one, value);
        fields.put(other, otherValue);
        return fields;
    }

    private long seconds(long sinceNanos) {
        return Duration.ofNanos(target.nanos() - sinceNanos).toSeconds();
    }

    private static String count(int members) {
        return members == 1 ? "1 member" : members + " members";
    }

    /** As in {@code 3m25s}. */
    static String text(Duration time) {
        return time.toString().substring(2).toLowerCase(java.util.Locale.ROOT);
    }
}
