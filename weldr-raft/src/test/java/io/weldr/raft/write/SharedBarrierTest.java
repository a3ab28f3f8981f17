package io.weldr.raft.write;

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
