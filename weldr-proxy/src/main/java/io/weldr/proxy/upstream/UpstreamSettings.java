package io.weldr.proxy.upstream;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.weldr.proxy.limits.ProxyLimits;
import io.weldr.proxy.net.Transport;
import java.util.function.Supplier;

/**
 * What all connections to origins have in common.
 *
 * @param workers how many event loops share the limits that are meant for the node
 * @param tls how https origins are verified; asked for when the first one is connected to, because making it is slow
 * @param allocator for all that is read and written
 */
public record UpstreamSettings(
        ProxyLimits limits, Transport transport, int workers, Supplier<SslContext> tls, ByteBufAllocator allocator) {

    /** One worker's share of {@link ProxyLimits#connectionsPerOriginMax}, rounded up. */
    int connectionsMax() {
        int max = limits.connectionsPerOriginMax();
        return max == 0 ? Integer.MAX_VALUE : (max + workers - 1) / workers;
    }
}
