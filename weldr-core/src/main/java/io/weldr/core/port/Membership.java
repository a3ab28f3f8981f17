package io.weldr.core.port;

import io.weldr.core.pool.HostPort;
import io.weldr.core.state.Attribution;
import io.weldr.core.state.MemberAddress;
import io.weldr.core.state.MemberId;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The members of the cluster, and changes of them at run time through any node. One change at a time; a second one
 * is refused while the first runs. All methods may be called from any thread and never block; stages complete on
 * threads of the implementation, which must not be blocked either. A stage fails with {@link GatewayException} and
 * no other, within {@link #CHANGE_MAX}; of kind {@code UNKNOWN_OUTCOME} it may still be carried out, and {@link
 * #status()} tells.
 *
 * <p>Every wish may be repeated: what is so already is {@link Result.Done} without a change.
 */
public interface Membership {
    /**
     * A member that catches up over a slow link takes this long; then its change goes on, but nobody waits for it any
     * more.
     */
    Duration CHANGE_MAX = Duration.ofSeconds(20);

    /** Longer is not draining but forgotten. */
    Duration DRAIN_MAX = Duration.ofHours(1);

    /**
     * Takes a node in that waits for it. It is brought up to date first (by a snapshot, then by the log), and votes
     * then, unless it was started to join as a learner.
     *
     * @param by who asks for it; null: this node
     */
    CompletionStage<Result> add(Newcomer newcomer, @Nullable Attribution by);

    /** The same, asked for by this node itself. */
    default CompletionStage<Result> add(Newcomer newcomer) {
        return add(newcomer, null);
    }

    /**
     * Takes a member out, whether it lives or not. One that lives stops voting, goes on proxying for its drain time,
     * and then ends or idles, as it is set to. A leader hands leadership over first.
     *
     * @param drain how long it goes on proxying, 0 to {@link #DRAIN_MAX}; null: as it is set to
     * @param by who asks for it; null: this node
     */
    CompletionStage<Result> remove(MemberId id, @Nullable Duration drain, @Nullable Attribution by);

    /** The same, asked for by this node itself. */
    default CompletionStage<Result> remove(MemberId id, @Nullable Duration drain) {
        return remove(id, drain, null);
    }

    /** Takes one in and another out, in one step: the number of voters stays what it is. */
    CompletionStage<Result> replace(
            MemberId leaver, Newcomer newcomer, @Nullable Duration drain, @Nullable Attribution by);

    /** The same, asked for by this node itself. */
    default CompletionStage<Result> replace(MemberId leaver, Newcomer newcomer, @Nullable Duration drain) {
        return replace(leaver, newcomer, drain, null);
    }

    /** Gives a learner that is up to date a vote. */
    CompletionStage<Result> promote(MemberId learner, @Nullable Attribution by);

    /** Has that member lead; null: whichever is up to date, other than the one that leads now. */
    CompletionStage<Result> transferLeadership(@Nullable MemberId to, @Nullable Attribution by);

    /** The same, asked for by this node itself. */
    default CompletionStage<Result> transferLeadership(@Nullable MemberId to) {
        return transferLeadership(to, null);
    }

    /** Who belongs to it, as this node knows, without asking anybody. */
    Status status();

    /**
     * A node to be taken in.
     *
     * @param raft where it listens for its peers, by {@link MemberAddress}
     */
    record Newcomer(MemberId id, HostPort raft) {
        public Newcomer {
            raft = MemberAddress.check(raft);
        }
    }

    /**
     * The members at one moment.
     *
     * @param voters those whose votes count
     * @param learners those that get every entry and have no vote
     * @param change what is under way, for people; null if nothing is
     */
    record Status(
            List<ClusterStatus.Voter> voters,
            List<ClusterStatus.Voter> learners,
            @Nullable MemberId leader,
            @Nullable String change) {
        public Status {
            voters = List.copyOf(voters);
            learners = List.copyOf(learners);
        }
    }

    /** What became of a wish. */
    sealed interface Result {
        /** It is so now. {@code changed}: it was not before. */
        record Done(boolean changed, Status status) implements Result {}

        /** Nothing changed. */
        record Refused(Refusal refusal, String detail) implements Result {}
    }

    /** Why a wish was refused. */
    enum Refusal {
        /** There is no member of that name. */
        NO_SUCH_MEMBER,
        /** There is a member of that name or at that address, and it is another one. */
        ALREADY_MEMBER,
        /** Another change is under way. */
        CHANGE_UNDER_WAY,
        /** Without it, fewer than a majority of those that remain would answer: nothing could be written any more. */
        WOULD_LOSE_QUORUM,
        /** At least one member that proxies has to remain. */
        LAST_MEMBER,
        /** More voters make each write slower and nothing safer. */
        TOO_MANY_MEMBERS,
        /** At that address there is no node of that name that waits to be taken in. */
        NOT_WAITING,
        /**
         * Its program does not support the cluster version, so it would stop at the first entry that it does not know.
         */
        UNSUPPORTED,
        /** It did not catch up in time, so it was not taken in, or got no vote. */
        NOT_CAUGHT_UP,
        /** That member does not answer, lags, is a witness, or has no vote. */
        CANNOT_LEAD,
        /** Who asks for it has lost the right to since, such as a token that was removed. */
        REVOKED
    }
}
