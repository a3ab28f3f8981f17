package io.weldr.proxy;

import io.weldr.core.pool.Pool;
import io.weldr.core.port.Published;
import io.weldr.core.state.ClusterState;
import io.weldr.proxy.exchange.Worker;
import io.weldr.proxy.limits.ProxyLimits;
import io.weldr.proxy.route.RoutingView;
import io.weldr.proxy.route.RoutingView.WhenAllDown;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Turns every published state into one routing view and hands it to each worker's own loop; so it does when this node ejects
 * an origin or takes it back. States in which the pool is the same change nothing. Thread safe.
 */
final class Routing implements AutoCloseable {

    private final WhenAllDown whenAllDown;
    private final List<Worker> workers;
    private final Ejections ejections;
    private Published.@Nullable Subscription subscription;
    private @Nullable Pool current; // guarded by this
    private long views; // guarded by this: how many the workers were given
    private volatile Target target = new Target(0, 0); // written under the lock of this
    private volatile long routed; // the revision of the last target that every worker was seen to have

    /** A state, and the view that a worker needs to route by it. States with the same pool share one. */
    private record Target(long revision, long view) {}

    /** A view for {@code workers}, which may still be filled until {@link #follow}. */
    Routing(WhenAllDown whenAllDown, ProxyLimits limits, List<Worker> workers) {
        this.whenAllDown = whenAllDown;
        this.workers = workers;
        ejections = new Ejections(limits, System::nanoTime, this::schedule, this::rebuild);
    }

    Ejections ejections() {
        return ejections;
    }

    void follow(Published<ClusterState> state) {
        subscription = state.subscribe(this::take);
    }

    private synchronized void take(ClusterState state) {
        Pool pool = state.defaultPool();
        if (!pool.equals(current)) {
            current = pool;
            ejections.follow(pool);
            rebuild();
        }
        target = new Target(state.revision(), views);
    }

    /** The revision of a state that every worker routes by. Any thread; never blocks, and no worker is asked. */
    long routedRevision() {
        Target now = target;
        for (Worker worker : workers) {
            if (worker.viewNumber() < now.view()) {
                return routed;
            }
        }
        routed = now.revision();
        return now.revision();
    }

    private synchronized void rebuild() {
        Pool pool = current;
        if (pool != null) {
            RoutingView view = RoutingView.of(pool, ejections.ejected(), whenAllDown);
            long number = ++views;
            workers.forEach(worker -> worker.update(view, number));
        }
    }

    private void schedule(Runnable task, Duration delay) {
        try {
            workers.get(0).loop().schedule(task, delay.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            // The proxy is closing: nothing will be routed any more.
        }
    }

    @Override
    public void close() {
        if (subscription != null) {
            subscription.close();
        }
    }
}
