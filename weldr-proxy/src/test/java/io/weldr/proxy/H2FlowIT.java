package io.weldr.proxy;

import static io.weldr.proxy.H2Client.DATA;
import static io.weldr.proxy.H2Client.END_STREAM;
import static io.weldr.proxy.H2Client.SETTINGS;
import static io.weldr.proxy.H2Client.WINDOW_UPDATE;
import static io.weldr.proxy.H2Client.setting;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.proxy.H2Client.Frame;
import io.weldr.proxy.H2Client.Response;
import java.io.IOException;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Flow control from end to end: a slow side is waited for, holds little, and stalls nobody else. */
class H2FlowIT {

    private static final int WINDOW = 64 * 1024;
    private static final int LARGE = 8 * 1024 * 1024;

    private static byte[] content(int bytes) {
        byte[] content = new byte[bytes];
        new Random(17).nextBytes(content);
        return content;
    }

    /** Answers {@code /large} with much content, and all else with little. */
    private static RawOrigin large(byte[] content) {
        return RawOrigin.serving((wire, self) -> {
            for (String request = self.next(wire); !request.isEmpty(); request = self.next(wire)) {
                if (request.startsWith("GET /large")) {
                    wire.send("HTTP/1.1 200 OK\r\nContent-Length: " + content.length + "\r\n\r\n");
                    wire.send(content);
                } else {
                    wire.send(RawOrigin.OK);
                }
            }
        });
    }

    @Test
    void aLargeResponseComesWhole() {
        byte[] content = content(LARGE);
        try (RawOrigin origin = large(content);
                TestProxy proxy = H2RequestsIT.speaking(origin);
                H2Client client = H2Client.of(proxy).opensWindows()) {
            Response response = client.request(1, true, "GET", "/large").response(1);
            assertThat(response.body.toByteArray()).isEqualTo(content);
            assertThat(client.frames).allMatch(frame -> frame.payload().length <= 16 * 1024);
            await().until(() -> proxy.value("proxy_held_bytes") == 0);
        }
    }

    @Test
    void aStreamThatIsNotReadStallsNoOtherAndHoldsLittle() {
        byte[] content = content(LARGE);
        try (RawOrigin origin = large(content);
                TestProxy proxy = H2RequestsIT.speaking(origin);
                H2Client client = H2Client.of(proxy)) {
            client.openWindow(0, 2 * LARGE);
            client.request(1, true, "GET", "/large").content(1, 65_535);
            for (int stream = 3; stream < 103; stream += 2) {
                assertThat(client.get(stream).response(stream).text()).isEqualTo("ok");
            }
            assertThat(client.soFar(1).body.size()).isEqualTo(65_535);
            assertThat(proxy.value("proxy_held_bytes")).isBetween(1.0, 6.0 * WINDOW);
            client.openWindow(1, LARGE);
            assertThat(client.response(1).body.toByteArray()).isEqualTo(content);
        }
    }

    @Test
    void streamsSendInTurn() {
        byte[] content = content(LARGE);
        try (RawOrigin origin = large(content);
                TestProxy proxy = H2RequestsIT.speaking(origin);
                H2Client client = H2Client.of(proxy)) {
            client.frame(SETTINGS, 0, 0, setting(4, LARGE));
            client.request(1, true, "GET", "/large").content(1, 65_535); // no more room on the connection
            client.request(3, true, "GET", "/large");
            client.await(frame -> client.soFar(3).head != null);
            await().until(() -> proxy.value("proxy_held_bytes") > 2 * WINDOW);
            client.openWindow(0, 6 * 16 * 1024);
            int[] frames = new int[4];
            for (int i = 0; i < 6; i++) {
                frames[client.await(frame -> frame.type() == DATA).stream()]++;
            }
            assertThat(frames[1]).isBetween(2, 4);
            assertThat(frames[3]).isBetween(2, 4);
        }
    }

