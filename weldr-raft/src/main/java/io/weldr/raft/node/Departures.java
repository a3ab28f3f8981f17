package io.weldr.raft.node;

import io.weldr.raft.ratis.RaftId;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/**
 * Who was taken out of the cluster since this node started, as its own log says. A member that was taken out knows the
 * secret of the cluster until that is replaced, so its messages are refused by their name. A node that is taken in
 * again has another name in Raft. Thread safe.
 */
public final class Departures {
    /** A cluster has a handful of members, and changes them a few times a year. */
    private static final int SEEN_MAX = 1024;

    private final Set<RaftId> seen = new HashSet<>(); // guarded by this
    private volatile Set<String> departed = Set.of();

    /** These belong to the cluster, or were to. */
    synchronized void seen(Collection<RaftId> members) {
        if (seen.size() < SEEN_MAX) {
            seen.addAll(members);
        }
    }

    /**
     * These vote from now on, and that is committed.
     *
     * @param beside the learners, and who votes beside them until the change is complete
     */
    synchronized void members(Set<RaftId> voters, Set<RaftId> beside) {
        Set<String> gone = new HashSet<>();
        seen(voters);
        seen(beside);
        for (RaftId id : seen) {
            if (!voters.contains(id) && !beside.contains(id)) {
                gone.add(id.toString());
            }
        }
        departed = Set.copyOf(gone);
    }

    boolean includes(String raftId) {
        return departed.contains(raftId);
    }
}
