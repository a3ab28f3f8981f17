package io.weldr.proxy.upstream;

import io.netty.channel.EventLoop;
import io.weldr.proxy.http1.ResponseHead;
import io.weldr.proxy.http1.TrailerFilter;
import io.weldr.proxy.http2.ResponseFields;
import io.weldr.proxy.limits.ProxyLimits;
import io.weldr.proxy.net.DeadlineWheel;
import io.weldr.proxy.net.HeldBytes;
import io.weldr.proxy.stats.Http2Stats;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** The objects that the origin connections of one event loop share: scratch space, deadlines and limits in ticks. */
public final class UpstreamLoop {

    final EventLoop loop;
    final DeadlineWheel wheel;
    final UpstreamSettings settings;
    final ProxyLimits limits;
    final NameResolver resolver;
    final HeldBytes held;
    final ResponseHead head;
    final ResponseFields responseFields = new ResponseFields();
    final TrailerFilter trailerFilter;
    final Http2Stats http2;
    final byte[] scratch;
    final int responseHeadTicks;
    final int progressTicks;
    final int idleTicks;
    final int connectTicks;
    final int tlsTicks;
    final int pingTicks; // 0: no pings
    final int pingTimeoutTicks;
    private final int ageTicksMax;
    private final RandomGenerator random = new SplittableRandom(); // confined to the loop

    /**
     * No connections yet.
     *
     * @param held where buffers that wait are counted
     * @param http2 where connections of HTTP/2 are counted
     */
    public UpstreamLoop(
            EventLoop loop,
            DeadlineWheel wheel,
            HeldBytes held,
            UpstreamSettings settings,
            NameResolver resolver,
            Http2Stats http2) {
        this.http2 = http2;
        this.held = held;
        this.loop = loop;
        this.wheel = wheel;
        this.settings = settings;
        this.resolver = resolver;
        limits = settings.limits();
        head = new ResponseHead(limits);
        trailerFilter = new TrailerFilter(limits);
        scratch = new byte[limits.headBytesMax()];
        responseHeadTicks = DeadlineWheel.ticks(limits.responseHeadTimeout());
        progressTicks = DeadlineWheel.ticks(limits.originProgressTimeout());
        idleTicks = DeadlineWheel.ticks(limits.originIdleTimeout());
        connectTicks = DeadlineWheel.ticks(limits.connectTimeout());
        tlsTicks = DeadlineWheel.ticks(limits.tlsTimeout());
        pingTicks = limits.originPingInterval().isZero() ? 0 : DeadlineWheel.ticks(limits.originPingInterval());
        pingTimeoutTicks = DeadlineWheel.ticks(limits.originPingTimeout());
        ageTicksMax =
                limits.originConnectionAgeMax().isZero() ? 0 : DeadlineWheel.ticks(limits.originConnectionAgeMax());
    }

    /**
     * How old a new connection may get: between three quarters of the limit and all of it, so that connections that
     * were made together are not made anew together. 0: as old as it likes.
     */
    int ageTicks() {
        return ageTicksMax == 0 ? 0 : Math.max(1, ageTicksMax - random.nextInt(ageTicksMax / 4 + 1));
    }

    /**
     * Where a connector begins in the order of the addresses of a name. Random, so that the loops of all nodes do not
     * all begin with the same address.
     */
    int firstTurn() {
        return random.nextInt();
    }

    boolean inLoop() {
        return loop.inEventLoop();
    }
}
