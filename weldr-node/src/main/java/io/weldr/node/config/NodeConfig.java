package io.weldr.node.config;

import io.weldr.core.pool.HostPort;
import io.weldr.core.state.MemberId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All that is local to a node. Whatever is not local lives in the replicated state.
 *
 * @param advertiseHost what to tell the other members instead of the host in the addresses; null: the host in the addresses
 * @param peers raft addresses of all members of a new cluster, this node among them; empty: a cluster of one
 * @param electionTimeoutMin silence of the leader after which a follower may stand, 50 ms to 1 min
 * @param electionTimeoutMax after which it does; more than the least, at most ten times as much
 * @param workers event loops that proxy, 1 to 256
 * @param drainTimeout for exchanges under way when the node stops, 0 to 1 h
 */
public record NodeConfig(
        MemberId id,
        ListenAddress proxyAddress,
        ListenAddress adminAddress,
        ListenAddress grpcAddress,
        ListenAddress raftAddress,
        @Nullable String advertiseHost,
        Path dataDir,
        SortedMap<MemberId, HostPort> peers,
        boolean bootstrap,
        Duration electionTimeoutMin,
        Duration electionTimeoutMax,
        boolean insecure,
        int workers,
        Transport transport,
        Duration drainTimeout,
        LogLevel logLevel) {

    /** How the proxy talks to the kernel. */
    public enum Transport {
        AUTO,
        EPOLL,
        IO_URING,
        NIO
    }

    /** What is logged. */
    public enum LogLevel {
        ERROR,
        WARN,
        INFO,
        DEBUG,
        TRACE
    }

    public NodeConfig {
        peers = Collections.unmodifiableSortedMap(new TreeMap<>(peers));
    }
}
