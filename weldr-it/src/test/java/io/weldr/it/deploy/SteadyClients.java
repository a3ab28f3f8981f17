package io.weldr.it.deploy;

import static org.awaitility.Awaitility.await;

import io.weldr.it.harness.RawClient;
import io.weldr.it.harness.TestNode;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Clients of each node that send requests, one after the other with a pause, until closed. Thread safe. */
final class SteadyClients implements AutoCloseable {
    private static final int CLIENTS_OF_A_NODE = 2;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final int REQUESTS_OF_A_CONNECTION = 50;
    private static final int FAILURES_MAX = 20;

    private static final String TEXT = "a text that comes back";

    /** A POST is never sent twice, and the long one is under way when an origin begins to drain. */
    private static final List<String> REQUESTS = List.of(
            "GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n",
            "POST /echo HTTP/1.1\r\nHost: shop.example\r\nContent-Length: " + TEXT.length() + "\r\n\r\n" + TEXT,
            "GET /delay/300 HTTP/1.1\r\nHost: shop.example\r\n\r\n");

    private final List<Thread> threads = new ArrayList<>();
    private final List<String> failures = new CopyOnWriteArrayList<>();
    private final AtomicLong answered = new AtomicLong();
    private volatile boolean over;

    SteadyClients(List<TestNode> nodes) {
        for (TestNode node : nodes) {
            for (int i = 0; i < CLIENTS_OF_A_NODE; i++) {
                Thread thread = new Thread(() -> run(node), "client-of-" + node.id());
                thread.setDaemon(true);
                threads.add(thread);
                thread.start();
            }
        }
    }

    private void run(TestNode node) {
        while (!over && failures.size() < FAILURES_MAX) {
            int used = 0;
            try (RawClient client = RawClient.connect(node.proxyUrl())) {
                for (; used < REQUESTS_OF_A_CONNECTION && !over; used++) {
                    String request = REQUESTS.get(used % REQUESTS.size());
                    String response = client.send(request).readResponse();
                    String expected = request.startsWith("POST") ? TEXT : "Hello World";
                    if (!response.startsWith("HTTP/1.1 200 ") || !response.contains(expected)) {
                        throw new IOException("not the response that was asked for: \"" + response + "\"");
                    }
                    answered.incrementAndGet();
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
            } catch (IOException e) {
                failures.add(Instant.now() + " request " + used + " of a connection to " + node.id() + ": " + e);
            }
        }
    }

    /** Waits until as many more requests were answered, or one has failed. */
    void awaitMore(int requests) {
        long target = answered.get() + requests;
        await().until(() -> answered.get() >= target || !failures.isEmpty());
    }

    long answered() {
        return answered.get();
    }

    /** At most a few. */
    List<String> failures() {
        return failures;
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
