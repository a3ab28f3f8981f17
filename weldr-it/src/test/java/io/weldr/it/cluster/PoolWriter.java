package io.weldr.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.it.harness.Http;
import io.weldr.it.harness.Http.Answer;
import io.weldr.it.harness.TestNode;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/**
 * An operator who adds one origin after the other, through each node in turn, and tries the next node with the same
 * idempotency key when told to try again. On a thread of its own.
 */
final class PoolWriter implements AutoCloseable {
    private static final int ORIGINS_MAX = 900;

    /**
     * How many it adds until somebody waits for more: a story that takes long on a slow machine does not fill the pool.
     */
    private static final int ORIGINS_AT_ONCE = 100;

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final List<TestNode> nodes;
    private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    private final ConcurrentLinkedQueue<String> refused = new ConcurrentLinkedQueue<>();
    private final AtomicInteger written = new AtomicInteger();
    private final Thread thread = new Thread(this::run, "pool-writer");
    private volatile int wanted = ORIGINS_AT_ONCE;
    private volatile boolean stopping;

    PoolWriter(List<TestNode> nodes) {
        this.nodes = nodes;
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        for (int port = 1; port <= ORIGINS_MAX && !stopping; ) {
            if (written.get() < wanted) {
                write(port++);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100)); // the pace, for all of the story
        }
    }

    private void write(int port) {
        String url = "http://origin.invalid:" + port;
        for (int attempt = 0; !stopping; attempt++) {
            TestNode node = nodes.get((port + attempt) % nodes.size());
            Answer answer = answer(node, url, "write-" + port);
            if (answer.status() == 201 || answer.status() == 200) {
                acknowledged.add(url);
                written.incrementAndGet();
                return;
            }
            if (answer.status() != 0 && answer.status() != 503 && answer.status() != 504) {
                refused.add(url + " through " + node.id() + ": " + answer);
                return;
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
    }

    private static Answer answer(TestNode node, String url, String key) {
        return Http.post(node.adminUrl() + "/servers", "{\"url\":\"" + url + "\"}", "Idempotency-Key", key);
    }

    /** Waits until some more are acknowledged. */
    void awaitMore() {
        int before = written.get();
        wanted = before + ORIGINS_AT_ONCE;
        await().atMost(PATIENCE).until(() -> written.get() > before + 3);
    }

    void stop() {
        stopping = true;
        try {
            thread.join(PATIENCE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        assertThat(thread.isAlive()).isFalse();
    }

    /** Writes that failed for good. */
    List<String> refused() {
        return List.copyOf(refused);
    }

    /** The pool's entries that have to be there, but for their state. */
    Set<String> acknowledged() {
        return acknowledged.stream().collect(Collectors.toCollection(TreeSet::new));
    }

    @Override
    public void close() {
        stopping = true;
    }
}
