package io.weldr.proxy;

import io.netty.util.NetUtil;
import io.netty.util.concurrent.Future;
import io.weldr.core.Check;
import io.weldr.core.listener.ListenerName;
import io.weldr.core.pool.HostPort;
import io.weldr.core.port.ListenerCondition;
import io.weldr.core.port.ListenerCondition.State;
import io.weldr.proxy.net.Binder;
import io.weldr.proxy.net.CannotListenException;
import io.weldr.proxy.net.ConnectionLimit;
import io.weldr.proxy.net.Listener;
import io.weldr.proxy.tls.ListenerCertificates;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One listener of the cluster at one address of this node: from the first attempt to bind it to the end of its last
 * connection. A listener that gets another address gets another one of these. Changed by one thread at a time,
 * {@link Listeners}'; any thread may ask for the condition and the counters.
 */
final class Port {

    private static final Duration RETRY_FIRST = Duration.ofSeconds(1);
    private static final Duration RETRY_MAX = Duration.ofSeconds(5);

    private final ListenerName name;
    private final List<InetSocketAddress> addresses;
    private final boolean ofNode;
    private final ConnectionLimit connections;
    private final List<Door> doors;
    private final ListenerCertificates certificates;
    private volatile io.weldr.core.listener.Listener wish;
    private Set<String> identityFields;
    private long retryNanos; // from when on another attempt may be made
    private int failures; // in a row
    private volatile List<Listener> bound = List.of();
    private volatile Standing standing = new Standing(State.RETRYING, "not tried yet", Instant.now());

    /** What is known of it at a time. */
    private record Standing(State state, String reason, Instant since) {}

    /** A port that is not bound. */
    Port(
            io.weldr.core.listener.Listener wish,
            Set<String> identityFields,
            ListenerCertificates certificates,
            List<InetSocketAddress> addresses,
            List<Worker> workers,
            ConnectionLimit node,
            ProxySettings settings) {
        this.wish = wish;
        this.identityFields = identityFields;
        this.certificates = certificates;
        this.addresses = List.copyOf(addresses);
        name = wish.name();
        ofNode = name.equals(ListenerName.DEFAULT);
        ListenerSetup setup = ListenerSetup.of(wish, identityFields, certificates, settings);
        connections = node.within(setup.connectionsMax());
        doors = workers.stream().map(worker -> new Door(worker, setup)).toList();
        retryNanos = System.nanoTime();
    }

    ListenerName name() {
        return name;
    }

    /** The address in the state; null: the listener is bound to the node's own addresses. */
    @Nullable HostPort address() {
        return wish.address();
    }

    /** Takes over what the listener says now, at the same address. Says whether anything is new. */
    boolean update(io.weldr.core.listener.Listener next, Set<String> fields, ProxySettings settings) {
        if (next.equals(wish) && fields.equals(identityFields)) {
            return false;
        }
        ListenerSetup setup = ListenerSetup.of(next, fields, certificates, settings);
        wish = next;
        identityFields = fields;
        connections.set(setup.connectionsMax());
        doors.forEach(door -> door.update(setup));
        return true;
    }

    // ---- binding

    /** Whether one of the addresses is held by a listener of this proxy, which may be closing it. */
    boolean isHeld(Binder binder) {
        return addresses.stream().anyMatch(binder::has);
    }

    /** Whether it holds the address. */
    boolean holds(InetSocketAddress address) {
        return bound.stream().anyMatch(listener -> Binder.same(listener.address(), address));
    }

    List<InetSocketAddress> addresses() {
        return addresses;
    }

    boolean isBound() {
        return !bound.isEmpty();
    }

    /** Binds every address, or none. */
    void bind(Binder binder) throws CannotListenException {
        List<Listener> all = new ArrayList<>();
        try {
            for (InetSocketAddress address : addresses) {
                all.add(binder.bind(address, !ofNode, doors, connections));
            }
        } catch (CannotListenException e) {
            Listener.cut(all);
            throw e;
        }
        bound = List.copyOf(all);
        failures = 0;
        stand(State.BOUND, "");
    }

