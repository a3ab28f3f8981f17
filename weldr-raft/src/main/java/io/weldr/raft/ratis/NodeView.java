package io.weldr.raft.ratis;

import io.weldr.core.port.ClusterStatus.Voter;
import io.weldr.core.state.MemberId;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How Ratis stands at one moment.
 *
 * @param running false: its part in the group is closing, closed or not started yet
 * @param leaderReady it leads, and has applied its term's first entry
 * @param leader whom it takes for the leader; null if it knows of none
 * @param roleMillis time since its role changed
 * @param leaderSilentMillis on a follower: time since it heard from the leader
 * @param silentMillis on a leader: time since each other member answered
 * @param commits highest committed index that each member is known to know of
 * @param voters of the current configuration
 * @param oldVoters of the one before, while one replaces the other; else empty
 * @param configurationIndex log index of the configuration; negative if it did not come out of the log
 */
public record NodeView(
        Role role,
        boolean running,
        boolean leaderReady,
        long term,
        @Nullable MemberId leader,
        long commitIndex,
        long appliedIndex,
        long roleMillis,
        long leaderSilentMillis,
        Map<MemberId, Long> silentMillis,
        Map<MemberId, Long> commits,
        List<Voter> voters,
        Set<MemberId> oldVoters,
        long configurationIndex) {

    /** Raft role. */
    public enum Role {
        FOLLOWER,
        CANDIDATE,
        LEADER
    }

    /** Whether a majority of the voters (while they change: of the old and of the new ones) answered within so many milliseconds. */
    public boolean heardByMajority(MemberId self, long withinMillis) {
        Set<MemberId> current = voters.stream().map(Voter::id).collect(java.util.stream.Collectors.toUnmodifiableSet());
        return majority(current, self, withinMillis)
                && (oldVoters.isEmpty() || majority(oldVoters, self, withinMillis));
    }

    private boolean majority(Set<MemberId> members, MemberId self, long withinMillis) {
        long heard = members.stream()
                .filter(id -> id.equals(self) || silentMillis.getOrDefault(id, Long.MAX_VALUE) <= withinMillis)
                .count();
        return heard > members.size() / 2;
    }

    /** Whether that node's vote counts. */
    public boolean hasVoter(MemberId id) {
        return voters.stream().anyMatch(voter -> voter.id().equals(id));
    }
}
