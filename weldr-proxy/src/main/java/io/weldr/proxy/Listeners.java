package io.weldr.proxy;

import io.netty.util.concurrent.Future;
import io.weldr.core.listener.Listener;
import io.weldr.core.listener.ListenerName;
import io.weldr.core.pool.HostPort;
import io.weldr.core.port.ListenerCondition;
import io.weldr.core.port.ListenerCondition.State;
import io.weldr.core.port.ListenerConditions;
import io.weldr.core.port.Published;
import io.weldr.core.state.ClusterState;
import io.weldr.proxy.net.Binder;
import io.weldr.proxy.net.CannotListenException;
import io.weldr.proxy.net.ConnectionLimit;
import io.weldr.proxy.net.Faults;
import io.weldr.proxy.tls.ListenerCertificates;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the listening sockets of this node those that the state of the cluster has listeners for. A thread of its own
 * binds and closes them: neither the thread that applies the log nor an event loop waits for the kernel. A listener
 * that cannot be bound has a condition that says why, is tried again, and disturbs no other. Thread safe.
 *
 * <p>A listener that gets another address serves at the old one until the new one is bound. A listener that is removed
 * is drained: its sockets refuse connections, and its connections have the drain time of the node to finish.
 */
final class Listeners implements ListenerConditions, AutoCloseable {

    /** Between two looks at what is being closed. */
    private static final Duration LOOK = Duration.ofMillis(200);

    private static final long NO_TIMER = Long.MAX_VALUE;

