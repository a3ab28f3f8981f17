package io.weldr.core.port;

import io.weldr.core.state.ClusterState;
import io.weldr.core.state.MemberId;
import java.time.Instant;

/** A backup of the state of a cluster. Immutable, as long as nobody changes the bytes of its file. */
public final class Backup {
    private final Origin origin;
    private final ClusterState state;
    private final byte[] file;

    /**
     * Where a backup comes from.
     *
     * @param cluster the UUID of the cluster
     * @param node that made it
     * @param index the log index that the state contains, at least
     * @param at when it was made
     */
    public record Origin(String cluster, MemberId node, long index, Instant at) {}

    /** @param file is not copied: a state may have many MiB */
    public Backup(Origin origin, ClusterState state, byte[] file) {
        this.origin = origin;
        this.state = state;
        this.file = file;
    }

    public Origin origin() {
        return origin;
    }

    /** What is in it. */
    public ClusterState state() {
        return state;
    }

    /** The bytes of the file. They are shared: nobody may change them. */
    public byte[] file() {
        return file;
    }
}
