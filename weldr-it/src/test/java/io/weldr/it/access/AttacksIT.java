package io.weldr.it.access;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.StreamObserver;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.weldr.core.state.MemberId;
import io.weldr.it.harness.Http;
import io.weldr.it.harness.Secret;
import io.weldr.it.harness.TestCluster;
import io.weldr.it.harness.TestNode;
import io.weldr.it.harness.Weldrctl;
import io.weldr.proto.admin.v1.AdminGrpc;
import io.weldr.proto.admin.v1.ListOriginsRequest;
import io.weldr.proto.admin.v1.WatchRequest;
import io.weldr.testing.Patience;
import io.weldr.testing.Ports;
import io.weldr.trust.SecretClient;
import io.weldr.trust.SecretException;
import io.weldr.trust.SecretFile;
import io.weldr.trust.SecretMembers;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Those who have no credential, or not any more, at the ports of a node that listens beyond loopback. */
class AttacksIT {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int FLOOD = 2000;

    @TempDir
    static Path folder;

    private static TestCluster cluster;
    private static TestNode node;
    private static Path secret;
    private static String token;

    @BeforeAll
    static void start() throws Exception {
        secret = Secret.in(folder);
        cluster = TestCluster.of(folder, 1);
        node = cluster.node(1);
        int status = Ports.free();
        node.launch(
                "--secret-file",
                secret.toString(),
                "--admin-address",
                anywhere(node.adminAddress()),
                "--grpc-address",
                anywhere(node.grpcAddress()),
                "--status-address",
                "127.0.0.1:" + status);
        await("a leader")
                .until(() -> Http.get("http://127.0.0.1:" + status + "/leader").status() == 200);
        List<Weldrctl.Result> results = new ArrayList<>();
        await("a token").pollInSameThread().until(() -> {
            results.add(Weldrctl.run(
                    node.grpcAddress(),
                    "--tls",
                    "--secret-file",
                    secret.toString(),
                    "tokens",
                    "create",
                    "t" + results.size(),
                    "--role",
                    "admin"));
            return results.get(results.size() - 1).exit() == 0;
        });
        token = results.get(results.size() - 1).out().strip();
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static String anywhere(String address) {
        return address.replaceFirst(".*:", "0.0.0.0:");
    }

    private static SecretClient client(String name, InstantSource clock) {
        try {
            return SecretClient.of(SecretFile.read(secret), name, clock, RANDOM);
        } catch (SecretException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A context that shows the certificate of {@code shown}, or none, and takes nodes of the secret for servers. */
    private static SSLContext context(@Nullable SecretClient shown) throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        SecretClient any = shown != null ? shown : client("nobody", InstantSource.system());
        context.init(shown == null ? null : new KeyManager[] {shown.keys()}, new TrustManager[] {any.trust()}, RANDOM);
        return context;
    }

    private static SSLSocket connect(SSLContext context, String address) throws IOException {
        SSLSocket socket =
                (SSLSocket) context.getSocketFactory().createSocket(Strangers.connect(address), "127.0.0.1", 1, true);
        socket.startHandshake();
        return socket;
    }

    private static String request(String method, String path, String body, @Nullable String shown) {
        return method + " " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                + (shown == null ? "" : "Authorization: Bearer " + shown + "\r\n")
                + (body.isEmpty() ? "" : "Content-Length: " + body.length() + "\r\n") + "\r\n" + body;
    }

    private static int status(Socket socket, String request) throws IOException {
        socket.getOutputStream().write(request.getBytes(US_ASCII));
        StringBuilder answer = new StringBuilder();
        byte[] some = new byte[16 * 1024];
        while (answer.indexOf("\r\n\r\n") < 0) {
            int read = socket.getInputStream().read(some);
            if (read < 0) {
                return 0;
            }
            answer.append(new String(some, 0, read, ISO_8859_1));
        }
        return Integer.parseInt(answer.substring(9, 12));
    }

    private static ManagedChannel channel(@Nullable SecretClient shown) throws IOException {
        SecretClient any = shown != null ? shown : client("nobody", InstantSource.system());
        SslContextBuilder tls = GrpcSslContexts.configure(SslContextBuilder.forClient(), SslProvider.JDK)
                .trustManager(any.trust());
        if (shown != null) {
            tls.keyManager(shown.keys());
        }
        return NettyChannelBuilder.forTarget(node.grpcAddress())
                .sslContext(tls.build())
                .build();
    }

    private static Status.Code refused(Runnable call) {
        return requireNonNull(catchThrowableOfType(StatusRuntimeException.class, call::run))
                .getStatus()
                .getCode();
    }

    /**
     * They keep nobody out: who has a token is answered while all of them are there, and the node goes on. Half of a
     * ClientHello, all of it, nothing, and something else.
     */
    @Test
    void thousandsWhoNeverEndTheirHandshakeKeepNobodyOut() throws Exception {
        for (String address : List.of(node.adminAddress(), node.grpcAddress())) {
            try (Strangers strangers = new Strangers()) {
                List<byte[]> openings = List.of(
                        new byte[0], Strangers.hello(0.5), Strangers.hello(1), "GET / HTTP/1.1\r\n".getBytes(US_ASCII));
                for (byte[] opening : openings) {
                    strangers.come(address, FLOOD / openings.size(), opening);
                    Instant began = Instant.now();
                    try (SSLSocket known = connect(context(null), node.adminAddress())) {
                        assertThat(status(known, request("GET", "/servers", "", token)))
                                .isEqualTo(200);
                    }
                    Patience.promised(
                            "an answer beside strangers at " + address,
                            Duration.between(began, Instant.now()),
                            Duration.ofSeconds(2));
                    ManagedChannel channel = channel(client("ann", InstantSource.system()));
                    try {
                        AdminGrpc.newBlockingStub(channel)
                                .withDeadlineAfter(Patience.PATIENCE_MILLIS, TimeUnit.MILLISECONDS)
                                .listOrigins(ListOriginsRequest.getDefaultInstance());
                    } finally {
                        channel.shutdownNow();
                    }
                }
            }
            assertThat(node.isAlive()).isTrue();
        }
        assertThat(node.output().lines().filter(line -> line.contains("because there are too many")))
                .as("said now and then, and not for each")
                .hasSizeBetween(1, 50);
        assertThat(node.output()).doesNotContain("OutOfMemory").doesNotContain("ERROR");
    }

    @Test
    void whatAClientHasSaidIsWorthNothingASecondTime() throws Exception {
        String body = "{\"url\":\"http://127.0.0.1:9\"}";
        List<byte[]> said;
        try (Recording recording = new Recording(node.adminAddress())) {
            SSLContext resuming = context(null);
            for (String method : List.of("POST", "DELETE")) {
                String path = method.equals("POST") ? "/servers" : "/servers/127.0.0.1/9";
                try (SSLSocket socket = connect(resuming, recording.address())) {
                    assertThat(status(socket, request(method, path, method.equals("POST") ? body : "", token)))
                            .isIn(200, 201);
                }
            }
            said = recording.said();
        }
        assertThat(said).hasSize(2);
        String before = history();
        for (byte[] bytes : said) {
            for (int i = 0; i < 3; i++) {
                try (Socket again = Strangers.connect(node.adminAddress())) {
                    again.getOutputStream().write(bytes);
                    // The handshake of the server, its alert, and the end. No answer to a request would be readable.
                    again.getInputStream().readAllBytes();
                } catch (SocketException reset) {
                    // likewise
                }
            }
        }
        assertThat(history()).isEqualTo(before);
    }

    private static String history() {
        Weldrctl.Result result =
                Weldrctl.run(node.grpcAddress(), "--tls", "--secret-file", secret.toString(), "history", "-o", "json");
        assertThat(result.exit()).as("%s", result).isZero();
        return result.out();
    }

    /** Also where TLS resumes a session that is older than the end of the certificate. */
    @Test
    void aCertificateThatHasExpiredIsWorthNothing() throws Exception {
        Patience.withTimeFrom(Duration.ofSeconds(12), AttacksIT::expires);
    }

    /** Whether the watches began before the certificate, which has so much time left, had expired. */
    private static boolean expires(Duration left) throws Exception {
        Instant end = Instant.now().plus(left);
        SecretClient ann = client("ann", InstantSource.fixed(end.minus(Duration.ofMinutes(10))));
        SSLContext resuming = context(ann);
        ManagedChannel channel = channel(ann);
        boolean begun = false;
        try (SSLSocket watching = connect(resuming, node.adminAddress());
                SSLSocket idle = connect(resuming, node.adminAddress())) {
            int answered = status(idle, request("GET", "/livez", "", null));
            int watched = status(watching, request("GET", "/v1/watch", "", null));
            var watch = AdminGrpc.newBlockingStub(channel).watch(WatchRequest.getDefaultInstance());
            var health = HealthGrpc.newBlockingStub(channel).watch(HealthCheckRequest.getDefaultInstance());
            boolean told = watch.hasNext() && watch.next().hasResync() && health.hasNext();
            if (Instant.now().isAfter(end.minusSeconds(1))) {
                return false;
            }
            begun = true;
            assertThat(List.of(answered, watched)).containsOnly(200);
            assertThat(told).isTrue();
            health.next();

            InputStream events = watching.getInputStream();
            byte[] some = new byte[8192];
            while (events.read(some) >= 0) {
                // until the node ends it, or the test is out of patience
            }
            Patience.promised(
                    "the end of a watch by a certificate", Duration.between(end, Instant.now()), Duration.ofSeconds(5));
            assertThat(refused(watch::next)).isEqualTo(Status.Code.UNAUTHENTICATED);
            assertThat(refused(health::next)).isEqualTo(Status.Code.UNAUTHENTICATED);
            assertThat(status(idle, request("GET", "/livez", "", null))).isEqualTo(401);
            assertThat(refused(() ->
                            AdminGrpc.newBlockingStub(channel).listOrigins(ListOriginsRequest.getDefaultInstance())))
                    .isEqualTo(Status.Code.UNAUTHENTICATED);
            assertThat(refusedAnew(resuming)).isTrue();
            return true;
        } catch (IOException | StatusRuntimeException e) {
            if (!begun && Instant.now().isAfter(end)) {
                return false;
            }
            throw e;
        } finally {
            channel.shutdownNow();
        }
    }

    /** By the handshake already, or by the answer to the first request. */
    private static boolean refusedAnew(SSLContext context) {
        try (SSLSocket socket = connect(context, node.adminAddress())) {
            return status(socket, request("GET", "/livez", "", null)) == 401;
        } catch (IOException e) {
            return true;
        }
    }

    @Test
    void theServicesOfGrpcItselfTellAStrangerNothing() throws Exception {
        ManagedChannel stranger = channel(null);
        try {
            CompletableFuture<ServerReflectionResponse> told = new CompletableFuture<>();
            var questions = ServerReflectionGrpc.newStub(stranger).serverReflectionInfo(new StreamObserver<>() {
                @Override
                public void onNext(ServerReflectionResponse response) {
                    told.complete(response);
                }

                @Override
                public void onError(Throwable failure) {
                    told.completeExceptionally(failure);
                }

                @Override
                public void onCompleted() {
                    told.completeExceptionally(new IllegalStateException("completed"));
                }
            });
            questions.onNext(
                    ServerReflectionRequest.newBuilder().setListServices("").build());
            Throwable failure = catchThrowableOfType(
                            java.util.concurrent.ExecutionException.class,
                            () -> told.get(Patience.PATIENCE_MILLIS, TimeUnit.MILLISECONDS))
                    .getCause();
            assertThat(Status.fromThrowable(failure).getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
            assertThat(refused(
                            () -> HealthGrpc.newBlockingStub(stranger).check(HealthCheckRequest.getDefaultInstance())))
                    .isEqualTo(Status.Code.UNAUTHENTICATED);
        } finally {
            stranger.shutdownNow();
        }
    }

    /** As {@code ncat --ssl} does with its input at its end. */
    @Test
    void aClientThatEndsItsSideIsAnswered() throws Exception {
        try (SSLSocket socket = connect(context(null), node.adminAddress())) {
            socket.getOutputStream().write(request("GET", "/servers", "", token).getBytes(US_ASCII));
            socket.shutdownOutput();
            assertThat(new String(socket.getInputStream().readAllBytes(), US_ASCII))
                    .startsWith("HTTP/1.1 200")
                    .contains("\"servers\"");
        }
    }

    /** Each by TLS alone: none, that of another cluster, that of an administrator, that of a member of that name. */
    @Test
    void theRaftPortOpensToMembersAlone() throws Exception {
        SecretClient administrator = client("ann", InstantSource.system());
        Path others = Secret.write(folder.resolve("others.secret"), "b2".repeat(32) + "\n");
        SecretMembers stranger = members(others);
        SecretMembers member = members(secret);
        TrustManager[] trust = {member.trust()};
        for (KeyManager[] shown : new KeyManager[][] {null, {administrator.keys()}, {stranger.keys()}}) {
            SSLContext context = SSLContext.getInstance("TLSv1.3");
            context.init(shown, trust, RANDOM);
            assertThat(speaks(context)).isFalse();
        }
        SSLContext context = SSLContext.getInstance("TLSv1.3");
        context.init(new KeyManager[] {member.keys()}, trust, RANDOM);
        assertThat(speaks(context)).isTrue();
        try (Socket plain = Strangers.connect(node.raftAddress())) {
            plain.getOutputStream().write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII));
            int first = plain.getInputStream().read();
            assertThat(first).isIn(-1, 0x15); // nothing, or an alert of TLS
        } catch (SocketException reset) {
            // likewise
        }
    }

    private static SecretMembers members(Path of) throws SecretException {
        var read = SecretFile.read(of);
        return new SecretMembers(new MemberId("n2"), () -> read, false, InstantSource.system(), RANDOM);
    }

    /** Whether the Raft port begins HTTP/2. */
    private static boolean speaks(SSLContext context) {
        try (SSLSocket socket = (SSLSocket)
                context.getSocketFactory().createSocket(Strangers.connect(node.raftAddress()), "127.0.0.1", 1, true)) {
            var parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {"h2"});
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            return socket.getInputStream().read() >= 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** On loopback the operator may ask for credentials, too; there is no TLS there. */
    @Test
    void onLoopbackTheApisMayAskForATokenWithoutTls() throws Exception {
        try (TestNode guarded = TestCluster.newcomer(folder, "guarded")) {
            guarded.launch("--loopback-auth", "required");
            await("the HTTP API")
                    .until(() -> Http.get(guarded.adminUrl() + "/livez").status() == 401);
            assertThat(Http.post(guarded.adminUrl() + "/servers", "{}").status())
                    .isEqualTo(401);
            Weldrctl.Result refused = Weldrctl.run(guarded.grpcAddress(), "servers", "ls");
            assertThat(refused.err()).contains("unauthenticated");
            Path file = Files.writeString(folder.resolve("guarded.token"), token);
            assertThat(Weldrctl.run(guarded.grpcAddress(), "--token-file", file.toString(), "servers", "ls")
                            .err())
                    .contains("unauthenticated");
        }
    }
}
