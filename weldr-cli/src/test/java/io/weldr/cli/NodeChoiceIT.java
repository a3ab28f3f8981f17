package io.weldr.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.weldr.api.AdminServer;
import io.weldr.api.http.HttpLimits;
import io.weldr.core.port.GatewayException.Kind;
import io.weldr.proto.admin.v1.AddOriginRequest;
import io.weldr.proto.admin.v1.AdminGrpc;
import io.weldr.proto.admin.v1.OriginReply;
import io.weldr.proto.admin.v1.WatchRequest;
import io.weldr.testing.RefusingPort;
import io.weldr.testing.TestCa;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Which node a command goes to, and what becomes of it when a node does not answer. */
class NodeChoiceIT extends CommandsOnCluster {
    @Test
    void anotherNodeIsAskedWhenOneIsDown() {
        cluster.node(1).stop();
        cluster.node(2).stop();
        run("servers", "add", "http://127.0.0.1:1").done();
        run("servers", "ls").done();
        cluster.node(3).stop();
        run("servers", "ls", "--timeout", "4s").failed(ExitCode.UNREACHABLE, "connection refused");
    }

    @Test
    void aNodeThatHangsIsPassedOverWhateverTheTimeThereIs() throws Exception {
        // The kernel takes connections for it, as for a process that is stopped.
        try (ServerSocket hanging = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            endpoints = "127.0.0.1:" + hanging.getLocalPort() + "," + endpoints;
            run("servers", "ls", "--timeout", "2s").done();
            run("servers", "add", "http://127.0.0.1:1", "--wait").done();
            run("servers", "add", "http://127.0.0.1:2", "--timeout", "1500ms").done();
            run("cluster", "transfer-leader", "n2").done();
            cluster.node(1).stop();
            run("servers", "ls", "--timeout", "2s").done();
            Run.of("servers", "ls", "--timeout", "500ms", "--endpoint", "127.0.0.1:" + hanging.getLocalPort())
                    .failed(ExitCode.UNREACHABLE, "no answer in time");
        }
    }

    @Test
    void aPortWithoutGrpcIsNamedAndAsGoodAsNoNode() throws Exception {
        String http = cluster.node(1).member().admin().toString();
        for (String command : new String[] {"servers ls", "watch", "servers add http://127.0.0.1:1"}) {
            Run.of((command + " -e " + http).split(" ", -1))
                    .failed(ExitCode.UNREACHABLE, http, "no gRPC at this port", "grpc-address", "8787");
        }
        Run.of("servers", "ls", "-e", http + "," + endpoints).done();
    }

    /**
     * A node of the cluster has no Raft port here; any gRPC server without the admin service answers as that port does.
     */
    @Test
    void aGrpcPortOfAnotherServiceIsNamedAndAsGoodAsNoNode() throws Exception {
        Server raft = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .build()
                .start();
        try {
            String wrong = "127.0.0.1:" + raft.getPort();
            for (String command : new String[] {"servers ls", "watch", "servers add http://127.0.0.1:1"}) {
                Run.of((command + " -e " + wrong).split(" ", -1))
                        .failed(ExitCode.UNREACHABLE, wrong, "does not know the call", "grpc-address", "8787");
            }
            Run.of("servers", "ls", "-e", wrong + "," + endpoints).done();
        } finally {
            raft.shutdownNow();
        }
    }

    @Test
    void aPortThatSpeaksTlsIsNamedAtOnce() throws Exception {
        TestCa.Issued issued = TestCa.root("authority").issue("127.0.0.1");
        Server secure = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .useTransportSecurity(stream(issued.pem()), stream(issued.keyPem()))
                .build()
                .start();
        try {
            String where = "127.0.0.1:" + secure.getPort();
            for (String command : new String[] {"servers ls", "watch", "servers add http://127.0.0.1:1"}) {
                // It would go on until the test is over, were it not clear that the port will not do better.
                Run.of((command + " --timeout 1h -e " + where).split(" ", -1))
                        .failed(ExitCode.UNREACHABLE, where, "speaks TLS", "--token-file", "--secret-file");
            }
            Run.of("servers", "ls", "-e", where + "," + endpoints).done();
        } finally {
            secure.shutdownNow();
        }
    }

