package io.weldr.raft.ratis;

import io.weldr.core.state.MemberId;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The state of Ratis at one moment.
 *
 * @param self how Raft knows this node
 * @param running false: its part in the group is closing, closed or not started yet
 * @param leaderReady it leads, and has applied its term's first entry
 * @param leader whom it takes for the leader; null if it knows of none
 * @param appliedTerm the term of the entry at {@code appliedIndex}; -1 if there is none
 * @param roleMillis time since its role changed
 * @param leaderSilentMillis on a follower: time since it heard from the leader
 * @param silentMillis on a leader: time since each other member answered
 * @param commits highest committed index that each member is known to know of
 * @param members voters and learners of the current configuration, by id
 * @param oldVoters the voters of the one before, while one replaces the other; else empty
 * @param configurationIndex log index of the configuration; negative if it did not come out of the log
 */
public record NodeView(
        RaftId self,
        Role role,
        boolean running,
        boolean leaderReady,
        long term,
        @Nullable RaftId leader,
        long commitIndex,
        long appliedIndex,
        long appliedTerm,
        long roleMillis,
        long leaderSilentMillis,
        Map<RaftId, Long> silentMillis,
        Map<RaftId, Long> commits,
        List<Seat> members,
        Set<RaftId> oldVoters,
        long configurationIndex) {

    /** Raft role. */
    public enum Role {
        FOLLOWER,
        CANDIDATE,
        LEADER
    }

    /** The member that it takes for the leader; null if it knows of none. */
    public @Nullable MemberId leadingMember() {
        return leader == null ? null : leader.member();
    }

    /**
     * Whether a majority of the voters answered in time. While the voters change, a majority of the old and one of the
     * new ones is needed.
     *
     * @param withinMillis how long ago the answer of that voter may be
     */
    public boolean heardByMajority(ToLongFunction<RaftId> withinMillis) {
        Set<RaftId> current = voters().stream().map(Seat::id).collect(Collectors.toUnmodifiableSet());
        return majority(current, withinMillis) && (oldVoters.isEmpty() || majority(oldVoters, withinMillis));
    }

    private boolean majority(Set<RaftId> members, ToLongFunction<RaftId> withinMillis) {
        long heard = members.stream()
                .filter(id -> id.equals(self)
                        || silentMillis.getOrDefault(id, Long.MAX_VALUE) <= withinMillis.applyAsLong(id))
                .count();
        return heard > members.size() / 2;
    }

    /** The members whose votes count. */
    public List<Seat> voters() {
        return members.stream().filter(seat -> !seat.learner()).toList();
    }

    /** Whether this node's vote counts. */
    public boolean votes() {
        return members.stream().anyMatch(seat -> seat.id().equals(self) && !seat.learner());
    }

    /** Whether this node is a voter or a learner. */
    public boolean belongs() {
        return members.stream().anyMatch(seat -> seat.id().equals(self));
    }

    /** The seat of that voter or learner; null if it has none. */
    public @Nullable Seat seat(MemberId member) {
        return members.stream()
                .filter(seat -> seat.id().member().equals(member))
                .findFirst()
                .orElse(null);
    }

    /** Whether the configuration is committed and no other is about to replace it. */
    public boolean settled() {
        return oldVoters.isEmpty() && configurationIndex >= 0 && configurationIndex <= commitIndex;
    }
}
