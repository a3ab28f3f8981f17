package io.weldr.proxy.upstream;

import io.netty.buffer.ByteBufAllocator;
import io.weldr.core.balance.DeadAddresses;
import io.weldr.proxy.limits.ProxyLimits;
import io.weldr.proxy.net.Transport;
import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * The common settings of all connections to origins.
 *
 * @param workers how many event loops share the limits that are meant for the node
 * @param allocator for all that is read and written
 * @param dead addresses that are tried after the others of their name
 */
public record UpstreamSettings(
        ProxyLimits limits,
        Transport transport,
        int workers,
        ByteBufAllocator allocator,
        DeadAddresses<InetSocketAddress> dead) {

    /**
     * For how long an address that refused or was silent is tried last. One connection in this time may wait for an
     * address that is still dead, and one that works again is used again within it.
     */
    public static final Duration DEAD_TIME = Duration.ofSeconds(30);

    /** One worker's share of a number of connections that is meant for the node, rounded up. 0 is no limit. */
    int share(int max) {
        return max == 0 ? Integer.MAX_VALUE : (int) (((long) max + workers - 1) / workers);
    }
}
