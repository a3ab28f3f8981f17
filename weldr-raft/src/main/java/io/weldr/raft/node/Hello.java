package io.weldr.raft.node;

import com.google.protobuf.InvalidProtocolBufferException;
import io.weldr.core.pool.HostPort;
import io.weldr.core.state.MemberId;
import io.weldr.proto.raft.v1.PeerProto;
import io.weldr.raft.ratis.RaftId;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a node asks another one, at its Raft address.
 *
 * @param address where the one who asks is reached
 * @param group the cluster that it belongs to or waits for; null: none
 * @param witness whether it only votes
 * @param wish what it wants beside an answer
 */
record Hello(RaftId id, HostPort address, @Nullable UUID group, boolean witness, Wish wish) {

    /** What goes along. */
    sealed interface Wish {
        /** Only an answer. */
        record Nothing() implements Wish {}

        /**
         * To be taken in, if the one who is asked leads.
         *
         * @param again only in the place of its former self: it was a member until it lost its log, and may have been
         *     taken out since
         */
        record Join(boolean again) implements Wish {}

        /** From a leader to a node that waits: belong to this cluster. */
        record Invitation(RaftId to, UUID group, Map<RaftId, HostPort> voters) implements Wish {}

        /** From a leader to a node that it has taken out. {@code drain} null: as the node is set to. */
        record Farewell(RaftId to, UUID group, @Nullable Duration drain) implements Wish {}
    }

    byte[] encode() {
        PeerProto.Hello.Builder to = PeerProto.Hello.newBuilder()
                .setId(id.member().value())
                .setRaftId(id.toString())
                .setRaftAddress(address.toString())
                .setGroup(group == null ? "" : group.toString())
                .setWitness(witness);
        if (wish instanceof Wish.Join join) {
            to.setJoin(true).setAgain(join.again());
        } else if (wish instanceof Wish.Invitation invitation) {
            to.setInvitation(PeerProto.Invitation.newBuilder()
                    .setRaftId(invitation.to().toString())
                    .setGroup(invitation.group().toString())
                    .addAllVoters(encode(invitation.voters())));
        } else if (wish instanceof Wish.Farewell farewell) {
            PeerProto.Farewell.Builder last = PeerProto.Farewell.newBuilder()
                    .setRaftId(farewell.to().toString())
                    .setGroup(farewell.group().toString());
            Duration drain = farewell.drain();
            if (drain != null) {
                last.setDrainMillis(drain.toMillis());
            }
            to.setFarewell(last);
        }
        return to.build().toByteArray();
    }

    /** Throws {@link IllegalArgumentException} if the bytes say something else. */
    static Hello decode(byte[] bytes) {
        try {
            PeerProto.Hello from = PeerProto.Hello.parseFrom(bytes);
            return new Hello(
                    RaftId.parse(from.getRaftId().isEmpty() ? from.getId() : from.getRaftId()),
                    HostPort.parse(from.getRaftAddress()),
                    from.getGroup().isEmpty() ? null : UUID.fromString(from.getGroup()),
                    from.getWitness(),
                    wish(from));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException("not a question: " + e.getMessage(), e);
        }
    }

    private static Wish wish(PeerProto.Hello from) {
        if (from.hasInvitation()) {
            PeerProto.Invitation invitation = from.getInvitation();
            return new Wish.Invitation(
                    RaftId.parse(invitation.getRaftId()),
                    UUID.fromString(invitation.getGroup()),
                    seats(invitation.getVotersList()));
        }
        if (from.hasFarewell()) {
            PeerProto.Farewell farewell = from.getFarewell();
            return new Wish.Farewell(
                    RaftId.parse(farewell.getRaftId()),
                    UUID.fromString(farewell.getGroup()),
                    farewell.hasDrainMillis() ? Duration.ofMillis(farewell.getDrainMillis()) : null);
        }
        return from.getJoin() ? new Wish.Join(from.getAgain()) : new Wish.Nothing();
    }

    static Iterable<PeerProto.Peer> encode(Map<?, HostPort> peers) {
        return peers.entrySet().stream()
                .map(peer -> PeerProto.Peer.newBuilder()
                        .setId(peer.getKey().toString())
                        .setAddress(peer.getValue().toString())
                        .build())
                .toList();
    }

    static Map<MemberId, HostPort> members(Iterable<PeerProto.Peer> from) {
        Map<MemberId, HostPort> peers = new TreeMap<>();
        from.forEach(peer -> peers.put(new MemberId(peer.getId()), HostPort.parse(peer.getAddress())));
        return peers;
    }

    static Map<RaftId, HostPort> seats(Iterable<PeerProto.Peer> from) {
        Map<RaftId, HostPort> seats = new TreeMap<>();
        from.forEach(peer -> seats.put(RaftId.parse(peer.getId()), HostPort.parse(peer.getAddress())));
        return seats;
    }
}
