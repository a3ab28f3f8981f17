package io.weldr.proxy;

import io.weldr.proxy.net.Faults;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Runs one task on a thread of its own, each time after it was asked to. Requests that come while the task runs lead to
 * one more run, however many they are. To ask takes no lock, so that event loops may. Thread safe.
 */
final class RoutingThread implements AutoCloseable {

    /** A task that failed, for want of memory, is run again after this time if nobody asks sooner. */
    private static final Duration RETRY = Duration.ofSeconds(1);

    private static final Duration END_TIMEOUT = Duration.ofSeconds(5);

    private final Runnable task;
    private final Thread thread;
    private final AtomicLong asked = new AtomicLong();
    private volatile long done; // written by one thread at a time: the starting one, then the own one
    private volatile boolean closed;

    RoutingThread(String name, Runnable task) {
        this.task = task;
        thread = new Thread(this::run, name);
        thread.setDaemon(true);
    }

    /** Runs the task once on the calling thread, and starts the thread. Only once. */
    void start() {
        runTask(asked.get());
        thread.start();
    }

    /** The task runs soon, or once more if it runs now. Returns at once. */
    void ask() {
        asked.incrementAndGet();
        LockSupport.unpark(thread);
    }

    /** Whether the task has run since it was last asked for. */
    boolean idle() {
        return done == asked.get();
    }

    private void run() {
        while (!closed) {
            long wanted = asked.get();
            if (wanted == done) {
                LockSupport.park(this);
                continue;
            }
            try {
                runTask(wanted);
            } catch (Throwable e) {
                // Thrown on, it would end the thread, and this node would go by an old state for ever.
                Faults.report("the thread " + thread.getName(), e);
                LockSupport.parkNanos(this, RETRY.toNanos());
            }
        }
    }

    private void runTask(long wanted) {
        task.run();
        done = wanted;
    }

    /** Ends the thread, and waits for what it is doing. */
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
        try {
            thread.join(END_TIMEOUT.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
