package io.weldr.core.balance;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Addresses of a name to which the last connection failed. For a while they are tried after the others, so that not
 * each connection waits for a dead one. When that time is over, one caller tries the address before the others;
 * everybody else goes on trying it last until it has connected. Thread safe, without a lock.
 *
 * @param <A> an address
 */
public final class DeadAddresses<A> {
    /**
     * As many as 512 names with eight addresses each. Beyond, some other address is forgotten, and costs one caller a
     * wait.
     */
    public static final int ADDRESSES_MAX = 4096;

    private final long heldNanos;
    private final Map<A, Long> dead = new ConcurrentHashMap<>(); // until when, by the caller's clock

    /** @param held for how long an address is tried last */
    public DeadAddresses(Duration held) {
        heldNanos = held.toNanos();
    }

    /** No connection to {@code address} came about, by no fault of this node. */
    public void failed(A address, long nowNanos) {
        if (dead.size() >= ADDRESSES_MAX && !dead.containsKey(address)) {
            makeRoom(nowNanos);
        }
        dead.put(address, nowNanos + heldNanos);
    }

    private void makeRoom(long nowNanos) {
        dead.values().removeIf(untilNanos -> nowNanos - untilNanos >= 0);
        Iterator<A> any = dead.keySet().iterator();
        while (dead.size() >= ADDRESSES_MAX && any.hasNext()) {
            any.next();
            any.remove();
        }
    }

    /** A connection to {@code address} stands. */
    public void connected(A address) {
        if (!dead.isEmpty()) {
            dead.remove(address);
        }
    }

    /**
     * The same addresses in the order in which they are to be tried; among those that work, the order that they had.
     */
    public List<A> inOrder(List<A> addresses, long nowNanos) {
        if (dead.isEmpty() || addresses.size() < 2) {
            return addresses;
        }
        List<A> first = new ArrayList<>(addresses.size());
        List<A> working = new ArrayList<>(addresses.size());
        List<A> last = new ArrayList<>();
        for (A address : addresses) {
            Long untilNanos = dead.get(address);
            if (untilNanos == null) {
                working.add(address);
            } else if (first.isEmpty() && claim(address, untilNanos, nowNanos)) {
                first.add(address);
            } else {
                last.add(address);
            }
        }
        first.addAll(working);
        first.addAll(last);
        return first;
    }

    /** Whether this caller is the one to try an address again. For others its time begins anew. */
    private boolean claim(A address, Long untilNanos, long nowNanos) {
        return nowNanos - untilNanos >= 0 && dead.replace(address, untilNanos, nowNanos + heldNanos);
    }
}
