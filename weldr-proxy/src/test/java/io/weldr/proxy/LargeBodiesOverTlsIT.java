package io.weldr.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.testing.OpenSsl;
import io.weldr.testing.Patience;
import io.weldr.testing.Ports;
import io.weldr.testing.TestCa;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;

/** Bodies of any size pass within TLS with the memory of a small one, by HTTP/1.1 and by HTTP/2. curl is the client. */
class LargeBodiesOverTlsIT {
    private static final long BYTES = 64L << 20;
    private static final long NIGHTLY_BYTES = 1L << 30;
    private static final String HOST = "a.example";
    private static final TestCa CA = TestCa.root("authority");

    private final TestTls tls = new TestTls("one secret").put("a", CA.issue(HOST), HOST);

    @Test
    void bodiesPassWithFlatMemory() throws Exception {
        passBothWays(BYTES);
    }

    @Test
    @Tag("nightly")
    void aGigabytePassesWithFlatMemory() throws Exception {
        passBothWays(NIGHTLY_BYTES);
    }

    private void passBothWays(long bytes) throws Exception {
        try (OpenSsl tools = new OpenSsl(CA);
                RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    for (String head = wire.readHead(); !head.isEmpty(); head = wire.readHead()) {
                        if (head.startsWith("GET ")) {
                            wire.send("HTTP/1.1 200 OK\r\nContent-Length: " + bytes + "\r\n\r\n");
                            LargeBodiesIT.sendAll(wire, bytes);
                        } else {
                            String length = String.valueOf(readChunks(wire));
                            wire.send("HTTP/1.1 200 OK\r\nContent-Length: " + length.length() + "\r\n\r\n" + length);
                        }
                    }
                });
                TestProxy proxy = tls.proxy(origin)) {
            int port = TestListener.https("web", Ports.free(), "a").putTo(proxy).port();
            for (String version : List.of("--http1.1", "--http2")) {
                long before = LargeBodiesIT.heldBytes();
                download(start(tools, port, version), bytes, before);
                upload(start(tools, port, version, "-H", "Expect:", "-T", "-"), bytes, before);
                await().until(() -> proxy.value("proxy_held_bytes") == 0);
            }
            assertThat(proxy.value("proxy_http2_streams")).isEqualTo(2);
        }
    }

    private static Process start(OpenSsl tools, int port, String... more) throws IOException {
        List<String> command = new ArrayList<>(List.of("curl", "-sS", "--cacert", tools.authority()));
        command.addAll(List.of("--resolve", HOST + ":" + port + ":127.0.0.1"));
        command.addAll(List.of(more));
        command.add("https://" + HOST + ":" + port + "/");
        try {
            return new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
        } catch (IOException e) {
            throw new TestAbortedException("curl is not installed", e);
        }
    }

    private static void download(Process curl, long bytes, long before) throws Exception {
        InputStream in = curl.getInputStream();
        byte[] part = new byte[LargeBodiesIT.BLOCK.length];
        for (long left = bytes; left > 0; left -= part.length) {
            assertThat(in.readNBytes(part, 0, part.length)).isEqualTo(part.length);
            if (!java.util.Arrays.equals(part, LargeBodiesIT.BLOCK)) {
                throw new AssertionError("damaged " + (bytes - left) + " bytes into the body");
            }
            if (left % (bytes / 8) == 0) {
                assertFlat(before);
            }
        }
        assertThat(in.read()).isNegative();
        assertEnded(curl);
    }

    private static void upload(Process curl, long bytes, long before) throws Exception {
        CompletableFuture<String> answer = CompletableFuture.supplyAsync(() -> {
            try {
                return new String(curl.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.US_ASCII);
            } catch (IOException e) {
                return e.toString();
            }
        });
        try (OutputStream out = curl.getOutputStream()) {
            for (long left = bytes; left > 0; left -= LargeBodiesIT.BLOCK.length) {
                out.write(LargeBodiesIT.BLOCK);
                if (left % (bytes / 8) == 0) {
                    assertFlat(before);
                }
            }
        }
        assertThat(answer).succeedsWithin(Patience.PATIENCE).isEqualTo(String.valueOf(bytes));
        assertFlat(before);
        assertEnded(curl);
    }

    private static void assertFlat(long before) {
        assertThat(LargeBodiesIT.heldBytes() - before).isLessThan(LargeBodiesIT.HELD_BYTES_MAX);
    }

    private static void assertEnded(Process curl) throws InterruptedException {
        assertThat(curl.waitFor(Patience.PATIENCE_MILLIS, TimeUnit.MILLISECONDS))
                .isTrue();
        assertThat(curl.exitValue()).isZero();
    }

    /** Reads a chunked body, fails at the first byte that is not of the pattern, and says how long it was. */
    private static long readChunks(Wire wire) throws IOException {
        byte[] block = LargeBodiesIT.BLOCK;
        long read = 0;
        while (true) {
            int size = Integer.parseInt(wire.readLine().strip(), 16);
            if (size == 0) {
                wire.readLine();
                return read;
            }
            byte[] chunk = wire.input().readNBytes(size);
            for (int at = 0; at < size; ) {
                int from = (int) ((read + at) % block.length);
                int part = Math.min(size - at, block.length - from);
                if (!java.util.Arrays.equals(chunk, at, at + part, block, from, from + part)) {
                    throw new AssertionError("damaged " + (read + at) + " bytes into the body");
                }
                at += part;
            }
            read += size;
            wire.readLine();
        }
    }
}
