package io.weldr.api.admin;

import io.weldr.api.error.Problem;
import io.weldr.api.error.ProblemType;
import io.weldr.core.port.Published;
import io.weldr.core.port.Published.Subscription;
import io.weldr.core.state.ClusterState;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Wakes watchers when the state changes. Nothing is queued for a watcher: each {@link Watch} knows how far it has told,
 * and takes what follows from the history within the state. So a slow watcher costs nothing, and one that falls behind
 * the history is told to read anew.
 *
 * <p>The publishing thread only hands over; watchers are woken on one thread of the hub.
 */
public final class WatchHub implements AutoCloseable {
    /**
     * A token or certificate that expires ends the watches that it began within this time, and a second. A token that
     * is removed ends them at once.
     */
    private static final Duration LOOK_EVERY = Duration.ofSeconds(2);

    private final AdminPorts ports;
    private final int watchersMax;
    private final Set<Watch> watches = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean dirty = new AtomicBoolean();
    private final ScheduledExecutorService waker = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "weldr-api-watch");
        thread.setDaemon(true);
        return thread;
    });
    private final Subscription subscription;

    public WatchHub(AdminPorts ports, int watchersMax) {
        this.ports = ports;
        this.watchersMax = watchersMax;
        var unused = waker.scheduleWithFixedDelay(
                () -> watches.forEach(Watch::wakeIfForbidden),
                LOOK_EVERY.toMillis(),
                LOOK_EVERY.toMillis(),
                TimeUnit.MILLISECONDS);
        this.subscription = ports.state().subscribe(state -> published());
    }

    /**
     * Begins a watch.
     *
     * @param after tell the changes after this revision; null: from now on
     * @param filter which changes to tell
     * @param allowed whether it may go on; asked before each event, and every few seconds
     * @param wake called on the thread of the hub when there may be something to tell; must hand over at once
     * @return fails with a problem if there are too many already
     */
    public CompletionStage<Watch> open(
            @Nullable Long after, ChangeFilter filter, BooleanSupplier allowed, Runnable wake) {
        if (after == null) {
            return CompletableFuture.completedFuture(new Watch(this, state(), null, false, filter, allowed, wake))
                    .thenApply(this::added);
        }
        // Whoever comes from a node that was ahead of this one is not lost: only a revision that the cluster never had
        // is.
        return ports.gateway()
                .linearizable()
                .handle((state, failure) -> added(new Watch(
                        this, state(), after, failure == null && after > state.revision(), filter, allowed, wake)));
    }

    private Watch added(Watch watch) {
        watches.add(watch);
        if (watches.size() > watchersMax) {
            watches.remove(watch);
            throw Problem.of(
                            ProblemType.OVERLOADED,
                            watchersMax + " watchers are connected to this node",
                            "at most " + watchersMax + "; another node may have room")
                    .exception();
        }
        return watch;
    }

    /** How many watch now. */
    public int watchers() {
        return watches.size();
    }

    Published<ClusterState> state() {
        return ports.state();
    }

    void remove(Watch watch) {
        watches.remove(watch);
    }

    private void published() {
        if (dirty.compareAndSet(false, true)) {
            try {
                waker.execute(() -> {
                    dirty.set(false);
                    watches.forEach(Watch::wake);
                });
            } catch (RejectedExecutionException e) {
                dirty.set(false); // closing: nobody is listening any more
            }
        }
    }

    @Override
    public void close() {
        subscription.close();
        waker.shutdown();
        watches.forEach(Watch::hubClosed);
    }
}
