package io.weldr.core.port;

import io.weldr.core.pool.HostPort;
import io.weldr.core.state.MemberId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The cluster as one node sees it, without calls to other members.
 *
 * @param term the Raft term; 0 before the first
 * @param leader whom it takes for the leader; null if it knows of none
 * @param acting whether this node may act as leader: elected, ready, and heard by a majority within the election
 *     timeout
 * @param commitIndex the highest log index that it knows to be committed
 * @param appliedIndex the highest log index in its state
 * @param voters those whose votes count, this node among them unless it is outside
 * @param learners those that get every entry and have no vote
 * @param silences on an acting leader: how long ago each other member answered; else empty
 * @param sinceLeaderContact how old its state may be: time since it last heard from the leader, zero on an acting
 *     leader; null if never
 * @param trouble why its consensus part, or another part, is not whole, for people; null if it is
 */
public record ClusterStatus(
        MemberId self,
        Role role,
        long term,
        @Nullable MemberId leader,
        boolean acting,
        long commitIndex,
        long appliedIndex,
        List<Voter> voters,
        List<Voter> learners,
        Map<MemberId, Duration> silences,
        @Nullable Duration sinceLeaderContact,
        @Nullable String trouble) {

    /** Raft role of this node. */
    public enum Role {
        /** Not part of a cluster yet: an empty node that waits to form one or to be taken in. */
        WAITING,
        FOLLOWER,
        /** Follows, and has no vote. */
        LEARNER,
        CANDIDATE,
        LEADER,
        /** Its consensus part is closed; it proxies with the last state that it applied. */
        CLOSED,
        /** It was taken out of its cluster, and takes part in nothing any more. */
        REMOVED
    }

    /** A member, as the Raft configuration has it. */
    public record Voter(MemberId id, HostPort raft) {}

    public ClusterStatus {
        voters = List.copyOf(voters);
        learners = List.copyOf(learners);
        silences = Map.copyOf(silences);
    }

    /** Of a cluster without learners, by somebody who does not lead. */
    public ClusterStatus(
            MemberId self,
            Role role,
            long term,
            @Nullable MemberId leader,
            boolean acting,
            long commitIndex,
            long appliedIndex,
            List<Voter> voters,
            @Nullable Duration sinceLeaderContact,
            @Nullable String trouble) {
        this(
                self,
                role,
                term,
                leader,
                acting,
                commitIndex,
                appliedIndex,
                voters,
                List.of(),
                Map.of(),
                sinceLeaderContact,
                trouble);
    }

    /** Voters and learners. */
    public List<Voter> members() {
        return Stream.concat(voters.stream(), learners.stream()).toList();
    }

    /** The same with something else that troubles the node. */
    public ClusterStatus withTrouble(@Nullable String other) {
        return new ClusterStatus(
                self,
                role,
                term,
                leader,
                acting,
                commitIndex,
                appliedIndex,
                voters,
                learners,
                silences,
                sinceLeaderContact,
                other);
    }
}
