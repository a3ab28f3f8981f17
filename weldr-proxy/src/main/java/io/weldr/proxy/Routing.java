package io.weldr.proxy;

import io.weldr.core.pool.Pool;
import io.weldr.core.port.Published;
import io.weldr.core.state.ClusterState;
import io.weldr.proxy.exchange.Worker;
import io.weldr.proxy.route.RoutingView;
import io.weldr.proxy.route.RoutingView.WhenAllDown;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Turns every published state into one routing view and hands it to each worker's own loop. States in which the pool is the
 * same change nothing. Thread safe.
 */
final class Routing implements AutoCloseable {

    private final WhenAllDown whenAllDown;
    private final List<Worker> workers;
    private Published.@Nullable Subscription subscription;
    private @Nullable Pool current;

    /** A view for {@code workers}, which may still be filled until {@link #follow}. */
    Routing(WhenAllDown whenAllDown, List<Worker> workers) {
        this.whenAllDown = whenAllDown;
        this.workers = workers;
    }

    void follow(Published<ClusterState> state) {
        subscription = state.subscribe(this::take);
    }

    private synchronized void take(ClusterState state) {
        Pool pool = state.defaultPool();
        if (pool.equals(current)) {
            return;
        }
        current = pool;
        RoutingView view = RoutingView.of(pool, Set.of(), whenAllDown);
        workers.forEach(worker -> worker.update(view));
    }

    @Override
    public void close() {
        if (subscription != null) {
            subscription.close();
        }
    }
}
