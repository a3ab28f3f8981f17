package io.weldr.it.failover;

import io.weldr.it.harness.Http;
import io.weldr.it.harness.TestNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** Change after change through each of some nodes, and when each was acknowledged. */
final class Writers implements AutoCloseable {
    private static final AtomicInteger WEIGHTS = new AtomicInteger();

    private final List<Thread> threads = new ArrayList<>();
    private final ConcurrentLinkedQueue<Write> acknowledged = new ConcurrentLinkedQueue<>();
    private volatile boolean done;

    /** One acknowledged write, in nanoseconds of {@link System#nanoTime}. */
    record Write(long beganNanos, long endedNanos) {}

    Writers(List<TestNode> nodes, String originId) {
        for (TestNode node : nodes) {
            Thread thread = new Thread(() -> write(node, originId), "writer-" + node.id());
            thread.setDaemon(true);
            thread.start();
            threads.add(thread);
        }
    }

    private void write(TestNode node, String originId) {
        String url = node.adminUrl() + "/v1/pools/default/origins/" + originId;
        while (!done) {
            long began = System.nanoTime();
            // Never the same twice in a row: each is a change of the state.
            int weight = 1 + WEIGHTS.incrementAndGet() % 250;
            int status = Http.patch(url, "{\"weight\":" + weight + "}").status();
            if (status == 200) {
                acknowledged.add(new Write(began, System.nanoTime()));
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
    }

    /** From {@code nanos} until the first acknowledgement of a write that began after it; -1: none yet. */
    long millisToFirstAfter(long nanos) {
        return acknowledged.stream()
                .filter(write -> write.beganNanos() >= nanos)
                .mapToLong(Write::endedNanos)
                .min()
                .stream()
                .map(ended -> TimeUnit.NANOSECONDS.toMillis(ended - nanos))
                .findFirst()
                .orElse(-1);
    }

    /** The longest time without an acknowledgement, from the first one to the last. */
    long longestGapMillis() {
        List<Write> all = acknowledged.stream()
                .sorted(Comparator.comparingLong(Write::endedNanos))
                .toList();
        long longest = 0;
        for (int i = 1; i < all.size(); i++) {
            longest = Math.max(longest, all.get(i).endedNanos() - all.get(i - 1).endedNanos());
        }
        return TimeUnit.NANOSECONDS.toMillis(longest);
    }

    @Override
    public void close() {
        done = true;
        for (Thread thread : threads) {
            try {
                thread.join(15_000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
