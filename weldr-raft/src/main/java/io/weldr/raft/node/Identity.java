package io.weldr.raft.node;

import io.weldr.core.pool.HostPort;
import io.weldr.core.state.MemberId;
import io.weldr.raft.ratis.RaftId;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The identity of a data folder, and its progress.
 *
 * @param raftId how Raft knows this node while it has this folder
 * @param incarnation names this life of the folder
 * @param group the cluster; null exactly while {@link Standing#EMPTY}
 * @param founders the incarnations that the cluster was formed of, as far as this node took part; else empty
 * @param again whether it was a member before, under another name, until what it held was lost; only while {@link
 *     Standing#JOINING}
 * @param voters whom the cluster was formed with, as for {@code founders}; of a node that joined: whom it found
 */
public record Identity(
        RaftId raftId,
        String incarnation,
        Standing standing,
        @Nullable UUID group,
        boolean again,
        SortedSet<String> founders,
        SortedMap<RaftId, HostPort> voters) {

    /** How far. */
    public enum Standing {
        /** Belongs to no cluster. */
        EMPTY,
        /** Has decided to be one of the first members; the log does not hold the members yet. */
        FORMING,
        /** Waits for a cluster to take it in. */
        JOINING,
        /** The log tells who the members are. */
        MEMBER,
        /** Was taken out of its cluster, for good: only an empty folder may join again. */
        REMOVED
    }

    public Identity {
        founders = Collections.unmodifiableSortedSet(new TreeSet<>(founders));
        voters = Collections.unmodifiableSortedMap(new TreeMap<>(voters));
    }

    public MemberId id() {
        return raftId.member();
    }

    static Identity empty(MemberId id) {
        String incarnation = UUID.randomUUID().toString();
        return new Identity(
                RaftId.of(id, incarnation), incarnation, Standing.EMPTY, null, false, new TreeSet<>(), new TreeMap<>());
    }

    /** The folder that joins that cluster without having been in its beginnings. */
    Identity joining(UUID cluster, Map<RaftId, HostPort> found) {
        return joining(cluster, found, false);
    }

    private Identity joining(UUID cluster, Map<RaftId, HostPort> found, boolean isAgain) {
        return new Identity(
                raftId, incarnation, Standing.JOINING, cluster, isAgain, new TreeSet<>(), new TreeMap<>(found));
    }

    /** The same under a new name, because what it held is lost. {@code members}: where to ask. */
    Identity joiningAnew(UUID cluster, Map<RaftId, HostPort> members) {
        // Whoever was to be taken in for the first time has no seat yet that it could have lost.
        return empty(id()).joining(cluster, members, standing != Standing.JOINING || again);
    }

    /** A folder without a past, of the only voter of a new cluster. */
    static Identity alone(MemberId id, UUID cluster, HostPort address) {
        Identity fresh = empty(id);
        return new Identity(
                fresh.raftId,
                fresh.incarnation,
                Standing.MEMBER,
                cluster,
                false,
                new TreeSet<>(),
                new TreeMap<>(Map.of(fresh.raftId, address)));
    }

    Identity forming(UUID cluster, SortedSet<String> incarnations, Map<RaftId, HostPort> members) {
        return new Identity(
                raftId, incarnation, Standing.FORMING, cluster, false, incarnations, new TreeMap<>(members));
    }

    Identity member() {
        return new Identity(raftId, incarnation, Standing.MEMBER, group, false, founders, voters);
    }

    Identity removed() {
        return new Identity(raftId, incarnation, Standing.REMOVED, group, false, founders, voters);
    }
}
