package io.weldr.leader.health;

import io.netty.channel.EventLoop;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/** Real time, on an event loop of its own. */
final class EventLoopTimeline implements Timeline {
    private final EventLoop loop;

    EventLoopTimeline(EventLoop loop) {
        this.loop = loop;
    }

    @Override
    public long nowNanos() {
        return System.nanoTime();
    }

    @Override
    public void execute(Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException e) {
            assert loop.isShuttingDown() : e; // nobody waits for it any more
        }
    }

    @Override
    public Timer schedule(long delayNanos, Runnable task) {
        try {
            Future<?> timer = loop.schedule(task, delayNanos, TimeUnit.NANOSECONDS);
            return () -> timer.cancel(false);
        } catch (RejectedExecutionException e) {
            assert loop.isShuttingDown() : e;
            return () -> {};
        }
    }

    @Override
    public boolean here() {
        return loop.inEventLoop();
    }
}