    private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);

    private final ProxySettings settings;
    private final List<Worker> workers;
    private final ConnectionLimit connections;
    private final Binder binder;
    private final Certificates certificates;
    private final RoutingThread thread = new RoutingThread("weldr-listeners", this::reconcile);
    private Published.@Nullable Subscription subscription;
    private volatile ClusterState newest = ClusterState.INITIAL;

    // These belong to the thread above; before it starts, to whoever starts it.
    private final Map<ListenerName, Port> serving = new TreeMap<>();
    private final Map<ListenerName, Port> candidates = new TreeMap<>(); // not bound yet
    private final List<Port> draining = new ArrayList<>();

    private final long startNanos = System.nanoTime();
    private final AtomicLong timer = new AtomicLong(NO_TIMER); // when one asks next, from the start

    private static final Duration ROUTES_TIMEOUT = Duration.ofSeconds(2);

    /** Each takes a millisecond, and no worker is asked. */
    private static final Duration CERTIFICATES_TIMEOUT = Duration.ofSeconds(30);

    private final LongSupplier routedRevision;
    private volatile List<Port> all = List.of(); // of the three above
    private volatile long listenedRevision; // written behind all

    /**
     * Listens nowhere yet.
     *
     * @param certificates loaded before the routes of the same state are
     * @param routedRevision the revision of a state that every worker routes by
     */
    Listeners(
            ProxySettings settings,
            List<Worker> workers,
            ConnectionLimit connections,
            Binder binder,
            Certificates certificates,
            LongSupplier routedRevision) {
        this.certificates = certificates;
        this.routedRevision = routedRevision;
        this.settings = settings;
        this.workers = List.copyOf(workers);
        this.connections = connections;
        this.binder = binder;
    }

    /**
     * Binds the node's own addresses, tries every other listener of the current state once, and follows later states.
     *
     * @throws CannotListenException one of the node's own addresses cannot be bound
     */
    void follow(Published<ClusterState> state) throws CannotListenException {
        ClusterState first = state.get();
        Listener wish = first.listeners().getOrDefault(ListenerName.DEFAULT, Listener.DEFAULT);
        Port own = new Port(
                wish,
                Certificates.identityFields(first),
                certificates.of(ListenerName.DEFAULT),
                settings.addresses(),
                workers,
                connections,
                settings);
        own.bind(binder);
        serving.put(ListenerName.DEFAULT, own);
        newest = first;
        subscription = state.subscribe(this::take);
        thread.start();
    }

    /** On the thread that applies the log. */
    private void take(ClusterState state) {
        newest = state;
        thread.ask();
    }

    /** The addresses of the listener {@code default}, with the ports that were really bound. */
    List<InetSocketAddress> ownAddresses() {
        return all.stream()
                .filter(port -> port.name().equals(ListenerName.DEFAULT))
                .flatMap(port -> port.boundAddresses().stream())
                .toList();
    }

    // ---- on the thread

    private void reconcile() {
        ClusterState state = newest;
        try {
            letGo(state);
            for (Listener wish : state.listeners().values()) {
                try {
                    follow(wish, state);
                } catch (RuntimeException e) {
                    Faults.report("listener " + wish.name(), e); // the others have to follow, too
                }
            }
            draining.removeIf(Port::isOver);
        } finally {
            List<Port> now = new ArrayList<>(serving.values());
            now.addAll(candidates.values());
            now.addAll(draining);
            now.sort(Comparator.comparing(Port::name)); // of one name, the one that serves is first
            all = List.copyOf(now);
            listenedRevision = state.revision();
        }
        if (!draining.isEmpty()) {
            askIn(LOOK);
        }
    }

    /** Listeners that were removed. */
    private void letGo(ClusterState state) {
        candidates.keySet().retainAll(state.listeners().keySet());
        for (ListenerName name : List.copyOf(serving.keySet())) {
            if (!state.listeners().containsKey(name)) {
                drain(name, "removed");
            }
        }
    }

    private void drain(ListenerName name, String why) {
        Port port = serving.remove(name);
        if (port != null) {
            LOG.info("listener {}: {}, draining {}", name, why, port.condition().address());
            draining.add(port);
            port.drain(settings.drainTimeout()).thenRun(thread::ask);
        }
    }

    private void follow(Listener wish, ClusterState state) {
        Set<String> fields = Certificates.identityFields(state);
        Port current = serving.get(wish.name());
        if (current != null && Objects.equals(current.address(), wish.address())) {
            candidates.remove(wish.name());
            current.update(wish, fields, settings);
            return;
        }
        Port candidate = candidates.get(wish.name());
        if (candidate == null || !Objects.equals(candidate.address(), wish.address())) {
            candidate = new Port(
                    wish, fields, certificates.of(wish.name()), List.of(address(wish)), workers, connections, settings);
            candidates.put(wish.name(), candidate);
        } else if (candidate.update(wish, fields, settings)) {
            candidate.tryNow();
        }
        tryToBind(candidate, state);
        if (candidate.isBound()) {
            candidates.remove(wish.name());
            drain(wish.name(), "now at " + wish.address());
            serving.put(wish.name(), candidate);
        }
    }

    private static InetSocketAddress address(Listener listener) {
        HostPort address = Objects.requireNonNull(listener.address(), "only the listener default has none");
        try {
            // A literal: nothing is looked up.
            return new InetSocketAddress(InetAddress.getByName(address.host()), address.port());
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("listener " + listener.name() + ": " + address, e);
        }
    }

    private void tryToBind(Port port, ClusterState state) {
        int number = port.addresses().get(0).getPort();
        if (!settings.listenerAllow().contains(number)) {
            stand(
                    port,
                    State.NOT_ALLOWED,
                    "port " + number + " is not in listener-allow of this node (expected: one of "
                            + settings.listenerAllow() + ")");
            return;
        }
        String own = ownAddress(port.addresses().get(0));
        if (own != null) {
            stand(port, State.NOT_ALLOWED, own);
            return;
        }
        if (port.isHeld(binder)) {
            awaitHolder(port, state);
            return;
        }
        Duration wait = port.untilRetry();
        if (!wait.isZero()) {
            askIn(wait);
            return;
        }
        awaitRoutes(state);
        awaitCertificates(port, state);
        try {
            port.bind(binder);
            LOG.info(
                    "listener {}: listening on {}",
                    port.name(),
                    port.condition().address());
        } catch (CannotListenException e) {
            retry(port, e.reason());
        }
    }

    /**
     * Why an address may not be bound, because the node needs it for itself; null: it does not. The node may not be
     * there yet: it binds this address later than the listeners that it has on its disk, and could not start.
     */
    private @Nullable String ownAddress(InetSocketAddress wish) {
        for (Map.Entry<String, InetSocketAddress> own : settings.ownAddresses().entrySet()) {
            InetSocketAddress address = own.getValue();
            if (address.getPort() == wish.getPort() && overlap(address.getAddress(), wish.getAddress())) {
                return "port " + wish.getPort() + " is needed for " + own.getKey()
                        + " of this node (expected: a port that no node uses for itself)";
            }
        }
        return null;
    }

    private static boolean overlap(@Nullable InetAddress one, InetAddress other) {
        return one == null || one.isAnyLocalAddress() || other.isAnyLocalAddress() || one.equals(other);
    }

    /**
     * A client that comes at once is to find the routes that are for this listener. A worker that hangs keeps no
     * listener closed.
     */
    private void awaitRoutes(ClusterState state) {
        long until = System.nanoTime() + ROUTES_TIMEOUT.toNanos();
        while (routedRevision.getAsLong() < state.revision() && System.nanoTime() - until < 0) {
            LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(1));
        }
    }

    /** Nor is a client that comes at once to be turned away, because no certificate has been loaded yet. */
    private void awaitCertificates(Port port, ClusterState state) {
        Listener wish = state.listener(port.name());
        ListenerCertificates of = certificates.of(port.name());
        long until = System.nanoTime() + CERTIFICATES_TIMEOUT.toNanos();
        while (wish != null && wish.tls() != null && of.current() == null && System.nanoTime() - until < 0) {
            LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(1));
        }
    }

    /** The address is held by another listener of this node, which gives it up if it has no use for it any more. */
    private void awaitHolder(Port port, ClusterState state) {
        for (Port holder : List.copyOf(serving.values())) {
            if (!holder.holds(port.addresses().get(0))) {
                continue;
            }
            Listener wish = state.listener(holder.name());
            if (wish == null || !Objects.equals(wish.address(), holder.address())) {
                drain(holder.name(), "its address is that of listener " + port.name() + " now");
            } else {
                retry(
                        port,
                        "listener " + holder.name() + " has the address (expected: an address that no other listener"
                                + " of this node has)");
                return;
            }
        }
        // Its sockets are being closed, which takes half a second.
        stand(port, State.RETRYING, "the address is still being closed by the listener that had it before");
        askIn(LOOK);
    }

    private void retry(Port port, String reason) {
        boolean known = port.condition().reason().equals(reason);
        port.failed(reason);
        if (!known) {
            LOG.warn(
                    "listener {}: cannot listen on {}, tries again: {}",
                    port.name(),
                    port.condition().address(),
                    reason);
        }
        askIn(port.untilRetry());
    }

    private static void stand(Port port, State state, String reason) {
        if (port.stand(state, reason)) {
            LOG.warn("listener {}: not bound: {}", port.name(), reason);
        }
    }

    /** Asks for the earliest of all waits: what is due later asks again when it has come. */
    private void askIn(Duration delay) {
        long due = System.nanoTime() - startNanos + delay.toNanos();
        if (timer.get() <= due) {
            return;
        }
        timer.set(due);
        try {
            workers.get(0).loop().schedule(() -> timerExpired(due), delay.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("the proxy is closing", e);
        }
    }

    /** On the loop of a worker. */
    private void timerExpired(long due) {
        timer.compareAndSet(due, NO_TIMER); // unless there is one before it by now
        thread.ask();
    }

    // ---- what any thread may ask

    @Override
    public List<ListenerCondition> listenerConditions() {
        return all.stream().map(Port::condition).toList();
    }

    @Override
    public long listenedRevision() {
        return listenedRevision;
    }

    /** Listeners that are bound, or are to be, or still have connections. */
    Collection<Port> ports() {
        return all;
    }

    /** Whether every state that was published before the call has been looked at; for tests. */
    boolean idle() {
        return thread.idle();
    }

    // ---- the end

    /**
     * Follows no more states. Refuses new connections and announces the end on every response.
     *
     * @return done when the sockets are closed
     */
    CompletableFuture<Void> drain() {
        end();
        return CompletableFuture.allOf(all.stream().map(Port::drain).toArray(CompletableFuture<?>[]::new));
    }

    /** Follows no more states, and closes the sockets. Connections are not touched: {@link #cutAll}. */
    @Override
    public void close() {
        end();
        io.weldr.proxy.net.Listener.cut(
                all.stream().flatMap(port -> port.bound().stream()).toList());
    }

    /** Ends every connection, behind what the loops have to do already; says when each loop has done so. */
    List<Future<?>> cutAll() {
        List<Future<?>> cut = new ArrayList<>();
        all.forEach(port -> cut.addAll(port.cutAll()));
        return cut;
    }

    private void end() {
        if (subscription != null) {
            subscription.close();
        }
        thread.close();
    }
}
