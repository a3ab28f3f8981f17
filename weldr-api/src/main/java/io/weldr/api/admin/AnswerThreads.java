package io.weldr.api.admin;

import io.weldr.core.port.CommandGateway;
import io.weldr.core.port.Committed;
import io.weldr.core.port.Membership;
import io.weldr.core.port.RequestId;
import io.weldr.core.state.Attribution;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.Command;
import io.weldr.core.state.MemberId;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The threads that build the answers of the API from the results of consensus. Consensus completes all stages on two
 * threads of its own: a list of a thousand origins that was made there would delay the acknowledgement of every
 * change, those that other members have forwarded, too. Thread safe.
 */
public final class AnswerThreads {
    /** A long list does not delay a short answer. */
    private static final int THREADS = 2;

    private static final long IDLE_SECONDS_MAX = 30;

    private final Executor threads;

    public AnswerThreads() {
        threads = pool("weldr-answer");
    }

    /**
     * Two threads of that name. They are never shut down: a request that ends late is still answered. Idle threads end.
     * As much waits as there are requests.
     */
    static Executor pool(String name) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                THREADS, THREADS, IDLE_SECONDS_MAX, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, name);
                    thread.setDaemon(true);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    private <T> CompletionStage<T> on(CompletionStage<T> stage) {
        return stage.whenCompleteAsync((value, failure) -> {}, threads);
    }

    /** The same gateway, but its stages complete on these threads. */
    CommandGateway gateway(CommandGateway gateway) {
        return new CommandGateway() {
            @Override
            public CompletionStage<Committed> submit(RequestId id, Command command, @Nullable Attribution by) {
                return on(gateway.submit(id, command, by));
            }

            @Override
            public CompletionStage<ClusterState> linearizable() {
                return on(gateway.linearizable());
            }

            @Override
            public CompletionStage<ClusterState> applied(long index) {
                return on(gateway.applied(index));
            }
        };
    }

    /** The same membership, but its stages complete on these threads. */
    Membership membership(Membership membership) {
        return new Membership() {
            @Override
            public CompletionStage<Result> add(Newcomer newcomer, @Nullable Attribution by) {
                return on(membership.add(newcomer, by));
            }

            @Override
            public CompletionStage<Result> remove(MemberId id, @Nullable Duration drain, @Nullable Attribution by) {
                return on(membership.remove(id, drain, by));
            }

            @Override
            public CompletionStage<Result> replace(
                    MemberId leaver, Newcomer newcomer, @Nullable Duration drain, @Nullable Attribution by) {
                return on(membership.replace(leaver, newcomer, drain, by));
            }

            @Override
            public CompletionStage<Result> promote(MemberId learner, @Nullable Attribution by) {
                return on(membership.promote(learner, by));
            }

            @Override
            public CompletionStage<Result> transferLeadership(@Nullable MemberId to, @Nullable Attribution by) {
                return on(membership.transferLeadership(to, by));
            }

            @Override
            public Status status() {
                return membership.status();
            }
        };
    }
}
