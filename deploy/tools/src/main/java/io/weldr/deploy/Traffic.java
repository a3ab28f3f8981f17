package io.weldr.deploy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Requests through the proxy of a node in training: each framing (RFC 9112 section 6) in each direction, often enough
 * to be compiled.
 */
final class Traffic {
    private static final int CONNECTIONS = 4;
    private static final int ANSWER_MILLIS_MAX = 30_000;

    private static final String CHUNKED_BODY = "400\r\n" + "x".repeat(0x400) + "\r\n0\r\n\r\n";
    private static final int BODY_BYTES = 16 * 1024;

    /** What is sent how often on each connection. The first is what a load balancer does most. */
    private static final List<Repeated> REPEATED = List.of(
            new Repeated(3_000, get("/")),
            new Repeated(300, get("/bytes/16384?framing=length")),
            new Repeated(300, get("/bytes/4096?framing=chunked")),
            new Repeated(300, request("HEAD / HTTP/1.1", "")),
            new Repeated(
                    500,
                    request("POST /echo HTTP/1.1", "Content-Length: " + BODY_BYTES + "\r\n") + "x".repeat(BODY_BYTES)),
            new Repeated(300, request("POST /echo HTTP/1.1", "Transfer-Encoding: chunked\r\n") + CHUNKED_BODY),
            new Repeated(
                    100, request("PUT /upload HTTP/1.1", "Content-Length: 5\r\nExpect: 100-continue\r\n") + "12345"),
            new Repeated(100, get("/status/404")),
            new Repeated(20, get("/chunked?trailers=true")),
            new Repeated(20, get("/early-hints")),
            new Repeated(10, get("/bytes/1048576?framing=length")));

    /** One connection each: what ends it. */
    private static final List<Repeated> ENDING = List.of(
            new Repeated(200, request("GET / HTTP/1.1", "Connection: close\r\n")),
            new Repeated(50, "GET / HTTP/1.0\r\nHost: training\r\n\r\n"),
            new Repeated(20, request("GET /bytes/4096?framing=close HTTP/1.1", "Connection: close\r\n")),
            new Repeated(20, request("GET /reset HTTP/1.1", "Connection: close\r\n")),
            new Repeated(20, "GET / HTTP/1.1\r\n\r\n")); // no Host: 400

    /** @param text a request, as often as this */
    private record Repeated(int times, String text) {}

    private final int port;

    /** @param address where the node proxies, on the loopback interface: {@code 127.0.0.1:8080} */
    Traffic(String address) {
        port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    }

    private static String get(String path) {
        return request("GET " + path + " HTTP/1.1", "Accept: */*\r\nUser-Agent: training\r\n");
    }

    private static String request(String line, String fields) {
        return line + "\r\nHost: training\r\n" + fields + "\r\n";
    }

    /**
     * Sends all of it, on some connections at the same time.
     *
     * @throws IOException an answer did not come
     */
    void run() throws IOException {
        ExecutorService clients = Executors.newFixedThreadPool(CONNECTIONS);
        try {
            List<Future<Void>> ends = new ArrayList<>();
            for (int i = 0; i < CONNECTIONS; i++) {
                ends.add(clients.submit(() -> {
                    keepAlive();
                    close();
                    return null;
                }));
            }
            for (Future<Void> end : ends) {
                end.get(Program.PATIENCE_SECONDS, TimeUnit.SECONDS);
            }
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("traffic through the proxy at port " + port + " failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            clients.shutdownNow();
        }
    }

    private void keepAlive() throws IOException {
        try (Socket socket = connect()) {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            OutputStream out = socket.getOutputStream();
            for (Repeated repeated : REPEATED) {
                byte[] request = repeated.text().getBytes(ISO_8859_1);
                boolean head = repeated.text().startsWith("HEAD ");
                for (int i = 0; i < repeated.times(); i++) {
                    out.write(request);
                    skipAnswer(in, head);
                }
            }
        }
    }

    private void close() throws IOException {
        for (Repeated repeated : ENDING) {
            byte[] request = repeated.text().getBytes(ISO_8859_1);
            for (int i = 0; i < repeated.times(); i++) {
                try (Socket socket = connect()) {
                    socket.getOutputStream().write(request);
                    socket.getInputStream().transferTo(OutputStream.nullOutputStream());
                }
            }
        }
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(ANSWER_MILLIS_MAX);
        return socket;
    }

    /** Reads to the end of the final answer; those before it (1xx) have no body. */
    private static void skipAnswer(InputStream in, boolean head) throws IOException {
        int status;
        long length;
        boolean chunked;
        do {
            String line = line(in);
            status = Integer.parseInt(line.substring(9, 12));
            length = 0;
            chunked = false;
            for (line = line(in); !line.isEmpty(); line = line(in)) {
                String field = line.toLowerCase(Locale.ROOT);
                if (field.startsWith("content-length:")) {
                    length = Long.parseLong(field.substring(15).strip());
                } else if (field.startsWith("transfer-encoding:")) {
                    chunked = true;
                }
            }
        } while (status < 200);
        if (status >= 500) {
            throw new IOException("a request through the proxy was answered with " + status);
        }
        if (head) {
            return;
        }
        if (!chunked) {
            in.skipNBytes(length);
            return;
        }
        for (int size = size(in); size > 0; size = size(in)) {
            in.skipNBytes(size + 2L);
        }
        while (!line(in).isEmpty()) { // trailers
        }
    }

    private static int size(InputStream in) throws IOException {
        return Integer.parseInt(line(in), 16);
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int octet = in.read(); octet != '\n'; octet = in.read()) {
            if (octet < 0) {
                throw new EOFException("the connection ended after \"" + line + "\"");
            }
            if (octet != '\r') {
                line.append((char) octet);
            }
        }
        return line.toString();
    }
}
