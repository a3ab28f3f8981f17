package io.weldr.proxy;

import static io.weldr.testing.Patience.PATIENCE_MILLIS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

/** A real WebSocket client through the proxy. */
class WebSocketIT {

    /** RFC 6455 section 1.3. */
    private static final String MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    @Test
    void aWebSocketClientTalksToItsServer() throws Exception {
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    String request = self.next(wire);
                    wire.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                            + "Sec-WebSocket-Accept: " + accept(request) + "\r\n\r\n");
                    echoOneFrame(wire);
                    wire.read(2 + 4); // the client's close frame, masked and empty or with a code
                });
                TestProxy proxy = TestProxy.inFrontOf(origin)) {
            CompletableFuture<String> echoed = new CompletableFuture<>();
            WebSocket socket = HttpClient.newHttpClient()
                    .newWebSocketBuilder()
                    .buildAsync(
                            URI.create("ws://127.0.0.1:"
                                    + proxy.server.boundAddress().getPort() + "/chat"),
                            new WebSocket.Listener() {
                                @Override
                                public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
                                    echoed.complete(data.toString());
                                    return CompletableFuture.completedFuture(null);
                                }
                            })
                    .get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
            socket.request(1);
            socket.sendText("hello", true).get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
            assertThat(echoed.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)).isEqualTo("hello");
            socket.abort();
            assertThat(origin.requests().get(0)).contains("\r\nConnection: upgrade\r\nUpgrade: websocket\r\n");
        }
    }

    @Test
    void whoSendsIntoATunnelWaitsForWhoDoesNotRead() throws Exception {
        long bytes = 64L << 20;
        CountDownLatch read = new CountDownLatch(1);
        CompletableFuture<Long> atOrigin = new CompletableFuture<>();
        AtomicLong fromOrigin = new AtomicLong();
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    self.next(wire);
                    wire.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: bulk\r\nConnection: Upgrade\r\n\r\n");
                    Thread sender = new Thread(() -> flood(wire, bytes, fromOrigin), "flood");
                    sender.start();
                    try {
                        read.await();
                        atOrigin.complete(checksum(wire, bytes));
                        sender.join();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    wire.readToEnding();
                });
                TestProxy proxy = TestProxy.inFrontOf(origin);
                Wire client = proxy.connect()) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: bulk\r\n\r\n");
            assertThat(client.readHead()).startsWith("HTTP/1.1 101 ");
            AtomicLong fromClient = new AtomicLong();
            Thread sender = new Thread(() -> flood(client, bytes, fromClient), "flood");
            sender.start();
            for (AtomicLong sent : new AtomicLong[] {fromClient, fromOrigin}) {
                long[] before = {-1};
                await("the sender to stall")
                        .pollInterval(Duration.ofMillis(300))
                        .until(() -> {
                            boolean stalled = sent.get() > 0 && sent.get() == before[0];
                            before[0] = sent.get();
                            return stalled;
                        });
                assertThat(sent.get()).isGreaterThan(0).isLessThan(bytes);
            }
            read.countDown();
            assertThat(atOrigin.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)).isEqualTo(expected(bytes));
            assertThat(checksum(client, bytes)).isEqualTo(expected(bytes));
            sender.join();
        }
    }

    private static final byte[] PART = new byte[1 << 16];

    static {
        new Random(1).nextBytes(PART);
    }

    private static void flood(Wire wire, long bytes, AtomicLong sent) {
        while (sent.get() < bytes) {
            wire.send(PART);
            sent.addAndGet(PART.length);
        }
    }

    private static long checksum(Wire wire, long bytes) throws IOException {
        CRC32 sum = new CRC32();
        byte[] part = new byte[PART.length];
        for (long left = bytes; left > 0; ) {
            int got = wire.input().read(part, 0, (int) Math.min(part.length, left));
            assertThat(got).as("%d bytes before the end", left).isPositive();
            sum.update(part, 0, got);
            left -= got;
        }
        return sum.getValue();
    }

    private static long expected(long bytes) {
        CRC32 sum = new CRC32();
        for (long at = 0; at < bytes; at += PART.length) {
            sum.update(PART);
        }
        return sum.getValue();
    }

    private static String accept(String request) {
        String key = request.lines()
                .filter(line -> line.toLowerCase(java.util.Locale.ROOT).startsWith("sec-websocket-key:"))
                .findFirst()
                .orElseThrow()
                .split(":", 2)[1]
                .strip();
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-1").digest((key + MAGIC).getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(digest);
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    /** RFC 6455 section 5: a short masked text frame comes, the same goes back without a mask. */
    private static void echoOneFrame(Wire wire) {
        byte[] frame = wire.read(2).getBytes(StandardCharsets.ISO_8859_1);
        int length = frame[1] & 0x7f;
        byte[] mask = wire.read(4).getBytes(StandardCharsets.ISO_8859_1);
        byte[] payload = wire.read(length).getBytes(StandardCharsets.ISO_8859_1);
        ByteArrayOutputStream back = new ByteArrayOutputStream();
        back.write(frame[0]);
        back.write(length);
        for (int i = 0; i < length; i++) {
            back.write(payload[i] ^ mask[i % 4]);
        }
        wire.send(back.toByteArray());
    }
}
