package io.weldr.proxy;

import io.weldr.core.balance.SlowStart;
import io.weldr.core.certificate.Certificate;
import io.weldr.core.certificate.CertificateName;
import io.weldr.core.pool.Origin;
import io.weldr.core.pool.OriginId;
import io.weldr.core.pool.Pool;
import io.weldr.core.pool.PoolName;
import io.weldr.core.state.ClusterState;
import io.weldr.proxy.route.OriginAccess;
import io.weldr.proxy.route.PoolTerms;
import io.weldr.proxy.route.ServingPool;
import io.weldr.proxy.upstream.OriginRecord;
import io.weldr.proxy.upstream.OutlierDetector;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The pools of this node: what workers need to know of each, and which origins the node has ejected. Only pools that
 * have changed are made anew, and pools with a sticky cookie when the cookies have other tokens. One thread refreshes;
 * the rest may be called by any thread.
 */
final class ServingPools {

    /** Makes what workers need to know of a pool. May take its time; called by one thread at a time. */
    @FunctionalInterface
    interface Maker {
        /**
         * The serving pool.
         *
         * @param access how its origins are spoken to
         * @param ejected origins that this node does not use for now
         */
        ServingPool make(Pool pool, PoolTerms terms, OriginAccess access, Set<OriginId> ejected, Instant now);
    }

    private final PoolTerms.NodeDefaults node;
    private final Maker maker;
    private final OriginTls tls;
    private final BiConsumer<Runnable, Duration> schedule;
    private final Runnable changed;
    private final Map<PoolName, OutlierDetector> ejections = new ConcurrentHashMap<>();
    private final AtomicLong ejectedBefore = new AtomicLong(); // by detectors of pools that are gone

    private final AtomicLong tokens = new AtomicLong(); // how often the tokens of sticky cookies have changed

    // These belong to the thread that refreshes.
    private final Map<PoolName, Built> built = new HashMap<>();
    private Map<PoolName, ServingPool> current = Map.of();
    private @Nullable Alarm alarm; // the last one that was set; null: none yet

    /**
     * What a serving pool was made of, and when it has to be made anew for the time alone.
     *
     * @param client the certificate that is shown to its origins; null: none, or there is none of that name
     * @param tokens how often the secret, and with it the tokens of sticky cookies, had changed
     */
    private record Built(
            Pool pool,
            @Nullable Certificate client,
            Set<OriginId> without,
            long tokens,
            ServingPool serving,
            long changesAtMillis) {
        boolean holds(Pool now, @Nullable Certificate shown, Set<OriginId> ejected, long newestTokens, long nowMillis) {
            return same(pool, now)
                    && Objects.equals(client, shown)
                    && without.equals(ejected)
                    && (tokens == newestTokens || !needsSecret(now))
                    && nowMillis < changesAtMillis;
        }

        private static boolean needsSecret(Pool pool) {
            return pool.settings().sticky() != null || pool.settings().tls().clientCertificate() != null;
        }
    }

    /** A refresh that is due at a time. It rings early where the clock has been set back, or runs slowly. */
    private static final class Alarm implements Runnable {
        private final long atMillis;
        private final Runnable changed;
        private volatile boolean rung;

        Alarm(long atMillis, Runnable changed) {
            this.atMillis = atMillis;
            this.changed = changed;
        }

        @Override
        public void run() {
            rung = true;
            changed.run();
        }
    }

    /**
     * No pools yet.
     *
     * @param schedule runs something once, later, on any thread
     * @param changed called when a refresh is due, also on event loops; must not block
     */
    ServingPools(
            PoolTerms.NodeDefaults node,
            Maker maker,
            OriginTls tls,
            BiConsumer<Runnable, Duration> schedule,
            Runnable changed) {
        this.node = node;
        this.tls = tls;
        this.maker = maker;
        this.schedule = schedule;
        this.changed = changed;
    }

