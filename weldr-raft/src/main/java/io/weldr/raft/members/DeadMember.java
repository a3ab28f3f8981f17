package io.weldr.raft.members;

import io.weldr.raft.RaftSettings.DeadMembers;
import io.weldr.raft.ratis.NodeView;
import io.weldr.raft.ratis.RaftId;
import io.weldr.raft.ratis.Seat;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which member a leader removes because it is dead. One at a time: learners first, whose absence costs nothing. A voter
 * goes only if as many as the setting says remain, and most of those answer: a cluster never gives up its last
 * tolerance for a failure by itself. Pure.
 */
final class DeadMember {
    private DeadMember() {}

    /**
     * Null if there is none.
     *
     * @param view of a leader
     * @param answering members that are silent to Raft, but answer otherwise: they stay, and count for no majority
     */
    static @Nullable Seat find(NodeView view, DeadMembers policy, Set<RaftId> answering) {
        List<Seat> dead = view.members().stream()
                .filter(seat -> !seat.id().equals(view.self()))
                .filter(seat -> silentMillis(view, seat.id()) >= policy.after().toMillis())
                .sorted(Comparator.comparing((Seat seat) -> !seat.learner()).thenComparing(Seat::id))
                .toList();
        Seat first = dead.stream()
                .filter(seat -> !answering.contains(seat.id()))
                .findFirst()
                .orElse(null);
        if (first == null) {
            return null;
        }
        if (first.learner()) {
            return first;
        }
        long voters = view.voters().size() - 1L;
        long silent = dead.stream().filter(seat -> !seat.learner()).count() - 1;
        return voters >= policy.votersMin() && 2 * (voters - silent) > voters ? first : null;
    }

    /**
     * Ratis has one that just came to lead begin with a silence that never was. One to which it sends nothing is as
     * silent as one that does not answer.
     */
    private static long silentMillis(NodeView view, RaftId id) {
        return Math.min(view.silentMillis().getOrDefault(id, Long.MAX_VALUE), view.roleMillis());
    }
}
