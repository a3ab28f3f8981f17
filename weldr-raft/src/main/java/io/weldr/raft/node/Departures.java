package io.weldr.raft.node;

import io.weldr.raft.ratis.RaftId;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Who was taken out of the cluster since this node started, as its own log says. A member that was taken out knows the
 * secret of the cluster until that is replaced, so its messages are refused by their name. A node that is taken in
 * again has another name in Raft. Thread safe.
 */
public final class Departures {
    /** Those who left before so many others have ended long ago. */
    private static final int SEEN_MAX = 1024;

    private final Set<RaftId> seen = new LinkedHashSet<>(); // guarded by this; the oldest first
    private volatile Set<String> departed = Set.of();

    /** These belong to the cluster, or were to. */
    synchronized void seen(Collection<RaftId> members) {
        seen.removeAll(members); // so that they come last
        seen.addAll(members);
        Iterator<RaftId> oldest = seen.iterator();
        for (int excess = seen.size() - SEEN_MAX; excess > 0; excess--) {
            oldest.next();
            oldest.remove();
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
