package io.weldr.leader.health;

/** A clock and the one thread on which the health checks think. Tests bring one that they turn by hand. */
interface Timeline {
    /** Monotonic; its zero means nothing. Any thread. */
    long nowNanos();

    /** Runs this on the thread, after what was handed over before. Any thread; dropped once the timeline has ended. */
    void execute(Runnable task);

    /** Runs this on the thread after the delay, unless it is cancelled first. */
    Timer schedule(long delayNanos, Runnable task);

    /** Whether this is the thread. */
    boolean here();

    /** Something that will run later. */
    @FunctionalInterface
    interface Timer {
        void cancel();
    }
}
