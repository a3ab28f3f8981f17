package io.weldr.proxy.net;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A limit on client connections: that of the node, or that of one listener within it. Shared by all workers, but
 * touched only when a connection comes or goes, never by a request. Thread safe.
 */
public final class ConnectionLimit {

    /**
     * Turned away and not closed yet, at a time; more are closed right behind their answer: a flood must not be held
     * open.
     */
    private static final int LINGERING_MAX = 1024;

    private final @Nullable ConnectionLimit node;
    private volatile int max;
    private final AtomicInteger lingering = new AtomicInteger();
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicLong accepted = new AtomicLong();
    private final AtomicLong pauses = new AtomicLong();

    /** The limit of the node. */
    public ConnectionLimit(int max) {
        this(max, null);
    }

    private ConnectionLimit(int max, @Nullable ConnectionLimit node) {
        this.max = max;
        this.node = node;
    }

    /** A limit within this one, which is that of the node. */
    public ConnectionLimit within(int most) {
        assert node == null : "a listener has no listeners";
        return new ConnectionLimit(most, this);
    }

    /** Another limit from now on. Connections that stand beyond it are left alone. */
    public void set(int most) {
        max = most;
    }

    /** Takes a place; false when there is none. */
    boolean tryEnter() {
        if (node != null && !node.tryEnter()) {
            return false;
        }
        if (open.incrementAndGet() <= max) {
            accepted.incrementAndGet();
            return true;
        }
        open.decrementAndGet();
        if (node != null) {
            node.leave();
        }
        return false;
    }

    void leave() {
        open.decrementAndGet();
        if (node != null) {
            node.leave();
        }
    }

    /** Whether one that was turned away may stay until it has read why. */
    public boolean tryLinger() {
        if (node != null) {
            return node.tryLinger();
        }
        if (lingering.incrementAndGet() <= LINGERING_MAX) {
            return true;
        }
        lingering.decrementAndGet();
        return false;
    }

    /** A connection that {@link #tryLinger} had let stay is closed. */
    public void lingered() {
        if (node != null) {
            node.lingered();
        } else {
            lingering.decrementAndGet();
        }
    }

    /** A listening socket accepts no more for now, because there is no memory for what connections would hold. */
    void paused() {
        if (node != null) {
            node.paused();
        } else {
            pauses.incrementAndGet();
        }
    }

    /** How often that has been so, on the node. */
    public long pauses() {
        return node != null ? node.pauses() : pauses.get();
    }

    /** Connections open now, those turned away left out. */
    public int open() {
        return open.get();
    }

    /** Connections that were given a place. */
    public long accepted() {
        return accepted.get();
    }
}
