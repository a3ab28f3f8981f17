package io.weldr.raft.members;

import io.weldr.core.pool.HostPort;
import io.weldr.core.port.Membership.Newcomer;
import io.weldr.core.port.Membership.Refusal;
import io.weldr.raft.node.Greeter;
import io.weldr.raft.node.HelloAnswer;
import io.weldr.raft.node.Identity.Standing;
import io.weldr.raft.ratis.RaftId;
import io.weldr.raft.ratis.Seat;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Finds nodes that are to be taken in, and invites those that wait for it. Any thread; never blocks. */
final class Newcomers {
    /** A node that was invited opens its log before it waits. */
    private static final int LOOKS_MAX = 30;

    /** One that is silent is given up after 3 s, one that refuses connections after half a second. */
    private static final int ASKS_MAX = 5;

    private static final long LOOK_EVERY_MILLIS = 100;

    private final Supplier<Greeter> greeter;
    private final ScheduledExecutorService timer;

    Newcomers(Supplier<Greeter> greeter, ScheduledExecutorService timer) {
        this.greeter = greeter;
        this.timer = timer;
    }

    /** What the newcomer says once it waits for this cluster, or has a seat in it. */
    CompletableFuture<HelloAnswer> waiting(Newcomer newcomer, List<Seat> members) {
        return firstAnswer(newcomer, ASKS_MAX)
                .handle((answer, failure) -> {
                    if (failure != null) {
                        throw notWaiting(
                                newcomer,
                                "no answer (" + RefusedException.cause(failure).getMessage() + ")");
                    }
                    if (!answer.id().member().equals(newcomer.id())) {
                        throw notWaiting(newcomer, "node " + answer.id().member() + " answers");
                    }
                    return answer;
                })
                .thenCompose(answer -> {
                    if (answer.standing() != Standing.EMPTY) {
                        return CompletableFuture.completedFuture(belonging(newcomer, answer));
                    }
                    Map<RaftId, HostPort> voters = new HashMap<>();
                    members.forEach(seat -> voters.put(seat.id(), seat.address()));
                    return greeter.get()
                            .invite(newcomer.raft(), answer.id(), voters)
                            .thenCompose(invited -> {
                                if (!invited.note().isEmpty()) {
                                    throw notWaiting(newcomer, invited.note());
                                }
                                return untilJoining(newcomer, LOOKS_MAX);
                            });
                });
    }

    /** A node that was started a moment ago, or has no time just now, may answer a moment later. */
    private CompletableFuture<HelloAnswer> firstAnswer(Newcomer newcomer, int asksLeft) {
        CompletableFuture<HelloAnswer> asked = greeter.get().ask(newcomer.raft());
        return asksLeft <= 1
                ? asked
                : asked.exceptionallyCompose(failure -> soon().thenCompose(now -> firstAnswer(newcomer, asksLeft - 1)));
    }

    private HelloAnswer belonging(Newcomer newcomer, HelloAnswer answer) {
        if (!greeter.get().cluster().equals(answer.group())) {
            throw notWaiting(newcomer, "it belongs to cluster " + answer.group());
        }
        if (answer.standing() == Standing.REMOVED) {
            throw notWaiting(newcomer, "it was removed from this cluster before, and its data folder is not empty");
        }
        return answer;
    }

    private CompletableFuture<HelloAnswer> untilJoining(Newcomer newcomer, int looksLeft) {
        return soon().thenCompose(now -> greeter.get().ask(newcomer.raft()))
                .handle((answer, failure) -> failure == null && answer.standing() != Standing.EMPTY ? answer : null)
                .thenCompose(joining -> {
                    if (joining != null) {
                        return CompletableFuture.completedFuture(joining);
                    }
                    if (looksLeft <= 1) {
                        throw notWaiting(newcomer, "it was invited and does not come");
                    }
                    return untilJoining(newcomer, looksLeft - 1);
                });
    }

    private CompletableFuture<Boolean> soon() {
        CompletableFuture<Boolean> now = new CompletableFuture<>();
        var unused = timer.schedule(() -> now.complete(true), LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS);
        return now;
    }

    private static RefusedException notWaiting(Newcomer newcomer, String found) {
        return new RefusedException(
                Refusal.NOT_WAITING,
                "at " + newcomer.raft() + ": " + found + " (expected: node " + newcomer.id()
                        + ", started with --join and an empty data folder)");
    }
}
