package io.weldr.api.auth;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.function.LongSupplier;

/**
 * Invalid credentials that came from an address. After {@value #BURST} of them, one more is looked at each second. A
 * token has 256 random bits and is not found by guessing; this keeps guesses from costing a node anything. Thread safe.
 *
 * <p>Addresses that were quiet for the longest time are forgotten first. All addresses of an IPv6 network of 64 bits
 * are one.
 */
final class Attempts {
    static final int BURST = 20;
    static final int ADDRESSES_MAX = 4096;
    private static final long REFILL_NANOS = 1_000_000_000L;
    private static final int NETWORK_BYTES = 8;

    private final LongSupplier nanoClock;
    private final LinkedHashMap<Key, Bucket> failed = new LinkedHashMap<>(16, 0.75f, true); // guarded by this

    Attempts(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    @SuppressWarnings("ArrayRecordComponent") // equality is by content, below
    private record Key(byte[] network) {
        static Key of(InetAddress address) {
            byte[] bytes = address.getAddress();
            return new Key(bytes.length > NETWORK_BYTES ? Arrays.copyOf(bytes, NETWORK_BYTES) : bytes);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Key key && Arrays.equals(network, key.network);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(network);
        }
    }

    /** How many failures count, at that time. */
    private record Bucket(double failures, long atNanos) {
        Bucket at(long nowNanos) {
            return new Bucket(Math.max(0, failures - (nowNanos - atNanos) / (double) REFILL_NANOS), nowNanos);
        }
    }

    /** Whether a credential from that address is to be looked at. */
    synchronized boolean mayTry(InetAddress address) {
        Key key = Key.of(address);
        Bucket bucket = failed.get(key);
        if (bucket == null) {
            return true;
        }
        Bucket now = bucket.at(nanoClock.getAsLong());
        if (now.failures() == 0) {
            failed.remove(key);
            return true;
        }
        return now.failures() + 1 <= BURST;
    }

    /** A credential from that address was not valid. */
    synchronized void failed(InetAddress address) {
        Key key = Key.of(address);
        long nowNanos = nanoClock.getAsLong();
        Bucket before = failed.getOrDefault(key, new Bucket(0, nowNanos)).at(nowNanos);
        failed.put(key, new Bucket(before.failures() + 1, nowNanos));
        var eldest = failed.entrySet().iterator();
        while (failed.size() > ADDRESSES_MAX) {
            eldest.next();
            eldest.remove();
        }
    }

    /** How many addresses are remembered. */
    synchronized int addresses() {
        return failed.size();
    }
}
