package io.weldr.raft.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class SharedBarrierTest {
    private final List<CompletableFuture<Long>> submitted = new ArrayList<>();
    private final SharedBarrier barrier = new SharedBarrier(() -> {
        CompletableFuture<Long> entry = new CompletableFuture<>();
        submitted.add(entry);
        return entry;
    });

    @Test
    void whoeverComesWhileOneIsUnderWaySharesTheNext() {
        CompletableFuture<Long> first = barrier.arrive();
        CompletableFuture<Long> second = barrier.arrive();
        CompletableFuture<Long> third = barrier.arrive();
        assertThat(submitted).hasSize(1);

        submitted.get(0).complete(10L);
        assertThat(first).isCompletedWithValue(10L);
        // Not the first one's index: that barrier was in the log before they came.
        assertThat(second).isNotDone();
        assertThat(submitted).hasSize(2);

        submitted.get(1).complete(12L);
        assertThat(second).isCompletedWithValue(12L);
        assertThat(third).isCompletedWithValue(12L);
        assertThat(submitted).hasSize(2);
    }

    @Test
    void aSubmissionThatThrowsIsAFailureLikeOthersAndTheNextGoesOn() {
        List<CompletableFuture<Long>> entries = new ArrayList<>(List.of(new CompletableFuture<>()));
        SharedBarrier throwing = new SharedBarrier(() -> {
            if (entries.isEmpty()) {
                throw new IllegalStateException("as the test wants");
            }
            return entries.remove(0);
        });
        CompletableFuture<Long> under = entries.get(0);
        CompletableFuture<Long> first = throwing.arrive();
        CompletableFuture<Long> second = throwing.arrive();
        under.complete(1L);
        assertThat(first).isCompletedWithValue(1L);
        assertThat(second).isCompletedExceptionally();
        assertThat(throwing.arrive()).isCompletedExceptionally();
        entries.add(CompletableFuture.completedFuture(2L));
        assertThat(throwing.arrive()).isCompletedWithValue(2L);
    }

    @Test
    void aFailureIsForThoseWhoSharedItAndTheNextGoesOn() {
        CompletableFuture<Long> first = barrier.arrive();
        CompletableFuture<Long> second = barrier.arrive();
        submitted.get(0).completeExceptionally(new IllegalStateException("no leader"));
        assertThat(first).isCompletedExceptionally();
        submitted.get(1).complete(7L);
        assertThat(second).isCompletedWithValue(7L);
        var unused = barrier.arrive();
        assertThat(submitted).hasSize(3);
    }
}
