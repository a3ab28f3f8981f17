package io.weldr.proxy.upstream;

import io.netty.channel.EventLoop;
import io.weldr.proxy.http1.ResponseHead;
import io.weldr.proxy.limits.ProxyLimits;
import io.weldr.proxy.net.DeadlineWheel;
import io.weldr.proxy.net.HeldBytes;

/** What the origin connections of one event loop share: scratch space, deadlines and limits in ticks. */
public final class UpstreamLoop {

    final EventLoop loop;
    final DeadlineWheel wheel;
    final UpstreamSettings settings;
    final ProxyLimits limits;
    final NameResolver resolver;
    final HeldBytes held;
    final ResponseHead head;
    final byte[] scratch;
    final int responseHeadTicks;
    final int progressTicks;
    final int idleTicks;
    final int queueTicks;
    final int connectTicks;

    /** @param held where buffers that wait are counted */
    public UpstreamLoop(
            EventLoop loop, DeadlineWheel wheel, HeldBytes held, UpstreamSettings settings, NameResolver resolver) {
        this.held = held;
        this.loop = loop;
        this.wheel = wheel;
        this.settings = settings;
        this.resolver = resolver;
        limits = settings.limits();
        head = new ResponseHead(limits);
        scratch = new byte[limits.headBytesMax()];
        responseHeadTicks = DeadlineWheel.ticks(limits.responseHeadTimeout());
        progressTicks = DeadlineWheel.ticks(limits.originProgressTimeout());
        idleTicks = DeadlineWheel.ticks(limits.originIdleTimeout());
        connectTicks = DeadlineWheel.ticks(limits.connectTimeout());
        queueTicks = DeadlineWheel.ticks(limits.queueTimeout());
    }

    boolean inLoop() {
        return loop.inEventLoop();
    }
}
