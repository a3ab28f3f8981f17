package io.weldr.raft.recovery;

import io.weldr.core.pool.HostPort;
import io.weldr.raft.node.Identity.Standing;
import io.weldr.raft.ratis.RaftId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What speaks against making a new cluster, judged by the answers of other nodes. Pure. */
final class Obstacles {
    private Obstacles() {}

    /** Against a restore, for people; null: nothing does. */
    static @Nullable String toRestore(Collection<Neighbour> others) {
        for (Neighbour other : others) {
            if (other.cluster() != null && other.standing() != Standing.REMOVED) {
                return other.name() + (other.standing() == Standing.JOINING ? " waits for" : " belongs to")
                        + " cluster "
                        + other.cluster()
                        + " (expected: none; stop that node and empty its data folder, or have this node join its cluster)";
            }
        }
        return null;
    }

    /**
     * Against a recovery, for people; null: nothing does.
     *
     * @param cluster the one that lost its majority
     * @param voters its voters
     * @param learners its members without a vote: one may be all that is left
     */
    static @Nullable String toRecover(
            RaftId self,
            UUID cluster,
            Map<RaftId, HostPort> voters,
            Set<RaftId> learners,
            Collection<Neighbour> others) {
        if (!voters.containsKey(self) && !learners.contains(self)) {
            return "this node is no member of cluster " + cluster + " (expected: one of " + names(voters.keySet())
                    + ")";
        }
        List<RaftId> alive = new ArrayList<>(voters.containsKey(self) ? List.of(self) : List.of());
        for (Neighbour other : others) {
            RaftId id = other.id();
            if (other.memberOf(cluster) && other.leading()) {
                return other.name() + " leads cluster " + cluster + ": it has not lost its majority (start this node)";
            }
            if (other.standing() == Standing.MEMBER && !other.memberOf(cluster)) {
                return other.name() + " belongs to another cluster, " + other.cluster() + " (expected: " + cluster
                        + "; if a recovery or a restore made that one, empty the data folder of this node and start it,"
                        + " and it joins)";
            }
            boolean votes = id == null
                    ? other.listens() && voters.containsValue(other.address()) // It may be a member that hangs.
                    : other.memberOf(cluster) && voters.containsKey(id);
            if (votes) {
                alive.add(
                        id != null
                                ? id
                                : voters.entrySet().stream()
                                        .filter(voter -> voter.getValue().equals(other.address()))
                                        .map(Map.Entry::getKey)
                                        .findFirst()
                                        .orElse(self));
            }
        }
        long count = alive.stream().distinct().count();
        if (2 * count > voters.size()) {
            return names(alive) + " are a majority of the voters " + names(voters.keySet())
                    + (voters.size() == 1
                            ? ": nothing is lost (start this node)"
                            : ": they elect a leader once this node runs (start it; to recover all the same, stop the others)");
        }
        return null;
    }

    private static List<String> names(Collection<RaftId> ids) {
        return ids.stream().map(id -> id.member().value()).distinct().sorted().toList();
    }
}
