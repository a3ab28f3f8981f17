package io.weldr.raft.ratis;

import io.weldr.raft.workaround.Workaround;
import java.io.IOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.protocol.exceptions.AlreadyClosedException;
import org.apache.ratis.protocol.exceptions.ResourceUnavailableException;

/**
 * The threads that call into Ratis. Its calls are asynchronous by name, but wait for a lock that it holds while it
 * writes to the disk: on a disk that hangs they do not come back, and nobody who serves others may be the one who
 * waits. Bounded: what does not fit is refused.
 */
final class Entrance implements AutoCloseable {
    private static final int QUEUE_MAX = 4096;

    private final String name;
    private final ThreadPoolExecutor threads;

    Entrance(String name, int size) {
        this.name = name;
        threads = new ThreadPoolExecutor(
                size, size, 1, TimeUnit.MINUTES, new ArrayBlockingQueue<>(QUEUE_MAX), this::thread);
    }

    private Thread thread(Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    /** A call into Ratis. */
    @FunctionalInterface
    interface Call<T> {
        CompletableFuture<T> run() throws IOException;
    }

    /** Makes the call, soon, on a thread that may block. */
    <T> CompletableFuture<T> enter(Call<T> call) {
        Task<T> task = new Task<>(call);
        try {
            if (Workaround.CALLS_ASIDE.used()) {
                threads.execute(task);
            } else {
                task.run();
            }
        } catch (RejectedExecutionException e) {
            return CompletableFuture.failedFuture(
                    threads.isShutdown()
                            ? new AlreadyClosedException("the consensus part is closed")
                            : new CompletionException(
                                    new ResourceUnavailableException(QUEUE_MAX + " calls wait for the disk already")));
        }
        return task.begun.thenCompose(answer -> answer);
    }

    private static final class Task<T> implements Runnable {
        private final Call<T> call;
        private final CompletableFuture<CompletableFuture<T>> begun = new CompletableFuture<>();

        Task(Call<T> call) {
            this.call = call;
        }

        @Override
        public void run() {
            try {
                begun.complete(call.run());
            } catch (IOException | RuntimeException | AssertionError e) {
                begun.completeExceptionally(e);
            }
        }
    }

    /** What still waits is not begun any more, and fails. */
    @Override
    public void close() {
        for (Runnable waiting : threads.shutdownNow()) {
            if (waiting instanceof Task<?> task) {
                task.begun.completeExceptionally(new AlreadyClosedException("the consensus part is closed"));
            }
        }
    }
}
