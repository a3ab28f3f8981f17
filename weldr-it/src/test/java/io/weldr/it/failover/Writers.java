package io.weldr.it.failover;

import io.weldr.it.harness.Http;
import io.weldr.it.harness.TestNode;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** Change after change through each of some nodes, and when each was acknowledged. */
final class Writers implements AutoCloseable {
    private static final int WEIGHT_MAX = 100;
    private static final AtomicInteger WEIGHTS = new AtomicInteger();

    /** Often enough to notice when changes are taken again, seldom enough not to be a load. */
    private static final Duration EVERY = Duration.ofMillis(100);

    /** More that wait for an answer, through one node, than it is to be asked while none is given. */
    private static final int WAITING_MAX = 100;

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "writers");
        thread.setDaemon(true);
        return thread;
    });
    private final ConcurrentLinkedQueue<Write> acknowledged = new ConcurrentLinkedQueue<>();

    /** One acknowledged write, in nanoseconds of {@link System#nanoTime}. */
    record Write(long beganNanos, long endedNanos) {}

    Writers(List<TestNode> nodes, String originId) {
        for (int i = 0; i < nodes.size(); i++) {
            String url = nodes.get(i).adminUrl() + "/v1/pools/default/origins/" + originId;
            Semaphore waiting = new Semaphore(WAITING_MAX);
            var unused = timer.scheduleAtFixedRate(
                    () -> write(url, waiting),
                    i * EVERY.toMillis() / nodes.size(),
                    EVERY.toMillis(),
                    TimeUnit.MILLISECONDS);
        }
    }

    private void write(String url, Semaphore waiting) {
        if (!waiting.tryAcquire()) {
            return;
        }
        long began = System.nanoTime();
        // Never the same twice in a row: each is a change of the state.
        int weight = 1 + WEIGHTS.incrementAndGet() % WEIGHT_MAX;
        var unused = Http.patchAsync(url, "{\"weight\":" + weight + "}").thenAccept(answer -> {
            waiting.release();
            if (answer.status() == 200) {
                acknowledged.add(new Write(began, System.nanoTime()));
            }
        });
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

    /** A time without an acknowledgement, in nanoseconds of {@link System#nanoTime}. */
    record Gap(long beganNanos, long endedNanos) {
        long millis() {
            return TimeUnit.NANOSECONDS.toMillis(nanos());
        }

        private long nanos() {
            return endedNanos - beganNanos;
        }
    }

    /** The longest one, from the first acknowledgement to the last; at least two are needed. */
    Gap longestGap() {
        List<Write> all = acknowledged.stream()
                .sorted(Comparator.comparingLong(Write::endedNanos))
                .toList();
        return IntStream.range(1, all.size())
                .mapToObj(i -> new Gap(all.get(i - 1).endedNanos(), all.get(i).endedNanos()))
                .max(Comparator.comparingLong(Gap::nanos))
                .orElseThrow();
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
