package io.weldr.node.checks;

import io.weldr.core.Check;
import io.weldr.core.Words;
import io.weldr.core.port.NodeFacts;
import io.weldr.leader.vip.VirtualIp;
import io.weldr.leader.vip.VirtualIpSettings;
import io.weldr.node.config.NodeConfig;
import java.time.Duration;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Settings of a node that have to be alike on all members, as text. Pure. */
final class SharedSettings {
    private SharedSettings() {}

    /**
     * Their keys and values. A witness tells none of the proxy, and no virtual IP.
     *
     * @param fingerprints of the secret, the current one first; none: there is no secret
     */
    static SortedMap<String, String> of(NodeConfig config, List<String> fingerprints) {
        SortedMap<String, String> settings = new TreeMap<>();
        settings.put(
                "election-timeout",
                Check.text(config.electionTimeoutMin()) + "-" + Check.text(config.electionTimeoutMax()));
        Duration removeDeadAfter = config.removeDeadAfter();
        settings.put("remove-dead-after", removeDeadAfter == null ? "never" : Check.text(removeDeadAfter));
        settings.put("voters-min", Integer.toString(config.votersMin()));
        settings.put("insecure", Boolean.toString(config.insecure()));
        settings.put("peer-tls", config.peerTls() == null ? "no" : "yes");
        settings.put("acme-directory", config.acmeDirectory());
        if (!fingerprints.isEmpty()) {
            settings.put(NodeFacts.SECRET, String.join(",", fingerprints));
        }
        if (!config.peers().isEmpty()) {
            settings.put(
                    NodeFacts.PEERS,
                    config.peers().entrySet().stream()
                            .map(peer -> peer.getKey() + "=" + peer.getValue())
                            .collect(Collectors.joining(",")));
        }
        if (!config.witness()) {
            settings.put("trusted-peers", String.join(",", config.trustedPeers()));
            settings.put("forwarded", Words.of(config.forwarded()));
            settings.put("when-all-down", Words.of(config.whenAllDown()));
            settings.put("allow-trace", Boolean.toString(config.allowTrace()));
            settings.put("listener-allow", config.listenerAllow().toString());
            virtualIp(config.virtualIp(), settings);
        }
        return settings;
    }

    /** The name of the interface may be another one on each machine. */
    private static void virtualIp(VirtualIpSettings virtualIp, SortedMap<String, String> settings) {
        settings.put(
                "vip-addresses",
                virtualIp.addresses().stream().map(VirtualIp::cidr).sorted().collect(Collectors.joining(",")));
        if (!virtualIp.addresses().isEmpty()) {
            settings.put("vip-lifetime", Check.text(virtualIp.lifetime()));
            settings.put("vip-on-quorum-loss", Words.of(virtualIp.quorumLoss()));
        }
    }
}
