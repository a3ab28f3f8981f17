package io.weldr.core.state;

import io.weldr.core.pool.HostPort;
import org.jspecify.annotations.Nullable;

/**
 * The announcement of a node to the others, through the log.
 *
 * @param raft where its peers reach its consensus
 * @param admin its HTTP API
 * @param grpc its gRPC API
 * @param proxy where clients reach it; null: nowhere, it is a witness
 * @param version of the program it runs
 * @param supports the newest cluster version that this program supports
 */
public record Member(
        MemberId id,
        HostPort raft,
        HostPort admin,
        HostPort grpc,
        @Nullable HostPort proxy,
        String version,
        ClusterVersion supports) {

    /** A member that has not told anything yet. It is reached where Raft reaches it, and nowhere else. */
    public static Member atRaft(MemberId id, HostPort raft) {
        return new Member(id, raft, raft, raft, null, "", ClusterVersion.MEMBERS_APART);
    }

    /** The same, known to support {@code least} at least. */
    Member supporting(ClusterVersion least) {
        return supports.atLeast(least) ? this : new Member(id, raft, admin, grpc, proxy, version, least);
    }

    /** Whether it only votes. */
    public boolean witness() {
        return proxy == null;
    }
}
