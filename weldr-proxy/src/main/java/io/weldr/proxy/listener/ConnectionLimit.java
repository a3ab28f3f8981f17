package io.weldr.proxy.listener;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * The node's limit on client connections. Shared by all workers, but touched only when a connection comes or goes, never by
 * a request. Thread safe.
 */
public final class ConnectionLimit {

    private final int max;
    private final AtomicInteger open = new AtomicInteger();

    public ConnectionLimit(int max) {
        this.max = max;
    }

    /** Takes a place; false when there is none. */
    boolean tryEnter() {
        if (open.incrementAndGet() <= max) {
            return true;
        }
        open.decrementAndGet();
        return false;
    }

    void leave() {
        open.decrementAndGet();
    }

    /** Connections open now. */
    public int open() {
        return open.get();
    }
}
