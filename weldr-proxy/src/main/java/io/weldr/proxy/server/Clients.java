package io.weldr.proxy.server;

import io.weldr.proxy.net.DeadlineWheel;
import io.weldr.proxy.net.HeldBytes;
import io.weldr.proxy.stats.WorkerStats;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The client connections of one event loop that stand: counted, and ended together. Confined to the loop. */
public final class Clients {

    /** How long an idle connection is kept when draining began; the time that a request takes over a slow network. */
    private static final Duration LAST_CALL = Duration.ofMillis(500);

    /** In one call of {@link #relieve}: each looks at all connections. */
    private static final int CUTS_AT_ONCE_MAX = 16;

    static final int LAST_CALL_TICKS = DeadlineWheel.ticks(LAST_CALL);

    private final WorkerStats stats;
    private @Nullable H1Server first; // a list through the connections themselves
    private boolean draining;
    private boolean memoryShort;

    /** @param stats where they are counted */
    public Clients(WorkerStats stats) {
        this.stats = stats;
    }

    /** Whether responses announce the end of their connection. */
    boolean draining() {
        return draining;
    }

    /**
     * From now on responses announce the end of their connection, and connections that stay idle are closed, a moment later:
     * a request that a client sent before it could know is answered.
     */
    public void drain() {
        draining = true;
        for (H1Server at = first; at != null; at = at.next) {
            at.lastCall();
        }
    }

    /** Closes every connection, whatever it is doing. */
    public void cutAll() {
        for (H1Server at = first; at != null; at = first) {
            at.cutOff();
            remove(at);
        }
    }

    /** An allocation has failed: the next {@link #relieve} cuts a connection, whatever the budget says. */
    void makeRoom() {
        memoryShort = true;
    }

    /**
     * Cuts the connections that hold most, until there is room for requests again: clients that read nothing cannot keep it
     * from those that do.
     */
    public void relieve(HeldBytes held) {
        for (int cuts = 0; cuts < CUTS_AT_ONCE_MAX; cuts++) {
            H1Server fattest = fattest(); // counts all anew: the first look may be enough
            if (fattest == null || !needsRelief(held)) {
                break;
            }
            memoryShort = false;
            stats.connectionsShed.increment();
            fattest.shed();
        }
        memoryShort = false;
        held.relieved();
    }

    /** Whether {@link #relieve} has something to do. */
    public boolean needsRelief(HeldBytes held) {
        return memoryShort || !held.takesRequests();
    }

    private @Nullable H1Server fattest() {
        H1Server fattest = null;
        long most = 0;
        for (H1Server at = first; at != null; at = at.next) {
            long held = at.held();
            if (held > most) {
                most = held;
                fattest = at;
            }
        }
        return fattest;
    }

    void add(H1Server client) {
        client.next = first;
        if (first != null) {
            first.previous = client;
        }
        first = client;
        client.listed = true;
        stats.connectionsAccepted.increment();
        stats.connectionsOpen.increment();
    }

    void remove(H1Server client) {
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
