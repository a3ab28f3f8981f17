package io.weldr.raft.members;

import io.weldr.core.pool.HostPort;
import io.weldr.raft.node.HelloAnswer;
import io.weldr.raft.ratis.NodeView;
import io.weldr.raft.ratis.RaftId;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Asks the voters whether they live. On a machine that is starved for a moment one that lives may leave a question
 * unanswered: before something is refused for it, they are asked again. Any thread; never blocks. Futures do not fail.
 */
final class RollCall {
    private static final int CALLS_MAX = 4;
    private static final long PAUSE_MILLIS = 100;

    private final Function<HostPort, CompletableFuture<HelloAnswer>> ask;
    private final Executor work;

    /**
     * @param ask has a limit of its own
     * @param work futures complete there
     */
    RollCall(Function<HostPort, CompletableFuture<HelloAnswer>> ask, Executor work) {
        this.ask = ask;
        this.work = work;
    }

    /**
     * Who lives and takes part, the one that asks included.
     *
     * @param witnesses those of them that only vote
     */
    record Present(Set<RaftId> ids, Set<RaftId> witnesses) {}

    /**
     * Who answered the first of four calls that was {@code enough}, or the last one. Takes as long as four answers may,
     * and some 0.3 s.
     */
    CompletableFuture<Present> until(NodeView view, Predicate<Present> enough) {
        return until(view, enough, CALLS_MAX);
    }

    private CompletableFuture<Present> until(NodeView view, Predicate<Present> enough, int callsLeft) {
        return call(view)
                .thenCompose(present -> callsLeft <= 1 || enough.test(present)
                        ? CompletableFuture.completedFuture(present)
                        : pause().thenCompose(now -> until(view, enough, callsLeft - 1)));
    }

    private CompletableFuture<Present> call(NodeView view) {
        Set<RaftId> alive = ConcurrentHashMap.newKeySet();
        Set<RaftId> witnesses = ConcurrentHashMap.newKeySet();
        alive.add(view.self());
        CompletableFuture<?>[] calls = view.voters().stream()
                .filter(seat -> !seat.id().equals(view.self()))
                .map(seat -> ask.apply(seat.address()).handle((answer, failure) -> {
                    if (failure == null && answer.id().equals(seat.id()) && answer.running()) {
                        alive.add(seat.id());
                        if (answer.witness()) {
                            witnesses.add(seat.id());
                        }
                    }
                    return seat;
                }))
                .toArray(CompletableFuture[]::new);
        return CompletableFuture.allOf(calls).thenApplyAsync(all -> new Present(alive, witnesses), work);
    }

    private CompletableFuture<Void> pause() {
        return CompletableFuture.runAsync(
                () -> {}, CompletableFuture.delayedExecutor(PAUSE_MILLIS, TimeUnit.MILLISECONDS, work));
    }
}
