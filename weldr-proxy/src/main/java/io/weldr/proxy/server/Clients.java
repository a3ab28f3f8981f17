package io.weldr.proxy.server;

import io.weldr.proxy.net.Deadline;
import io.weldr.proxy.net.DeadlineWheel;
import io.weldr.proxy.net.Expiry;
import io.weldr.proxy.net.Faults;
import io.weldr.proxy.stats.Counter;
import io.weldr.proxy.stats.WorkerStats;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The client connections of one listener on one event loop that stand: counted, and ended together. Confined to the
 * loop, but for the counter.
 */
public final class Clients implements Expiry {

    /** How long an idle connection is kept when draining began; the time that a request takes over a slow network. */
    private static final Duration LAST_CALL = Duration.ofMillis(500);

    static final int LAST_CALL_TICKS = DeadlineWheel.ticks(LAST_CALL);

    /** Connections from networks of which each has to begin with a PROXY protocol header, and that did not. */
    public final Counter withoutProxyHeader = new Counter();

    private final WorkerStats stats;
    private final Deadline drained;
    private @Nullable Client first; // a list through the connections themselves
    private boolean draining;
    private boolean over; // the time to drain is

    /** @param stats where they are counted */
    public Clients(WorkerStats stats, DeadlineWheel wheel) {
        this.stats = stats;
        drained = new Deadline(wheel, this);
    }

    /** Whether responses announce the end of their connection. */
    boolean draining() {
        return draining;
    }

    /**
     * From now on responses announce the end of their connection, and connections that stay idle are closed, a moment
     * later: a request that a client sent before it could know is answered.
     */
    public void drain() {
        draining = true;
        for (Client at = first; at != null; at = at.next) {
            at.lastCall();
        }
    }

    /** As {@link #drain}, and what is left after that time is cut off. */
    public void drain(Duration deadline) {
        drain();
        drained.in(DeadlineWheel.ticks(deadline));
    }

    /** The listener has had its time to drain. */
    @Override
    public void expired() {
        over = true;
        cutAll();
    }

    /** Closes every connection, whatever it is doing. */
    public void cutAll() {
        drained.cancel();
        for (Client at = first; at != null; at = first) {
            try {
                at.cutOff();
            } catch (Throwable e) {
                Faults.report("the end of a client connection", e); // the others have to end, too
                at.link().close();
            } finally {
                remove(at);
            }
        }
    }

    void add(Client client) {
        if (client.listed) {
            return;
        }
        client.next = first;
        if (first != null) {
            first.previous = client;
        }
        first = client;
        client.listed = true;
        if (over) {
            drained.in(1); // accepted while the sockets are being closed
        }
        stats.connectionsAccepted.increment();
        stats.connectionsOpen.increment();
    }

    /** The connection of one client is served by another object from now on; it is counted already. */
    void replace(Client old, Client next) {
        assert old.listed && !next.listed : "one connection is listed once";
        Client before = old.previous;
        Client after = old.next;
        next.previous = before;
        next.next = after;
        if (before != null) {
            before.next = next;
        } else {
            first = next;
        }
        if (after != null) {
            after.previous = next;
        }
        old.previous = null;
        old.next = null;
        old.listed = false;
        next.listed = true;
    }

    void remove(Client client) {
        if (!client.listed) {
            return;
        }
        client.listed = false;
        stats.connectionsOpen.add(-1);
        if (client.previous != null) {
            client.previous.next = client.next;
        } else {
            first = client.next;
        }
        if (client.next != null) {
            client.next.previous = client.previous;
        }
        client.previous = null;
        client.next = null;
    }
}
