package io.weldr.proxy.upstream;

import io.weldr.core.pool.OriginId;
import io.weldr.core.pool.PoolName;
import org.jspecify.annotations.Nullable;

/**
 * The part of a request that selects its origin. An exchange has one, for one request after another. Confined to its
 * event loop.
 */
public final class Affinity {
    private PoolName pool = PoolName.DEFAULT;
    private long key;
    private @Nullable OriginId origin;

    /** Of a request that goes to any origin of a pool. */
    public void set(PoolName name) {
        set(name, 0, null);
    }

    /**
     * Of a request.
     *
     * @param hash of what it is balanced by; 0: nothing
     * @param bound the origin that its client is bound to; null: none
     */
    public void set(PoolName name, long hash, @Nullable OriginId bound) {
        pool = name;
        key = hash;
        origin = bound;
    }

    /** The pool that the request goes to. */
    public PoolName pool() {
        return pool;
    }

    long key() {
        return key;
    }

    /** The origin that its client is bound to; null: none. */
    public @Nullable OriginId origin() {
        return origin;
    }
}
