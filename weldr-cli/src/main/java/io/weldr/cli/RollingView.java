package io.weldr.cli;

import io.weldr.proto.admin.v1.ClusterStatusReply;
import io.weldr.proto.admin.v1.MemberStatus;
import io.weldr.proto.admin.v1.ProcessStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a rolling restart sees of the cluster at one moment.
 *
 * @param leader the acting leader; null: none is known
 * @param change the change of the members that is under way; empty: none
 * @param commitIndex the highest log index that a member knows to be committed
 */
record RollingView(List<Node> nodes, @Nullable String leader, String change, long commitIndex) {
    RollingView {
        nodes = List.copyOf(nodes);
    }

    /**
     * A member.
     *
     * @param answers whether it answered
     * @param process its process; null: it did not answer, or is of a version that does not tell
     * @param trouble what is wrong with its consensus part; empty: nothing
     * @param routedRevision of the state that its proxy routes by; -1: it does not tell
     * @param mayStop whether the cluster can do without it
     * @param stopReason why, or why not
     */
    record Node(
            String id,
            boolean answers,
            boolean voter,
            boolean witness,
            @Nullable RunningProcess process,
            String trouble,
            long appliedIndex,
            long routedRevision,
            boolean mayStop,
            String stopReason) {}

    /**
     * The process of a member.
     *
     * @param startedAt by the clock of the member: it tells one process from another
     * @param beganAt the same by the clock of this machine, and rather too early than too late: it tells which processes
     *     are older than a rolling restart
     * @param serviceManager which service manager starts it again; null: none
     * @param unready why it is not ready; empty: it is
     */
    record RunningProcess(
            Instant startedAt,
            Instant beganAt,
            String version,
            @Nullable String serviceManager,
            Duration drainTimeout,
            List<String> unready,
            boolean restarting) {
        RunningProcess {
            unready = List.copyOf(unready);
        }
    }

    /** @param asked when the question left, by the clock of this machine */
    static RollingView of(ClusterStatusReply reply, Instant asked) {
        return new RollingView(
                reply.getMembersList().stream()
                        .map(member -> node(member, asked))
                        .toList(),
                reply.getLeader().isEmpty() ? null : reply.getLeader(),
                reply.getChange(),
                reply.getMembersList().stream()
                        .mapToLong(MemberStatus::getCommitIndex)
                        .max()
                        .orElse(0));
    }

    private static Node node(MemberStatus member, Instant asked) {
        return new Node(
                member.getId(),
                !member.getMissing(),
                member.getVoter(),
                member.getWitness(),
                member.hasProcess() && member.hasUptime() ? process(member, asked) : null,
                member.getTrouble(),
                member.getAppliedIndex(),
                member.hasRoutedRevision() ? member.getRoutedRevision() : -1,
                member.getStop().getSafe(),
                member.getStop().getReason());
    }

    private static RunningProcess process(MemberStatus member, Instant asked) {
        ProcessStatus process = member.getProcess();
        return new RunningProcess(
                Instant.ofEpochSecond(
                        process.getStartedAt().getSeconds(),
                        process.getStartedAt().getNanos()),
                asked.minus(Values.javaDuration(member.getUptime())),
                process.getVersion(),
                process.getServiceManager().isEmpty() ? null : process.getServiceManager(),
                Values.javaDuration(process.getDrainTimeout()),
                process.getUnreadyList(),
                process.getRestarting());
    }

    /** The member of that id; null: there is none. */
    @Nullable Node node(String id) {
        return nodes.stream().filter(node -> node.id().equals(id)).findFirst().orElse(null);
    }

    /** How many committed log entries it has not applied. */
    long lag(Node node) {
        return Math.max(0, commitIndex - node.appliedIndex());
    }
}
