package io.weldr.it.deploy;

import static org.awaitility.Awaitility.await;

import io.weldr.it.harness.RawClient;
import io.weldr.it.harness.TestNode;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Clients of each node that hold a tunnel, and send something through it that has to come back. A tunnel may end only
 * when its origin drains and the deadline has come: then the client opens another one. Thread safe.
 */
final class WebSockets implements AutoCloseable {
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final int FAILURES_MAX = 20;

    /** The proxy counts in ticks of a tenth of a second, and two clocks are compared. */
    private static final Duration EARLY_MAX = Duration.ofMillis(300);

    private static final String UPGRADE = String.join(
            "\r\n",
            "GET /upgrade HTTP/1.1",
            "Host: shop.example",
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "",
            "");

    private static final Pattern ORIGIN = Pattern.compile("\r\nX-Origin: (.*)\r\n");

    private final List<Thread> threads = new ArrayList<>();
    private final Map<String, AtomicInteger> standing = new ConcurrentHashMap<>(); // by origin
    private final Map<String, Instant> deadlines = new ConcurrentHashMap<>(); // of origins that drain
    private final List<String> failures = new CopyOnWriteArrayList<>();
    private final AtomicLong echoes = new AtomicLong();
    private final AtomicLong moves = new AtomicLong();
    private volatile boolean over;

    WebSockets(List<TestNode> nodes, int ofEachNode) {
        for (TestNode node : nodes) {
            for (int i = 0; i < ofEachNode; i++) {
                Thread thread = new Thread(() -> run(node), "tunnel-of-" + node.id());
                thread.setDaemon(true);
                threads.add(thread);
                thread.start();
            }
        }
    }

    private void run(TestNode node) {
        while (!over && failures.size() < FAILURES_MAX) {
            try (RawClient client = RawClient.connect(node.proxyUrl())) {
                String head = client.send(UPGRADE).readHead();
                Matcher origin = ORIGIN.matcher(head);
                if (!head.startsWith("HTTP/1.1 101 ") || !origin.find()) {
                    throw new IOException("no tunnel: \"" + head + "\"");
                }
                hold(client, node, origin.group(1));
            } catch (IOException e) {
                failures.add(Instant.now() + " a tunnel through " + node.id() + " did not come about: " + e);
            }
        }
    }

    /** Returns when the tunnel has ended. */
    private void hold(RawClient client, TestNode node, String origin) {
        standing(origin).incrementAndGet();
        try {
            while (!over) {
                String message = String.format("%08d", echoes.get() % 100_000_000);
                String echo = client.send(message).read(message.length());
                if (!echo.equals(message)) {
                    throw new IOException("\"" + echo + "\" came back for \"" + message + "\"");
                }
                echoes.incrementAndGet();
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        } catch (IOException e) {
            Instant deadline = deadlines.get(origin);
            if (deadline == null || Instant.now().plus(EARLY_MAX).isBefore(deadline)) {
                failures.add(Instant.now() + " a tunnel through " + node.id() + " to " + origin + " was cut"
                        + (deadline == null ? ", and the origin does not drain" : ", before " + deadline) + ": " + e);
            }
            moves.incrementAndGet();
        } finally {
            standing(origin).decrementAndGet();
        }
    }

    private AtomicInteger standing(String origin) {
        return standing.computeIfAbsent(origin, unknown -> new AtomicInteger());
    }

    /** Tunnels to that origin, as their clients see it. */
    int standingAt(String origin) {
        return standing(origin).get();
    }

    int standing() {
        return standing.values().stream().mapToInt(AtomicInteger::get).sum();
    }

    /** From now on tunnels to that origin may end, but not before the deadline. */
    void mayEnd(String origin, Instant deadline) {
        deadlines.put(origin, deadline);
    }

    /** From now on they may not end any more. */
    void mayNotEnd(String origin) {
        deadlines.remove(origin);
    }

    /** Waits until as many more messages have come back, or something has failed. */
    void awaitMore(int messages) {
        long target = echoes.get() + messages;
        await().until(() -> echoes.get() >= target || !failures.isEmpty());
    }

    long echoes() {
        return echoes.get();
    }

    /** How often a client has taken another tunnel. */
    long moves() {
        return moves.get();
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
