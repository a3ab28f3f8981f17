package io.weldr.node.config;

import io.weldr.core.certificate.CertificateName;
import io.weldr.core.pool.HostPort;
import io.weldr.core.pool.WhenAllDown;
import io.weldr.core.state.MemberId;
import io.weldr.leader.vip.VirtualIpSettings;
import io.weldr.proxy.PortRanges;
import io.weldr.proxy.access.LineFormat;
import io.weldr.proxy.access.Redaction;
import io.weldr.proxy.edit.Forwarding;
import io.weldr.proxy.limits.ProxyLimits;
import io.weldr.proxy.net.Transport;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All that is local to a node. Whatever is not local lives in the replicated state.
 *
 * @param api who may use the APIs, and how
 * @param advertiseHost what to tell the other members instead of the host in the addresses; null: the host in the
 *     addresses
 * @param secretFile the secret of the cluster; null: that in the data folder, or none
 * @param peerTls what this node proves to other members by who it is; null: the secret, if there is one
 * @param peers raft addresses of all members of a new cluster, this node among them; empty: a cluster of one
 * @param join where to look for the cluster to join while the data folder is empty; null: the node was not told to join
 *     one
 * @param witness it votes and does not proxy
 * @param joinsAsLearner it joins without a vote
 * @param removeDeadAfter how long a member is silent before the leader removes it; null: it never does
 * @param votersMin dead voters stay rather than leave fewer
 * @param witnessProbes a witness, and it probes origins all the same
 * @param onRemoval what to do once it was taken out of its cluster
 * @param electionTimeoutMin silence of the leader after which a follower may stand, 50 ms to 10 s
 * @param electionTimeoutMax after which it does; more than the least, at most ten times as much
 * @param workers event loops that proxy, 1 to 256
 * @param listenerAllow ports that listeners of the cluster may have on this node
 * @param trustedPeers networks whose X-Forwarded-* and Forwarded are believed
 * @param forwarded in which fields origins are told who the client is
 * @param accessLog a file, or {@code -} for standard output; null: none
 * @param accessLogRedaction query parameters that neither the log nor traces show
 * @param tracing where traces go; null: nowhere
 * @param drainTimeout for exchanges under way when the node stops or a listener is removed, 0 to 1 h
 * @param virtualIp what to hold and to run while this node leads
 * @param acmeDirectory of certificates that name none when they are written through this node
 * @param acmeCaFile authorities of the certificates of ACME servers; null: those of the Java platform
 * @param raftSnapshotEntries log entries between two snapshots
 * @param raftSegmentBytes size of one log file
 * @param raftKeptEntries log entries before a snapshot that stay
 * @param limits every limit of the data plane
 */
public record NodeConfig(
        MemberId id,
        ListenAddress proxyAddress,
        ListenAddress adminAddress,
        ListenAddress grpcAddress,
        ListenAddress raftAddress,
        Api api,
        @Nullable String advertiseHost,
        Path dataDir,
        @Nullable Path secretFile,
        @Nullable PeerTls peerTls,
        SortedMap<MemberId, HostPort> peers,
        boolean bootstrap,
        @Nullable Join join,
        boolean witness,
        boolean joinsAsLearner,
        @Nullable Duration removeDeadAfter,
        int votersMin,
        boolean witnessProbes,
        OnRemoval onRemoval,
        Duration electionTimeoutMin,
        Duration electionTimeoutMax,
        boolean insecure,
        int workers,
        Transport transport,
        PortRanges listenerAllow,
        List<String> trustedPeers,
        Forwarding forwarded,
        WhenAllDown whenAllDown,
        boolean allowTrace,
        @Nullable String accessLog,
        LineFormat accessLogFormat,
        Redaction accessLogRedaction,
        @Nullable TraceSettings tracing,
        Duration drainTimeout,
        VirtualIpSettings virtualIp,
        String acmeDirectory,
        @Nullable Path acmeCaFile,
        int raftSnapshotEntries,
        int raftSegmentBytes,
        int raftKeptEntries,
        ProxyLimits limits,
        LogLevel logLevel) {

    /**
     * Who may use the APIs, and how.
     *
     * @param statusAddress where everybody may ask how the node is; null: nowhere
     * @param loopbackNeedsToken on loopback, too, a token is needed
     * @param hosts names by which clients call the HTTP API
     * @param certificate of the cluster, shown beyond loopback; null: one of the cluster's own authority
     * @param auditLog a file, or {@code -} for standard output; null: none
     */
    public record Api(
            @Nullable ListenAddress statusAddress,
            boolean loopbackNeedsToken,
            List<String> hosts,
            @Nullable CertificateName certificate,
            @Nullable String auditLog) {
        public Api {
            hosts = List.copyOf(hosts);
        }
    }

    /**
     * Traces of requests.
     *
     * @param endpoint of the collector: http or https
     * @param sample share of the requests whose client has not decided that, 0 to 1
     */
    public record TraceSettings(URI endpoint, double sample) {}

    /** Whether the APIs need a token on loopback. */
    public enum LoopbackAuth {
        /** Whoever is on this machine is an administrator. */
        NONE,
        /** As beyond loopback. */
        REQUIRED
    }

    /** Files of an operator's own authority. */
    public record PeerTls(Path certificate, Path key, Path authorities) {}

    /**
     * Where to look for the cluster to join.
     *
     * @param admin the HTTP API of a member; null: wait until a member takes the node in
     */
    public record Join(@Nullable HostPort admin) {}

    /** What a node joins a cluster as. */
    public enum JoinAs {
        VOTER,
        /** It gets every change, and has no vote until it is promoted. */
        LEARNER
    }

    /** What a node does once it was taken out of its cluster, and has drained. */
    public enum OnRemoval {
        /** Its process ends. */
        EXIT,
        /** It stays and tells its state, but proxies nothing. */
        IDLE
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
        trustedPeers = List.copyOf(trustedPeers);
        peers = Collections.unmodifiableSortedMap(new TreeMap<>(peers));
    }
}
