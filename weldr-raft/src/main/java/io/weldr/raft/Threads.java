package io.weldr.raft;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/**
 * The threads of a node's part in the cluster, beside the watchdog's own, those of Ratis, and those on which calls into
 * Ratis wait. Each has one kind of work, so that none waits for what it must not wait for.
 *
 * @param timer deadlines and looks that take microseconds; never blocks
 * @param control the life of the node: opens and closes Ratis, and asks other nodes. Blocks for seconds
 * @param healing what is looked after a few times a second, and may block for a moment
 * @param succession finds out that the leader is dead; must not wait for anything else
 * @param resetting ends connections that nothing comes from; each call blocks for seconds, on a thread of its own
 * @param callbacks completes what others wait for
 */
record Threads(
        ScheduledExecutorService timer,
        ScheduledExecutorService control,
        ScheduledExecutorService healing,
        ScheduledExecutorService succession,
        ExecutorService resetting,
        ExecutorService callbacks) {

    static Threads start() {
        return new Threads(
                one("weldr-raft-timer"),
                one("weldr-raft-control"),
                one("weldr-raft-healing"),
                one("weldr-raft-succession"),
                Executors.newCachedThreadPool(task -> daemon(task, "weldr-raft-reset")),
                Executors.newFixedThreadPool(2, task -> daemon(task, "weldr-raft-callback")));
    }

    private static ScheduledExecutorService one(String name) {
        return Executors.newSingleThreadScheduledExecutor(task -> daemon(task, name));
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    /** Nothing of what this node does as a member begins any more. */
    void endMember() {
        control.shutdownNow();
        healing.shutdownNow();
        succession.shutdownNow();
        resetting.shutdownNow();
    }

    /** To be called when nobody waits for an answer any more. */
    void end() {
        timer.shutdownNow();
        callbacks.shutdown();
    }
}
