package io.weldr.it.chaos;

import io.weldr.it.harness.TestNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Requests through the proxies of all nodes but those that a fault keeps from answering: each must be answered with
 * 200. Thread safe.
 */
final class Traffic implements AutoCloseable {
    private static final int CLIENTS = 2;
    private static final int THINK_MILLIS_MAX = 40; // the nodes need the processor more
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();
    private final List<TestNode> nodes;
    private final Map<TestNode, AtomicInteger> epochs = new ConcurrentHashMap<>(); // odd: excused
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
    private final AtomicLong answered = new AtomicLong();
    private volatile boolean stopping;

    /** @param nodes may change at any time */
    Traffic(List<TestNode> nodes, long seed) {
        this.nodes = nodes;
        nodes.forEach(node -> epochs.put(node, new AtomicInteger()));
        for (int i = 0; i < CLIENTS; i++) {
            Random random = new Random(seed + i);
            var unused = threads.submit(() -> run(random));
        }
    }

    private AtomicInteger epoch(TestNode node) {
        return epochs.computeIfAbsent(node, unknown -> new AtomicInteger());
    }

    /** Nothing is expected of that node from now on. */
    void excuse(TestNode node) {
        if (epoch(node).get() % 2 == 0) {
            epoch(node).incrementAndGet();
        }
    }

    /** From now on it must answer. */
    void expect(TestNode node) {
        if (epoch(node).get() % 2 == 1) {
            epoch(node).incrementAndGet();
        }
    }

    private void run(Random random) {
        while (!stopping) {
            List<TestNode> able = new ArrayList<>(nodes);
            able.removeIf(node -> epoch(node).get() % 2 == 1);
            if (!able.isEmpty()) {
                TestNode node = able.get(random.nextInt(able.size()));
                int before = epoch(node).get();
                String failure = ask(node);
                if (before % 2 == 0 && epoch(node).get() == before && !stopping) {
                    if (failure.isEmpty()) {
                        answered.incrementAndGet();
                    } else {
                        failures.add(Instant.now() + " " + node.id() + ": " + failure);
                    }
                }
            }
            try {
                TimeUnit.MILLISECONDS.sleep(random.nextInt(THINK_MILLIS_MAX + 1));
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private String ask(TestNode node) {
        try {
            HttpResponse<String> response = client.send(
                    HttpRequest.newBuilder(URI.create(node.proxyUrl() + "/"))
                            .timeout(PATIENCE)
                            .build(),
                    BodyHandlers.ofString());
            return response.statusCode() == 200 ? "" : response.statusCode() + " " + response.body();
        } catch (IOException e) {
            return e.toString();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return e.toString();
        }
    }

    long answered() {
        return answered.get();
    }

    List<String> failures() {
        return List.copyOf(failures);
    }

    @Override
    public void close() {
        stopping = true;
        threads.shutdownNow();
    }
}
