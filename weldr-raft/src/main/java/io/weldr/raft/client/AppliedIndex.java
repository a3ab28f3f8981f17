package io.weldr.raft.client;

import io.weldr.core.port.Published;
import io.weldr.core.state.ClusterState;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The progress of applying the log on this node, with the resulting state, and the waiters for it. It does not go
 * back while a rebuilt consensus part applies its log again: what was published stays until something newer is
 * there. Only when the log was given up does it start anew, see {@link #disown}. One thread at a time advances it,
 * any may wait.
 */
public final class AppliedIndex {
    private static final Logger LOG = LoggerFactory.getLogger(AppliedIndex.class);

    private final Published<ClusterState> state = new Published<>(
            ClusterState.INITIAL, failure -> LOG.error("Somebody who follows the state failed to take it", failure));
    private final PriorityQueue<Waiter> waiters =
            new PriorityQueue<>(Comparator.comparingLong(Waiter::index)); // guarded by itself
    private volatile long applied = -1;
    private boolean disowned; // guarded by this
    private @Nullable ClusterState anew; // guarded by this: what the log that replaces the one given up has come to
    private long anewIndex = -1; // guarded by this

    private record Waiter(long index, CompletableFuture<ClusterState> future) {}

    public Published<ClusterState> state() {
        return state;
    }

    public long get() {
        return applied;
    }

    /** The log is applied up to {@code index}, which gave {@code next}. */
    public void advance(ClusterState next, long index) {
        synchronized (this) {
            if (disowned) {
                anew = next;
                anewIndex = index;
                return;
            }
            if (index <= applied) {
                return;
            }
            publish(next, index);
        }
        release(next, index);
    }

    private void publish(ClusterState next, long index) {
        if (!next.equals(state.get())) { // A revision does not say that two logs have given the same.
            state.publish(next);
        }
        applied = index; // after the state, so that whoever sees the index finds the state
    }

    /**
     * The log was given up: what it gave may differ from what the cluster has. The state stays published, for it is
     * better than none, but nobody is told any more that an index is applied, until {@link #settle}.
     */
    public synchronized void disown() {
        disowned = true;
        anew = null;
        anewIndex = -1;
        applied = -1;
    }

    /** This node is a member again: what the new log has given counts from here on, whatever was published before. */
    public void settle() {
        ClusterState next;
        long index;
        synchronized (this) {
            if (!disowned) {
                return;
            }
            disowned = false;
            next = anew;
            index = anewIndex;
            if (next == null) {
                return;
            }
            anew = null;
            publish(next, index);
        }
        release(next, index);
    }

    private void release(ClusterState next, long index) {
        while (true) {
            Waiter first;
            synchronized (waiters) {
                first = waiters.peek();
                if (first == null || first.index() > index) {
                    return;
                }
                waiters.remove();
            }
            first.future().complete(next);
        }
    }

    /**
     * Completes, on the advancing thread, once {@code index} is applied. The caller bounds how many wait, and for how
     * long.
     */
    CompletableFuture<ClusterState> await(long index) {
        if (applied >= index) {
            return CompletableFuture.completedFuture(state.get());
        }
        Waiter waiter = new Waiter(index, new CompletableFuture<>());
        synchronized (waiters) {
            waiters.add(waiter);
        }
        if (applied >= index) { // in between
            forget(waiter);
            waiter.future().complete(state.get());
        } else {
            var unused = waiter.future().whenComplete((done, failure) -> {
                if (failure != null) {
                    forget(waiter);
                }
            });
        }
        return waiter.future();
    }

    /** How many wait. */
    int waiting() {
        synchronized (waiters) {
            return waiters.size();
        }
    }

    private void forget(Waiter waiter) {
        synchronized (waiters) {
            waiters.remove(waiter);
        }
    }
}
