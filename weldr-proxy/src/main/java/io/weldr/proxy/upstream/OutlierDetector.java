package io.weldr.proxy.upstream;

import static java.util.Objects.requireNonNull;

import io.weldr.core.pool.Origin;
import io.weldr.core.pool.OriginId;
import io.weldr.core.pool.Pool;
import io.weldr.proxy.route.PoolTerms;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Stops using origins that fail on real traffic for a while, on this node, long before probes would have them down.
 * Each ejection of the same origin lasts longer than the one before, until it has behaved for {@link
 * PoolTerms#ejectTimeMax}. It is this node's opinion only: nothing is replicated. An ejection never brings the
 * ejected origins above a set share of the origins that serve. Thread safe, without a lock: event loops eject.
 */
public final class OutlierDetector {

    private final LongSupplier nanoTime;
    private final BiConsumer<Runnable, Duration> schedule;
    private final Runnable changed;
    private final Map<Key, OriginRecord> records = new ConcurrentHashMap<>();
    private final AtomicReference<Book> book = new AtomicReference<>(new Book(Set.of(), Map.of(), 0));
    private volatile @Nullable PoolTerms terms; // null before the first pool

    /**
     * An origin that was removed and added again counts as another origin. Exchanges that are still under way to the
     * removed one do not speak against it.
     */
    private record Key(OriginId id, long generation) {
        static Key of(Origin origin) {
            return new Key(origin.id(), origin.generation());
        }
    }

    /** How often an origin was ejected in a row, and until when the last time. */
    private record Term(int times, long untilNanos, boolean out) {}

    /**
     * All that is known, immutable.
     *
     * @param pool origins that serve
     * @param total ejections since the start
     */
    private record Book(Set<Key> pool, Map<Key, Term> terms, long total) {
        Book following(Set<Key> serving, Set<Key> all) {
            Map<Key, Term> kept = new HashMap<>(terms);
            kept.keySet().retainAll(all);
            return new Book(serving, kept, total);
        }

        Book with(Key key, Term term) {
            Map<Key, Term> next = new HashMap<>(terms);
            next.put(key, term);
            return new Book(pool, next, total + (term.out() ? 1 : 0));
        }

        Set<OriginId> out() {
            Set<OriginId> out = new HashSet<>();
            terms.forEach((key, term) -> {
                if (term.out()) {
                    out.add(key.id());
                }
            });
            return out;
        }

        /**
         * An ejected origin that does not serve, for example because probes fail, takes nothing from those that serve.
         */
        int outOfServing() {
            return (int) terms.entrySet().stream()
                    .filter(entry -> entry.getValue().out() && pool.contains(entry.getKey()))
                    .count();
        }
    }

    /**
     * Nothing is ejected yet.
     *
     * @param schedule runs something once, later, on any thread
     * @param changed called after the set of ejected origins has changed, also on event loops; must not block
     */
    public OutlierDetector(LongSupplier nanoTime, BiConsumer<Runnable, Duration> schedule, Runnable changed) {
        this.nanoTime = nanoTime;
        this.schedule = schedule;
        this.changed = changed;
    }

    /** The node-wide record of an origin, made when first asked for. */
    public OriginRecord record(Origin origin) {
        return record(Key.of(origin));
    }

    private OriginRecord record(Key key) {
        return records.computeIfAbsent(key, unknown -> new OriginRecord(this::failuresMax, () -> eject(unknown)));
    }

    private int failuresMax() {
        PoolTerms now = terms;
        return now == null ? 0 : now.ejectAfterFailures();
    }

    /** Goes by these terms, and forgets origins that have left the pool. */
    public void follow(Pool next, PoolTerms holding) {
        terms = holding;
        Set<Key> serving =
                next.origins().stream().filter(Origin::serving).map(Key::of).collect(Collectors.toUnmodifiableSet());
        Set<Key> all = next.origins().stream().map(Key::of).collect(Collectors.toSet());
        book.updateAndGet(before -> before.following(serving, all));
        records.keySet().retainAll(all);
    }

    /** Those that are out now. */
    public Set<OriginId> ejected() {
        return book().out();
    }

    /** Ejections since the start. */
    public long total() {
        return book().total();
    }

    private Book book() {
        return requireNonNull(book.get());
    }

    private void eject(Key key) {
        PoolTerms holding = terms;
        if (holding == null) {
            return;
        }
        long now = nanoTime.getAsLong();
        Book before;
        Term term;
        do {
            before = book();
            Term last = before.terms().get(key);
            if (last != null && last.out()) {
                return; // what was under way fails, too
            }
            int share = (before.outOfServing() + 1) * 100;
            if (!before.pool().contains(key) || share > before.pool().size() * holding.ejectSharePercentMax()) {
                record(key).reset();
                return;
            }
            term = next(last, now, holding);
        } while (!book.compareAndSet(before, before.with(key, term)));
        schedule.accept(() -> takeBack(key), Duration.ofNanos(term.untilNanos() - now));
        changed.run();
    }

    private static Term next(@Nullable Term last, long now, PoolTerms holding) {
        long calmNanos = holding.ejectTimeMax().toNanos();
        int times = last != null && now - last.untilNanos() < calmNanos ? last.times() + 1 : 1;
        Duration time = holding.ejectTime().multipliedBy(times);
        time = time.compareTo(holding.ejectTimeMax()) < 0 ? time : holding.ejectTimeMax();
        return new Term(times, now + time.toNanos(), true);
    }

    private void takeBack(Key key) {
        Book before;
        Term term;
        do {
            before = book();
            term = before.terms().get(key);
            if (term == null || !term.out()) {
                return;
            }
        } while (!book.compareAndSet(before, before.with(key, new Term(term.times(), term.untilNanos(), false))));
        record(key).reset();
        changed.run();
    }
}
