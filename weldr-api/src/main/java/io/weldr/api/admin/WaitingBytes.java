package io.weldr.api.admin;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Bytes of answers that wait for clients to read them, over HTTP and gRPC together. Small answers are always sent:
 * connections bound their number. Thread safe.
 */
public final class WaitingBytes {
    /** With 1024 connections, 16 MiB of these may wait beside the others. */
    public static final int SMALL_BYTES = 16 * 1024;

    private final long most;
    private final AtomicLong waiting = new AtomicLong();

    /** @param most how many bytes of answers larger than {@value #SMALL_BYTES} bytes may wait */
    public WaitingBytes(long most) {
        this.most = most;
    }

    /**
     * Whether an answer of that size may be sent. If so, {@link #sent} has to be called once. The only one that waits
     * always may.
     */
    public boolean take(int bytes) {
        if (bytes <= SMALL_BYTES) {
            return true;
        }
        long after = waiting.addAndGet(bytes);
        if (after > most && after > bytes) {
            waiting.addAndGet(-bytes);
            return false;
        }
        return true;
    }

    /** An answer of that size has left, or its connection is gone. */
    public void sent(int bytes) {
        if (bytes > SMALL_BYTES) {
            waiting.addAndGet(-bytes);
        }
    }

    /** How many wait now. */
    public long waiting() {
        return waiting.get();
    }

    /** The limit. */
    public long most() {
        return most;
    }
}
