package io.weldr.leader.health;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Whether a term acts, is suspended, or is over; and the steps that wait until it acts again. {@link #suspend}, {@link
 * #resume}, {@link #stop} and the questions may come from any thread; steps are taken on the timeline.
 */
final class Acting {
    private final Timeline timeline;
    private boolean stopped; // guarded by this
    private boolean suspended; // guarded by this

    /**
     * Steps to take when the term resumes; at most two for each origin, and an offer of leadership. Confined to the
     * timeline.
     */
    private final List<Runnable> postponed = new ArrayList<>();

    Acting(Timeline timeline) {
        this.timeline = timeline;
    }

    synchronized void suspend() {
        suspended = true;
    }

    synchronized void resume() {
        suspended = false;
    }

    synchronized void stop() {
        stopped = true;
    }

    synchronized boolean over() {
        return stopped;
    }

    /** Whether the term is neither suspended nor over. */
    synchronized boolean now() {
        return !stopped && !suspended;
    }

    /**
     * Does this only if the term acts. A suspension or a stop that comes meanwhile waits for it, so it must not block.
     *
     * @return null if it was not done
     */
    synchronized <T> @Nullable T orNothing(Supplier<T> deed) {
        return now() ? deed.get() : null;
    }

    /**
     * Takes a step that only an acting leader may take: now, or when the term resumes. A term that is over takes none.
     */
    void when(Runnable step) {
        assert timeline.here();
        if (now()) {
            step.run();
        } else {
            postpone(step);
        }
    }

    /** Takes this step when the term resumes, if it does. */
    void postpone(Runnable step) {
        assert timeline.here();
        if (!over()) {
            postponed.add(step);
        }
    }

    /** The term has resumed: takes the steps that were due meanwhile. */
    void catchUp() {
        assert timeline.here();
        List<Runnable> steps = List.copyOf(postponed);
        postponed.clear();
        steps.forEach(this::when);
    }
}
