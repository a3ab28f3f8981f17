package io.weldr.raft.recovery;

import io.weldr.core.pool.HostPort;
import io.weldr.raft.node.HelloAnswer;
import io.weldr.raft.node.Identity.Standing;
import io.weldr.raft.ratis.RaftId;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Another node, as it answered at its Raft address.
 *
 * @param id null: nobody answered
 * @param listens whether something takes connections there
 * @param standing null: nobody answered
 * @param cluster that it belongs to or waits for; null: none, or nobody answered
 */
public record Neighbour(
        HostPort address,
        @Nullable RaftId id,
        boolean listens,
        @Nullable Standing standing,
        @Nullable UUID cluster,
        boolean leading) {

    static Neighbour of(HostPort address, HelloAnswer answer) {
        return new Neighbour(address, answer.id(), true, answer.standing(), answer.group(), answer.leading());
    }

    static Neighbour silent(HostPort address, boolean listens) {
        return new Neighbour(address, null, listens, null, null, false);
    }

    /** Whether it is a member of that cluster. */
    boolean memberOf(@Nullable UUID other) {
        return standing == Standing.MEMBER && cluster != null && cluster.equals(other);
    }

    /** Who it is, for people. */
    String name() {
        return id == null ? "the node at " + address : "node " + id.member() + " at " + address;
    }

    /** How it stands, in one line for people. */
    @Override
    public String toString() {
        if (id == null) {
            return address + (listens ? ": takes connections, but does not answer" : ": no answer");
        }
        String at = address + ": node " + id.member();
        return switch (standing == null ? Standing.EMPTY : standing) {
            case EMPTY -> at + ", belongs to no cluster";
            case FORMING, MEMBER -> at + (leading ? ", leads cluster " : ", member of cluster ") + cluster;
            case JOINING -> at + ", waits for cluster " + cluster;
            case REMOVED -> at + ", was removed from cluster " + cluster;
        };
    }
}
