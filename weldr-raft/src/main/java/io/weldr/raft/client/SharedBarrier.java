package io.weldr.raft.client;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One barrier at a time, shared by all that arrived before it was submitted: whoever comes while one is under way
 * shares the next. So any number of reads costs one entry of the log a round trip. Thread safe.
 */
final class SharedBarrier {
    private final Supplier<CompletableFuture<Long>> submit;
    private boolean underWay; // guarded by this
    private @Nullable CompletableFuture<Long> next; // guarded by this

    /** {@code submit} puts a barrier into the log and gives its index. */
    SharedBarrier(Supplier<CompletableFuture<Long>> submit) {
        this.submit = submit;
    }

    /** The index of a barrier that is submitted after this call. */
    CompletableFuture<Long> arrive() {
        CompletableFuture<Long> mine;
        synchronized (this) {
            if (underWay) {
                if (next == null) {
                    next = new CompletableFuture<>();
                }
                return next;
            }
            underWay = true;
            mine = new CompletableFuture<>();
        }
        start(mine);
        return mine;
    }

    private void start(CompletableFuture<Long> barrier) {
        var unused = Errands.begun(submit).whenComplete((index, failure) -> {
            CompletableFuture<Long> waiting;
            synchronized (this) {
                waiting = next;
                next = null;
                underWay = waiting != null;
            }
            if (waiting != null) {
                start(waiting);
            }
            if (failure == null) {
                barrier.complete(index);
            } else {
                barrier.completeExceptionally(failure);
            }
        });
    }
}
