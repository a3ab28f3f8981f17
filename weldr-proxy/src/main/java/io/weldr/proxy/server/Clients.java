package io.weldr.proxy.server;

import io.weldr.proxy.net.DeadlineWheel;
import io.weldr.proxy.net.Faults;
import io.weldr.proxy.stats.WorkerStats;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The client connections of one event loop that stand: counted, and ended together. Confined to the loop. */
public final class Clients {

    /** How long an idle connection is kept when draining began; the time that a request takes over a slow network. */
    private static final Duration LAST_CALL = Duration.ofMillis(500);

    static final int LAST_CALL_TICKS = DeadlineWheel.ticks(LAST_CALL);

    private final WorkerStats stats;
    private @Nullable H1Server first; // a list through the connections themselves
    private boolean draining;

    /** @param stats where they are counted */
    public Clients(WorkerStats stats) {
        this.stats = stats;
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
        for (H1Server at = first; at != null; at = at.next) {
            at.lastCall();
        }
    }

    /** Closes every connection, whatever it is doing. */
    public void cutAll() {
        for (H1Server at = first; at != null; at = first) {
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
