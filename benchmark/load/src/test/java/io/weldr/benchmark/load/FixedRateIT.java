package io.weldr.benchmark.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

class FixedRateIT {

    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    @Test
    void everyRequestThatWasDueWhileTheServerStoodStillIsCountedLate() throws Exception {
        // 200 a second on one connection. The server stands still for 500 ms once: 100 requests become due meanwhile,
        // and those of the first 400 ms wait for more than 100 ms.
        try (Server server = new Server(number -> {
            if (number == 50) {
                sleep(500);
            }
            return OK;
        })) {
            FixedRate.Result result = new FixedRate(plan(server, 1)).run(() -> {});
            Latencies latencies = result.latencies();
            assertThat(result.errors()).isZero();
            assertThat(latencies.count()).isEqualTo(200);
            assertThat(latencies.micros(1)).isGreaterThan(490_000);
            assertThat(result.elapsedMicros()).isGreaterThan(990_000);
            // A generator that only times what it sent would have one such request, 0.5 %.
            assertThat(latencies.micros(1 - 70 / 200.0)).isGreaterThan(100_000);
        }
    }

    @Test
    void anErrorStatusAndABrokenConnectionAreErrorsAndTheRateGoesOn() throws Exception {
        try (Server server = new Server(number -> switch (number) {
            case 10 -> "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n";
            case 20 -> "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\ntoo much";
            case 30 -> "";
            default -> OK;
        })) {
            FixedRate.Result result = new FixedRate(plan(server, 4)).run(() -> {});
            assertThat(result.errors()).isEqualTo(3);
            assertThat(result.latencies().count()).isEqualTo(197);
        }
    }

    private static Plan plan(Server server, int connections) {
        return new Plan("127.0.0.1", server.port(), "/", 200, connections, Duration.ZERO, Duration.ofSeconds(1));
    }

    /** The server's own slowness, which is what is measured here: nobody waits for a condition. */
    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    /** Answers the request of each number, counted from 1 over all connections; with nothing: closes the connection. */
    private static final class Server implements AutoCloseable {

        private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        private final AtomicInteger requests = new AtomicInteger();
        private final IntFunction<String> answers;

        Server(IntFunction<String> answers) throws IOException {
            this.answers = answers;
            start(this::accept);
        }

        int port() {
            return listener.getLocalPort();
        }

        private void accept() {
            try {
                while (true) {
                    Socket client = listener.accept();
                    start(() -> serve(client));
                }
            } catch (SocketException closed) {
                // The test is over.
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }

        private void serve(Socket client) {
            try (client) {
                client.setTcpNoDelay(true);
                BufferedReader reader =
                        new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII));
                for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                    if (line.isEmpty()) {
                        String answer = answers.apply(requests.incrementAndGet());
                        if (answer.isEmpty()) {
                            return;
                        }
                        client.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
                    }
                }
            } catch (IOException gone) {
                // The generator closed it.
            }
        }

        private static void start(Runnable work) {
            Thread thread = new Thread(work, "server");
            thread.setDaemon(true);
            thread.start();
        }

        @Override
        public void close() throws IOException {
            listener.close();
        }
    }
}
