package io.weldr.node.checks;

import io.weldr.core.Check;
import io.weldr.core.Words;
import io.weldr.leader.vip.VirtualIp;
import io.weldr.node.config.ListenAddress;
import io.weldr.node.config.NodeConfig;
import io.weldr.node.config.Setting;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of a node for a support bundle. A value is shown only if it stands here: one that is added to the
 * configuration is left out until somebody has decided that it holds no secret. Pure.
 */
final class ConfigurationText {
    /** Commands may hold passwords, and the names of query parameters tell about an application. */
    static final Set<String> HIDDEN =
            Set.of(Setting.VIP_HOOKS_ACTIVE.key(), Setting.VIP_HOOKS_PASSIVE.key(), Setting.ACCESS_LOG_REDACT.key());

    private ConfigurationText() {}

    static String of(NodeConfig config) {
        Map<String, String> values = values(config);
        StringBuilder text = new StringBuilder();
        for (Setting setting : Setting.values()) {
            if (!setting.isLimit()) {
                String value = values.get(setting.key());
                text.append(setting.key())
                        .append(": ")
                        .append(value == null ? "(left out)" : value)
                        .append('\n');
            }
        }
        return text.append("limits: ").append(config.limits()).append('\n').toString();
    }

    /** Of each setting that is shown, by its key; empty: it is not set. */
    static Map<String, String> values(NodeConfig config) {
        Map<String, String> values = new TreeMap<>();
        addresses(config, values);
        put(values, Setting.ID, config.id());
        put(values, Setting.LOOPBACK_AUTH, config.api().loopbackNeedsToken() ? "required" : "none");
        put(values, Setting.ADMIN_HOSTS, String.join(",", config.api().hosts()));
        put(values, Setting.ADMIN_CERTIFICATE, config.api().certificate());
        put(values, Setting.AUDIT_LOG, config.api().auditLog());
        put(values, Setting.DATA_DIR, config.dataDir());
        put(values, Setting.SECRET_FILE, config.secretFile());
        NodeConfig.PeerTls files = config.peerTls();
        Path none = null;
        put(values, Setting.PEER_TLS_CERT, files == null ? none : files.certificate());
        put(values, Setting.PEER_TLS_KEY, files == null ? none : files.key());
        put(values, Setting.PEER_TLS_CA, files == null ? none : files.authorities());
        put(
                values,
                Setting.PEERS,
                config.peers().entrySet().stream()
                        .map(peer -> peer.getKey() + "=" + peer.getValue())
                        .collect(Collectors.joining(",")));
        put(values, Setting.BOOTSTRAP, config.bootstrap());
        NodeConfig.Join join = config.join();
        put(values, Setting.JOIN, join == null ? null : join.admin() == null ? "wait" : join.admin());
        put(values, Setting.WITNESS, config.witness());
        put(values, Setting.JOIN_AS, config.joinsAsLearner() ? "learner" : "voter");
        Duration removeDeadAfter = config.removeDeadAfter();
        put(values, Setting.REMOVE_DEAD_AFTER, removeDeadAfter == null ? "never" : Check.text(removeDeadAfter));
        put(values, Setting.VOTERS_MIN, config.votersMin());
        put(values, Setting.WITNESS_PROBES, config.witnessProbes());
        put(values, Setting.ON_REMOVAL, Words.of(config.onRemoval()));
        put(
                values,
                Setting.ELECTION_TIMEOUT,
                Check.text(config.electionTimeoutMin()) + "-" + Check.text(config.electionTimeoutMax()));
        put(values, Setting.INSECURE, config.insecure());
        put(values, Setting.ACME_DIRECTORY, config.acmeDirectory());
        put(values, Setting.ACME_CA_FILE, config.acmeCaFile());
        put(values, Setting.RAFT_SNAPSHOT_ENTRIES, config.raftSnapshotEntries());
        put(values, Setting.RAFT_SEGMENT_BYTES, config.raftSegmentBytes());
        put(values, Setting.RAFT_KEPT_ENTRIES, config.raftKeptEntries());
        put(values, Setting.LOG_LEVEL, Words.of(config.logLevel()));
        proxy(config, values);
        virtualIp(config, values);
        return values;
    }

    private static void addresses(NodeConfig config, Map<String, String> values) {
        ListenAddress status = config.api().statusAddress();
        put(values, Setting.PROXY_ADDRESS, config.proxyAddress());
        put(values, Setting.ADMIN_ADDRESS, config.adminAddress());
        put(values, Setting.GRPC_ADDRESS, config.grpcAddress());
        put(values, Setting.RAFT_ADDRESS, config.raftAddress());
        put(values, Setting.STATUS_ADDRESS, status);
        put(values, Setting.ADVERTISE_HOST, config.advertiseHost());
    }

    private static void proxy(NodeConfig config, Map<String, String> values) {
        put(values, Setting.WORKERS, config.workers());
        put(values, Setting.TRANSPORT, Words.of(config.transport()));
        put(values, Setting.LISTENER_ALLOW, config.listenerAllow());
        put(values, Setting.TRUSTED_PEERS, String.join(",", config.trustedPeers()));
        put(values, Setting.FORWARDED, Words.of(config.forwarded()));
        put(values, Setting.WHEN_ALL_DOWN, Words.of(config.whenAllDown()));
        put(values, Setting.ALLOW_TRACE, config.allowTrace());
        put(values, Setting.ACCESS_LOG, config.accessLog());
        put(values, Setting.ACCESS_LOG_FORMAT, Words.of(config.accessLogFormat()));
        NodeConfig.TraceSettings tracing = config.tracing();
        // A URL may hold a password.
        put(
                values,
                Setting.TRACE_ENDPOINT,
                tracing == null
                        ? null
                        : tracing.endpoint().getScheme() + "://"
                                + tracing.endpoint().getHost() + ":"
                                + tracing.endpoint().getPort());
        put(values, Setting.TRACE_SAMPLE, tracing == null ? null : tracing.sample());
        put(values, Setting.DRAIN_TIMEOUT, Check.text(config.drainTimeout()));
    }

    private static void virtualIp(NodeConfig config, Map<String, String> values) {
        String addresses =
                config.virtualIp().addresses().stream().map(VirtualIp::toString).collect(Collectors.joining(","));
        put(values, Setting.VIP_ADDRESS, addresses);
        put(values, Setting.VIP_INTERFACE, addresses);
        put(values, Setting.VIP_ADDRESSES, addresses);
        put(values, Setting.VIP_LIFETIME, Check.text(config.virtualIp().lifetime()));
        put(values, Setting.VIP_ON_QUORUM_LOSS, Words.of(config.virtualIp().quorumLoss()));
        put(
                values,
                Setting.VIP_HOOKS_TIMEOUT,
                Check.text(config.virtualIp().hooks().timeout()));
    }

    private static void put(Map<String, String> values, Setting setting, @Nullable Object value) {
        values.put(setting.key(), value == null ? "" : value.toString());
    }
}
