package io.weldr.api.admin;

import io.weldr.core.port.ClusterStatus.Role;
import io.weldr.core.state.Member;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether a member may be stopped now without harm: the cluster goes on taking changes, and clients go on being served.
 * It says how things are at this moment, and promises nothing of the next one.
 *
 * @param safe whether it may
 * @param reason for people
 */
public record StopAdvice(boolean safe, String reason) {
    /** Followers that lag by more than this may need seconds to catch up, in which they cannot lead. */
    static final long LAG_MAX = 1000;

    /**
     * The advice on one of the members.
     *
     * @param change the change of the members that is under way; null: none
     */
    public static StopAdvice of(Census.Line line, ClusterView cluster, @Nullable String change) {
        if (line.report() == null) {
            return no(line.id() + " does not answer, so its state is not known");
        }
        if (change != null) {
            return no("a change of the members is under way: " + change);
        }
        if (cluster.leader() == null) {
            return no("no leader is known");
        }
        List<Census.Line> others = cluster.lines().stream()
                .filter(each -> !each.id().equals(line.id()))
                .toList();
        long voters = cluster.lines().stream().filter(Census.Line::voter).count();
        long needed = voters / 2 + 1;
        long left = others.stream()
                .filter(each -> each.voter() && whole(each, cluster))
                .count();
        if (line.voter() && voters == 1) {
            return no("it is the only member that votes");
        }
        if (line.voter() && left < needed) {
            return no("without it " + left + " of " + voters + " voters would be well, and " + needed
                    + " are needed for a quorum");
        }
        if (proxies(line) && others.stream().noneMatch(each -> proxies(each) && whole(each, cluster))) {
            return no("no other member that is well proxies");
        }
        String quorum = left + " of " + voters + " voters stay, and " + needed + " are needed for a quorum";
        return new StopAdvice(
                true, line.id().equals(cluster.leader()) ? quorum + "; leadership moves to another member" : quorum);
    }

    private static StopAdvice no(String reason) {
        return new StopAdvice(false, reason);
    }

    /** Whether it takes part in consensus, and is not far behind. */
    private static boolean whole(Census.Line line, ClusterView cluster) {
        MemberReport report = line.report();
        return report != null
                && report.trouble() == null
                && (report.role() == Role.LEADER || report.role() == Role.FOLLOWER || report.role() == Role.LEARNER)
                && report.leader() != null
                && cluster.commitIndex() - report.appliedIndex() <= LAG_MAX;
    }

    private static boolean proxies(Census.Line line) {
        Member member = line.member();
        return member != null && !member.witness() && member.proxy() != null;
    }
}
