package io.weldr.api.testkit;

import io.weldr.core.pool.HostPort;
import io.weldr.core.port.ClusterStatus.Voter;
import io.weldr.core.port.Membership;
import io.weldr.core.state.MemberId;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** Writes down what it is asked for, and answers what it is told to. Any thread. */
public final class TestMembership implements Membership {
    private static final Status STATUS =
            new Status(List.of(new Voter(new MemberId("n1"), new HostPort("127.0.0.1", 9))), new MemberId("n1"), null);

    private final List<String> wishes = new CopyOnWriteArrayList<>();
    private volatile @Nullable String change;
    private volatile Result result = new Result.Done(true, STATUS);

    /** As text, in the order in which they came. */
    public List<String> wishes() {
        return wishes;
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
    public CompletionStage<Result> add(Newcomer newcomer) {
        return answer("add " + newcomer.id() + " " + newcomer.raft());
    }

    @Override
    public CompletionStage<Result> remove(MemberId id, @Nullable Duration drain) {
        return answer("remove " + id + " " + drain);
    }

    @Override
    public CompletionStage<Result> replace(MemberId leaver, Newcomer newcomer, @Nullable Duration drain) {
        return answer("replace " + leaver + " " + newcomer.id() + " " + newcomer.raft() + " " + drain);
    }

    @Override
    public CompletionStage<Result> transferLeadership(@Nullable MemberId to) {
        return answer("transfer " + to);
    }

    @Override
    public Status status() {
        return new Status(STATUS.voters(), STATUS.leader(), change);
    }

    private CompletionStage<Result> answer(String wish) {
        wishes.add(wish);
        return CompletableFuture.completedFuture(result);
    }
}
