package io.weldr.api;

import static io.weldr.testing.Patience.PATIENCE;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.weldr.api.http.HttpLimits;
import io.weldr.api.testkit.TestCluster;
import io.weldr.core.pool.OriginUrl;
import io.weldr.core.pool.PoolName;
import io.weldr.core.state.Command;
import io.weldr.core.state.OriginSpec;
import io.weldr.proto.admin.v1.AdminGrpc;
import io.weldr.proto.admin.v1.HistoryReply;
import io.weldr.proto.admin.v1.HistoryRequest;
import io.weldr.proto.admin.v1.ReadyRequest;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Clients that ask for much and read nothing take no more memory than a limit says; others are served, or told so. */
class SlowReadersIT {
    private static final int WAITING_BYTES_MAX = 1 << 20;
    private static final String MUCH = "/v1/history?limit=512";

    private final HttpClient http = HttpClient.newHttpClient();
    private TestCluster cluster;
    private AdminServer server;

    @BeforeEach
    void start() throws IOException {
        cluster = TestCluster.start(1);
        for (int i = 0; i < 600; i++) {
            cluster.submit(new Command.AddOrigin(
                    PoolName.DEFAULT,
                    OriginSpec.of(OriginUrl.parse("http://127.0.0.1:" + (1000 + i))),
                    true,
                    Instant.now()));
        }
        server = cluster.node(1)
                .another(
                        0,
                        0,
                        new HttpLimits(
                                1 << 20,
                                8 * 1024,
                                16 * 1024,
                                64,
                                WAITING_BYTES_MAX,
                                2,
                                Duration.ofSeconds(1),
                                PATIENCE,
                                Duration.ofMillis(200)));
        server.start();
    }

    @AfterEach
    void stop() {
        server.close(Duration.ZERO);
        cluster.close();
    }

    private int status(String path) throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + server.httpAddress().getPort() + path);
        return http.send(HttpRequest.newBuilder(uri).timeout(PATIENCE).build(), BodyHandlers.ofString())
                .statusCode();
    }

    @Test
    void overHttpFurtherLargeAnswersAreRefusedAndSmallOnesAreNot() throws Exception {
        assertThat(status(MUCH)).isEqualTo(200);
        String host = "127.0.0.1:" + server.httpAddress().getPort();
        byte[] request = ("GET " + MUCH + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n").getBytes(US_ASCII);
        List<Socket> silent = new ArrayList<>();
        try {
            // What the kernel takes does not count; so there have to be enough for its buffers, too.
            for (int i = 0; i < 32; i++) {
                Socket socket = new Socket(
                        server.httpAddress().getAddress(), server.httpAddress().getPort());
                silent.add(socket);
                OutputStream out = socket.getOutputStream();
                for (int j = 0; j < 50; j++) {
                    out.write(request);
                }
            }
            await().untilAsserted(() -> assertThat(status(MUCH)).isEqualTo(503));
            assertThat(status("/readyz")).isEqualTo(200);
            assertThat(status("/v1/history?limit=1")).isEqualTo(200);
        } finally {
            for (Socket socket : silent) {
                socket.close();
            }
        }
        await().untilAsserted(() -> assertThat(status(MUCH)).isEqualTo(200));
    }

    @Test
    void overGrpcFurtherLargeAnswersAreRefusedAndSmallOnesAreNot() {
        HistoryRequest much = HistoryRequest.newBuilder().setLimit(512).build();
        // Its window of flow control takes less than one answer.
        ManagedChannel silent = channel(65_535);
        ManagedChannel other = channel(1 << 20);
        try {
            AdminGrpc.AdminBlockingStub stub = AdminGrpc.newBlockingStub(other);
            assertThat(stub.history(much).getChangesCount()).isEqualTo(512);
            List<ClientCall<HistoryRequest, HistoryReply>> calls = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                ClientCall<HistoryRequest, HistoryReply> call =
                        silent.newCall(AdminGrpc.getHistoryMethod(), CallOptions.DEFAULT);
                call.start(new ClientCall.Listener<>() {}, new Metadata()); // asks for no message
                call.sendMessage(much);
                call.halfClose();
                calls.add(call);
            }
            await().untilAsserted(
                            () -> assertThat(code(() -> stub.history(much))).isEqualTo(Status.Code.RESOURCE_EXHAUSTED));
            stub.ready(ReadyRequest.getDefaultInstance());
            calls.forEach(call -> call.cancel("enough", null));
            await().untilAsserted(
                            () -> assertThat(code(() -> stub.history(much))).isEqualTo(Status.Code.OK));
        } finally {
            silent.shutdownNow();
            other.shutdownNow();
        }
    }

    private ManagedChannel channel(int window) {
        return NettyChannelBuilder.forAddress(server.grpcAddress())
                .usePlaintext()
                .flowControlWindow(window)
                .build();
    }

    private static Status.Code code(Runnable call) {
        try {
            call.run();
            return Status.Code.OK;
        } catch (StatusRuntimeException e) {
            return e.getStatus().getCode();
        }
    }
}
