package io.weldr.cli;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Ends a command that takes longer than it may, wherever it is held up: a machine without a processor to spare loads
 * classes for seconds, and a name server may not answer. Armed while nodes are asked; not while the result is written,
 * which may go to a pager.
 */
final class Alarm {
    /** Whoever asks keeps to the same time, and knows better what happened. */
    private static final long GRACE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private enum State {
        ARMED,
        DISARMED,
        RUNG
    }

    private final @Nullable Consumer<CliException> end;
    private final AtomicReference<State> state = new AtomicReference<>(State.DISARMED);
    private volatile Supplier<CliException> verdict = () -> new CliException(ExitCode.UNREACHABLE, "no answer in time");
    private long endNanos; // guarded by this
    private boolean started; // guarded by this

    /** @param end says what happened and ends the process; does not return. Null: this never rings */
    Alarm(@Nullable Consumer<CliException> end) {
        this.end = end;
    }

    /** Rings a moment after {@code atNanos} with what {@code why} gives then. */
    synchronized void arm(long atNanos, Supplier<CliException> why) {
        if (end == null) {
            return;
        }
        verdict = why;
        endNanos = atNanos + GRACE_NANOS;
        state.set(State.ARMED);
        if (!started) {
            started = true;
            Thread thread = new Thread(this::watch, "weldrctl-alarm");
            thread.setDaemon(true);
            thread.start();
        }
        notifyAll();
    }

    /** From now on it does not ring. If it rings already, this does not return: the process is ending. */
    void disarm() {
        state.compareAndSet(State.ARMED, State.DISARMED);
        while (state.get() == State.RUNG) {
            LockSupport.park();
        }
    }

    private void watch() {
        try {
            awaitEnd();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // nobody does; then there is no alarm
            return;
        }
        if (end != null) {
            end.accept(verdict.get());
        }
    }

    private synchronized void awaitEnd() throws InterruptedException {
        while (true) {
            long left = endNanos - System.nanoTime();
            if (left > 0) {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            } else if (state.compareAndSet(State.ARMED, State.RUNG)) {
                return;
            } else {
                wait(); // until it is armed again
            }
        }
    }
}
