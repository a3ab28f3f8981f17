package io.weldr.proxy.net;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * All deadlines of one event loop, looked at ten times a second instead of a timer for each. A deadline hangs in the
 * slot of the tick at which it was due when it was hung; if it has been moved later meanwhile, it is hung again when
 * its slot comes by. What expires at the same time, as when thousands of clients stall together, expires a few at a
 * time, so that other connections have their turn in between. Confined to one loop; {@link #advance} is called by it
 * with its clock.
 */
public final class DeadlineWheel {

    /** Fine enough for waits of seconds, and a loop without traffic wakes only ten times a second. */
    public static final long TICK_MILLIS = 100;

    /** 102 s in one turn: nearly all deadlines are looked at once. A power of two. */
    private static final int SLOTS = 1024;

    /** In one {@link #advance}: some two milliseconds of work, if each answers its client and closes the connection. */
    static final int EXPIRED_AT_ONCE_MAX = 64;

    private final @Nullable Deadline[] slots = new @Nullable Deadline[SLOTS];
    private @Nullable Deadline visiting;
    private long now = 1;
    private long visited = 1; // the last tick whose slot was taken up; before now only while there is more to expire

    /** How many ticks a wait takes: rounded up, and one more because the current tick has partly passed. */
    public static int ticks(Duration wait) {
        return (int) Math.min(Integer.MAX_VALUE / 2, (wait.toMillis() + TICK_MILLIS - 1) / TICK_MILLIS + 1);
    }

    /** The current tick. */
    public long now() {
        return now;
    }

    /**
     * Moves to the tick that {@code elapsedNanos} since the start has come to, and expires what is due.
     *
     * @return whether all is; else the caller lets others have their turn and calls again soon
     * @throws IllegalStateException after the others of this lot were told, if an owner fails
     */
    public boolean advance(long elapsedNanos) {
        now = Math.max(now, elapsedNanos / (TICK_MILLIS * 1_000_000) + 1);
        visited = Math.max(visited, now - SLOTS); // after a pause longer than a turn each slot once is enough
        int left = EXPIRED_AT_ONCE_MAX;
        Throwable failed = null;
        while (left > 0 && (visiting != null || visited < now)) {
            if (visiting == null) {
                takeUp((int) (++visited & (SLOTS - 1)));
                continue;
            }
            Deadline first = visiting;
            unhang(first);
            if (first.due <= now) {
                first.due = Deadline.OFF;
                left--;
                try {
                    first.owner.expired();
                } catch (Throwable e) {
                    failed = e; // the others still have to be told
                }
            } else if (first.due != Deadline.OFF) {
                hang(first);
            }
        }
        if (failed != null) {
            throw new IllegalStateException("what a deadline was for failed", failed);
        }
        return visiting == null && visited == now;
    }

    /**
     * The whole chain is cut off first: what expires may hang deadlines into this very slot, or cancel the next one.
     */
    private void takeUp(int slot) {
        visiting = slots[slot];
        slots[slot] = null;
        for (Deadline at = visiting; at != null; at = at.next) {
            at.visit = Deadline.VISITING;
        }
    }

    void hang(Deadline deadline) {
        if (deadline.visit != 0) {
            unhang(deadline);
        }
        long tick = Math.min(Math.max(deadline.due, now + 1), now + SLOTS - 1);
        int slot = (int) (tick & (SLOTS - 1));
        Deadline first = slots[slot];
        deadline.visit = tick;
        deadline.next = first;
        if (first != null) {
            first.previous = deadline;
        }
        slots[slot] = deadline;
    }

    void unhang(Deadline deadline) {
        Deadline before = deadline.previous;
        Deadline after = deadline.next;
        if (before != null) {
            before.next = after;
        } else if (deadline.visit == Deadline.VISITING) {
            visiting = after;
        } else {
            slots[(int) (deadline.visit & (SLOTS - 1))] = after;
        }
        if (after != null) {
            after.previous = before;
        }
        deadline.previous = null;
        deadline.next = null;
        deadline.visit = 0;
    }
}
