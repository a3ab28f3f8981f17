package io.weldr.proxy.route;

import io.weldr.core.balance.Hashing;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Counts the requests of all rate limits of this node. Each limit and key has a token bucket, kept as one number: the
 * time at which the bucket is full again (the generic cell rate algorithm, ITU-T I.371). The table has a fixed size:
 * when it is full, the buckets that are nearest to being full are forgotten first, which lets a client through and
 * never locks one out. Thread safe, without a lock; no allocation.
 */
public final class RateLimits {
    /** 131 072 buckets take 2 MiB. */
    private static final int SETS = 32_768;

    private static final int WAYS = 4;

    /** A millisecond: bits of the key that tell claims of the same time apart. */
    private static final long CLAIM_NANOS = (1 << 20) - 1;

    /** In place of a key: the bucket is being given to another client. Keys are odd. */
    private static final long CLAIMED = 2;

    /**
     * Others that take from the same bucket at the same moment, or claim it, are this many at most; behind them a
     * request passes.
     */
    private static final int ATTEMPTS_MAX = 64;

    /** {@link #take}: it may pass. */
    public static final long PASS = 0;

    private final AtomicLongArray keys = new AtomicLongArray(SETS * WAYS); // 0: free
    private final AtomicLongArray fullNanos = new AtomicLongArray(SETS * WAYS);

    /**
     * A limit of one route.
     *
     * @param salt tells its buckets from those of other limits
     * @param intervalNanos time in which one token comes back
     * @param burst tokens of a full bucket
     */
    public record Limit(long salt, KeySource key, long intervalNanos, int burst) {}

    /**
     * Takes a token.
     *
     * @param hash of the request's key
     * @param nowNanos since a time in the past that never changes
     * @return {@link #PASS}, or how many nanoseconds it takes until there is a token
     */
    public long take(Limit limit, long hash, long nowNanos) {
        long key = Hashing.mix(hash ^ limit.salt()) | 1;
        int set = (int) (key >>> 40) % SETS * WAYS;
        long room = limit.intervalNanos() * limit.burst();
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            int slot = find(key, set);
            if (slot < 0) {
                slot = claim(key, set, nowNanos);
            }
            long before = slot < 0 ? 0 : fullNanos.get(slot);
            // Asked behind the time, which is set before the key: a bucket that belongs to another client by now, or
            // before the time below is changed, is left alone. A token of an hour would lock that client out for an
            // hour.
            if (slot < 0 || keys.get(slot) != key) {
                continue;
            }
            long full = Math.max(before, nowNanos) + limit.intervalNanos();
            if (full - nowNanos > room) {
                return full - nowNanos - room;
            }
            if (fullNanos.compareAndSet(slot, before, full)) {
                return PASS;
            }
        }
        return PASS;
    }

    private int find(long key, int set) {
        for (int i = set; i < set + WAYS; i++) {
            if (keys.get(i) == key) {
                return i;
            }
        }
        return -1;
    }

    /** A bucket for a key that has none; -1 if other threads were faster. */
    private int claim(long key, int set, long nowNanos) {
        int victim = -1;
        long before = CLAIMED;
        for (int i = set; i < set + WAYS; i++) {
            long holder = keys.get(i);
            if (holder == CLAIMED) {
                continue;
            }
            if (victim < 0 || holder == 0 || fullNanos.get(i) < fullNanos.get(victim)) {
                victim = i;
                before = holder;
            }
            if (holder == 0) {
                break;
            }
        }
        if (victim < 0 || !keys.compareAndSet(victim, before, CLAIMED)) {
            return find(key, set);
        }
        // A full bucket, whenever that was: two clients that come within a nanosecond have different times.
        fullNanos.set(victim, nowNanos - (key & CLAIM_NANOS));
        keys.set(victim, key);
        return victim;
    }
}
