package io.weldr.proxy;

import io.weldr.core.listener.ListenerName;
import io.weldr.core.port.Published;
import io.weldr.core.state.ClusterState;
import io.weldr.proxy.route.ChallengeAnswers;
import io.weldr.proxy.route.PoolTerms;
import io.weldr.proxy.route.RoutePlans;
import io.weldr.proxy.route.RoutingView;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Turns published states into routing views and hands each view to every worker's own loop; so it does when this node
 * ejects an origin or takes it back, and when sticky cookies get other tokens. A thread of its own builds the views,
 * because a large pool takes milliseconds: neither the thread that applies the log nor an event loop waits for it.
 * Changes that come meanwhile lead to one view, of the newest state. States that route alike change nothing. Thread
 * safe.
 */
final class Routing implements AutoCloseable {

    /** Of the last states: under steady changes some worker always has yet to take the newest. */
    private static final int TARGETS_MAX = 64;

    private static final Duration BUILD_TIMEOUT = Duration.ofMinutes(2);
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final List<Worker> workers;
    private final ServingPools pools;
    private final Certificates certificates;
    private final RoutingThread thread = new RoutingThread("weldr-routing", this::build);
    private Published.@Nullable Subscription subscription;
    private volatile ClusterState newest = ClusterState.INITIAL;

    // These belong to the thread above; before it starts, to whoever starts it.
    private @Nullable RoutingView built;
    private RoutePlans.@Nullable Basis basis; // what the routes of the view were made of
    private long views; // how many the workers were given

    private volatile Target[] targets = {new Target(0, 0)}; // oldest first; replaced by the thread above
    private final AtomicLong routed =
            new AtomicLong(); // the revision of the newest target that every worker was seen to have

    /** A state, and the view that a worker needs to route by it. States that route alike share one. */
    private record Target(long revision, long view) {}

    /** Views for {@code workers}, which may still be filled until {@link #follow}. */
    Routing(
            PoolTerms.NodeDefaults node,
            ServingPools.Maker maker,
            OriginTls tls,
            Certificates certificates,
            List<Worker> workers) {
        this.certificates = certificates;
        this.workers = workers;
        pools = new ServingPools(node, maker, tls, this::schedule, thread::ask);
    }

    ServingPools pools() {
        return pools;
    }

    /**
     * Hands every worker the view of the current state before it returns, and the views of later ones when they are
     * built.
     */
    void follow(Published<ClusterState> state) {
        subscription = state.subscribe(this::take);
        thread.start();
    }

    /** Builds anew soon: time has passed, and what depends on it may have changed. Any thread; does not block. */
    void refresh() {
        thread.ask();
    }

    /** On the thread that applies the log. */
    private void take(ClusterState state) {
        newest = state;
        thread.ask();
    }

    private void build() {
        ClusterState state = newest;
        Instant now = Instant.now();
        certificates.refresh(state, now); // first: whoever is told that it routes has the certificates, too
        RoutingView before = built;
        RoutePlans.Basis holding = RoutePlans.Basis.of(state);
        Map<ListenerName, RoutePlans> routes =
                before != null && holding.equals(basis) ? before.routes() : RoutePlans.of(state);
        ChallengeAnswers challenges =
                ChallengeAnswers.of(state, before == null ? ChallengeAnswers.NONE : before.challenges());
        RoutingView view = new RoutingView(state.revision(), routes, challenges, pools.refresh(state, now));
        if (before == null || !view.sameAs(before)) {
            long number = ++views;
            workers.forEach(worker -> worker.update(view, number));
            built = view;
            basis = holding;
        }
        if (state.revision() != targets[targets.length - 1].revision()) {
            add(new Target(state.revision(), views));
        }
    }

    private void add(Target target) {
        Target[] before = targets;
        int kept = Math.min(before.length, TARGETS_MAX - 1);
        Target[] after = Arrays.copyOfRange(before, before.length - kept, before.length + 1);
        after[kept] = target;
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

    /**
     * Blocks until all that was published or ejected before the call is in views that were handed to the workers; for
     * tests.
     */
    void awaitBuilt() {
        long until = System.nanoTime() + BUILD_TIMEOUT.toNanos();
        while (!thread.idle() && System.nanoTime() - until < 0) {
            LockSupport.parkNanos(this, POLL_NANOS);
        }
    }

    private void schedule(Runnable task, Duration delay) {
        try {
            workers.get(0).loop().schedule(task, delay.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            // The proxy is closing: nothing will be routed any more.
        }
    }

    /** Ends the thread that builds views. */
    @Override
    public void close() {
        if (subscription != null) {
            subscription.close();
        }
        thread.close();
    }
}
