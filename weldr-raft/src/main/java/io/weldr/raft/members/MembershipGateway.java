package io.weldr.raft.members;

import com.google.protobuf.InvalidProtocolBufferException;
import io.weldr.codec.TokenCodec;
import io.weldr.core.port.GatewayException;
import io.weldr.core.port.GatewayException.Kind;
import io.weldr.core.port.MemberLink;
import io.weldr.core.port.Membership;
import io.weldr.core.state.Attribution;
import io.weldr.core.state.Member;
import io.weldr.core.state.MemberId;
import io.weldr.proto.raft.v1.PeerProto;
import io.weldr.proto.raft.v1.PeerProto.MembershipWish;
import io.weldr.raft.client.Errands;
import io.weldr.raft.client.ForwardCodec;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Takes wishes about the membership on any node to the leader, again and again while that is safe, as a write is. Any
 * thread; never blocks.
 */
public final class MembershipGateway implements Membership {
    private final Changes changes;
    private final Errands errands;
    private final MemberLink link;
    private final ScheduledExecutorService timer;
    private final Executor callbacks;

    public MembershipGateway(
            Changes changes, Errands errands, MemberLink link, ScheduledExecutorService timer, Executor callbacks) {
        this.changes = changes;
        this.errands = errands;
        this.link = link;
        this.timer = timer;
        this.callbacks = callbacks;
    }

    @Override
    public CompletionStage<Result> add(Newcomer newcomer, @Nullable Attribution by) {
        return run(MembershipCodec.add(newcomer), by);
    }

    @Override
    public CompletionStage<Result> remove(MemberId id, @Nullable Duration drain, @Nullable Attribution by) {
        return run(MembershipCodec.remove(id, drain), by);
    }

    @Override
    public CompletionStage<Result> replace(
            MemberId leaver, Newcomer newcomer, @Nullable Duration drain, @Nullable Attribution by) {
        return run(MembershipCodec.replace(leaver, newcomer, drain), by);
    }

    @Override
    public CompletionStage<Result> transferLeadership(@Nullable MemberId to, @Nullable Attribution by) {
        return run(MembershipCodec.transfer(to), by);
    }

    @Override
    public CompletionStage<Result> promote(MemberId learner, @Nullable Attribution by) {
        return run(MembershipCodec.promote(learner), by);
    }

    @Override
    public Status status() {
        return changes.status();
    }

    private CompletionStage<Result> run(MembershipWish plain, @Nullable Attribution by) {
        MembershipWish wish = by == null
                ? plain
                : plain.toBuilder().setBy(TokenCodec.encode(by)).build();
        CompletableFuture<Result> result = new CompletableFuture<>();
        long deadlineNanos = System.nanoTime() + CHANGE_MAX.toNanos();
        try {
            var unused = errands.run(new WishErrand(wish), deadlineNanos, CHANGE_MAX)
                    .whenCompleteAsync(
                            (value, failure) -> {
                                if (failure == null) {
                                    result.complete(value);
                                } else {
                                    result.completeExceptionally(Errands.gatewayException(failure));
                                }
                            },
                            callbacks);
        } catch (RejectedExecutionException e) {
            result.completeExceptionally(new GatewayException(Kind.UNAVAILABLE, "this node is stopping", e));
        }
        return result;
    }

    /** Answers what another member forwarded; null if it is no wish about the membership. Never blocks, never fails. */
    public @Nullable CompletionStage<byte[]> answer(byte[] message) {
        PeerProto.Forward forward;
        try {
            forward = PeerProto.Forward.parseFrom(message);
        } catch (InvalidProtocolBufferException e) {
            return null;
        }
        if (!forward.hasMembership()) {
            return null;
        }
        long millis = Math.max(1, Math.min(forward.getDeadlineMillis(), CHANGE_MAX.toMillis()));
        CompletableFuture<Result> work = carryOut(forward.getMembership());
        var alarm = timer.schedule(
                () -> work.completeExceptionally(new GatewayException(Kind.UNKNOWN_OUTCOME, "it is still under way")),
                millis,
                TimeUnit.MILLISECONDS);
        return work.handle((result, failure) -> {
            alarm.cancel(false);
            return failure == null
                    ? ForwardCodec.answer(MembershipCodec.encode(result))
                    : ForwardCodec.answer(Errands.gatewayException(failure));
        });
    }

    private CompletableFuture<Result> carryOut(MembershipWish wish) {
        try {
            Attribution by = wish.hasBy() ? TokenCodec.decode(wish.getBy()) : null;
            return switch (wish.getWishCase()) {
                case ADD -> changes.add(MembershipCodec.newcomer(wish.getAdd()), by);
                case REMOVE ->
                    changes.remove(new MemberId(wish.getRemove().getId()), MembershipCodec.drain(wish.getRemove()), by);
                case REPLACE ->
                    changes.replace(
                            new MemberId(wish.getReplace().getLeaver().getId()),
                            MembershipCodec.newcomer(wish.getReplace().getNewcomer()),
                            MembershipCodec.drain(wish.getReplace().getLeaver()),
                            by);
                case PROMOTE -> changes.promote(new MemberId(wish.getPromote().getId()), by);
                case TRANSFER ->
                    changes.transfer(
                            wish.getTransfer().getTo().isEmpty()
                                    ? null
                                    : new MemberId(wish.getTransfer().getTo()),
                            by);
                case WISH_NOT_SET ->
                    CompletableFuture.failedFuture(
                            new GatewayException(Kind.UNAVAILABLE, "a wish that this version does not know"));
            };
        } catch (IllegalArgumentException e) {
            return CompletableFuture.failedFuture(
                    new GatewayException(Kind.UNAVAILABLE, "the request is not valid: " + e.getMessage(), e));
        }
    }

    private final class WishErrand implements Errands.Errand<Result> {
        private final MembershipWish wish;
        /** An attempt ended without anybody knowing whether it was carried out. */
        private volatile boolean perhapsDone;

        WishErrand(MembershipWish wish) {
            this.wish = wish;
        }

        @Override
        public CompletableFuture<Result> here() {
            return settled(carryOut(wish));
        }

        @Override
        public CompletableFuture<Result> there(Member leader, Duration deadline) {
            return settled(link.call(leader, ForwardCodec.membership(wish, deadline), deadline)
                    .toCompletableFuture()
                    .thenApply(ForwardCodec::membershipResult)
                    .thenApply(MembershipCodec::decode));
        }

        private CompletableFuture<Result> settled(CompletableFuture<Result> attempt) {
            return attempt.whenComplete((result, failure) -> {
                        if (failure != null && Errands.gatewayException(failure).kind() == Kind.UNKNOWN_OUTCOME) {
                            perhapsDone = true;
                        }
                    })
                    .thenApply(this::told);
        }

        /** A member that is not there any more was taken out by an earlier attempt, if there was one. */
        private Result told(Result result) {
            boolean gone = wish.hasRemove()
                    && result instanceof Result.Refused refused
                    && refused.refusal() == Refusal.NO_SUCH_MEMBER;
            return gone && perhapsDone ? new Result.Done(true, status()) : result;
        }
    }
}
