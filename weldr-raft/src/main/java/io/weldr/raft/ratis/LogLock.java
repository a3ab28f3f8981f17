package io.weldr.raft.ratis;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Orders everything that other members make this node do to its log and to its term. Ratis checks the term of an append
 * under its own lock, but appends after it has released that lock. A vote, or the append of a newer leader, could come
 * in between. See decision 0017.
 *
 * <p>Thread safe. A thread takes this lock before any lock of Ratis, and never while Ratis calls it.
 */
final class LogLock {
    /** A candidate waits one second for a vote. A leader repeats an append that was refused. */
    static final Duration WAIT_MAX = Duration.ofSeconds(1);

    /** Fair: a leader that appends all the time does not keep a vote out. */
    private final ReentrantLock lock = new ReentrantLock(true);

    /** Waits for the lock, for {@link #WAIT_MAX} at most. Returns false if the lock was not free in that time. */
    boolean acquire() {
        try {
            return lock.tryLock(WAIT_MAX.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // The Raft port closes.
            return false;
        }
    }

    void release() {
        lock.unlock();
    }
}
