package io.weldr.it.cluster;

import static io.weldr.testing.Patience.PATIENCE_MILLIS;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.it.harness.Http;
import io.weldr.it.harness.TestCluster;
import io.weldr.it.harness.TestNode;
import io.weldr.testing.Patience;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Hundreds of clients take nothing of endless responses. The node has memory for half of them, and loses nobody else.
 */
class SlowReadersIT {
    private static final int STALLED = 300;
    private static final int RECEIVE_BUFFER_BYTES = 4096;
    private static final int REQUESTS = 50;

    /** The options of a test, with less memory: clients that take nothing hold up to 192 KiB each. */
    private static final String SMALL =
            "-ea -XX:TieredStopAtLevel=1 -XX:-UseG1GC -XX:+UseSerialGC -Xmx256m -XX:MaxDirectMemorySize=64m"
                    + " -Dio.netty.leakDetection.level=paranoid";

    private static final byte[] PART = ("4200\r\n" + "x".repeat(0x4200) + "\r\n").getBytes(US_ASCII);

    @TempDir
    private Path folder;

    @Test
    void clientsThatTakeNothingCostTheOthersNoRequest() throws IOException {
        List<Socket> stalled = new ArrayList<>();
        try (TestCluster cluster = TestCluster.of(
                        folder,
                        1,
                        "--workers",
                        "1",
                        "--limits-request-head-timeout",
                        "2s",
                        "--limits-client-progress-timeout",
                        "10m",
                        "--limits-client-idle-timeout",
                        "10m");
                ServerSocket origin = streaming()) {
            TestNode node = cluster.node(1);
            node.environment(Map.of("WELDR_JAVA_OPTS", SMALL));
            cluster.start(node);
            cluster.awaitLeader();
            assertThat(node.add("http://127.0.0.1:" + origin.getLocalPort()).status())
                    .isEqualTo(201);
            URI proxy = URI.create(node.proxyUrl());
            try (Client other = new Client(proxy);
                    Client half = new Client(proxy)) {
                await("the origin in the routes")
                        .until(() -> Http.get(node.proxyUrl() + "/small").status() == 200);
                for (int i = 0; i < STALLED; i++) {
                    stalled.add(stall(proxy));
                    if (i % 10 == 9) {
                        other.awaitServed();
                    }
                }
                await("too little memory")
                        .until(() ->
                                metric(node, "proxy_accept_pauses_total") + metric(node, "proxy_connections_shed_total")
                                        > 0);
                half.send("GET /small HTTP/1.1\r\nHost:");
                for (int i = 0; i < REQUESTS; i++) {
                    other.awaitServed();
                }
                assertThat(half.status()).isEqualTo(408);
                assertThat(metric(node, "proxy_faults_total")).isZero();
            }
            for (Socket each : stalled) {
                each.close();
            }
            await("all of the memory back").until(() -> metric(node, "proxy_held_bytes") == 0);
            try (Client last = new Client(proxy)) {
                last.awaitServed();
            }
            assertThat(metric(node, "proxy_faults_total")).isZero();
            assertThat(node.output()).doesNotContain("LEAK", "OutOfMemory");
        } finally {
            for (Socket each : stalled) {
                each.close();
            }
        }
    }

    /**
     * Asks for an endless response and takes nothing of it. The kernel completes a connection that the node does not
     * accept.
     */
    private static Socket stall(URI proxy) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(RECEIVE_BUFFER_BYTES);
        socket.connect(new InetSocketAddress(proxy.getHost(), proxy.getPort()), PATIENCE_MILLIS);
        socket.getOutputStream().write("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(US_ASCII));
        return socket;
    }

    private static double metric(TestNode node, String name) {
        String all = Http.get(node.adminUrl() + "/metrics").body();
        Matcher line = Pattern.compile("^weldr_" + name + " (\\S+)$", Pattern.MULTILINE)
                .matcher(all);
        assertThat(line.find()).as("%s in %s", name, all).isTrue();
        return Double.parseDouble(line.group(1));
    }

    /** One connection, and one request after another. */
    private static final class Client implements AutoCloseable {
        private final Socket socket;
        private final BufferedReader in;

        Client(URI proxy) throws IOException {
            socket = new Socket(proxy.getHost(), proxy.getPort());
            socket.setSoTimeout(PATIENCE_MILLIS);
            in = new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII));
        }

        void send(String text) throws IOException {
            socket.getOutputStream().write(text.getBytes(US_ASCII));
        }

        int get() throws IOException {
            send("GET /small HTTP/1.1\r\nHost: a\r\n\r\n");
            return status();
        }

        /** Reads one response. */
        int status() throws IOException {
            String start = line();
            int length = 0;
            for (String field = line(); !field.isEmpty(); field = line()) {
                if (field.startsWith("Content-Length: ")) {
                    length = Integer.parseInt(field.substring("Content-Length: ".length()));
                }
            }
            char[] body = new char[length];
            for (int read = 0; read < length; ) {
                read += Math.max(0, in.read(body, read, length - read));
            }
            int status = Integer.parseInt(start.split(" ", 3)[1]);
            if (status == 503) {
                assertThat(new String(body)).contains("cause: memory_full");
            }
            return status;
        }

        private String line() throws IOException {
            String line = in.readLine();
            assertThat(line).as("a line of a response").isNotNull();
            return line;
        }

        /** 503 may come for a moment: the node cuts those who hold most at its next tick. */
        void awaitServed() throws IOException {
            long deadline = System.nanoTime() + Patience.PATIENCE.toNanos();
            for (int status = get(); status != 200; status = get()) {
                assertThat(status).isEqualTo(503);
                assertThat(System.nanoTime()).as("503 for so long").isLessThan(deadline);
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    /** An origin that streams for as long as somebody takes it, or gives a small answer. */
    private static ServerSocket streaming() throws IOException {
        ServerSocket origin = new ServerSocket(0, 1024, InetAddress.getLoopbackAddress());
        daemon(() -> {
            while (!origin.isClosed()) {
                try {
                    Socket accepted = origin.accept();
                    daemon(() -> serve(accepted));
                } catch (IOException e) {
                    return; // closed
                }
            }
        });
        return origin;
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task, "streaming-origin");
        thread.setDaemon(true);
        thread.start();
    }

    private static void serve(Socket accepted) {
        try (Socket socket = accepted) {
            BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII));
            OutputStream out = socket.getOutputStream();
            for (String start = in.readLine(); start != null; start = in.readLine()) {
                String field = in.readLine();
                while (field != null && !field.isEmpty()) {
                    field = in.readLine();
                }
                if (start.startsWith("GET /stream ")) {
                    out.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".getBytes(US_ASCII));
                    while (true) {
                        out.write(PART);
                    }
                }
                out.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".getBytes(US_ASCII));
            }
        } catch (IOException e) {
            // The node has closed the connection: its client was cut, or has left.
        }
    }
}
