package io.weldr.api.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.core.port.CommandGateway;
import io.weldr.core.port.Committed;
import io.weldr.core.port.GatewayException;
import io.weldr.core.port.RequestId;
import io.weldr.core.state.Attribution;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.Command;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AnswerThreadsTest {
    /** What consensus completes, on the thread of the test. */
    private final CompletableFuture<ClusterState> read = new CompletableFuture<>();

    private final CommandGateway gateway = new AnswerThreads().gateway(new CommandGateway() {
        @Override
        public CompletionStage<Committed> submit(RequestId id, Command command, @Nullable Attribution by) {
            throw new AssertionError("nothing is submitted");
        }

        @Override
        public CompletionStage<ClusterState> linearizable() {
            return read;
        }

        @Override
        public CompletionStage<ClusterState> applied(long index) {
            return read;
        }
    });

    @Test
    void answersAreNotMadeOnTheThreadOfConsensusHoweverLongTheyTake() {
        CountDownLatch slow = new CountDownLatch(1);
        List<CompletableFuture<String>> answers = List.of(
                answer(gateway.linearizable(), slow),
                answer(gateway.applied(1), slow),
                answer(gateway.linearizable(), slow));

        read.complete(ClusterState.INITIAL); // would not return

        assertThat(answers).noneMatch(CompletableFuture::isDone);
        slow.countDown();
        for (CompletableFuture<String> answer : answers) {
            await().until(answer::isDone);
            assertThat(answer.join()).isEqualTo("weldr-answer");
        }
    }

    @Test
    void failuresAreToldThereToo() {
        CompletableFuture<String> told = new CompletableFuture<>();
        var unused = gateway.linearizable()
                .whenComplete(
                        (state, failure) -> told.complete(Thread.currentThread().getName() + ": " + failure));

        read.completeExceptionally(new GatewayException(GatewayException.Kind.NO_LEADER, "no leader"));

        await().until(told::isDone);
        assertThat(told.join()).startsWith("weldr-answer: ").endsWith("no leader");
    }

    private static CompletableFuture<String> answer(CompletionStage<ClusterState> stage, CountDownLatch slow) {
        return stage.thenApply(state -> {
                    try {
                        assertThat(slow.await(1, TimeUnit.MINUTES)).isTrue();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                        throw new IllegalStateException(e);
                    }
                    return Thread.currentThread().getName();
                })
                .toCompletableFuture();
    }
}
