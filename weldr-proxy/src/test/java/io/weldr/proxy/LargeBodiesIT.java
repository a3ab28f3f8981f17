package io.weldr.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies of any size pass with the memory of a small one, at the pace of the slower side. */
class LargeBodiesIT {

    /** A gigabyte, as somebody's disk image or film has. */
    private static final long LARGE_BYTES = 1L << 30;

    /** Enough to fill everything between two ends that do not move; far beyond what is allowed to be in flight. */
    private static final long BYTES = 256L << 20;

    /**
     * What both directions together may hold: water marks and read buffers of two connections, and allocator chunks.
     */
    static final long HELD_BYTES_MAX = 48L << 20;

    static final byte[] BLOCK = block();

    private static byte[] block() {
        byte[] block = new byte[64 * 1024];
        for (int i = 0; i < block.length; i++) {
            block[i] = (byte) ((i * 31) >>> 3);
        }
        return block;
    }

    static void sendAll(Wire wire, long bytes) {
        for (long left = bytes; left > 0; left -= BLOCK.length) {
            wire.send(BLOCK);
        }
    }

    /** Reads the pattern that {@link #sendAll} sends and fails at the first byte that is not of it. */
    private static void readAll(Wire wire, long bytes) throws IOException {
        InputStream in = wire.input();
        byte[] part = new byte[BLOCK.length];
        for (long left = bytes; left > 0; left -= BLOCK.length) {
            int read = in.readNBytes(part, 0, part.length);
            if (read != part.length || !java.util.Arrays.equals(part, BLOCK)) {
                throw new AssertionError("damaged " + (bytes - left) + " bytes into the body");
            }
        }
    }

    static long heldBytes() {
        return Math.max(
                PlatformDependent.usedDirectMemory(),
                PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory());
    }

    @Test
    void aDownloadPassesWithFlatMemory() throws IOException {
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    while (!self.next(wire).isEmpty()) {
                        wire.send("HTTP/1.1 200 OK\r\nContent-Length: " + LARGE_BYTES + "\r\n\r\n");
                        sendAll(wire, LARGE_BYTES);
                    }
                });
                TestProxy proxy = TestProxy.inFrontOf(origin);
                Wire client = proxy.connect()) {
            long before = heldBytes();
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").readHead();
            readAll(client, LARGE_BYTES / 2);
            assertThat(heldBytes() - before).isLessThan(HELD_BYTES_MAX);
            readAll(client, LARGE_BYTES / 2);
            assertThat(heldBytes() - before).isLessThan(HELD_BYTES_MAX);
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").readHead();
            readAll(client, BLOCK.length);
            assertThat(origin.connections()).isEqualTo(1);
        }
    }

    @Test
    void anUploadPassesWithFlatMemory() throws IOException {
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    for (String head = wire.readHead(); !head.isEmpty(); head = wire.readHead()) {
                        readAll(wire, LARGE_BYTES);
                        wire.send(RawOrigin.OK);
                    }
                });
                TestProxy proxy = TestProxy.inFrontOf(origin);
                Wire client = proxy.connect()) {
            long before = heldBytes();
            client.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: " + LARGE_BYTES + "\r\n\r\n");
            sendAll(client, LARGE_BYTES / 2);
            assertThat(heldBytes() - before).isLessThan(HELD_BYTES_MAX);
            sendAll(client, LARGE_BYTES / 2);
            assertThat(client.readMessage()).endsWith("ok");
            assertThat(heldBytes() - before).isLessThan(HELD_BYTES_MAX);
        }
    }

    @Test
    void aSlowClientHoldsTheOriginBack() throws IOException {
        java.util.concurrent.atomic.AtomicLong sent = new java.util.concurrent.atomic.AtomicLong();
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    self.next(wire);
                    wire.send("HTTP/1.1 200 OK\r\nContent-Length: " + BYTES + "\r\n\r\n");
                    for (long left = BYTES; left > 0; left -= BLOCK.length) {
                        wire.send(BLOCK);
                        sent.addAndGet(BLOCK.length);
                    }
                });
                TestProxy proxy = TestProxy.inFrontOf(origin);
                Wire client = proxy.connect()) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").readHead();
            // Nobody reads: socket buffers fill up, then the origin must come to a stand.
            await().until(() -> {
                long before = sent.get();
                java.util.concurrent.locks.LockSupport.parkNanos(200_000_000);
                return before > 0 && sent.get() == before;
            });
            assertThat(sent.get()).isLessThan(BYTES / 4);
            readAll(client, BYTES);
        }
    }

    /** One side of a tunnel has ended: the other side still waits for its reader. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aHalfClosedTunnelHoldsItsSenderBack(boolean originSends) {
        AtomicLong sent = new AtomicLong();
        CountDownLatch over = new CountDownLatch(1);
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    self.next(wire);
                    wire.send("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n");
                    if (originSends) {
                        wire.readToEnd();
                        sendCounting(wire, sent);
                    } else {
                        wire.endOutput();
                        awaitQuietly(over);
                    }
                });
                TestProxy proxy = TestProxy.inFrontOf(origin);
                Wire client = proxy.connect()) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n")
                    .readHead();
            if (originSends) {
                client.endOutput();
            } else {
                assertThat(client.atEnd()).isTrue();
                daemon(() -> sendCounting(client, sent));
            }
            await().until(() -> {
                long before = sent.get();
                LockSupport.parkNanos(200_000_000);
                return before > 0 && sent.get() == before;
            });
            assertThat(sent.get()).isLessThan(BYTES / 4);
            over.countDown();
        }
    }

    private static void sendCounting(Wire wire, AtomicLong sent) {
        try {
            for (long left = BYTES; left > 0; left -= BLOCK.length) {
                wire.send(BLOCK);
                sent.addAndGet(BLOCK.length);
            }
        } catch (UncheckedIOException e) {
            // The story is over.
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task);
        thread.setDaemon(true);
        thread.start();
    }

    @Test
    void aSlowOriginHoldsTheClientBack() throws Exception {
        CountDownLatch read = new CountDownLatch(1);
        java.util.concurrent.atomic.AtomicLong sent = new java.util.concurrent.atomic.AtomicLong();
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    wire.readHead();
                    try {
                        read.await();
                    } catch (InterruptedException e) {
                        return;
                    }
                    readAll(wire, BYTES);
                    wire.send(RawOrigin.OK);
                });
                TestProxy proxy = TestProxy.inFrontOf(origin);
                Wire client = proxy.connect()) {
            Thread sender = new Thread(() -> {
                client.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: " + BYTES + "\r\n\r\n");
                for (long left = BYTES; left > 0; left -= BLOCK.length) {
                    client.send(BLOCK);
                    sent.addAndGet(BLOCK.length);
                }
            });
            sender.start();
            await().until(() -> {
                long before = sent.get();
                java.util.concurrent.locks.LockSupport.parkNanos(200_000_000);
                return before > 0 && sent.get() == before;
            });
            assertThat(sent.get()).isLessThan(BYTES / 4);
            read.countDown();
            assertThat(client.readMessage()).endsWith("ok");
            sender.join();
        }
    }
}
