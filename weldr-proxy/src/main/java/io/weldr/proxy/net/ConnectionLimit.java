package io.weldr.proxy.net;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The node's limit on client connections. Shared by all workers, but touched only when a connection comes or goes, never by
 * a request. Thread safe.
 */
public final class ConnectionLimit {

    /** Turned away and not closed yet, at a time; more are closed right behind their answer: a flood must not be held open. */
    private static final int LINGERING_MAX = 1024;

    private final int max;
    private final AtomicInteger lingering = new AtomicInteger();
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicLong pauses = new AtomicLong();

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

    /** Whether one that was turned away may stay until it has read why. */
    public boolean tryLinger() {
        if (lingering.incrementAndGet() <= LINGERING_MAX) {
            return true;
        }
        lingering.decrementAndGet();
        return false;
    }

    /** A connection that {@link #tryLinger} had let stay is closed. */
    public void lingered() {
        lingering.decrementAndGet();
    }

    /** A listening socket accepts no more for now, because there is no memory for what connections would hold. */
    void paused() {
        pauses.incrementAndGet();
    }

    /** How often that has been so. */
    public long pauses() {
        return pauses.get();
    }

    /** Connections open now, those turned away left out. */
    public int open() {
        return open.get();
    }
}
