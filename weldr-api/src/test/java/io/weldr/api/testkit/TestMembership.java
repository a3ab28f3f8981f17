package io.weldr.api.testkit;

import io.weldr.core.pool.HostPort;
import io.weldr.core.port.ClusterStatus.Voter;
import io.weldr.core.port.Membership;
import io.weldr.core.state.Attribution;
import io.weldr.core.state.MemberId;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** Writes down what it is asked for, and answers what it is told to. Any thread. */
public final class TestMembership implements Membership {
    private static final Status STATUS = new Status(
            List.of(new Voter(new MemberId("n1"), new HostPort("127.0.0.1", 9))), List.of(), new MemberId("n1"), null);

    private final List<String> wishes = new CopyOnWriteArrayList<>();
    private final List<String> askers = new CopyOnWriteArrayList<>();
    private volatile @Nullable String change;
    private volatile Result result = new Result.Done(true, STATUS);

    /** As text, in the order in which they came. */
    public List<String> wishes() {
        return wishes;
    }

    /** By whom they came, and why, in the same order. */
    public List<String> askers() {
        return askers;
    }

    /** What it says to be under way. */
    public void underWay(String what) {
        change = what;
    }

    /** From now on wishes are refused. */
    public void refuse(Refusal refusal, String detail) {
        result = new Result.Refused(refusal, detail);
    }

    /** From now on what is wished for is so already. */
    public void nothingChanges() {
        result = new Result.Done(false, STATUS);
    }

    @Override
    public CompletionStage<Result> add(Newcomer newcomer, @Nullable Attribution by) {
        return answer("add " + newcomer.id() + " " + newcomer.raft(), by);
    }

    @Override
    public CompletionStage<Result> remove(MemberId id, @Nullable Duration drain, @Nullable Attribution by) {
        return answer("remove " + id + " " + drain, by);
    }

    @Override
    public CompletionStage<Result> replace(
            MemberId leaver, Newcomer newcomer, @Nullable Duration drain, @Nullable Attribution by) {
        return answer("replace " + leaver + " " + newcomer.id() + " " + newcomer.raft() + " " + drain, by);
    }

    @Override
    public CompletionStage<Result> promote(MemberId learner, @Nullable Attribution by) {
        return answer("promote " + learner, by);
    }

    @Override
    public CompletionStage<Result> transferLeadership(@Nullable MemberId to, @Nullable Attribution by) {
        return answer("transfer " + to, by);
    }

    @Override
    public Status status() {
        return new Status(STATUS.voters(), STATUS.learners(), STATUS.leader(), change);
    }

    private CompletionStage<Result> answer(String wish, @Nullable Attribution by) {
        wishes.add(wish);
        askers.add(String.valueOf(by == null ? null : by.actor() + " " + by.reason()));
        return CompletableFuture.completedFuture(result);
    }
}
