package io.weldr.cli;

import io.weldr.cli.RollingView.Node;
import io.weldr.cli.RollingView.RunningProcess;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which member a rolling restart takes next, and what it waits for. Pure: everything comes out of what is seen of the
 * cluster, so that another run goes on where one has stopped.
 *
 * @param startedBefore members whose process began later are done
 * @param restarted members that this run has restarted: they are done, whatever a slow answer says of their age
 */
record RollingPlan(Instant startedBefore, Set<String> restarted) {
    /** A member that lags by more may need seconds to catch up, in which it cannot lead. */
    static final long LAG_MAX = 1000;

    /** With fewer voters, none can be missed. */
    private static final int VOTERS_MIN = 3;

    RollingPlan {
        restarted = Set.copyOf(restarted);
    }

    /** A run that has restarted nothing yet. */
    RollingPlan(Instant startedBefore) {
        this(startedBefore, Set.of());
    }

    /** The same, after that member has restarted. */
    RollingPlan after(String id) {
        Set<String> more = new TreeSet<>(restarted);
        more.add(id);
        return new RollingPlan(startedBefore, more);
    }

    /** What to do next. */
    sealed interface Step {
        /** Every process began after the run. */
        record Done() implements Step {}

        /** The member restarts now. */
        record Restart(Node node) implements Step {}

        /** The member that is next leads: another one has to lead first. */
        record Transfer(Node leader, Node to) implements Step {}

        /**
         * Nothing may be done now.
         *
         * @param node the member that is next
         * @param lasting whether it stays so until somebody does something about it
         */
        record Blocked(String node, String reason, String remedy, boolean lasting) implements Step {}
    }

    /**
     * What a restarted member has to reach.
     *
     * @param startedAt when the process before it started
     * @param index what the leader had committed
     * @param revision what its proxy has to route by; 0: it does not proxy
     */
    record Goal(String id, Instant startedAt, long index, long revision) {}

    /** The members that are not done: witnesses, then the other followers by their ids, the leader last. */
    List<Node> left(RollingView view) {
        return view.nodes().stream()
                .filter(node -> !done(node))
                .sorted(Comparator.comparing((Node node) -> node.id().equals(view.leader()))
                        .thenComparing(node -> !node.witness())
                        .thenComparing(Node::id))
                .toList();
    }

    /** Whether the process of the member began after the run. */
    boolean done(Node node) {
        RunningProcess process = node.process();
        return process != null
                && (restarted.contains(node.id()) || !process.beganAt().isBefore(startedBefore));
    }

    /** What to do next. */
    Step next(RollingView view) {
        List<Node> left = left(view);
        if (left.isEmpty()) {
            return new Step.Done();
        }
        Node node = left.get(0);
        Step.Blocked blocked = never(view, left);
        if (blocked == null) {
            blocked = now(view, node);
        }
        if (blocked != null) {
            return blocked;
        }
        if (!node.id().equals(view.leader())) {
            return new Step.Restart(node);
        }
        return view.nodes().stream()
                .filter(other -> !other.id().equals(node.id()) && other.voter() && !other.witness())
                .max(Comparator.comparingLong(Node::appliedIndex).thenComparing(Node::id, Comparator.reverseOrder()))
                .<Step>map(to -> new Step.Transfer(node, to))
                .orElseGet(() -> new Step.Blocked(
                        node.id(), "no other member can lead", "add a member that proxies requests", true));
    }

    /** What stays in the way until somebody does something about it. */
    private static Step.@Nullable Blocked never(RollingView view, List<Node> left) {
        long voters = view.nodes().stream().filter(Node::voter).count();
        if (voters < VOTERS_MIN) {
            return new Step.Blocked(
                    left.get(0).id(),
                    "the cluster has " + voters + (voters == 1 ? " voter" : " voters") + ", and can miss none",
                    "restart its members with weldrctl cluster restart ID, during which the cluster takes no changes",
                    true);
        }
        for (Node node : left) {
            RunningProcess process = node.process();
            if (node.answers() && process == null) {
                return new Step.Blocked(
                        node.id(),
                        node.id() + " runs a version of weldr that cannot restart by request",
                        "restart it on its machine, such as with systemctl restart weldr",
                        true);
            }
            if (process != null && process.serviceManager() == null) {
                return new Step.Blocked(
                        node.id(),
                        "nothing would start the process of " + node.id() + " again",
                        "run it by systemd or Kubernetes, or set WELDR_SUPERVISED=true if another service manager starts it",
                        true);
            }
        }
        return null;
    }

    /** What is in the way at this moment. */
    private static Step.@Nullable Blocked now(RollingView view, Node next) {
        for (Node node : view.nodes()) {
            // The member that is next may be unwell: a restart may help.
            boolean stays = !node.id().equals(next.id());
            String reason = stays ? notWell(view, node) : notAsked(node);
            if (reason != null) {
                return new Step.Blocked(next.id(), reason, "look at the log of " + node.id() + ", and mend it", false);
            }
        }
        if (view.leader() == null) {
            return new Step.Blocked(next.id(), "no leader is known", "see weldrctl doctor", false);
        }
        if (!view.change().isEmpty()) {
            return new Step.Blocked(
                    next.id(),
                    "a change of the members is under way: " + view.change(),
                    "wait until it is done",
                    false);
        }
        return next.mayStop()
                ? null
                : new Step.Blocked(
                        next.id(),
                        "the cluster cannot do without " + next.id() + ": " + next.stopReason(),
                        "see weldrctl doctor",
                        false);
    }

    /** What is wrong with a member that is to stay; null: nothing. */
    private static @Nullable String notWell(RollingView view, Node node) {
        String notAsked = notAsked(node);
        if (notAsked != null) {
            return notAsked;
        }
        RunningProcess process = node.process();
        if (process != null && !process.unready().isEmpty()) {
            return node.id() + " is not ready: " + String.join("; ", process.unready());
        }
        if (!node.trouble().isEmpty()) {
            return node.id() + ": " + node.trouble();
        }
        long lag = view.lag(node);
        return lag <= LAG_MAX ? null : node.id() + " has not applied " + lag + " committed log entries";
    }

    /** Why a member cannot be asked to restart now; null: it can. */
    private static @Nullable String notAsked(Node node) {
        if (!node.answers()) {
            return node.id() + " does not answer";
        }
        RunningProcess process = node.process();
        return process != null && process.restarting() ? node.id() + " restarts already" : null;
    }

    /** What a restarted member still lacks, for people; null: nothing. */
    static @Nullable String lacks(RollingView view, Goal goal) {
        Node node = view.node(goal.id());
        if (node == null) {
            return goal.id() + " is no member any more";
        }
        RunningProcess process = node.process();
        if (node.answers() && process != null && process.startedAt().equals(goal.startedAt())) {
            return process.restarting()
                    ? goal.id() + " stops: it finishes the exchanges under way"
                    : "the process of " + goal.id() + " that started at " + goal.startedAt() + " still runs";
        }
        String reason = notWell(view, node);
        if (reason != null) {
            return reason;
        }
        if (view.leader() == null) {
            return "no leader is known";
        }
        if (node.appliedIndex() < goal.index()) {
            return goal.id() + " has applied the log up to " + node.appliedIndex() + " of " + goal.index();
        }
        return node.routedRevision() >= goal.revision() || node.routedRevision() < 0
                ? null
                : goal.id() + " routes by revision " + node.routedRevision() + " of " + goal.revision();
    }
}
