package io.weldr.raft.form;

import com.google.protobuf.InvalidProtocolBufferException;
import io.weldr.core.pool.HostPort;
import io.weldr.core.state.MemberId;
import io.weldr.proto.raft.v1.PeerProto;
import io.weldr.raft.form.Identity.Standing;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * How a node stands, as it says itself.
 *
 * @param peers the list that it was given
 * @param leading whether it acts as leader
 * @param note for people: why it does not take in the one who asked; empty if it has nothing to say
 * @param voters as it knows them
 */
record HelloAnswer(
        MemberId id,
        String incarnation,
        Standing standing,
        @Nullable UUID group,
        Set<String> founders,
        Map<MemberId, HostPort> peers,
        boolean leading,
        String note,
        Map<MemberId, HostPort> voters) {

    byte[] encode() {
        PeerProto.HelloAnswer.Builder to = PeerProto.HelloAnswer.newBuilder()
                .setStanding(
                        switch (standing) {
                            case EMPTY -> PeerProto.HelloAnswer.Standing.STANDING_EMPTY;
                            case FORMING, MEMBER -> PeerProto.HelloAnswer.Standing.STANDING_MEMBER;
                            case JOINING -> PeerProto.HelloAnswer.Standing.STANDING_JOINING;
                        })
                .setId(id.value())
                .setIncarnation(incarnation)
                .setGroup(group == null ? "" : group.toString())
                .addAllFounders(founders)
                .setLeading(leading)
                .setNote(note);
        peers.forEach((peer, address) -> to.addPeers(Hello.encode(peer, address)));
        voters.forEach((voter, address) -> to.addVoters(Hello.encode(voter, address)));
        return to.build().toByteArray();
    }

    /** Throws {@link IllegalArgumentException} if the bytes say something else. */
    static HelloAnswer decode(byte[] bytes) {
        try {
            PeerProto.HelloAnswer from = PeerProto.HelloAnswer.parseFrom(bytes);
            return new HelloAnswer(
                    new MemberId(from.getId()),
                    from.getIncarnation(),
                    switch (from.getStanding()) {
                        case STANDING_EMPTY -> Standing.EMPTY;
                        case STANDING_MEMBER -> Standing.MEMBER;
                        case STANDING_JOINING -> Standing.JOINING;
                        case STANDING_UNSPECIFIED, UNRECOGNIZED ->
                            throw new IllegalArgumentException("a standing that this version does not know");
                    },
                    from.getGroup().isEmpty() ? null : UUID.fromString(from.getGroup()),
                    new TreeSet<>(from.getFoundersList()),
                    Hello.decode(from.getPeersList()),
                    from.getLeading(),
                    from.getNote(),
                    Hello.decode(from.getVotersList()));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException("not an answer: " + e.getMessage(), e);
        }
    }

    /** What a node asks. */
    record Hello(MemberId id, HostPort address, Map<MemberId, HostPort> peers, boolean join) {
        byte[] encode() {
            PeerProto.Hello.Builder to = PeerProto.Hello.newBuilder()
                    .setId(id.value())
                    .setRaftAddress(address.toString())
                    .setJoin(join);
            peers.forEach((peer, at) -> to.addPeers(encode(peer, at)));
            return to.build().toByteArray();
        }

        /** Throws {@link IllegalArgumentException} if the bytes say something else. */
        static Hello decode(byte[] bytes) {
            try {
                PeerProto.Hello from = PeerProto.Hello.parseFrom(bytes);
                return new Hello(
                        new MemberId(from.getId()),
                        HostPort.parse(from.getRaftAddress()),
                        decode(from.getPeersList()),
                        from.getJoin());
            } catch (InvalidProtocolBufferException e) {
                throw new IllegalArgumentException("not a question: " + e.getMessage(), e);
            }
        }

        private static PeerProto.Peer encode(MemberId id, HostPort address) {
            return PeerProto.Peer.newBuilder()
                    .setId(id.value())
                    .setAddress(address.toString())
                    .build();
        }

        private static Map<MemberId, HostPort> decode(Iterable<PeerProto.Peer> from) {
            Map<MemberId, HostPort> peers = new TreeMap<>();
            from.forEach(peer -> peers.put(new MemberId(peer.getId()), HostPort.parse(peer.getAddress())));
            return peers;
        }
    }
}
