package io.weldr.core.port;

import io.weldr.core.state.ClusterState;
import io.weldr.core.state.MemberId;
import java.nio.ByteBuffer;
import java.time.Instant;

/**
 * A backup of the state of a cluster.
 *
 * @param cluster the UUID of the cluster
 * @param node that made it
 * @param index the log index that the state contains, at least
 * @param state what is in it
 * @param file the bytes of the file; read only
 */
public record Backup(String cluster, MemberId node, long index, Instant at, ClusterState state, ByteBuffer file) {
    public Backup {
        file = file.asReadOnlyBuffer();
    }

    /** The file, from its first byte to its last, for one reader. */
    @Override
    public ByteBuffer file() {
        return file.duplicate();
    }

    /** Of the file. */
    public int bytes() {
        return file.remaining();
    }
}
