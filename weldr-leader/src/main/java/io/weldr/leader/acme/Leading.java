package io.weldr.leader.acme;

import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The time in which this node acts as leader. Whatever is done in the name of the term begins in {@link #await}: after
 * {@link #end} nothing begins any more, and what is being waited for is given up. Any thread.
 */
final class Leading {
    private final long term;
    private boolean over; // guarded by this
    private @Nullable CompletableFuture<?> waiting; // guarded by this

    Leading(long term) {
        this.term = term;
    }

    long term() {
        return term;
    }

    /** After the return nothing begins in the name of the term. */
    void end() {
        CompletableFuture<?> given;
        synchronized (this) {
            over = true;
            given = waiting;
        }
        if (given != null) {
            given.completeExceptionally(new EndedException());
        }
    }

    synchronized boolean over() {
        return over;
    }

    /**
     * Begins something and waits for it. It is cancelled when nobody waits for it any more.
     *
     * @param begin never blocks; the lock is held meanwhile
     * @throws EndedException the term is over
     * @throws TimeoutException it took longer
     * @throws ExecutionException it failed
     */
    <T> T await(Supplier<CompletableFuture<T>> begin, Duration most)
            throws EndedException, TimeoutException, ExecutionException {
        CompletableFuture<T> begun;
        CompletableFuture<T> done;
        synchronized (this) {
            if (over) {
                throw new EndedException();
            }
            begun = begin.get();
            if (over) { // it ended the term itself
                throw new EndedException();
            }
            done = begun.copy();
            waiting = done;
        }
        try {
            return done.get(most.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof EndedException) {
                throw new EndedException();
            }
            throw e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EndedException();
        } finally {
            begun.cancel(true);
            synchronized (this) {
                waiting = null;
            }
        }
    }

    /** The term is over. */
    static final class EndedException extends InterruptedIOException {
        private static final long serialVersionUID = 1;

        EndedException() {
            super("this node does not act as leader any more");
        }
    }
}
