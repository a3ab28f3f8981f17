package io.weldr.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A proxy that is closed leaves no file descriptor open, whatever its loops were doing. */
class DescriptorsIT {
    private static final Path OPEN = Path.of("/proc/self/fd");

    /**
     * It depends on the moment at which a loop is told: once in some rounds, Netty 4.2 leaves sockets open if it may.
     */
    private static final int ROUNDS = 40;

    private static long sockets() {
        try (Stream<Path> all = Files.list(OPEN)) {
            return all.filter(DescriptorsIT::isSocket).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isSocket(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString().startsWith("socket:");
        } catch (IOException e) {
            return false; // closed meanwhile
        }
    }

    @Test
    void aProxyThatIsClosedLeavesNothingOpen() {
        assumeThat(Files.isDirectory(OPEN)).as("/proc, of Linux").isTrue();
        proxyIsClosed(); // what is opened once and kept
        long before = sockets();
        for (int round = 0; round < ROUNDS; round++) {
            proxyIsClosed();
        }
        await().untilAsserted(() -> assertThat(sockets()).isLessThanOrEqualTo(before));
    }

    /** With a request under way, an idle connection to its origin, and an idle client. */
    private static void proxyIsClosed() {
        CountDownLatch goOn = new CountDownLatch(1);
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    for (String request = self.next(wire); !request.isEmpty(); request = self.next(wire)) {
                        if (request.startsWith("GET /slow")) {
                            awaitQuietly(goOn);
                        }
                        wire.send(RawOrigin.OK);
                    }
                });
                TestProxy proxy = TestProxy.inFrontOf(origin);
                Wire waiting = proxy.connect();
                Wire idle = proxy.connect()) {
            waiting.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(idle.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").readMessage())
                    .endsWith("ok");
            await().until(() -> origin.requests().size() == 2);
            proxy.server.close();
        } finally {
            goOn.countDown();
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
