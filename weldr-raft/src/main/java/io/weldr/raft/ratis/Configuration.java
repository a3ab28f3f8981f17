package io.weldr.raft.ratis;

import io.weldr.core.pool.HostPort;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.ratis.proto.RaftProtos.RaftPeerProto;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftConfiguration;

/**
 * A Raft configuration as weldr has it. It stays for days and is looked at forty times a second, so it is read once.
 * Immutable.
 *
 * @param seats the members, voters and learners, by id
 * @param before the voters that it is about to replace
 * @param ids of all of them
 */
record Configuration(RaftConfiguration ratis, List<Seat> seats, Set<RaftId> before, Map<RaftPeerId, RaftId> ids) {
    static Configuration of(RaftConfiguration ratis) {
        Map<RaftPeerId, RaftId> ids = new HashMap<>();
        for (RaftPeerRole role : List.of(RaftPeerRole.FOLLOWER, RaftPeerRole.LISTENER)) {
            ratis.getAllPeers(role).forEach(peer -> ids.put(peer.getId(), parse(peer.getId())));
        }
        List<Seat> seats = new ArrayList<>(seats(ratis.getCurrentPeers(), false));
        seats.addAll(seats(ratis.getCurrentPeers(RaftPeerRole.LISTENER), true));
        seats.sort((a, b) -> a.id().compareTo(b.id()));
        return new Configuration(
                ratis,
                List.copyOf(seats),
                ratis.getPreviousPeers().stream()
                        .map(peer -> parse(peer.getId()))
                        .collect(Collectors.toUnmodifiableSet()),
                Map.copyOf(ids));
    }

    private static List<Seat> seats(Collection<RaftPeer> peers, boolean learners) {
        return peers.stream()
                .map(peer ->
                        new Seat(parse(peer.getId()), HostPort.parse(peer.getAddress()), peer.getPriority(), learners))
                .toList();
    }

    private static RaftId parse(RaftPeerId id) {
        return RaftId.parse(id.toString());
    }

    RaftId id(RaftPeerProto peer) {
        return id(RaftPeerId.valueOf(peer.getId()));
    }

    /** Of a member, or of one that is none any more. */
    RaftId id(RaftPeerId peer) {
        RaftId known = ids.get(peer);
        return known != null ? known : parse(peer);
    }
}
