package io.weldr.it.chaos;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * A client that stays with one node: one connection, one request after the other, a new connection when it was told
 * {@code Connection: close}. A node that stops gracefully fails none of the requests on a connection that it kept; a
 * new one may be refused, or be reset before its first answer because it was still waiting to be accepted. On a thread
 * of its own.
 */
final class LoyalClient implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 5_000;
    private static final int HEAD_BYTES_MAX = 16 * 1024;

    private final InetSocketAddress address;
    private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
    private final AtomicLong answered = new AtomicLong();
    private final Thread thread = new Thread(this::run, "loyal-client");
    private volatile boolean stopping;

    LoyalClient(String url) {
        URI uri = URI.create(url);
        address = new InetSocketAddress(uri.getHost(), uri.getPort());
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        while (!stopping) {
            boolean kept = false;
            try (Socket socket = new Socket()) {
                socket.setSoTimeout(TIMEOUT_MILLIS);
                socket.connect(address, TIMEOUT_MILLIS);
                InputStream in = new BufferedInputStream(socket.getInputStream());
                boolean goOn = true;
                while (goOn && !stopping) {
                    goOn = exchange(socket, in);
                    kept = true;
                }
            } catch (IOException e) {
                if (kept) {
                    failures.add(e.toString());
                } else {
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10)); // it is down, or about to be: no promise
                }
            }
        }
    }

    /** Returns whether the connection may be used again. */
    private boolean exchange(Socket socket, InputStream in) throws IOException {
        socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: loyal\r\n\r\n".getBytes(US_ASCII));
        String head = head(in);
        if (!head.startsWith("http/1.1 200")) {
            failures.add("answered: " + head.lines().findFirst().orElse("nothing"));
        }
        String length = head.lines()
                .filter(line -> line.startsWith("content-length:"))
                .map(line -> line.substring("content-length:".length()).strip())
                .findFirst()
                .orElseThrow(() -> new IOException("an answer without a length: " + head));
        int bytes = Integer.parseInt(length);
        if (in.readNBytes(bytes).length < bytes) {
            throw new IOException("an answer that ends early");
        }
        answered.incrementAndGet();
        return head.lines().noneMatch(line -> line.equals("connection: close"));
    }

    private static String head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        int ends = 0;
        while (ends < 2) {
            int octet = in.read();
            if (octet < 0) {
                throw new IOException("closed " + (head.size() == 0 ? "before" : "within") + " the head of an answer");
            }
            if (head.size() > HEAD_BYTES_MAX) {
                throw new IOException("a head without an end");
            }
            head.write(octet);
            ends = octet == '\n' ? ends + 1 : octet == '\r' ? ends : 0;
        }
        return head.toString(US_ASCII).toLowerCase(Locale.ROOT);
    }

    long answered() {
        return answered.get();
    }

    List<String> failures() {
        return List.copyOf(failures);
    }

    /** Ends after the request that is under way. */
    @Override
    public void close() {
        stopping = true;
        try {
            thread.join(2L * TIMEOUT_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
