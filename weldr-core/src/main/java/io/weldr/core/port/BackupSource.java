package io.weldr.core.port;

import java.time.Instant;

/** Gives the state of the cluster as a backup file. */
@FunctionalInterface
public interface BackupSource {
    /**
     * The state as this node has applied it, at one revision. Any thread; takes some milliseconds for each MiB.
     *
     * @param at now
     * @param program the version of this program
     * @throws GatewayException this node has no state of a cluster yet
     */
    Backup backup(Instant at, String program);
}
