package io.weldr.core.pool;

import io.weldr.core.Names;

/** The name of a pool: 1 to 64 letters, digits, {@code -}, {@code _} or {@code .}. */
public record PoolName(String value) implements Comparable<PoolName> {
    /** The pool that always exists, and that {@code /servers} speaks of. */
    public static final PoolName DEFAULT = new PoolName("default");

    public PoolName {
        Names.checkInPath("pool", value);
    }

    @Override
    public int compareTo(PoolName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
