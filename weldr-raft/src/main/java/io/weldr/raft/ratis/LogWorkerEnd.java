package io.weldr.raft.ratis;

import io.weldr.raft.workaround.Workaround;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.ratis.util.DataBlockingQueue;

/**
 * Ends the thread that writes Ratis' log once it has been told to end. By itself it notices that when its wait for
 * work, of a second, is over ({@code SegmentedRaftLogWorker.close}), and a node that stops waits for it: half a second
 * on average, in which its ports are taken. It is interrupted where it waits. Should it begin a write at that very
 * moment, what it writes may be cut off, as by a kill: nobody has been told that it is there. A version of Ratis that
 * has other names ends in its own time.
 */
final class LogWorkerEnd implements AutoCloseable {
    private static final String WORKER = "org.apache.ratis.server.raftlog.segmented.SegmentedRaftLogWorker";
    private static final long LOOK_EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final String owner;
    private final Thread closing;
    private final Thread thread = new Thread(this::run, "weldr-raft-log-end");
    private volatile boolean over;

    private LogWorkerEnd(String owner, Thread closing) {
        this.owner = owner;
        this.closing = closing;
    }

    /**
     * Hastens what the current thread, or a thread of the owner, closes from now on, until this is closed.
     *
     * @param owner its threads have names that begin with this and an @
     */
    static LogWorkerEnd hasten(String owner) {
        LogWorkerEnd end = new LogWorkerEnd(owner, Thread.currentThread());
        if (Workaround.QUICK_CLOSE.used()) {
            end.thread.setDaemon(true);
            end.thread.start();
        }
        return end;
    }

    private void run() {
        while (!over) {
            Map<Thread, StackTraceElement[]> threads = Thread.getAllStackTraces();
            threads.keySet()
                    .removeIf(
                            other -> !other.equals(closing) && !other.getName().startsWith(owner + "@"));
            if (threads.values().stream().anyMatch(stack -> isIn(stack, WORKER, "close"))) {
                threads.forEach((other, stack) -> {
                    if (other.getState() == Thread.State.TIMED_WAITING
                            && isIn(stack, WORKER, "run")
                            && isIn(stack, DataBlockingQueue.class.getName(), "poll")) {
                        other.interrupt();
                    }
                });
            }
            LockSupport.parkNanos(LOOK_EVERY_NANOS);
        }
    }

    private static boolean isIn(StackTraceElement[] stack, String type, String method) {
        for (StackTraceElement frame : stack) {
            if (frame.getMethodName().equals(method) && frame.getClassName().equals(type)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void close() {
        over = true;
        LockSupport.unpark(thread);
    }
}