    /** States share the pools that a change left alone, and to compare a thousand origins takes a while. */
    @SuppressWarnings("ReferenceEquality")
    private static boolean same(Pool one, Pool other) {
        return one == other || one.equals(other);
    }

    /**
     * Pools with a sticky cookie are made anew soon, with the tokens that there are now. Any thread; does not block.
     */
    void tokensChanged() {
        tokens.incrementAndGet();
        changed.run();
    }

    /** The pools of that state. The same object as the last time, if nothing has changed. */
    @SuppressWarnings("ReferenceEquality") // what has not changed is the same object
    Map<PoolName, ServingPool> refresh(ClusterState state, Instant now) {
        // Asked first: tokens that change from here on make pools anew once more.
        long newestTokens = tokens.get();
        boolean other = built.keySet().retainAll(state.pools().keySet());
        ejections.forEach((name, detector) -> {
            if (!state.pools().containsKey(name)) {
                ejectedBefore.addAndGet(detector.total());
                ejections.remove(name);
            }
        });
        long next = SlowStart.NEVER;
        for (Pool pool : state.pools().values()) {
            Built before = built.get(pool.name());
            CertificateName client = pool.settings().tls().clientCertificate();
            Certificate shown = client == null ? null : state.certificate(client);
            Built after = refreshed(pool, shown, before, newestTokens, now);
            if (after != before) {
                built.put(pool.name(), after);
                other = true;
            }
            next = Math.min(next, after.changesAtMillis());
        }
        refreshAt(next, now);
        if (other) {
            Map<PoolName, ServingPool> pools = new HashMap<>();
            built.forEach((name, each) -> pools.put(name, each.serving()));
            current = Map.copyOf(pools);
            tls.retain(pools.values().stream().map(ServingPool::access).toList());
        }
        return current;
    }

    /** Asks for a refresh at that time, unless one is asked for at an earlier time. */
    private void refreshAt(long nextMillis, Instant now) {
        Alarm pending = alarm;
        if (nextMillis == SlowStart.NEVER || (pending != null && !pending.rung && pending.atMillis <= nextMillis)) {
            return;
        }
        Alarm next = new Alarm(nextMillis, changed);
        schedule.accept(next, Duration.ofMillis(Math.max(1, nextMillis - now.toEpochMilli())));
        alarm = next;
    }

    /** The pool made anew; or as it was before, if nothing has changed. */
    private Built refreshed(
            Pool pool, @Nullable Certificate client, @Nullable Built before, long newestTokens, Instant now) {
        OutlierDetector detector = ejections.computeIfAbsent(
                pool.name(), unknown -> new OutlierDetector(System::nanoTime, schedule, changed));
        PoolTerms terms = PoolTerms.of(pool, node);
        if (before == null || !same(before.pool(), pool)) {
            detector.follow(pool, terms);
        }
        Set<OriginId> without = detector.ejected();
        if (before != null && before.holds(pool, client, without, newestTokens, now.toEpochMilli())) {
            return before;
        }
        OriginAccess access = tls.access(
                pool, client, before == null ? null : before.serving().access());
        ServingPool serving = maker.make(pool, terms, access, without, now);
        return new Built(pool, client, without, newestTokens, serving, serving.nextChangeMillis(now));
    }

    /** How an origin of that pool does on real traffic, seen by the whole node. */
    OriginRecord record(PoolName pool, Origin origin) {
        OutlierDetector detector = ejections.get(pool);
        return detector == null ? OriginRecord.unwatched() : detector.record(origin);
    }

    /** The origins of that pool that are out now. */
    Set<OriginId> ejected(PoolName pool) {
        OutlierDetector detector = ejections.get(pool);
        return detector == null ? Set.of() : detector.ejected();
    }

    /** Ejections since the start. */
    long ejections() {
        return ejectedBefore.get()
                + ejections.values().stream().mapToLong(OutlierDetector::total).sum();
    }
}
