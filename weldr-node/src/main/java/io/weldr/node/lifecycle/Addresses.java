package io.weldr.node.lifecycle;

import io.weldr.core.pool.HostPort;
import io.weldr.core.state.Member;
import io.weldr.core.state.MemberPort;
import io.weldr.core.state.OwnAddresses;
import io.weldr.core.state.OwnAddresses.Listener;
import io.weldr.leader.vip.VirtualIp;
import io.weldr.node.config.ListenAddress;
import io.weldr.node.config.NodeConfig;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What a node tells the others: not where it listens, which may be every address there is, but where it can be reached.
 */
final class Addresses {
    private final NodeConfig config;

    Addresses(NodeConfig config) {
        this.config = config;
    }

    /** Where peers reach this node's consensus: what the list of peers says, for that is how the others know it. */
    HostPort raft() {
        HostPort listed = config.peers().get(config.id());
        return listed != null
                ? listed
                : reachable(config.raftAddress(), config.raftAddress().port());
    }

    /** Where others reach something that was configured as {@code asked} and bound to {@code bound}. */
    HostPort reachable(ListenAddress asked, InetSocketAddress bound) {
        return reachable(asked, bound.getPort());
    }

    /** Where weldr is reached by way of this node, beyond what it announces. */
    OwnAddresses own(Member member) {
        Map<MemberPort, ListenAddress> asked = Map.of(
                MemberPort.PROXY, config.proxyAddress(),
                MemberPort.HTTP, config.adminAddress(),
                MemberPort.GRPC, config.grpcAddress(),
                MemberPort.RAFT, config.raftAddress());
        List<Listener> everywhere = new ArrayList<>();
        for (MemberPort port : MemberPort.values()) {
            ListenAddress address = asked.get(port);
            HostPort announced = port.of(member);
            if (address != null && address.isWildcard() && announced != null) {
                everywhere.add(new Listener(member.id(), port, announced.port()));
            }
        }
        return new OwnAddresses(
                everywhere,
                config.virtualIp().addresses().stream().map(VirtualIp::address).collect(Collectors.toSet()));
    }

    private HostPort reachable(ListenAddress asked, int port) {
        if (config.advertiseHost() != null) {
            return new HostPort(config.advertiseHost(), port);
        }
        if (!asked.isWildcard()) {
            return new HostPort(asked.host(), port);
        }
        HostPort listed = config.peers().get(config.id());
        if (listed != null) {
            return new HostPort(listed.host(), port);
        }
        ListenAddress raft = config.raftAddress();
        // Every address there is, for clients and for peers: the one that is always among them.
        return new HostPort(raft.isWildcard() ? asked.loopback() : raft.host(), port);
    }
}
