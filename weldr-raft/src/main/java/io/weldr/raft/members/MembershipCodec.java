package io.weldr.raft.members;

import io.weldr.core.pool.HostPort;
import io.weldr.core.port.ClusterStatus.Voter;
import io.weldr.core.port.Membership.Newcomer;
import io.weldr.core.port.Membership.Refusal;
import io.weldr.core.port.Membership.Result;
import io.weldr.core.port.Membership.Status;
import io.weldr.core.state.MemberId;
import io.weldr.proto.raft.v1.PeerProto;
import io.weldr.proto.raft.v1.PeerProto.MembershipResult;
import io.weldr.proto.raft.v1.PeerProto.MembershipWish;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Wishes about the membership and their results, as a follower and the leader tell them to each other. */
final class MembershipCodec {
    private MembershipCodec() {}

    static MembershipWish add(Newcomer newcomer) {
        return MembershipWish.newBuilder().setAdd(encode(newcomer)).build();
    }

    static MembershipWish remove(MemberId id, @Nullable Duration drain) {
        return MembershipWish.newBuilder().setRemove(removal(id, drain)).build();
    }

    static MembershipWish replace(MemberId leaver, Newcomer newcomer, @Nullable Duration drain) {
        return MembershipWish.newBuilder()
                .setReplace(MembershipWish.Replacement.newBuilder()
                        .setLeaver(removal(leaver, drain))
                        .setNewcomer(encode(newcomer)))
                .build();
    }

    static MembershipWish transfer(@Nullable MemberId to) {
        return MembershipWish.newBuilder()
                .setTransfer(MembershipWish.Transfer.newBuilder().setTo(to == null ? "" : to.value()))
                .build();
    }

    static MembershipWish promote(MemberId learner) {
        return MembershipWish.newBuilder()
                .setPromote(MembershipWish.Promotion.newBuilder().setId(learner.value()))
                .build();
    }

    private static MembershipWish.Newcomer encode(Newcomer newcomer) {
        return MembershipWish.Newcomer.newBuilder()
                .setId(newcomer.id().value())
                .setRaftAddress(newcomer.raft().toString())
                .build();
    }

    private static MembershipWish.Removal removal(MemberId id, @Nullable Duration drain) {
        MembershipWish.Removal.Builder to = MembershipWish.Removal.newBuilder().setId(id.value());
        if (drain != null) {
            to.setDrainMillis(drain.toMillis());
        }
        return to.build();
    }

    static Newcomer newcomer(MembershipWish.Newcomer from) {
        return new Newcomer(new MemberId(from.getId()), HostPort.parse(from.getRaftAddress()));
    }

    static @Nullable Duration drain(MembershipWish.Removal from) {
        return from.hasDrainMillis() ? Duration.ofMillis(from.getDrainMillis()) : null;
    }

    static MembershipResult encode(Result result) {
        if (result instanceof Result.Refused refused) {
            return MembershipResult.newBuilder()
                    .setRefused(MembershipResult.Refused.newBuilder()
                            .setRefusal(refused.refusal().name())
                            .setDetail(refused.detail()))
                    .build();
        }
        Result.Done done = (Result.Done) result;
        Status status = done.status();
        MemberId leader = status.leader();
        String change = status.change();
        MembershipResult.Done.Builder to = MembershipResult.Done.newBuilder()
                .setChanged(done.changed())
                .setLeader(leader == null ? "" : leader.value())
                .setChange(change == null ? "" : change);
        status.voters().forEach(voter -> to.addVoters(peer(voter)));
        status.learners().forEach(learner -> to.addLearners(peer(learner)));
        return MembershipResult.newBuilder().setDone(to).build();
    }

    private static PeerProto.Peer peer(Voter member) {
        return PeerProto.Peer.newBuilder()
                .setId(member.id().value())
                .setAddress(member.raft().toString())
                .build();
    }

    private static List<Voter> members(List<PeerProto.Peer> from) {
        return from.stream()
                .map(peer -> new Voter(new MemberId(peer.getId()), HostPort.parse(peer.getAddress())))
                .toList();
    }

    /** Throws {@link IllegalArgumentException} if it makes no sense. */
    static Result decode(MembershipResult from) {
        return switch (from.getResultCase()) {
            case DONE ->
                new Result.Done(
                        from.getDone().getChanged(),
                        new Status(
                                members(from.getDone().getVotersList()),
                                members(from.getDone().getLearnersList()),
                                from.getDone().getLeader().isEmpty()
                                        ? null
                                        : new MemberId(from.getDone().getLeader()),
                                from.getDone().getChange().isEmpty()
                                        ? null
                                        : from.getDone().getChange()));
            case REFUSED ->
                new Result.Refused(
                        Refusal.valueOf(from.getRefused().getRefusal()),
                        from.getRefused().getDetail());
            case RESULT_NOT_SET -> throw new IllegalArgumentException("a result that this version does not know");
        };
    }
}
