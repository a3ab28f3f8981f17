package io.weldr.api;

import static io.weldr.testing.Patience.PATIENCE_MILLIS;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.weldr.api.auth.ApiAccess;
import io.weldr.api.auth.AuditLog;
import io.weldr.api.http.HttpLimits;
import io.weldr.api.testkit.TestCluster;
import io.weldr.core.state.Command;
import io.weldr.core.token.Role;
import io.weldr.core.token.Token;
import io.weldr.core.token.TokenName;
import io.weldr.core.token.TokenText;
import io.weldr.proto.admin.v1.AdminGrpc;
import io.weldr.proto.admin.v1.ListOriginsRequest;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Where a credential is needed, those who show none have little room, and keep nobody out who has one. */
class StrangersIT {
    private static final int CONNECTIONS_MAX = 16;
    private static final int STRANGERS_MAX = 4;
    private static final int MANY = 100;

    private final List<Socket> strangers = new ArrayList<>();
    private TestCluster cluster;
    private AdminServer server;
    private String token;

    @BeforeEach
    void start() throws IOException {
        cluster = TestCluster.start(1);
        HttpLimits limits = new HttpLimits(
                1 << 20,
                8 * 1024,
                16 * 1024,
                CONNECTIONS_MAX,
                32 << 20,
                2,
                Duration.ofSeconds(1),
                Duration.ofMinutes(10),
                Duration.ofMillis(200));
        server = cluster.node(1).another(new ApiAccess(false, true, Set.of(), null, AuditLog.NONE), limits);
        server.start();
        byte[] bytes = new byte[TokenText.RANDOM_BYTES];
        new SecureRandom().nextBytes(bytes);
        TokenText text = TokenText.of(bytes);
        cluster.submit(new Command.PutToken(
                Token.named(new TokenName("ci"), Role.VIEWER, new TreeSet<>(), text.hash(), null), Instant.now()));
        token = text.reveal();
    }

    @AfterEach
    void stop() throws IOException {
        for (Socket stranger : strangers) {
            stranger.close();
        }
        server.close(Duration.ZERO);
        cluster.close();
    }

    private static Socket connect(InetSocketAddress address) throws IOException {
        Socket socket = new Socket(address.getAddress(), address.getPort());
        socket.setSoTimeout(PATIENCE_MILLIS);
        return socket;
    }

    /** They say nothing and stay. */
    private void crowd(InetSocketAddress address) throws IOException {
        for (int i = 0; i < MANY; i++) {
            strangers.add(connect(address));
        }
    }

    private static boolean open(Socket socket) throws IOException {
        socket.setSoTimeout(1);
        try {
            InputStream in = socket.getInputStream();
            int next = in.read();
            while (next >= 0) {
                next = in.read(); // over HTTP/2 the server speaks first
            }
            return false;
        } catch (java.net.SocketTimeoutException e) {
            return true;
        } catch (IOException reset) {
            return false;
        }
    }

    private static int status(Socket client, String token) throws IOException {
        String shown = token.isEmpty() ? "" : "Authorization: Bearer " + token + "\r\n";
        client.getOutputStream()
                .write(("GET /livez HTTP/1.1\r\nHost: localhost\r\n" + shown + "\r\n").getBytes(US_ASCII));
        byte[] head = client.getInputStream().readNBytes(12);
        if (head.length < 12) {
            return 0;
        }
        client.getInputStream().skip(client.getInputStream().available());
        return Integer.parseInt(new String(head, 9, 3, US_ASCII));
    }

    @Test
    void overHttpTheFirstOfThemIsEndedWhenThereAreTooMany() throws IOException {
        try (Socket known = connect(server.httpAddress())) {
            assertThat(status(known, token)).isEqualTo(200);
            crowd(server.httpAddress());
            try (Socket late = connect(server.httpAddress())) {
                assertThat(status(late, token)).isEqualTo(200);
            }
            assertThat(open(strangers.get(0))).isFalse();
            await("a few of them").untilAsserted(() -> {
                int left = 0;
                for (Socket stranger : strangers) {
                    left += open(stranger) ? 1 : 0;
                }
                assertThat(left).isBetween(1, STRANGERS_MAX);
            });
            assertThat(open(known)).isTrue();
        }
    }

    @Test
    void overHttpAWrongTokenMakesNobodyKnown() throws IOException {
        Socket refused = connect(server.httpAddress());
        strangers.add(refused);
        assertThat(status(refused, "")).isEqualTo(401);
        crowd(server.httpAddress());
        await("the end").until(() -> !open(refused));
    }

    /** Those who have a token may take all the room. */
    @Test
    void whoeverIsKnownIsNotEnded() throws IOException {
        List<Socket> known = new ArrayList<>();
        try {
            for (int i = 0; i < CONNECTIONS_MAX; i++) {
                known.add(connect(server.httpAddress()));
                assertThat(status(known.get(i), token)).isEqualTo(200);
            }
            crowd(server.httpAddress());
            for (Socket socket : known) {
                assertThat(open(socket)).isTrue();
            }
            for (Socket stranger : strangers) {
                await("no room").until(() -> !open(stranger));
            }
        } finally {
            for (Socket socket : known) {
                socket.close();
            }
        }
    }

    @Test
    void overGrpcItIsTheSame() throws IOException {
        Metadata shown = new Metadata();
        shown.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + token);
        int port = server.grpcAddress().getPort();
        ManagedChannel known =
                NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
        ManagedChannel late =
                NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
        try {
            ask(known, shown);
            crowd(server.grpcAddress());
            ask(late, shown);
            await("the end").until(() -> !open(strangers.get(0)));
            ask(known, shown);
            assertThat(known.getState(false)).isEqualTo(io.grpc.ConnectivityState.READY);
        } finally {
            known.shutdownNow();
            late.shutdownNow();
        }
    }

    private static void ask(ManagedChannel channel, Metadata shown) {
        assertThat(AdminGrpc.newBlockingStub(channel)
                        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(shown))
                        .withDeadlineAfter(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)
                        .listOrigins(ListOriginsRequest.getDefaultInstance())
                        .getOriginsList())
                .isEmpty();
    }
}
