package io.weldr.proxy.upstream;

import io.weldr.core.pool.Origin;
import io.weldr.core.pool.OriginId;
import io.weldr.core.pool.Pool;
import io.weldr.proxy.limits.ProxyLimits;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * Takes origins that fail on real traffic out of this node's rotation for a while, long before probes would have them down.
 * Each ejection of the same origin lasts longer than the one before, until it has behaved for {@link
 * ProxyLimits#ejectTimeMax}. It is this node's opinion only: nothing is replicated, and never more than a set share of the
 * pool is out. Thread safe.
 */
public final class OutlierDetector {

    private final ProxyLimits limits;
    private final LongSupplier nanoTime;
    private final BiConsumer<Runnable, Duration> schedule;
    private final Runnable changed;
    private final Map<Key, OriginRecord> records = new ConcurrentHashMap<>();
    private final Map<Key, Term> terms = new HashMap<>(); // guarded by this
    private Set<Key> pool = Set.of(); // guarded by this
    private long total; // guarded by this

    /** One that was removed and added again is another one: what its predecessor still has under way does not count. */
    private record Key(OriginId id, long generation) {
        static Key of(Origin origin) {
            return new Key(origin.id(), origin.generation());
        }
    }

    /** How often an origin was ejected in a row, and until when the last time. */
    private record Term(int times, long untilNanos, boolean out) {}

    /**
     * Nothing is ejected yet.
     *
     * @param schedule runs something once, later, on any thread
     * @param changed called after the set of ejected origins has changed
     */
    public OutlierDetector(
            ProxyLimits limits, LongSupplier nanoTime, BiConsumer<Runnable, Duration> schedule, Runnable changed) {
        this.limits = limits;
        this.nanoTime = nanoTime;
        this.schedule = schedule;
        this.changed = changed;
    }

    /** The node-wide record of an origin, made when first asked for. */
    public OriginRecord record(Origin origin) {
        return record(Key.of(origin));
    }

    private OriginRecord record(Key key) {
        return records.computeIfAbsent(
                key, unknown -> new OriginRecord(limits.ejectAfterFailures(), () -> eject(unknown)));
    }

    /** Forgets origins that have left the pool. */
    public synchronized void follow(Pool next) {
        pool = next.origins().stream().filter(Origin::serving).map(Key::of).collect(Collectors.toUnmodifiableSet());
        Set<Key> all = next.origins().stream().map(Key::of).collect(Collectors.toSet());
        records.keySet().retainAll(all);
        terms.keySet().retainAll(all);
    }

    /** Those that are out now. */
    public synchronized Set<OriginId> ejected() {
        Set<OriginId> out = new HashSet<>();
        terms.forEach((key, term) -> {
            if (term.out()) {
                out.add(key.id());
            }
        });
        return out;
    }

    /** Ejections since the start. */
    public synchronized long total() {
        return total;
    }

    private void eject(Key key) {
        Duration time;
        synchronized (this) {
            Term before = terms.get(key);
            if (before != null && before.out()) {
                return; // what was under way fails, too
            }
            int out = ejected().size();
            if (!pool.contains(key) || (out + 1) * 100 > pool.size() * limits.ejectSharePercentMax()) {
                record(key).reset();
                return;
            }
            long now = nanoTime.getAsLong();
            long calmNanos = limits.ejectTimeMax().toNanos();
            int times = before != null && now - before.untilNanos() < calmNanos ? before.times() + 1 : 1;
            time = limits.ejectTime().multipliedBy(times);
            time = time.compareTo(limits.ejectTimeMax()) < 0 ? time : limits.ejectTimeMax();
            terms.put(key, new Term(times, now + time.toNanos(), true));
            total++;
        }
        schedule.accept(() -> takeBack(key), time);
        changed.run();
    }

    private void takeBack(Key key) {
        synchronized (this) {
            Term term = terms.get(key);
            if (term == null || !term.out()) {
                return;
            }
            terms.put(key, new Term(term.times(), term.untilNanos(), false));
            record(key).reset();
        }
        changed.run();
    }
}
