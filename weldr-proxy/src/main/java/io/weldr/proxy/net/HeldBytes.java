package io.weldr.proxy.net;

import io.netty.buffer.ByteBuf;
import io.weldr.proxy.stats.Counter;

/**
 * The bytes that buffers of one event loop hold while they wait: for a peer to take what was written, for the rest of a
 * head, for an origin. What counts is the capacity of a buffer, since a few bytes in use hold all of it.
 *
 * <p>There is a budget, well below the direct memory of the process, so that no client can bring about that an allocation
 * fails. Where three quarters of it are held, no new connections are accepted; beyond nine tenths, new requests are refused
 * and the connections that hold most are cut at the next tick, or at once where all of it is held. Confined to the loop, but for {@link #held} and
 * {@link #takesConnections}.
 */
public final class HeldBytes {

    private final long max;
    private final long connectionsMax;
    private final long requestsMax;
    private final Runnable overfull;
    private final Counter held = new Counter();
    private boolean told;

    /**
     * A budget of which nothing is used.
     *
     * @param max bytes that may be held; above 0
     * @param overfull called when more are held, and not again before {@link #relieved}; on the loop, in the middle of
     *     whatever has just begun to hold: must not close connections within the call
     */
    public HeldBytes(long max, Runnable overfull) {
        this.max = max;
        this.overfull = overfull;
        connectionsMax = max / 4 * 3;
        requestsMax = max / 10 * 9;
    }

    /** Capacity of the memory that a buffer keeps from being used for anything else. */
    public static long capacity(ByteBuf buffer) {
        ByteBuf root = buffer;
        for (ByteBuf next = root.unwrap(); next != null; next = root.unwrap()) {
            root = next;
        }
        return root.capacity();
    }

    /** More is held, or less if negative. */
    public void add(long bytes) {
        if (bytes == 0) {
            return;
        }
        held.add(bytes);
        if (bytes > 0 && !told && isOverfull()) {
            told = true;
            overfull.run();
        }
    }

    /** Bytes held now; any thread. */
    public long held() {
        return held.get();
    }

    /** Whether there is room for the buffers of new connections; any thread. */
    public boolean takesConnections() {
        return held.get() <= connectionsMax;
    }

    /** Whether there is room for the buffers of new requests. */
    public boolean takesRequests() {
        return held.get() <= requestsMax;
    }

    /** Whether more is held than may be. */
    public boolean isOverfull() {
        return held.get() > max;
    }

    /** What could be done about it has been done: the next time that it is overfull is told again. */
    public void relieved() {
        told = false;
    }
}
