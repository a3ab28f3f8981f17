package io.weldr.raft.node;

import com.google.protobuf.InvalidProtocolBufferException;
import io.weldr.core.pool.HostPort;
import io.weldr.core.state.ClusterVersion;
import io.weldr.core.state.MemberId;
import io.weldr.proto.raft.v1.PeerProto;
import io.weldr.raft.node.Identity.Standing;
import io.weldr.raft.ratis.LastEntry;
import io.weldr.raft.ratis.RaftId;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The state of a node, as the node reports it.
 *
 * @param peers the list that it was given
 * @param firstVoters whom its cluster was formed with, as far as it took part
 * @param witness whether it only votes
 * @param electionTimeoutMinMillis for so long after its leader's last message it supports no other; 0: its version does
 *     not say
 * @param running whether its consensus part runs
 * @param leading whether it acts as leader
 * @param note for people: why it does not do what it was asked for; empty if it has nothing to say
 * @param voters as it knows them
 * @param votersIndex log index of that list; negative: it did not come out of the log
 * @param votersSettled that list is committed, and no other is about to replace it
 * @param term in which it stands
 * @param acknowledged on a leader: the last log index that it has seen the one who asks acknowledge in this term; null:
 *     none, or it does not lead
 * @param gone the leader that it follows in this term and believes to be gone; null: it does not
 * @param last the last entry of its log; null: it has none
 * @param bootstrap whether it forms a cluster by itself unless a member answers
 * @param behind whether it did not keep up with its leader when it last heard one
 * @param ready whether it serves clients, and nothing speaks against sending it more of them
 * @param supports the newest cluster version that its program supports
 */
public record HelloAnswer(
        RaftId id,
        String incarnation,
        Standing standing,
        @Nullable UUID group,
        Set<String> founders,
        Map<MemberId, HostPort> peers,
        Map<RaftId, HostPort> firstVoters,
        boolean witness,
        boolean learner,
        long electionTimeoutMinMillis,
        boolean running,
        boolean leading,
        String note,
        Map<RaftId, HostPort> voters,
        Map<RaftId, HostPort> learners,
        long votersIndex,
        boolean votersSettled,
        long term,
        @Nullable Long acknowledged,
        @Nullable RaftId gone,
        @Nullable LastEntry last,
        boolean bootstrap,
        boolean behind,
        boolean ready,
        ClusterVersion supports) {

    byte[] encode() {
        PeerProto.HelloAnswer.Builder to = PeerProto.HelloAnswer.newBuilder()
                .setStanding(
                        switch (standing) {
                            case EMPTY -> PeerProto.HelloAnswer.Standing.STANDING_EMPTY;
                            case FORMING, MEMBER -> PeerProto.HelloAnswer.Standing.STANDING_MEMBER;
                            case JOINING -> PeerProto.HelloAnswer.Standing.STANDING_JOINING;
                            case REMOVED -> PeerProto.HelloAnswer.Standing.STANDING_REMOVED;
                        })
                .setId(id.member().value())
                .setRaftId(id.toString())
                .setIncarnation(incarnation)
                .setGroup(group == null ? "" : group.toString())
                .addAllFounders(founders)
                .addAllPeers(Hello.encode(peers))
                .addAllFirstVoters(Hello.encode(firstVoters))
                .setWitness(witness)
                .setLearner(learner)
                .setElectionTimeoutMinMillis(electionTimeoutMinMillis)
                .setRunning(running)
                .setLeading(leading)
                .setNote(note)
                .addAllVoters(Hello.encode(voters))
                .addAllLearners(Hello.encode(learners))
                .setVotersIndex(votersIndex)
                .setVotersSettled(votersSettled)
                .setTerm(term)
                .setBootstrap(bootstrap)
                .setBehind(behind)
                .setReady(ready)
                .setSupports(supports.number());
        if (acknowledged != null) {
            to.setAcknowledged(acknowledged);
        }
        if (gone != null) {
            to.setGone(gone.toString());
        }
        if (last != null) {
            to.setLastTerm(last.term()).setLastIndex(last.index());
        }
        return to.build().toByteArray();
    }

    /** Throws {@link IllegalArgumentException} if the bytes say something else. */
    static HelloAnswer decode(byte[] bytes) {
        try {
            PeerProto.HelloAnswer from = PeerProto.HelloAnswer.parseFrom(bytes);
            return new HelloAnswer(
                    RaftId.parse(from.getRaftId().isEmpty() ? from.getId() : from.getRaftId()),
                    from.getIncarnation(),
                    switch (from.getStanding()) {
                        case STANDING_EMPTY -> Standing.EMPTY;
                        case STANDING_MEMBER -> Standing.MEMBER;
                        case STANDING_JOINING -> Standing.JOINING;
                        case STANDING_REMOVED -> Standing.REMOVED;
                        case STANDING_UNSPECIFIED, UNRECOGNIZED ->
                            throw new IllegalArgumentException("a standing that this version does not know");
                    },
                    from.getGroup().isEmpty() ? null : UUID.fromString(from.getGroup()),
                    new TreeSet<>(from.getFoundersList()),
                    Hello.members(from.getPeersList()),
                    Hello.seats(from.getFirstVotersList()),
                    from.getWitness(),
                    from.getLearner(),
                    from.getElectionTimeoutMinMillis(),
                    from.getRunning(),
                    from.getLeading(),
                    from.getNote(),
                    Hello.seats(from.getVotersList()),
                    Hello.seats(from.getLearnersList()),
                    from.getVotersIndex(),
                    from.getVotersSettled(),
                    from.getTerm(),
                    from.hasAcknowledged() ? from.getAcknowledged() : null,
                    from.getGone().isEmpty() ? null : RaftId.parse(from.getGone()),
                    from.getLastTerm() == 0 ? null : new LastEntry(from.getLastTerm(), from.getLastIndex()),
                    from.getBootstrap(),
                    from.getBehind(),
                    from.getReady(),
                    new ClusterVersion(from.getSupports()));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException("not an answer: " + e.getMessage(), e);
        }
    }

    /** Whether it proves that no node of that name, whatever its folder went through, is a member of that cluster. */
    boolean provesAbsenceOf(MemberId node, UUID cluster) {
        return cluster.equals(group)
                && standing == Standing.MEMBER
                && leading
                && votersSettled
                && !voters.isEmpty()
                && voters.keySet().stream().noneMatch(voter -> voter.member().equals(node))
                && learners.keySet().stream()
                        .noneMatch(learner -> learner.member().equals(node));
    }

    /**
     * Whether it proves that the node with that id was taken out of that cluster, whose voters it knew from that log
     * index.
     */
    public boolean provesRemovalOf(RaftId other, UUID cluster, long votersIndexThere) {
        return cluster.equals(group)
                && standing == Standing.MEMBER
                && votersSettled
                && !voters.isEmpty()
                && !voters.containsKey(other)
                && !learners.containsKey(other)
                // A member that lags may have a list from before the other was taken in.
                && (leading || (votersIndexThere >= 0 && votersIndex > votersIndexThere));
    }
}
