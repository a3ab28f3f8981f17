package io.weldr.proxy.exchange;

import io.weldr.core.pool.PoolName;
import io.weldr.proxy.net.DeadlineWheel;
import io.weldr.proxy.net.Pipe;
import io.weldr.proxy.route.ServingPool;
import io.weldr.proxy.upstream.Affinity;

/** What the relays of one listener share on one event loop. */
public final class RelayLoop {

    final ExchangeLoop exchanges;
    final PoolName pool;
    final boolean sendsProxyProtocol;
    final Pipe pipe;
    final int idleTicks;

    /**
     * Relays to a pool.
     *
     * @param sendsProxyProtocol whether origins are sent a PROXY protocol header
     * @param pipe empty between two calls, so that one does for all
     */
    public RelayLoop(ExchangeLoop exchanges, PoolName pool, boolean sendsProxyProtocol, Pipe pipe) {
        this.exchanges = exchanges;
        this.sendsProxyProtocol = sendsProxyProtocol;
        this.pipe = pipe;
        this.pool = pool;
        idleTicks = DeadlineWheel.ticks(exchanges.limits().tunnelIdleTimeout());
    }

    /** Says which origin a client goes to, as far as its address decides. */
    void set(Affinity affinity, byte[] clientAddress) {
        ServingPool serving = exchanges.view().pool(pool);
        long key = serving == null || serving.key() == null ? 0 : serving.key().hash(clientAddress);
        affinity.set(pool, key, null);
    }

    /** After so long without a byte either way, a connection is closed. */
    public int idleTicks() {
        return idleTicks;
    }
}
