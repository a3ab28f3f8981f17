package io.weldr.leader.health;

import static io.weldr.leader.health.Probing.PATIENT;
import static io.weldr.leader.health.Probing.SHORT;
import static io.weldr.leader.health.Probing.failed;
import static io.weldr.leader.health.Probing.passed;
import static io.weldr.leader.health.Probing.probe;
import static io.weldr.leader.health.Probing.within;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.BindableService;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.stub.StreamObserver;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.weldr.core.health.ProbeResult;
import io.weldr.core.pool.HealthPolicy;
import io.weldr.leader.health.Probing.SilentFirst;
import io.weldr.testing.RefusingPort;
import io.weldr.testserver.TestCertificate;
import io.weldr.testserver.TestServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Probes of servers made with grpc-java. */
class GrpcProbesIT {
    private final Probing probing = new Probing();
    private final Prober prober = probing.prober(null);
    private final HealthStatusManager health = new HealthStatusManager();
    private final List<Server> servers = new CopyOnWriteArrayList<>();
    private final List<String> heads = new CopyOnWriteArrayList<>();

    @AfterEach
    void stop() throws Exception {
        probing.close();
        servers.forEach(Server::shutdownNow);
    }

    private static HealthPolicy grpc(String service, Duration timeout) {
        return within(timeout).type(HealthPolicy.Type.GRPC).service(service).build();
    }

    private int server(@Nullable SslContext tls, BindableService... services) throws IOException {
        NettyServerBuilder builder = NettyServerBuilder.forAddress(new InetSocketAddress(SilentFirst.LOOPBACK, 0))
                .intercept(new Heads());
        if (tls != null) {
            builder.sslContext(tls);
        }
        for (BindableService service : services) {
            builder.addService(service);
        }
        Server server = builder.build().start();
        servers.add(server);
        return server.getPort();
    }

    private final class Heads implements ServerInterceptor {
        @Override
        public <A, B> ServerCall.Listener<A> interceptCall(
                ServerCall<A, B> call, Metadata metadata, ServerCallHandler<A, B> next) {
            heads.add(call.getAuthority() + " "
                    + metadata.get(Metadata.Key.of("user-agent", Metadata.ASCII_STRING_MARSHALLER)));
            return next.startCall(call, metadata);
        }
    }

    private static String url(int port) {
        return "http://127.0.0.1:" + port;
    }

    private ProbeResult ask(String service) throws Exception {
        return probe(prober, url(server(null, health.getHealthService())), grpc(service, PATIENT));
    }

    @ParameterizedTest
    @EnumSource(names = "UNRECOGNIZED", mode = EnumSource.Mode.EXCLUDE)
    void onlyAServiceThatServesPasses(ServingStatus status) throws Exception {
        health.setStatus("shop.Cart", status);
        assertThat(ask("shop.Cart")).isEqualTo(new ProbeResult(status == ServingStatus.SERVING, status.name()));
    }

    @Test
    void anEmptyServiceIsTheServerAsAWhole() throws Exception {
        assertThat(ask("")).isEqualTo(passed("SERVING"));
        health.enterTerminalState();
        assertThat(ask("")).isEqualTo(failed("NOT_SERVING"));
    }

    @Test
    void aServiceThatTheServerDoesNotKnowFails() throws Exception {
        assertThat(ask("no.such.Service")).isEqualTo(failed("gRPC status NOT_FOUND"));
    }

    @Test
    void aServerWithoutTheHealthServiceFails() throws Exception {
        assertThat(probe(prober, url(server(null)), grpc("", PATIENT))).isEqualTo(failed("gRPC status UNIMPLEMENTED"));
    }

    @ParameterizedTest
    @EnumSource(
            value = Status.Code.class,
            names = {"OK"},
            mode = EnumSource.Mode.EXCLUDE)
    void aCallThatFailsNamesItsStatus(Status.Code code) throws Exception {
        int port = server(null, new HealthGrpc.HealthImplBase() {
            @Override
            public void check(HealthCheckRequest request, StreamObserver<HealthCheckResponse> answer) {
                answer.onError(
                        code.toStatus().withDescription("as the test wants").asException());
            }
        });
        assertThat(probe(prober, url(port), grpc("", PATIENT))).isEqualTo(failed("gRPC status " + code));
    }

    @Test
    void theCallNamesTheOriginAndTheNode() throws Exception {
        int port = server(null, health.getHealthService());
        assertThat(probe(prober, url(port), grpc("", PATIENT)).passed()).isTrue();
        assertThat(heads).containsExactly("127.0.0.1:" + port + " weldr-health/0.1 (n1)");
    }

    @Test
    void manyProbesOneAfterTheOther() throws Exception {
        int port = server(null, health.getHealthService());
        for (int i = 0; i < 200; i++) {
            assertThat(probe(prober, url(port), grpc("", PATIENT))).isEqualTo(passed("SERVING"));
        }
        assertThat(heads).hasSize(200);
    }

