package io.weldr.api;

import static io.weldr.testing.Patience.PATIENCE_MILLIS;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.api.http.HttpLimits;
import io.weldr.api.testkit.TestCluster;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Connections are bounded in number, and in what they may cost while they say nothing. */
class ConnectionLimitsIT {
    private static final int CONNECTIONS_MAX = 3;
    private static final Duration IDLE = Duration.ofSeconds(1);

    private TestCluster cluster;
    private AdminServer server;

    @BeforeEach
    void start() throws IOException {
        cluster = TestCluster.start(1);
        server = cluster.node(1)
                .another(
                        0,
                        0,
                        new HttpLimits(
                                1 << 20,
                                8 * 1024,
                                16 * 1024,
                                CONNECTIONS_MAX,
                                32 << 20,
                                2,
                                Duration.ofSeconds(1),
                                IDLE,
                                Duration.ofMillis(200)));
        server.start();
    }

    @AfterEach
    void stop() {
        server.close(Duration.ZERO);
        cluster.close();
    }

    private static Socket connect(InetSocketAddress address) throws IOException {
        Socket socket = new Socket(address.getAddress(), address.getPort());
        socket.setSoTimeout(PATIENCE_MILLIS);
        return socket;
    }

    /** Whether the server speaks: over HTTP/2 it does so first. */
    private static boolean speaks(Socket socket) {
        try {
            return socket.getInputStream().read() >= 0;
        } catch (IOException reset) {
            return false;
        }
    }

    @Test
    void grpcTakesSoManyConnectionsAndNoMore() throws IOException {
        List<Socket> open = new ArrayList<>();
        try {
            for (int i = 0; i < CONNECTIONS_MAX; i++) {
                open.add(connect(server.grpcAddress()));
                assertThat(speaks(open.get(i))).isTrue();
            }
            try (Socket oneMore = connect(server.grpcAddress())) {
                assertThat(speaks(oneMore)).isFalse();
            }
            open.remove(0).close();
            await("room for another").until(() -> {
                try (Socket another = connect(server.grpcAddress())) {
                    return speaks(another);
                }
            });
        } finally {
            for (Socket socket : open) {
                socket.close();
            }
        }
    }

    @Test
    void aHeadThatDripsIsNotWaitedForForEver() throws IOException {
        try (Socket socket = connect(server.httpAddress())) {
            // Also after an answer: each head has its time.
            OutputStream out = socket.getOutputStream();
            out.write("GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\nGET /livez HTTP/1.1\r\nHost: localhost\r\nX: "
                    .getBytes(US_ASCII));
            socket.setSoTimeout(100);
            await("the end").pollInterval(Duration.ofMillis(20)).until(() -> {
                try {
                    out.write('a');
                    return socket.getInputStream().read(new byte[1024]) < 0;
                } catch (SocketTimeoutException nothing) {
                    return false;
                } catch (IOException reset) {
                    return true;
                }
            });
        }
    }
}
