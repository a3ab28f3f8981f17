package io.weldr.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.core.port.Traffic.Count;
import java.io.IOException;
import java.io.InputStream;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Bodies that are moved within the kernel: the bytes and the ends are the same as those that pass through buffers. */
class SpliceIT {

    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    private static byte[] body(long seed, int bytes) {
        byte[] body = new byte[bytes];
        new Random(seed).nextBytes(body);
        return body;
    }

    private static String head(int bytes) {
        return "HTTP/1.1 200 OK\r\nContent-Length: " + bytes + "\r\n\r\n";
    }

    /** An origin that sends a body of the size that the path says, made from that same number. */
    private static RawOrigin origin() {
        return RawOrigin.serving((wire, self) -> {
            for (String request = self.next(wire); !request.isEmpty(); request = self.next(wire)) {
                int bytes = size(request);
                byte[] body = body(bytes, bytes);
                Random pace = new Random(bytes);
                wire.send(head(bytes));
                for (int at = 0; at < bytes; ) {
                    int part = Math.min(bytes - at, 1 + pace.nextInt(200_000));
                    wire.send(java.util.Arrays.copyOfRange(body, at, at + part));
                    at += part;
                }
                if (request.contains("?close")) {
                    return;
                }
            }
        });
    }

    private static int size(String request) {
        return Integer.parseInt(request.replaceFirst("(?s)GET /([0-9]+).*", "$1"));
    }

    private static void assertBody(Wire client, int bytes) throws IOException {
        client.readHead();
        InputStream in = client.input();
        assertThat(java.util.Arrays.equals(in.readNBytes(bytes), body(bytes, bytes)))
                .as("the %d bytes sent are those received", bytes)
                .isTrue();
    }

    @Test
    void bodiesOfEverySizeArriveUndamagedOneAfterAnother() throws IOException {
        long seed = Long.getLong("splice.seed", System.nanoTime());
        System.out.println("splice.seed=" + seed);
        Random random = new Random(seed);
        try (RawOrigin origin = origin();
                TestProxy proxy = TestProxy.inFrontOf(origin);
                Wire client = proxy.connect()) {
            for (int bytes : new int[] {65_535, 65_536, 65_537, 131_072, 1 << 20}) {
                client.send("GET /" + bytes + " HTTP/1.1\r\nHost: a\r\n\r\n");
                assertBody(client, bytes);
            }
            for (int round = 0; round < 30; round++) {
                int bytes = random.nextInt(2 << 20);
                client.send("GET /" + bytes + " HTTP/1.1\r\nHost: a\r\n\r\n");
                assertBody(client, bytes);
            }
            assertThat(origin.connections()).isEqualTo(1);
            await().untilAsserted(() -> assertThat(proxy.traffic().client()).isEqualTo(new Count(35, 0)));
        }
    }

    @Test
    void anOriginThatClosesBehindItsBodyHasSentAllOfIt() throws IOException {
        try (RawOrigin origin = origin();
                TestProxy proxy = TestProxy.inFrontOf(origin)) {
            for (int bytes : new int[] {70_000, 300_000, 3_000_000}) {
                try (Wire client = proxy.connect()) {
                    client.send("GET /" + bytes + "?close HTTP/1.1\r\nHost: a\r\n\r\n");
                    assertBody(client, bytes);
                    client.send(
                            "GET /100000 HTTP/1.1\r\nHost: a\r\n\r\n"); // the client's connection is as good as before
                    assertBody(client, 100_000);
                }
            }
        }
    }

    @Test
    void anOriginThatEndsEarlyLooksBrokenToTheClient() {
        byte[] part = new byte[500_000];
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    self.next(wire);
                    wire.send(head(1_000_000)).send(part);
                });
                TestProxy proxy = TestProxy.inFrontOf(origin);
                Wire client = proxy.connect()) {
            client.send(GET).readHead();
            assertThat(client.readToEnding().text().length()).isLessThanOrEqualTo(part.length);
            await().untilAsserted(() -> assertThat(proxy.traffic().client()).isEqualTo(new Count(0, 1)));
        }
    }

    @Test
    void bytesForAClientThatIsGoneReachNobodyElse() throws IOException {
        try (RawOrigin origin = origin();
                TestProxy proxy = TestProxy.inFrontOf(origin)) {
            for (int round = 0; round < 20; round++) {
                try (Wire impatient = proxy.connect();
                        Wire patient = proxy.connect()) {
                    impatient.send("GET /3000000 HTTP/1.1\r\nHost: a\r\n\r\n").readHead();
                    patient.send("GET /200000 HTTP/1.1\r\nHost: a\r\n\r\n");
                    impatient.reset();
                    assertBody(patient, 200_000);
                }
            }
        }
    }

    @Test
    void slowReadersAmongFastOnesGetTheirBytes() throws IOException {
        int bytes = 6_000_000;
        try (RawOrigin origin = origin();
                TestProxy proxy = TestProxy.inFrontOf(origin);
                Wire slow = proxy.connect();
                Wire fast = proxy.connect()) {
            slow.send("GET /" + bytes + " HTTP/1.1\r\nHost: a\r\n\r\n").readHead();
            byte[] expected = body(bytes, bytes);
            for (int at = 0; at < bytes; at += 500_000) {
                fast.send("GET /400000 HTTP/1.1\r\nHost: a\r\n\r\n");
                assertBody(fast, 400_000);
                byte[] part = slow.input().readNBytes(500_000);
                assertThat(java.util.Arrays.equals(part, 0, 500_000, expected, at, at + 500_000))
                        .isTrue();
            }
        }
    }
}
