package io.weldr.proxy;

import io.weldr.core.pool.Pool;
import io.weldr.core.port.Published;
import io.weldr.core.state.ClusterState;
import io.weldr.proxy.limits.ProxyLimits;
import io.weldr.proxy.route.RoutingView;
import io.weldr.proxy.route.RoutingView.WhenAllDown;
import io.weldr.proxy.upstream.OutlierDetector;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Turns every published state into one routing view and hands it to each worker's own loop; so it does when this node ejects
 * an origin or takes it back. States in which the pool is the same change nothing. Thread safe.
 */
final class Routing implements AutoCloseable {

    /** Of the last states: under steady changes some worker always has yet to take the newest. */
    private static final int TARGETS_MAX = 64;

    private final WhenAllDown whenAllDown;
    private final List<Worker> workers;
    private final OutlierDetector ejections;
    private Published.@Nullable Subscription subscription;
    private @Nullable Pool current; // guarded by this
    private long views; // guarded by this: how many the workers were given
    private volatile Target[] targets = {new Target(0, 0)}; // oldest first; replaced under the lock of this
    private final AtomicLong routed =
            new AtomicLong(); // the revision of the newest target that every worker was seen to have

    /** A state, and the view that a worker needs to route by it. States with the same pool share one. */
    private record Target(long revision, long view) {}

    /** A view for {@code workers}, which may still be filled until {@link #follow}. */
    Routing(WhenAllDown whenAllDown, ProxyLimits limits, List<Worker> workers) {
        this.whenAllDown = whenAllDown;
        this.workers = workers;
        ejections = new OutlierDetector(limits, System::nanoTime, this::schedule, this::rebuild);
    }

    OutlierDetector ejections() {
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
        Target[] before = targets;
        int kept = Math.min(before.length, TARGETS_MAX - 1);
        Target[] after = Arrays.copyOfRange(before, before.length - kept, before.length + 1);
        after[kept] = new Target(state.revision(), views);
        targets = after;
    }

    /** The revision of a state that every worker routes by. Any thread; never blocks, and no worker is asked. */
    long routedRevision() {
        long everywhere = Long.MAX_VALUE;
        for (Worker worker : workers) {
            everywhere = Math.min(everywhere, worker.viewNumber());
        }
        Target[] all = targets;
        for (int i = all.length - 1; i >= 0; i--) {
            if (all[i].view() <= everywhere) {
                return routed.accumulateAndGet(all[i].revision(), Math::max);
            }
        }
        return routed.get();
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
