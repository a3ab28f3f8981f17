package io.weldr.proxy;

import io.weldr.testing.Patience;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;

/** An origin that does what a script says, byte for byte, and remembers what it was sent. */
final class RawOrigin implements AutoCloseable {

    static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nDate: now\r\n\r\nok";

    /** What happens on one connection. */
    @FunctionalInterface
    interface Script {
        void serve(Wire wire, RawOrigin origin) throws IOException;
    }

    private final ServerSocket socket;
    private final Script script;
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final Set<Wire> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger connections = new AtomicInteger();
    private final Thread acceptor;

    private RawOrigin(ServerSocket socket, Script script) {
        this.socket = socket;
        this.script = script;
        acceptor = daemon(this::accept);
    }

    static RawOrigin serving(Script script) {
        try {
            return new RawOrigin(new ServerSocket(0, 1024, InetAddress.getLoopbackAddress()), script);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** At an address that the test chose, which gives every answer on a connection that stays open. */
    static RawOrigin answeringAt(InetSocketAddress address, String response) {
        try {
            return new RawOrigin(new ServerSocket(address.getPort(), 1024, address.getAddress()), always(response));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Over TLS, with that certificate. */
    static RawOrigin secured(SSLContext tls, Script script) {
        return securedAt(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), tls, script);
    }

    /** Over TLS, with that certificate, at an address that the test chose. */
    static RawOrigin securedAt(InetSocketAddress address, SSLContext tls, Script script) {
        try {
            return new RawOrigin(
                    tls.getServerSocketFactory().createServerSocket(address.getPort(), 64, address.getAddress()),
                    script);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Answers every request with the same bytes, on connections that stay open. */
    static RawOrigin answering(String response) {
        return serving(always(response));
    }

    private static Script always(String response) {
        return (wire, origin) -> {
            while (!origin.next(wire).isEmpty()) {
                wire.send(response);
            }
        };
    }

    /** Answers every request with the same bytes and closes. */
    static RawOrigin answeringOnce(String response) {
        return serving((wire, origin) -> {
            origin.next(wire);
            wire.send(response);
        });
    }

    /** Reads the next request on a connection and remembers it; empty at the end of input. */
    String next(Wire wire) {
        String request = wire.readMessage();
        if (!request.isEmpty()) {
            requests.add(request);
        }
        return request;
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                Socket accepted = socket.accept();
                connections.incrementAndGet();
                Wire wire = new Wire(accepted);
                open.add(wire);
                daemon(() -> serve(wire));
            } catch (UncheckedIOException e) {
                // reset before it could be served
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void serve(Wire wire) {
        try (wire) {
            script.serve(wire, this);
        } catch (IOException | UncheckedIOException e) {
            // The proxy went away: the test says whether it should have.
        } finally {
            open.remove(wire);
        }
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "raw-origin");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    int port() {
        return socket.getLocalPort();
    }

    String url() {
        return "http://127.0.0.1:" + port();
    }

    String authority() {
        return "127.0.0.1:" + port();
    }

    /** Whole requests as they came, oldest first. */
    List<String> requests() {
        return requests;
    }

    void remember(String request) {
        requests.add(request);
    }

    int connections() {
        return connections.get();
    }

    /** Closes the connections that stand, as a restart would. */
    void dropConnections() {
        open.forEach(Wire::close);
        open.clear();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        try {
            acceptor.join(Patience.PATIENCE_MILLIS); // until then the system may hand out one more connection
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        dropConnections();
    }
}
