package io.weldr.core.route;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Values by ranges of bytes, without allocation: open addressing, at most half full. Keys are what operators wrote, so
 * that no client can fill one place with many keys. Does not change once it is built.
 */
final class ByteTable<V> {
    private final int[] hashes;
    private final byte[][] keys;
    private final @Nullable Object[] values;
    private final int mask;
    private final int shift;

    /** @param size number of keys at most */
    ByteTable(int size) {
        int capacity = Integer.highestOneBit(Math.max(1, size)) << 2;
        hashes = new int[capacity];
        keys = new byte[capacity][];
        values = new Object[capacity];
        mask = capacity - 1;
        shift = Integer.numberOfLeadingZeros(mask);
    }

    /** Adds a key that is not there yet. */
    void put(byte[] key, int hash, V value) {
        int at = place(hash);
        while (values[at] != null) {
            at = (at + 1) & mask;
        }
        hashes[at] = hash;
        keys[at] = key;
        values[at] = value;
    }

    @SuppressWarnings("unchecked") // put() takes nothing else
    @Nullable V get(byte[] bytes, int from, int to, int hash) {
        for (int at = place(hash); values[at] != null; at = (at + 1) & mask) {
            byte[] key = keys[at];
            if (hashes[at] == hash && Arrays.equals(bytes, from, to, key, 0, key.length)) {
                return (V) values[at];
            }
        }
        return null;
    }

    /** The upper bits of the product depend on all bits of the hash. */
    private int place(int hash) {
        return (hash * 0x9E3779B9) >>> shift;
    }
}
