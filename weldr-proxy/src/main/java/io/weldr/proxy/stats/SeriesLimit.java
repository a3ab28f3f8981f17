package io.weldr.proxy.stats;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/**
 * The limit of label sets of a metric on this node. Those that come first stay; what comes later is counted
 * together. Asked when a set of labels is seen for the first time, not for each request. Thread safe, without locks.
 */
public final class SeriesLimit {

    private final int max;
    private final Set<Object> admitted = ConcurrentHashMap.newKeySet();
    private final AtomicInteger count = new AtomicInteger();
    private final AtomicLong refused = new AtomicLong();

    /** @param max sets of labels */
    public SeriesLimit(int max) {
        this.max = max;
    }

    /** Whether that set of labels has series of its own; if not, that is counted. */
    public boolean admits(Object labels) {
        if (admitted.contains(labels)) {
            return true;
        }
        if (count.incrementAndGet() > max) {
            count.decrementAndGet();
            refused.incrementAndGet();
            return false;
        }
        if (!admitted.add(labels)) {
            count.decrementAndGet(); // another loop has admitted it within that
        }
        return true;
    }

    /** Gives back the places of labels that are gone. */
    public void retain(Predicate<Object> wanted) {
        admitted.removeIf(labels -> {
            boolean gone = !wanted.test(labels);
            if (gone) {
                count.decrementAndGet();
            }
            return gone;
        });
    }

    /** How often a set of labels was refused: at least once for each, at most once for each loop and routing view. */
    public long refused() {
        return refused.get();
    }
}
