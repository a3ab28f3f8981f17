package io.weldr.proxy.http2;

/** A limit of events in any ten seconds of one connection. The caller brings the time. */
public final class FrameBudget {

    /** The interval: long enough for a burst of a page that is left, short enough to end an attack. */
    public static final int SECONDS = 10;

    private final int max;
    private final long intervalTicks;
    private long startTick;
    private int count;

    /**
     * Nothing has happened yet.
     *
     * @param max how often it may happen in the interval
     * @param ticksPerSecond of the time that is brought
     */
    public FrameBudget(int max, long ticksPerSecond) {
        this.max = max;
        intervalTicks = SECONDS * ticksPerSecond;
    }

    /** It has happened; false if that was once too often. */
    public boolean take(long nowTick) {
        if (nowTick - startTick >= intervalTicks) {
            startTick = nowTick;
            count = 0;
        }
        return ++count <= max;
    }

    /** Something useful has happened, which pays for so many of the useless. */
    public void credit(int paid) {
        count = Math.max(0, count - paid);
    }
}