    @Test
    void anOriginThatDoesNotReadStallsItsOwnStreamAlone() throws IOException {
        CountDownLatch goOn = new CountDownLatch(1);
        int[] received = {0};
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    String head = wire.readHead();
                    while (head.startsWith("GET")) {
                        wire.send(RawOrigin.OK);
                        head = wire.readHead();
                    }
                    if (head.isEmpty()) {
                        return;
                    }
                    try {
                        goOn.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    while (received[0] < LARGE) {
                        received[0] +=
                                wire.read(Math.min(WINDOW, LARGE - received[0])).length();
                    }
                    wire.send(RawOrigin.OK);
                });
                TestProxy proxy = H2RequestsIT.speaking(origin);
                H2Client client = H2Client.of(proxy)) {
            Upload upload = new Upload(client, proxy);
            client.request(1, false, "POST", "/", "content-length", String.valueOf(LARGE));
            int quiet = 0;
            int other = 3;
            while (quiet < 20) { // answers to others, without room for more
                upload.sendWhatFits();
                assertThat(client.get(other).response(other).text()).isEqualTo("ok");
                upload.readWindows();
                quiet = upload.hasRoom() ? 0 : quiet + 1;
                other += 2;
            }
            assertThat(upload.sent).isLessThan(LARGE);
            assertThat(proxy.value("proxy_held_bytes")).isBetween(1.0, 8.0 * WINDOW);
            goOn.countDown();
            while (upload.sent < LARGE) {
                upload.sendWhatFits();
                if (!upload.hasRoom() && upload.sent < LARGE) {
                    client.await(frame -> frame.type() == WINDOW_UPDATE);
                    upload.readWindows();
                }
            }
            assertThat(client.response(1).text()).isEqualTo("ok");
            assertThat(received[0]).isEqualTo(LARGE);
            await().until(() -> proxy.value("proxy_held_bytes") == 0);
        }
    }

    /** The request body of stream 1, as far as the windows allow. */
    private static final class Upload {
        private final H2Client client;
        private int sent;
        private long room = WINDOW;
        private long connectionRoom = 65_535;
        private int framesSeen;

        Upload(H2Client client, TestProxy proxy) {
            this.client = client;
            readWindows();
            assertThat(proxy.value("proxy_http2_connections_open")).isEqualTo(1);
        }

        void readWindows() {
            for (; framesSeen < client.frames.size(); framesSeen++) {
                Frame frame = client.frames.get(framesSeen);
                if (frame.type() == WINDOW_UPDATE) {
                    if (frame.stream() == 0) {
                        connectionRoom += frame.number(0);
                    } else {
                        room += frame.number(0);
                    }
                }
            }
        }

        boolean hasRoom() {
            return room > 0 && connectionRoom > 0;
        }

        void sendWhatFits() {
            while (hasRoom() && sent < LARGE) {
                int part = (int) Math.min(Math.min(room, connectionRoom), Math.min(16 * 1024, LARGE - sent));
                sent += part;
                room -= part;
                connectionRoom -= part;
                client.frame(DATA, sent == LARGE ? END_STREAM : 0, 1, new byte[part]);
            }
        }
    }

    @Test
    void moreThanTheWindowIsAnErrorOfTheStream() {
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    String head = wire.readHead();
                    if (head.startsWith("GET")) {
                        wire.send(RawOrigin.OK);
                    }
                    wire.atEnd();
                });
                TestProxy proxy = H2AttacksIT.limited(
                        io.weldr.proxy.limits.ProxyLimits.DEFAULTS
                                .with("http2StreamWindowBytes", 2048)
                                .with("connectionsPerOriginMax", 1),
                        origin);
                H2Client client = H2Client.of(proxy)) {
            client.get(1).response(1);
            client.request(3, true, "GET", "/holds-the-only-connection");
            client.request(5, false, "POST", "/")
                    .frame(DATA, 0, 5, new byte[1500])
                    .frame(DATA, 0, 5, new byte[1500]);
            assertThat(client.response(5).reset).isEqualTo(H2Client.FLOW_CONTROL_ERROR);
            assertThat(client.goAway).isEqualTo(-1);
        }
    }
}
