package io.weldr.it.deploy;

import static org.awaitility.Awaitility.await;

import io.weldr.it.harness.Http;
import io.weldr.it.harness.Http.Answer;
import io.weldr.it.harness.RawClient;
import io.weldr.it.harness.TestNode;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Clients as a balancer in front of the nodes sends them: each request goes to the next node, and to another one only if
 * the connection is refused. Beside them, an operator adds pools, and repeats what was not acknowledged. Until closed.
 * Thread safe.
 */
final class RetryingClients implements AutoCloseable {
    private static final int CLIENTS = 4;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long WRITE_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final int POOLS_MAX = 200; // a cluster takes 256
    private static final int FAILURES_MAX = 20;

    /** The second one is never sent twice, and the third one is under way when a node begins to stop. */
    private static final List<String> REQUESTS = List.of(
            "GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n",
            "POST /echo HTTP/1.1\r\nHost: shop.example\r\nContent-Length: 2\r\n\r\nhi",
            "GET /delay/300 HTTP/1.1\r\nHost: shop.example\r\n\r\n");

    private final List<TestNode> nodes;
    private final List<Thread> threads = new ArrayList<>();
    private final List<String> failures = new CopyOnWriteArrayList<>();
    private final AtomicLong answered = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    private volatile boolean over;

    RetryingClients(List<TestNode> nodes) {
        this.nodes = nodes;
        for (int i = 0; i < CLIENTS; i++) {
            int first = i;
            start(() -> send(first), "client-" + i);
        }
        start(this::write, "operator");
    }

    private void start(Runnable work, String name) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
    }

    private void send(int first) {
        for (int i = first; !over && failures.size() < FAILURES_MAX; i++) {
            String request = REQUESTS.get(i % REQUESTS.size());
            for (int attempt = 0; attempt <= nodes.size(); attempt++) {
                if (attempt == nodes.size()) {
                    failures.add(Instant.now() + " every node refused the connection");
                } else if (answered(nodes.get((i + attempt) % nodes.size()), request)) {
                    break;
                }
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    /** False: the connection was refused, so that nothing was sent. */
    private boolean answered(TestNode node, String request) {
        try (RawClient client = RawClient.connect(node.proxyUrl())) {
            String response = client.send(request).readResponse();
            if (!response.startsWith("HTTP/1.1 200 ")) {
                throw new IOException("not the response that was asked for: \"" + response + "\"");
            }
            answered.incrementAndGet();
        } catch (ConnectException e) {
            refused.incrementAndGet();
            return false;
        } catch (IOException e) {
            failures.add(Instant.now() + " " + node.id() + ": " + e);
        }
        return true;
    }

    private void write() {
        for (int i = 0; !over && i < POOLS_MAX; i++) {
            String name = "w" + i;
            for (int attempt = 0; !over; attempt++) {
                TestNode node = nodes.get((i + attempt) % nodes.size());
                Answer answer = Http.post(
                        node.adminUrl() + "/v1/pools", "{\"name\":\"" + name + "\"}", "Idempotency-Key", "add-" + name);
                if (answer.status() == 201 || answer.status() == 200) {
                    acknowledged.add(name);
                    break;
                }
                LockSupport.parkNanos(PAUSE_NANOS);
            }
            LockSupport.parkNanos(WRITE_PAUSE_NANOS);
        }
    }

    /** Waits until as many more requests were answered, or one has failed. */
    void awaitMore(int requests) {
        long target = answered.get() + requests;
        await().until(() -> answered.get() >= target || !failures.isEmpty());
    }

    /** At most a few. */
    List<String> failures() {
        return failures;
    }

    /** The pools whose creation was acknowledged. */
    Set<String> acknowledged() {
        return Set.copyOf(acknowledged);
    }

    @Override
    public String toString() {
        return "%d requests answered, %d connections refused and tried elsewhere, %d failures; %d changes acknowledged"
                .formatted(answered.get(), refused.get(), failures.size(), acknowledged.size());
    }

    @Override
    public void close() {
        over = true;
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
