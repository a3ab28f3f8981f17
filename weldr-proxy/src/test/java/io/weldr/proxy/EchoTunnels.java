package io.weldr.proxy;

import static org.awaitility.Awaitility.await;

import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** WebSockets that stand, each of which sends something each second and waits until it comes back. */
final class EchoTunnels implements AutoCloseable {

    private static final long EVERY_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Of each message; what the origin echoes. */
    static final int MESSAGE_BYTES = 8;

    private static final String UPGRADE = "GET /socket HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\n"
            + "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

    private static final String SWITCHED = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"
            + "Upgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

    private final List<Tunnel> tunnels = new ArrayList<>();
    private final List<String> cut = new CopyOnWriteArrayList<>();
    private volatile boolean over;

    private record Tunnel(Wire wire, AtomicInteger echoes, Thread thread) {}

    /** An origin that echoes what comes through a tunnel, and answers other requests with its name. */
    static RawOrigin origin(String name) {
        String response = "HTTP/1.1 200 OK\r\nContent-Length: " + name.length() + "\r\n\r\n" + name;
        return RawOrigin.serving((wire, self) -> {
            for (String request = wire.readMessage(); !request.isEmpty(); request = wire.readMessage()) {
                if (!request.startsWith("GET /socket ")) {
                    wire.send(response);
                    continue;
                }
                wire.send(SWITCHED);
                while (true) {
                    wire.send(wire.read(MESSAGE_BYTES)); // until the connection ends, which throws
                }
            }
        });
    }

    /** Opens some more. */
    void open(TestProxy proxy, int number) {
        for (int i = 0; i < number; i++) {
            Wire wire = proxy.connect();
            String head = wire.send(UPGRADE).readHead();
            if (!head.startsWith("HTTP/1.1 101 ")) {
                throw new AssertionError("no tunnel: " + head);
            }
            AtomicInteger echoes = new AtomicInteger();
            Thread thread = new Thread(() -> echo(wire, echoes), "tunnel-" + tunnels.size());
            thread.setDaemon(true);
            tunnels.add(new Tunnel(wire, echoes, thread));
            thread.start();
        }
    }

    private void echo(Wire wire, AtomicInteger echoes) {
        long due = System.nanoTime();
        try {
            while (!over) {
                String message = String.format("%0" + MESSAGE_BYTES + "d", echoes.get());
                String echo = wire.send(message).read(MESSAGE_BYTES);
                if (!echo.equals(message)) {
                    throw new AssertionError("\"" + echo + "\" came back for \"" + message + "\"");
                }
                echoes.incrementAndGet();
                due = Math.max(due + EVERY_NANOS, System.nanoTime());
                for (long left = due - System.nanoTime(); left > 0 && !over; left = due - System.nanoTime()) {
                    LockSupport.parkNanos(this, left);
                }
            }
        } catch (UncheckedIOException | AssertionError e) {
            cut.add(e.toString());
        }
    }

    /** Waits until as many more messages have come back through each, or one is cut. */
    void awaitMore(int echoes) {
        List<Integer> before =
                tunnels.stream().map(tunnel -> tunnel.echoes().get()).toList();
        for (int i = 0; i < before.size(); i++) {
            AtomicInteger now = tunnels.get(i).echoes();
            int target = before.get(i) + echoes;
            await().until(() -> now.get() >= target || !cut.isEmpty());
        }
    }

    /** Those that are not any more, or gave back something else. */
    List<String> cut() {
        return cut;
    }

    @Override
    public void close() {
        over = true;
        try {
            for (Tunnel tunnel : tunnels) {
                LockSupport.unpark(tunnel.thread());
                tunnel.thread().join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        tunnels.forEach(tunnel -> tunnel.wire().close());
    }
}
