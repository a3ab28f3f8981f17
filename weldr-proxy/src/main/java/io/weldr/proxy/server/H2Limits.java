package io.weldr.proxy.server;

import io.weldr.proxy.http2.FrameBudget;
import io.weldr.proxy.limits.ProxyLimits;
import io.weldr.proxy.net.DeadlineWheel;

/** How often one HTTP/2 connection may do what costs weldr more than the client. Confined to the event loop. */
final class H2Limits {

    /** Useless frames that one useful event pays for: a ping and two window updates, and some more. */
    private static final int PAID_FRAMES = 4;

    private static final long TICKS_PER_SECOND = 1000 / DeadlineWheel.TICK_MILLIS;

    private final DeadlineWheel wheel;
    private final FrameBudget idleFrames;
    private final FrameBudget resets;
    private final FrameBudget provoked;

    H2Limits(ProxyLimits limits, DeadlineWheel wheel) {
        this.wheel = wheel;
        idleFrames = new FrameBudget(limits.http2IdleFramesMax(), TICKS_PER_SECOND);
        resets = new FrameBudget(limits.http2ResetsMax(), TICKS_PER_SECOND);
        provoked = new FrameBudget(limits.http2ProvokedResetsMax(), TICKS_PER_SECOND);
    }

    /** A frame has come that brings nothing forward; false if that was once too often. */
    boolean idleFrame() {
        return idleFrames.take(wheel.now());
    }

    /** A request has come, or a frame with content has come or was sent. */
    void useful() {
        idleFrames.credit(PAID_FRAMES);
    }

    /** The client has cancelled a request; false if that was once too often. */
    boolean reset() {
        return resets.take(wheel.now());
    }

    /** A stream had to be reset because of what the client did; false if that was once too often. */
    boolean provokedReset() {
        return provoked.take(wheel.now());
    }
}
