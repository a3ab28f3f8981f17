package io.weldr.proxy.exchange;

import io.weldr.core.pool.PoolName;
import io.weldr.proxy.net.DeadlineWheel;
import io.weldr.proxy.net.Pipe;
import io.weldr.proxy.route.ServingPool;
import io.weldr.proxy.upstream.Affinity;

/** The objects that the relays of one listener share on one event loop. */
public final class RelayLoop {

    final ExchangeLoop exchanges;
    final Pipe pipe;
    final int idleTicks;

    /**
     * Relays to any pool.
     *
     * @param pipe empty between two calls, so that one does for all
     */
    public RelayLoop(ExchangeLoop exchanges, Pipe pipe) {
        this.exchanges = exchanges;
        this.pipe = pipe;
        idleTicks = DeadlineWheel.ticks(exchanges.limits().tunnelIdleTimeout());
    }

    /** Whether the pool wants its origins told where connections come from. */
    boolean sendsProxyProtocol(PoolName pool) {
        ServingPool serving = exchanges.view().pool(pool);
        return serving != null && serving.settings().sendsProxyProtocol();
    }

    /** Says which origin of a pool a client goes to, as far as its address decides. */
    void set(Affinity affinity, PoolName pool, byte[] clientAddress) {
        ServingPool serving = exchanges.view().pool(pool);
        long key = serving == null || serving.key() == null ? 0 : serving.key().hash(clientAddress);
        affinity.set(pool, key, null);
    }

    /** After so long without a byte either way, a connection is closed. */
    public int idleTicks() {
        return idleTicks;
    }
}
