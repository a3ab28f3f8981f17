package io.weldr.proxy;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Clients that send requests at a steady rate, as far as the machine keeps up, until closed. Each has one connection,
 * and takes another one now and then. Counts what was answered, and keeps what failed.
 */
final class SteadyTraffic implements AutoCloseable {

    /** So that a connection is reused for a while, and connections are made all the time. */
    private static final int REQUESTS_PER_CONNECTION = 20;

    private static final int FAILURES_KEPT_MAX = 20;

    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    /** How long the port may be used. */
    enum Listener {
        /** Every request has to be answered. */
        STAYS,
        /**
         * Connections may be refused, and may be closed before a response has begun: then the listener was removed
         * before it read the request. A response that has begun has to be whole.
         */
        COMES_AND_GOES
    }

    private final int port;
    private final Listener listener;
    private final Set<String> bodies;
    private final long periodNanos; // of one client
    private final List<Thread> clients = new ArrayList<>();
    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicLong served = new AtomicLong();
    private final List<String> failures = new CopyOnWriteArrayList<>();

    private SteadyTraffic(int port, Listener listener, int clients, int perSecond, Set<String> bodies) {
        this.port = port;
        this.listener = listener;
        this.bodies = bodies;
        periodNanos = TimeUnit.SECONDS.toNanos(clients) / perSecond;
        for (int i = 0; i < clients; i++) {
            Thread client = new Thread(this::run, "client-" + i);
            client.setDaemon(true);
            this.clients.add(client);
        }
        this.clients.forEach(Thread::start);
    }

    /**
     * Begins.
     *
     * @param perSecond requests of all clients together
     * @param bodies of sound responses
     */
    static SteadyTraffic begin(int port, Listener listener, int clients, int perSecond, String... bodies) {
        return new SteadyTraffic(port, listener, clients, perSecond, Set.of(bodies));
    }

    private void run() {
        long due = System.nanoTime();
        int used = 0;
        Wire wire = null;
        while (!over.get() && failures.size() < FAILURES_KEPT_MAX) {
            for (long left = due - System.nanoTime(); left > 0 && !over.get(); left = due - System.nanoTime()) {
                LockSupport.parkNanos(this, left);
            }
            due = Math.max(due + periodNanos, System.nanoTime());
            try {
                if (wire == null) {
                    used = 0;
                    wire = new Wire(new Socket(InetAddress.getLoopbackAddress(), port));
                }
                String response = request(wire);
                if (response != null) {
                    served.incrementAndGet();
                }
                if (response == null
                        || response.contains("\r\nConnection: close\r\n")
                        || ++used == REQUESTS_PER_CONNECTION) {
                    wire.close();
                    wire = null;
                }
            } catch (ConnectException e) {
                if (listener == Listener.STAYS) {
                    failures.add(e.toString());
                }
            } catch (IOException | UncheckedIOException | AssertionError e) {
                failures.add(e + (used == 0 ? ", on a new connection" : ", on a connection used " + used + " times"));
                if (wire != null) {
                    wire.close();
                    wire = null;
                }
            }
        }
        if (wire != null) {
            wire.close();
        }
    }

    /** The response; null: the connection ended before it, which is allowed here. */
    private @Nullable String request(Wire wire) throws IOException {
        String response = "";
        try {
            wire.send(GET);
            response = wire.readMessage();
        } catch (UncheckedIOException e) {
            // Reading fails with this also in the middle of a response, but then the text says so.
            if (listener == Listener.STAYS || String.valueOf(e.getMessage()).contains("ended after")) {
                throw e;
            }
        }
        if (response.isEmpty() && listener == Listener.COMES_AND_GOES) {
            return null;
        }
        String body = response.substring(response.indexOf("\r\n\r\n") + 4);
        if (!response.startsWith("HTTP/1.1 200 ") || !bodies.contains(body)) {
            throw new IOException("not a sound response: \"" + response + "\"");
        }
        return response;
    }

    /** Waits until as many more requests were answered, or one has failed. */
    void awaitMore(int requests) {
        long target = served.get() + requests;
        await().until(() -> served.get() >= target || !failures.isEmpty());
    }

    long served() {
        return served.get();
    }

    /** What went wrong, at most a few of it. */
    List<String> failures() {
        return failures;
    }

    /** Ends it, and waits for requests under way. */
    void end() {
        over.set(true);
        clients.forEach(LockSupport::unpark);
        try {
            for (Thread client : clients) {
                client.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        end();
    }
}
