package io.weldr.node.lifecycle;

import io.weldr.core.pool.HostPort;
import io.weldr.node.config.ListenAddress;
import io.weldr.node.config.NodeConfig;
import io.weldr.raft.RaftSettings;
import io.weldr.raft.RaftSettings.DeadMembers;
import io.weldr.raft.RaftSettings.LogSettings;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What consensus has from the configuration of a node. */
final class ConsensusSettings {
    /** Purging the log frees whole files; below this many entries it is not worth a look. */
    private static final int PURGE_GAP_ENTRIES = 10;

    private ConsensusSettings() {}

    /** @param secret by which the node asks others who the members are, once it is open */
    static RaftSettings of(NodeConfig config, NodeSecret secret) {
        ListenAddress bind = config.raftAddress();
        LogSettings log = new LogSettings(
                config.raftSnapshotEntries(), config.raftSegmentBytes(), PURGE_GAP_ENTRIES, config.raftKeptEntries());
        return RaftSettings.of(
                        config.id(),
                        new HostPort(bind.host(), bind.port()),
                        new Addresses(config).raft(),
                        config.peers(),
                        config.dataDir(),
                        config.bootstrap())
                .joining(config.join() == null ? null : new JoinContacts(config.join(), secret::members))
                .withWitness(config.witness())
                .withLearner(config.joinsAsLearner())
                .withDeadMembers(deadMembers(config))
                .withElectionTimeout(config.electionTimeoutMin(), config.electionTimeoutMax())
                .withLog(log);
    }

    private static @Nullable DeadMembers deadMembers(NodeConfig config) {
        Duration after = config.removeDeadAfter();
        return after == null ? null : new DeadMembers(after, config.votersMin());
    }
}
