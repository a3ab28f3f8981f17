package io.weldr.raft.form;

import io.weldr.core.pool.HostPort;
import io.weldr.core.state.MemberId;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Whose a data folder is, and how far it is.
 *
 * @param incarnation names this life of the folder
 * @param group the cluster; null exactly while {@link Standing#EMPTY}
 * @param founders the incarnations that the cluster was formed of, as far as this node took part; else empty
 * @param voters whom the cluster was formed with; as for {@code founders}
 */
public record Identity(
        MemberId id,
        String incarnation,
        Standing standing,
        @Nullable UUID group,
        SortedSet<String> founders,
        SortedMap<MemberId, HostPort> voters) {

    /** How far. */
    public enum Standing {
        /** Belongs to no cluster. */
        EMPTY,
        /** Has decided to be one of the first members; the log does not hold the members yet. */
        FORMING,
        /** Waits, without a vote, for a cluster to take it in. */
        JOINING,
        /** The log tells who the members are. */
        MEMBER
    }

    public Identity {
        founders = Collections.unmodifiableSortedSet(new TreeSet<>(founders));
        voters = Collections.unmodifiableSortedMap(new TreeMap<>(voters));
    }

    static Identity empty(MemberId id) {
        return new Identity(id, UUID.randomUUID().toString(), Standing.EMPTY, null, new TreeSet<>(), new TreeMap<>());
    }

    /** The folder that joins that cluster without having been in its beginnings, under a new name. */
    Identity joining(UUID cluster) {
        return new Identity(
                id, UUID.randomUUID().toString(), Standing.JOINING, cluster, new TreeSet<>(), new TreeMap<>());
    }

    Identity forming(UUID cluster, SortedSet<String> incarnations, Map<MemberId, HostPort> members) {
        return new Identity(id, incarnation, Standing.FORMING, cluster, incarnations, new TreeMap<>(members));
    }

    Identity member() {
        return new Identity(id, incarnation, Standing.MEMBER, group, founders, voters);
    }
}
