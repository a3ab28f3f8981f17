package io.weldr.leader.health;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.TreeMap;

/**
 * A clock that a test turns by hand. Everything happens on the test's thread, at the time it is due, in a fixed order.
 */
final class VirtualTimeline implements Timeline {
    private record When(long nanos, long number) implements Comparable<When> {
        @Override
        public int compareTo(When other) {
            return nanos != other.nanos ? Long.compare(nanos, other.nanos) : Long.compare(number, other.number);
        }
    }

    private final Queue<Runnable> now = new ArrayDeque<>();
    private final TreeMap<When, Runnable> later = new TreeMap<>();
    private long nanos;
    private long number;

    @Override
    public long nowNanos() {
        return nanos;
    }

    @Override
    public void execute(Runnable task) {
        now.add(task);
    }

    @Override
    public Timer schedule(long delayNanos, Runnable task) {
        When when = new When(nanos + delayNanos, number++);
        later.put(when, task);
        return () -> later.remove(when);
    }

    @Override
    public boolean here() {
        return true;
    }

    /** What was handed over for now. */
    void settle() {
        for (Runnable task = now.poll(); task != null; task = now.poll()) {
            task.run();
        }
    }

    void advance(Duration duration) {
        long end = nanos + duration.toNanos();
        settle();
        while (!later.isEmpty() && later.firstKey().nanos() <= end) {
            var next = later.pollFirstEntry();
            nanos = next.getKey().nanos();
            next.getValue().run();
            settle();
        }
        nanos = end;
    }

    int timers() {
        return later.size();
    }
}
