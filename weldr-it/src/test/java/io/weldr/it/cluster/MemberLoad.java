package io.weldr.it.cluster;

import static io.weldr.testing.Patience.PATIENCE_MILLIS;

import io.weldr.it.harness.Http;
import io.weldr.it.harness.Http.Answer;
import io.weldr.it.harness.TestNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Requests and changes through whichever nodes say that they are ready, as a balancer in front would send them. It is
 * there to be noticed when it fails, not to keep anybody busy: the nodes need the processor more. Thread safe.
 */
final class MemberLoad implements AutoCloseable {
    private static final int LOOK_MILLIS = 100;
    private static final int PROXY_MILLIS = 10;
    private static final int WRITE_MILLIS = 100; // a pool takes 1024

    private final ExecutorService threads = Executors.newFixedThreadPool(3);
    private final List<Future<?>> running = new ArrayList<>(); // confined to the test's thread
    private final Queue<TestNode> watched;
    private final List<TestNode> live;
    private final Set<TestNode> excused = ConcurrentHashMap.newKeySet();
    private final AtomicInteger proxied = new AtomicInteger();
    private final AtomicInteger longestGapMillis = new AtomicInteger();
    private final Queue<String> failed = new ConcurrentLinkedQueue<>();
    private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    private volatile boolean done;

    /** @param nodes which are ready */
    MemberLoad(List<TestNode> nodes) {
        watched = new ConcurrentLinkedQueue<>(nodes);
        live = new CopyOnWriteArrayList<>(nodes);
    }

    void start() {
        running.add(threads.submit(this::look));
        running.add(threads.submit(this::proxy));
        running.add(threads.submit(this::write));
    }

    /** Ends it, and fails if part of it did. */
    void end() throws Exception {
        done = true;
        for (Future<?> each : running) {
            each.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    @Override
    public void close() {
        done = true;
        threads.shutdownNow();
    }

    /** That node gets its share as soon, and as long, as it is ready. */
    void watch(TestNode node) {
        watched.add(node);
    }

    /** That node is about to be killed, so that requests on their way through it may fail; it gets no others. */
    void excuse(TestNode node) {
        excused.add(node);
    }

    /** Those that get requests at this moment, the newest last. */
    List<TestNode> live() {
        return List.copyOf(live);
    }

    int proxied() {
        return proxied.get();
    }

    int written() {
        return acknowledged.size();
    }

    /** The origins whose addition was acknowledged. */
    Set<String> acknowledged() {
        return Set.copyOf(acknowledged);
    }

    List<String> failed() {
        return List.copyOf(failed);
    }

    @Override
    public String toString() {
        return "%d requests proxied, %d failed; %d changes acknowledged, longest gap %d ms"
                .formatted(proxied.get(), failed.size(), written(), longestGapMillis.get());
    }

    private void look() {
        while (!done) {
            for (TestNode node : watched) {
                boolean ready = !excused.contains(node) && node.isReady();
                if (!ready) {
                    live.remove(node);
                } else if (!live.contains(node)) {
                    live.add(node);
                }
            }
            pause(LOOK_MILLIS);
        }
    }

    /** Of those that live at this moment; there is one. */
    private TestNode one(int number) {
        List<TestNode> now = live();
        return now.get(number % now.size());
    }

    private void proxy() {
        for (int i = 0; !done; i++) {
            TestNode node = one(i);
            Answer answer = Http.get(node.proxyUrl() + "/");
            if (answer.status() == 200) {
                proxied.incrementAndGet();
            } else if (!excused.contains(node)) {
                failed.add(node.id() + ": " + answer);
            }
            pause(PROXY_MILLIS);
        }
    }

    private void write() {
        long last = System.nanoTime();
        for (int i = 0; !done; i++) {
            // Of no weight: nobody answers there, and traffic is not what they are for.
            String url = "http://127.0.0.2:" + (1 + i);
            Answer answer = Http.post(one(i).adminUrl() + "/servers", "{\"url\":\"" + url + "\",\"weight\":0}");
            if (answer.status() == 201 || answer.status() == 200) {
                acknowledged.add(url);
                long now = System.nanoTime();
                longestGapMillis.accumulateAndGet((int) ((now - last) / 1_000_000), Math::max);
                last = now;
            }
            pause(WRITE_MILLIS);
        }
    }

    private static void pause(int millis) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
    }
}
