package io.weldr.proxy.net;

import io.netty.buffer.ByteBuf;
import io.weldr.proxy.stats.Counter;
import org.jspecify.annotations.Nullable;

/**
 * The bytes that buffers of one event loop hold while they wait: for a peer to take what was written, for the rest of a
 * head, for an origin. What counts is the capacity of a buffer, since a few bytes in use hold all of it. Each
 * connection has an {@link Account}.
 *
 * <p>There is a budget, well below the direct memory of the process, so that no client can bring about that an
 * allocation fails. Beyond three quarters of it no new connections are accepted; if that lasts, the connections that
 * hold most are cut. Beyond nine tenths new requests are refused, and connections are cut at the next {@link #tick};
 * beyond all of it, at once. Confined to the loop, but for {@link #held} and {@link #takesConnections}.
 */
public final class HeldBytes {

    /** Ticks without room for connections before others have to give way. */
    static final int TICKS_FULL_MAX = 5;

    /** Cut at a time, so that the loop does something else in between. */
    private static final int CUTS_AT_ONCE_MAX = 16;

    /** Less than a read buffer is not worth a connection. */
    private static final long CUT_BYTES_MIN = 4 * 1024;

    private final long max;
    private final long connectionsMax;
    private final long requestsMax;
    private final Counter cuts;
    private final Runnable overfull;
    private final Counter held = new Counter();
    private @Nullable Account first; // of those that hold something
    private boolean told;
    private boolean allocationFailed;
    private int ticksFull;

    /** Who holds: a connection. */
    interface Holder {
        /** Counts anew what it holds, and tells its account. */
        void count();

        /** Ends: there is no more room. */
        void shed();
    }

    /** What one connection holds. */
    public static final class Account {
        private final HeldBytes all;
        private final Holder holder;
        private long held;
        private @Nullable Account previous;
        private @Nullable Account next;

        private Account(HeldBytes all, Holder holder) {
            this.all = all;
            this.holder = holder;
        }

        /** More is held, or less if negative. */
        public void add(long bytes) {
            if (bytes == 0) {
                return;
            }
            if (held == 0) {
                all.list(this);
            }
            held += bytes;
            assert held >= 0 : held;
            if (held == 0) {
                all.unlist(this);
            }
            all.add(bytes);
        }

        /** Bytes held now. */
        long held() {
            return held;
        }

        /** Something has failed. If it was an allocation, somebody has to give way, whatever the budget says. */
        public void failed(Throwable cause) {
            all.allocationFailed |= cause instanceof OutOfMemoryError;
        }
    }

    /**
     * A budget of which nothing is used.
     *
     * @param max bytes that may be held; above 0
     * @param cuts counts the connections that are cut
     * @param overfull called when more are held, and not again before {@link #relieve}; on the loop, in the middle of
     *     whatever has just begun to hold: must not call {@link #relieve} itself
     */
    public HeldBytes(long max, Counter cuts, Runnable overfull) {
        this.max = max;
        this.cuts = cuts;
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

    Account account(Holder holder) {
        return new Account(this, holder);
    }

    private void add(long bytes) {
        held.add(bytes);
        if (bytes > 0 && !told && held.get() > max) {
            told = true;
            overfull.run();
        }
    }

    private void list(Account account) {
        account.next = first;
        if (first != null) {
            first.previous = account;
        }
        first = account;
    }

    private void unlist(Account account) {
        if (account.previous != null) {
            account.previous.next = account.next;
        } else {
            first = account.next;
        }
        if (account.next != null) {
            account.next.previous = account.previous;
        }
        account.previous = null;
        account.next = null;
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

    /** To be called ten times a second. */
    public void tick() {
        if (allocationFailed || !takesConnections()) {
            countAll(); // what was taken meanwhile is told by no event
        }
        ticksFull = takesConnections() ? 0 : ticksFull + 1;
        if (allocationFailed) {
            allocationFailed = false;
            cutFattest();
        }
        if (!takesRequests()) {
            cutDownTo(requestsMax);
        } else if (ticksFull > TICKS_FULL_MAX) {
            cutDownTo(max / 2); // room for many: those that wait to be accepted may be of the same kind
        }
    }

    /** Cuts the connections that hold most, until there is room for requests again. */
    public void relieve() {
        try {
            countAll();
            cutDownTo(requestsMax);
        } finally {
            told = false;
        }
    }

    private void countAll() {
        for (Account at = first; at != null; ) {
            Account next = at.next; // it may leave the list
            at.holder.count();
            at = next;
        }
    }

    private void cutDownTo(long enough) {
        for (int i = 0; i < CUTS_AT_ONCE_MAX && held.get() > enough; i++) {
            if (!cutFattest()) {
                return;
            }
        }
    }

    private boolean cutFattest() {
        Account fattest = null;
        long most = CUT_BYTES_MIN - 1;
        for (Account at = first; at != null; at = at.next) {
            if (at.held > most) {
                most = at.held;
                fattest = at;
            }
        }
        if (fattest == null) {
            return false;
        }
        cuts.increment();
        fattest.holder.shed();
        return true;
    }
}