    /** It cannot be bound now. */
    void failed(String reason) {
        long factor = 1L << Math.min(failures++, 16);
        Duration wait = RETRY_FIRST.multipliedBy(factor);
        Duration next = wait.compareTo(RETRY_MAX) > 0 ? RETRY_MAX : wait;
        retryNanos = System.nanoTime() + next.toNanos();
        stand(State.RETRYING, reason);
    }

    /** For how long no other attempt is to be made. */
    Duration untilRetry() {
        return Duration.ofNanos(Math.max(0, retryNanos - System.nanoTime()));
    }

    /** Another attempt may be made at once. */
    void tryNow() {
        failures = 0;
        retryNanos = System.nanoTime();
    }

    /** Its state from now on. Says whether that is new. */
    boolean stand(State state, String reason) {
        Standing before = standing;
        if (before.state() == state && before.reason().equals(reason)) {
            return false;
        }
        standing = new Standing(state, reason, Instant.now());
        return true;
    }

    // ---- the end

    /**
     * Refuses new connections, and lets those that stand finish until the deadline.
     *
     * @return done when the sockets are closed
     */
    CompletableFuture<Void> drain(Duration deadline) {
        stand(State.DRAINING, "connections have " + Check.text(deadline) + " to finish");
        doors.forEach(door -> door.drain(deadline)); // first: it holds for what is accepted from now on
        return closeSockets();
    }

    /** As {@link #drain(Duration)}, where somebody else sees to the deadline. */
    CompletableFuture<Void> drain() {
        doors.forEach(Door::drain);
        return closeSockets();
    }

    private CompletableFuture<Void> closeSockets() {
        return CompletableFuture.allOf(bound.stream().map(Listener::close).toArray(CompletableFuture<?>[]::new));
    }

    /** Ends every connection, behind what the loops have to do already; says when each loop has done so. */
    List<Future<?>> cutAll() {
        List<Future<?>> cut = new ArrayList<>();
        doors.forEach(door -> cut.add(door.cutAll()));
        return cut;
    }

    /** Whether it was drained, and nothing of it is left. */
    boolean isOver() {
        return connections.open() == 0 && bound.stream().allMatch(Listener::isClosed);
    }

    /** The addresses that it listens on, with the ports that were really bound. */
    List<InetSocketAddress> boundAddresses() {
        return bound.stream().map(Listener::address).toList();
    }

    /** The sockets that it listens with. */
    List<Listener> bound() {
        return bound;
    }

    // ---- what any thread may ask

    int connectionsOpen() {
        return connections.open();
    }

    long accepted() {
        return connections.accepted();
    }

    long withoutProxyHeader() {
        return doors.stream().mapToLong(Door::withoutProxyHeader).sum();
    }

    State state() {
        return standing.state();
    }

    ListenerCondition condition() {
        Standing now = standing;
        HostPort said = wish.address();
        String where = said != null ? said.toString() : text(isBound() ? boundAddresses() : addresses);
        String reason = now.state() == State.BOUND ? absence() : now.reason();
        return new ListenerCondition(name, where, now.state(), reason, now.since(), connections.open());
    }

    /** A listener may have an address that the node gets later, as a virtual IP. */
    private String absence() {
        for (InetSocketAddress address : addresses) {
            InetAddress host = address.getAddress();
            if (!host.isAnyLocalAddress() && !Binder.isLocal(host)) {
                return "no interface of this node has the address now";
            }
        }
        return "";
    }

    private static String text(List<InetSocketAddress> addresses) {
        return String.join(
                ",",
                addresses.stream()
                        .map(address -> HostPort.text(NetUtil.toAddressString(address.getAddress()), address.getPort()))
                        .toList());
    }
}
