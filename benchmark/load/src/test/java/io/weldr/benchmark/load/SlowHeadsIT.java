package io.weldr.benchmark.load;

import static io.weldr.testing.Patience.PATIENCE_MILLIS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Deque;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SlowHeadsIT {

    private static final int CONNECTIONS = 20;
    private static final int OCTETS = 60; // more than one beginning

    @Test
    void allAreHeldSendOneByteAtATimeAndAreReplacedWhenTheServerGivesThemUp() throws Exception {
        AtomicInteger accepted = new AtomicInteger();
        Queue<String> heads = new ConcurrentLinkedQueue<>();
        AtomicBoolean goOn = new AtomicBoolean(true);
        Deque<SlowHeads.State> seen = new ConcurrentLinkedDeque<>();
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            start(() -> accept(server, accepted, heads));
            InetSocketAddress address = (InetSocketAddress) server.getLocalSocketAddress();
            SlowHeads slow = new SlowHeads(address, CONNECTIONS, Duration.ofMillis(5), Duration.ofMillis(50));
            Thread running = start(() -> run(slow, goOn, seen));
            await().until(() -> seen.stream().anyMatch(state -> state.cutOff() > 0));
            goOn.set(false);
            running.join(PATIENCE_MILLIS);
            SlowHeads.State last = seen.getLast();
            assertThat(last.held()).isEqualTo(CONNECTIONS);
            assertThat(last.meanLifeMillis()).isGreaterThan(OCTETS * 5 / 2);
            await().until(() -> accepted.get() == CONNECTIONS + last.cutOff());
            String whole = "GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: " + "x".repeat(OCTETS);
            assertThat(heads).isNotEmpty().containsOnly(whole.substring(0, OCTETS));
        }
    }

    private static void run(SlowHeads slow, AtomicBoolean goOn, Deque<SlowHeads.State> seen) {
        try {
            slow.run(state -> {
                seen.add(state);
                return goOn.get();
            });
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static void accept(ServerSocket server, AtomicInteger accepted, Queue<String> heads) {
        try {
            while (true) {
                Socket client = server.accept();
                accepted.incrementAndGet();
                start(() -> refuse(client, heads));
            }
        } catch (SocketException closed) {
            // The test is over.
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Reads so many bytes of a head, and answers that it takes too long. */
    private static void refuse(Socket client, Queue<String> heads) {
        try (client) {
            byte[] read = client.getInputStream().readNBytes(OCTETS);
            if (read.length == OCTETS) {
                heads.add(new String(read, StandardCharsets.US_ASCII));
                client.getOutputStream()
                        .write("HTTP/1.1 408 Request Timeout\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            }
        } catch (IOException gone) {
            // The generator closed it.
        }
    }

    private static Thread start(Runnable work) {
        Thread thread = new Thread(work, "slow-heads");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
