package io.weldr.proxy;

import static io.weldr.testing.Patience.withTimeFrom;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import com.sun.management.UnixOperatingSystemMXBean;
import io.weldr.proxy.net.DeadlineWheel;
import io.weldr.proxy.net.Transport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Many clients that never finish a head do not disturb those that do. */
class SlowClientsIT {

    private static final int SLOW_WANTED = Integer.getInteger("slowClients", 10_000);

    /** Files that this process may open for other things meanwhile. */
    private static final int OTHER_FILES = 600;

    private static final int SLOW = Math.min(SLOW_WANTED, slowPossible());

    /** Both ends are in this process, so that each takes two file descriptors. */
    private static int slowPossible() {
        long files = ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? unix.getMaxFileDescriptorCount() - unix.getOpenFileDescriptorCount()
                : 4 * OTHER_FILES;
        int possible = (int) Math.min(Integer.MAX_VALUE, Math.max(100, (files - OTHER_FILES) / 2));
        if (possible < SLOW_WANTED) {
            System.out.printf(
                    "slow clients: %d, for %d more open files are allowed (expected: %d for %d; see ulimit -Hn)%n",
                    possible, files, 2 * SLOW_WANTED + OTHER_FILES, SLOW_WANTED);
        }
        return possible;
    }

    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    @Test
    void slowHeadsAreHeldWhileOrdinaryRequestsAreServed() throws IOException {
        List<SocketChannel> slow = new ArrayList<>();
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = TestProxy.limited("requestHeadTimeout", Duration.ofMinutes(5), origin);
                Wire client = proxy.connect()) {
            InetSocketAddress address = proxy.server.boundAddress();
            for (int i = 0; i < SLOW; i++) {
                SocketChannel channel = SocketChannel.open(address);
                channel.write(bytes("GET / HTTP/1.1\r\nHost: a\r\nX-Slow: "));
                slow.add(channel);
            }
            await().until(() -> proxy.server.connectionsOpen() == SLOW + 1);
            for (int round = 0; round < 50; round++) {
                for (int i = round; i < SLOW; i += 50) {
                    slow.get(i).write(bytes("x"));
                }
                assertThat(client.send(GET).readMessage()).endsWith("ok"); // within the socket's timeout
            }
            // They were held, not forgotten: each can still finish.
            for (SocketChannel channel : List.of(slow.get(0), slow.get(SLOW - 1))) {
                channel.write(bytes("\r\n\r\n"));
                ByteBuffer answer = ByteBuffer.allocate(15);
                while (answer.hasRemaining() && channel.read(answer) >= 0) {
                    // until the status line is there
                }
                assertThat(new String(answer.array(), StandardCharsets.US_ASCII))
                        .isEqualTo("HTTP/1.1 200 OK");
            }
        } finally {
            for (SocketChannel channel : slow) {
                channel.close();
            }
        }
    }

    /** Answered without an origin. */
    private static final String OPTIONS = "OPTIONS / HTTP/1.1\r\nHost: a\r\nMax-Forwards: 0\r\n\r\n";

    /** So many that to answer them all takes much longer than an ordinary exchange. */
    private static final int STALLED = Math.min(SLOW, 2_000);

    @Test
    void clientsThatStallTogetherAreGivenUpWithoutMakingOthersWait() throws Exception {
        withTimeFrom(Duration.ofSeconds(2), SlowClientsIT::clientsStallTogether);
    }

    private static boolean clientsStallTogether(Duration patience) throws IOException {
        List<SocketChannel> stalled = new ArrayList<>();
        try (TestProxy proxy = TestProxy.limited("requestHeadTimeout", patience);
                Wire client = proxy.connect()) {
            InetSocketAddress address = proxy.server.boundAddress();
            for (int i = 0; i < STALLED; i++) {
                SocketChannel channel = SocketChannel.open(address);
                channel.write(bytes("GET / HTTP/1.1\r\nHost: a\r\nX-Stalled: "));
                stalled.add(channel);
            }
            await().until(() -> proxy.server.connectionsOpen() == STALLED + 1
                    || proxy.traffic().client().failed() > 0);
            CountDownLatch goOn = proxy.hold(); // until all are due, so that the loop finds them in one moment
            long allSeen = System.nanoTime();
            await().until(() -> System.nanoTime() - allSeen
                    > patience.plusMillis(3 * DeadlineWheel.TICK_MILLIS).toNanos());
            boolean allAtOnce = proxy.traffic().client().failed() == 0;
            goOn.countDown();
            long answeredAmong = 0;
            boolean among = false;
            for (long failed = 0; failed < STALLED; ) {
                assertThat(client.send(OPTIONS).readMessage()).startsWith("HTTP/1.1 200 OK\r\n");
                failed = proxy.traffic().client().failed();
                boolean someLeft = failed > 0 && failed < STALLED;
                // If it is so twice, the answer in between was written between two of those that were given up.
                answeredAmong += among && someLeft ? 1 : 0;
                among = someLeft;
            }
            // This thread may have been too slow to ask again while they were given up.
            return allAtOnce && answeredAmong > 0;
        } finally {
            for (SocketChannel channel : stalled) {
                channel.close();
            }
        }
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void aReaderThatIsSlowIsServedAsLongAsItReads() throws Exception {
        withTimeFrom(Duration.ofSeconds(1), SlowClientsIT::readerIsSlow);
    }

    /** Takes two and a half times as long as a client may pause. */
    private static boolean readerIsSlow(Duration pauseMax) {
        int bytes = 8 << 20;
        int parts = 32;
        try (RawOrigin origin = RawOrigin.answering(
                        "HTTP/1.1 200 OK\r\nContent-Length: " + bytes + "\r\n\r\n" + "x".repeat(bytes));
                TestProxy proxy = TestProxy.limited("clientProgressTimeout", pauseMax, origin);
                Wire client = proxy.connect()) {
            long pauseNanos = pauseMax.multipliedBy(5).dividedBy(2L * parts).toNanos();
            client.send(GET).readHead();
            long last = System.nanoTime();
            for (int i = 0; i < parts; i++) {
                String cutOff = read(client, bytes / parts);
                LockSupport.parkNanos(pauseNanos); // its pace is the story
                long now = System.nanoTime();
                if (now - last > pauseMax.dividedBy(2).toNanos()) {
                    return false;
                }
                assertThat(cutOff).as("after %d of %d parts", i, parts).isEmpty();
                last = now;
            }
            assertThat(client.send(GET).readHead()).startsWith("HTTP/1.1 200 OK");
            return true;
        }
    }

    /**
     * The kernel holds megabytes for it, so that for minutes it takes nothing more from the proxy. The client
     * acknowledges all the time.
     */
    @Test
    void aReaderThatIsVerySlowIsServedAsLongAsItReads() throws Exception {
        assumeThat(TestProxy.TRANSPORT.resolve()).as("asks the kernel").isNotEqualTo(Transport.NIO);
        withTimeFrom(Duration.ofSeconds(1), SlowClientsIT::readerIsVerySlow);
    }

    private static boolean readerIsVerySlow(Duration pauseMax) throws IOException {
        int bytes = 32 << 20;
        try (RawOrigin origin = RawOrigin.answering(
                        "HTTP/1.1 200 OK\r\nContent-Length: " + bytes + "\r\n\r\n" + "x".repeat(bytes));
                TestProxy proxy = TestProxy.limited("clientProgressTimeout", pauseMax, origin);
                Socket socket = new Socket()) {
            socket.setReceiveBufferSize(4 * 1024);
            socket.connect(proxy.server.boundAddress());
            Wire client = new Wire(socket);
            client.send(GET).readHead();
            int reads = 50;
            long last = System.nanoTime();
            for (int i = 0; i < reads; i++) { // five times as long as a client may pause
                String cutOff = read(client, 2048);
                LockSupport.parkNanos(pauseMax.dividedBy(10).toNanos()); // its pace is the story
                long now = System.nanoTime();
                if (now - last > pauseMax.dividedBy(2).toNanos()) {
                    return false;
                }
                assertThat(cutOff).as("after %d of %d reads", i, reads).isEmpty();
                assertThat(proxy.server.connectionsOpen()).isEqualTo(1);
                last = now;
            }
            return true;
        }
    }

    /** Why it could not be read, empty if it could. */
    private static String read(Wire client, int bytes) {
        try {
            client.read(bytes);
            return "";
        } catch (UncheckedIOException e) {
            return e.toString();
        }
    }

    @Test
    void aReaderThatStopsIsCutOff() {
        int bytes = 32 << 20;
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    self.next(wire);
                    wire.send("HTTP/1.1 200 OK\r\nContent-Length: " + bytes + "\r\n\r\n");
                    for (int sent = 0; sent < bytes; sent += 1 << 20) {
                        wire.send(new byte[1 << 20]);
                    }
                });
                TestProxy proxy = TestProxy.limited("clientProgressTimeout", Duration.ofMillis(300), origin);
                Wire client = proxy.connect()) {
            client.send(GET);
            await().until(() -> !origin.requests().isEmpty());
            await().until(() -> proxy.server.connectionsOpen() == 0);
        }
    }

    /** More answers than the kernel holds for a client that does not read: some 10 MB. */
    private static final int PIPELINED = 20_000;

    @Test
    void aClientThatPipelinesAndNeverReadsIsServedNoFurtherThanItReads() {
        AtomicInteger served = new AtomicInteger();
        try (RawOrigin origin = pathsOf(4_000, served);
                TestProxy proxy = TestProxy.limited("clientProgressTimeout", Duration.ofMillis(500), origin);
                Wire client = proxy.connect()) {
            sendInBackground(client, PIPELINED);
            await().until(() -> served.get() > 0);
            await().until(() -> proxy.server.connectionsOpen() == 0);
            assertThat(served).hasValueLessThan(PIPELINED / 2);
        }
    }

    @Test
    void ourOwnAnswersWaitForTheirReaderToo() {
        int requests = 5 * PIPELINED;
        try (TestProxy proxy = TestProxy.limited("clientProgressTimeout", Duration.ofMillis(500));
                Wire client = proxy.connect()) {
            sendInBackground(client, requests);
            await().until(() -> proxy.traffic().client().failed() > 0);
            await().until(() -> proxy.server.connectionsOpen() == 0);
            assertThat(proxy.traffic().client().failed()).isLessThan(requests * 4 / 5);
        }
    }

    @Test
    void pipelinedRequestsAreAllAnsweredWhenTheirClientReadsAtLast() {
        int requests = PIPELINED / 4;
        AtomicInteger served = new AtomicInteger();
        try (RawOrigin origin = pathsOf(4_000, served);
                TestProxy proxy = TestProxy.inFrontOf(origin);
                Wire client = proxy.connect()) {
            sendInBackground(client, requests);
            AtomicInteger seen = new AtomicInteger();
            await().pollInterval(Duration.ofMillis(300)).until(() -> {
                int now = served.get();
                return now > 0 && seen.getAndSet(now) == now; // it has come to a halt
            });
            for (int i = 0; i < requests; i++) {
                assertThat(client.readMessage()).contains("\r\n\r\n/" + i + " ");
            }
            assertThat(client.send(GET).readMessage()).startsWith("HTTP/1.1 200 OK\r\n");
        }
    }

    /** An origin that answers with the path it was asked for, padded to a length. */
    private static RawOrigin pathsOf(int length, AtomicInteger served) {
        return RawOrigin.serving((wire, self) -> {
            for (String head = wire.readHead(); !head.isEmpty(); head = wire.readHead()) {
                String path = head.split(" ", 3)[1] + " ";
                wire.send("HTTP/1.1 200 OK\r\nContent-Length: " + length + "\r\n\r\n" + path
                        + "x".repeat(length - path.length()));
                served.incrementAndGet();
            }
        });
    }

    private static void sendInBackground(Wire client, int requests) {
        Thread sender = new Thread(() -> {
            StringBuilder some = new StringBuilder();
            for (int i = 0; i < requests; i++) {
                some.append("GET /").append(i).append(" HTTP/1.1\r\nHost: a\r\n\r\n");
                if (some.length() > 16_000 || i == requests - 1) {
                    try {
                        client.send(some.toString());
                    } catch (UncheckedIOException e) {
                        return; // cut off: the test says whether it should have been
                    }
                    some.setLength(0);
                }
            }
        });
        sender.setDaemon(true);
        sender.start();
    }
}