    private static InputStream stream(String pem) {
        return new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void aDoubtNamesTheNodeThatMayHaveDoneIt() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        Server silent = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addService(new AdminGrpc.AdminImplBase() {
                    @Override
                    public void addOrigin(AddOriginRequest request, StreamObserver<OriginReply> reply) {
                        asked.incrementAndGet(); // and no answer
                    }
                })
                .build()
                .start();
        try (RefusingPort dead = new RefusingPort()) {
            String refused = "127.0.0.1:" + dead.number();
            String where = "127.0.0.1:" + silent.getPort();
            Run run = Run.of("servers", "add", "http://127.0.0.1:1", "--timeout", "6s", "-e", refused + "," + where);
            run.failed(ExitCode.UNKNOWN, "it may have been done: " + where + ": no answer in time");
            assertThat(run.err()).doesNotContain(refused);
            assertThat(asked).hasPositiveValue();
        } finally {
            silent.shutdownNow();
        }
        cluster.fail(Kind.UNKNOWN_OUTCOME);
        Run.of(
                        "servers",
                        "add",
                        "http://127.0.0.1:1",
                        "--timeout",
                        "4s",
                        "-e",
                        cluster.node(1).endpoint())
                .failed(
                        ExitCode.UNKNOWN,
                        "unknown-outcome: it may have been done: "
                                + cluster.node(1).endpoint() + ": ");
    }

    @Test
    void theTimeRunsFromTheStartOfTheProcess() {
        long anHourAgo = System.nanoTime() - TimeUnit.HOURS.toNanos(1);
        for (String command : new String[] {"servers add http://127.0.0.1:1", "servers ls", "cluster remove n3"}) {
            StringWriter err = new StringWriter();
            int code = Weldrctl.run(
                    OutputStream.nullOutputStream(),
                    new PrintWriter(err),
                    anHourAgo,
                    new Alarm(null),
                    (command + " --timeout 30m -e " + endpoints).split(" ", -1));
            assertThat(code).as(command).isEqualTo(ExitCode.UNREACHABLE.code());
            assertThat(err.toString()).contains("no answer within 1800 s");
        }
        assertThat(cluster.state().defaultPool().origins())
                .as("nothing was asked")
                .isEmpty();
    }

    @Test
    void withoutALeaderItGivesUpAndNothingWasDone() {
        cluster.fail(Kind.NO_LEADER);
        run("servers", "add", "http://127.0.0.1:1", "--timeout", "4s").failed(ExitCode.UNREACHABLE, "no-leader");
        run("servers", "ls", "--stale").done();
    }

    @Test
    void anOutcomeThatGotLostIsAskedForAgainAndCarriedOutOnce() {
        cluster.fail(Kind.UNKNOWN_OUTCOME);
        run("servers", "add", "http://127.0.0.1:1", "--timeout", "4s", "--request-id", "add-1")
                .failed(ExitCode.UNKNOWN, "unknown-outcome");
        cluster.fail(null);
        assertThat(run("servers", "add", "http://127.0.0.1:1", "--request-id", "add-1")
                        .done()
                        .out())
                .startsWith("created");
        assertThat(cluster.state().defaultPool().origins()).hasSize(1);
    }

    @Test
    void watchGoesOnAtAnotherNodeWhereItBrokeOff() throws Exception {
        run("servers", "add", "http://127.0.0.1:1").done();
        long revision = cluster.state().revision();
        run("servers", "add", "http://127.0.0.1:2").done();
        cluster.node(1).stop();
        List<String> lines = run("watch", "--after", Long.toString(revision), "--count", "1", "-o", "json")
                .done()
                .out()
                .lines()
                .toList();
        assertThat(lines).hasSize(1);
        assertThat(lines.get(0)).contains("\"kind\":\"origin-added\"").contains("http://127.0.0.1:2");
    }

    @Test
    void aWatchGoesToTheNextNodeWhereThereIsNoRoomForOne() throws Exception {
        HttpLimits limits = new HttpLimits(
                1 << 20,
                8 * 1024,
                16 * 1024,
                16,
                32 << 20,
                1,
                Duration.ofSeconds(1),
                Duration.ofSeconds(60),
                Duration.ofMillis(200));
        try (AdminServer full = cluster.node(1).another(0, 0, limits)) {
            full.start();
            String first = "127.0.0.1:" + full.grpcAddress().getPort();
            ManagedChannel other =
                    NettyChannelBuilder.forTarget(first).usePlaintext().build();
            assertThat(AdminGrpc.newBlockingStub(other)
                            .watch(WatchRequest.getDefaultInstance())
                            .next()
                            .hasResync())
                    .isTrue();
            long before = cluster.state().revision();
            run("servers", "add", "http://127.0.0.1:1").done();
            String[] watch = {"watch", "--after", Long.toString(before), "--count", "1", "--timeout", "60s"};
            endpoints = first + "," + cluster.node(2).endpoint();
            assertThat(run(watch).done().out()).contains("origin-added");
            endpoints = first;
            run("watch", "--count", "1", "--timeout", "1s").failed(ExitCode.UNREACHABLE, "overloaded");
            other.shutdownNow();
        }
    }
}
