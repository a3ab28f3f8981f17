package io.weldr.proxy.upstream;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.weldr.core.balance.DeadAddresses;
import io.weldr.proxy.limits.ProxyLimits;
import io.weldr.proxy.net.DeadlineWheel;
import io.weldr.proxy.net.HeldBytes;
import io.weldr.proxy.net.Transport;
import io.weldr.proxy.stats.Counter;
import io.weldr.proxy.stats.Http2Stats;

/** What connections to origins share, on the thread of a test and without a socket. */
final class Embedded {

    private Embedded() {}

    static UpstreamLoop upstream(DeadlineWheel wheel, NameResolver resolver, ProxyLimits limits) {
        UpstreamSettings settings = new UpstreamSettings(
                limits, Transport.NIO, 1, ByteBufAllocator.DEFAULT, new DeadAddresses<>(UpstreamSettings.DEAD_TIME));
        HeldBytes held = new HeldBytes(Long.MAX_VALUE, new Counter(), () -> {});
        return new UpstreamLoop(new EmbeddedChannel().eventLoop(), wheel, held, settings, resolver, new Http2Stats());
    }
}