    @Test
    void aServerThatDoesNotAnswerIsTold() throws Exception {
        AtomicInteger cancelled = new AtomicInteger();
        int port = server(null, new HealthGrpc.HealthImplBase() {
            @Override
            public void check(HealthCheckRequest request, StreamObserver<HealthCheckResponse> answer) {
                ((io.grpc.stub.ServerCallStreamObserver<HealthCheckResponse>) answer)
                        .setOnCancelHandler(cancelled::incrementAndGet);
            }
        });
        assertThat(probe(prober, url(port), grpc("", Duration.ofSeconds(5)))).isEqualTo(failed("no answer within 5 s"));
        await().until(() -> cancelled.get() == 1);
        try (RawServer silent = new RawServer(RawServer::untilItEnds)) {
            assertThat(probe(prober, silent.url("http"), grpc("", SHORT))).isEqualTo(failed("no answer within 1 s"));
            assertThat(probe(prober, silent.url("https"), grpc("", SHORT)))
                    .isEqualTo(failed("no TLS handshake within 1 s"));
        }
    }

    @Test
    void anHttpsOriginIsAskedOverTlsWithTheSameTrust() throws Exception {
        TestCertificate certificate = TestCertificate.of("ip:127.0.0.1");
        TestCertificate other = TestCertificate.of("dns:other.example");
        Prober trusting = probing.prober(Probing.trust(certificate, other));
        String right = "https://127.0.0.1:" + server(http2(certificate), health.getHealthService());
        String wrong = "https://127.0.0.1:" + server(http2(other), health.getHealthService());
        assertThat(probe(trusting, right, grpc("", PATIENT))).isEqualTo(passed("SERVING"));
        assertThat(probe(prober, right, grpc("", PATIENT)))
                .isEqualTo(failed("TLS: certificate of an unknown authority: CN=weldr-testserver"));
        assertThat(probe(trusting, wrong, grpc("", PATIENT)))
                .isEqualTo(failed("TLS: certificate is for other.example, not 127.0.0.1"));
        assertThat(probe(trusting, right.replace("https", "http"), grpc("", PATIENT))
                        .passed())
                .isFalse();
        try (TestServer http1 = TestServer.start(TestServer.Options.defaults().tls(certificate.forServer()))) {
            assertThat(probe(trusting, http1.url(), grpc("", PATIENT)))
                    .isEqualTo(failed("TLS: the origin does not choose h2 by ALPN"));
        }
        // The same prober asks http/1.1 of others: the two do not share a context.
        try (TestServer http1 = TestServer.start(TestServer.Options.defaults().tls(certificate.forServer()))) {
            assertThat(probe(trusting, http1.url(), within(PATIENT).build())).isEqualTo(passed("status 200"));
        }
    }

    private static SslContext http2(TestCertificate certificate) throws IOException {
        return GrpcSslContexts.configure(
                        SslContextBuilder.forServer(certificate.key(), certificate.certificate()), SslProvider.JDK)
                .build();
    }

    @Test
    void nobodyListens() throws Exception {
        try (RefusingPort port = new RefusingPort()) {
            assertThat(probe(prober, url(port.number()), grpc("", PATIENT))).isEqualTo(failed("connect refused"));
        }
    }

    @Test
    void theProbeGoesToThePortOfThePolicyAndNamesTheOrigin() throws Exception {
        int port = server(null, health.getHealthService());
        try (RefusingPort own = new RefusingPort()) {
            HealthPolicy policy = grpc("", PATIENT).toBuilder().port(port).build();
            assertThat(probe(prober, url(own.number()), policy)).isEqualTo(passed("SERVING"));
            assertThat(heads).containsExactly("127.0.0.1:" + own.number() + " weldr-health/0.1 (n1)");
        }
    }

    @Test
    void aDeadFirstAddressLeavesTimeForTheSecond() throws Exception {
        SilentFirst sockets = new SilentFirst();
        Prober named = probing.prober(sockets, SilentFirst.NAMES, null);
        String url = "http://origin.example:" + server(null, health.getHealthService());
        assertThat(probe(named, url, grpc("", Duration.ofSeconds(10)))).isEqualTo(passed("SERVING"));
        assertThat(sockets.tried).containsExactly(SilentFirst.SILENT, SilentFirst.LOOPBACK);
    }

    @ParameterizedTest
    @CsvSource({"'HTTP/1.1 400 Bad Request\r\n\r\n'", "'SSH-2.0-OpenSSH_9.2\r\n'", "'\u0000\u0000\u0000\u0000\u0000'"})
    void anOriginThatDoesNotSpeakHttp2IsTold(String greeting) throws Exception {
        byte[] octets = greeting.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
        try (RawServer other = new RawServer(socket -> {
            socket.getOutputStream().write(octets);
            RawServer.untilItEnds(socket);
        })) {
            ProbeResult result = probe(prober, other.url("http"), grpc("", SHORT));
            assertThat(result.passed()).isFalse();
            assertThat(result.reason()).containsAnyOf("not an HTTP/2 answer: ", "no answer within 1 s");
        }
        try (TestServer http1 = TestServer.start()) {
            assertThat(probe(prober, http1.url(), grpc("", PATIENT)).passed()).isFalse();
            await().until(() -> http1.received().openConnections() == 0);
        }
    }
}
