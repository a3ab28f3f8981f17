package io.weldr.it.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.ManagedChannelBuilder;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NegotiationType;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.testing.integration.AbstractInteropTest;
import io.grpc.testing.integration.TestServiceImpl;
import io.weldr.it.harness.TestNode;
import io.weldr.it.harness.Weldrctl;
import io.weldr.testing.TestCa;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.runner.JUnitCore;
import org.junit.runner.Result;

/** The interop tests of grpc-java through each node of a cluster, over TLS and in the clear. */
class ClusterGrpcIT {
    private static final TestCa CA = TestCa.root("authority");

    private static volatile Way way = new Way(0, false);

    /** How the cases reach the server. */
    private record Way(int port, boolean secure) {}

    @TempDir
    private Path folder;

    /** Run by the stories, which say where. */
    public static final class Cases extends AbstractInteropTest {
        @Override
        protected ManagedChannelBuilder<?> createChannelBuilder() {
            Way by = way;
            NettyChannelBuilder builder = NettyChannelBuilder.forAddress(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), by.port()))
                    .maxInboundMessageSize(MAX_MESSAGE_SIZE);
            if (!by.secure()) {
                return builder.negotiationType(NegotiationType.PLAINTEXT);
            }
            try {
                return builder.overrideAuthority(SecureCluster.HOST)
                        .sslContext(GrpcSslContexts.forClient()
                                .trustManager(CA.certificate())
                                .build());
            } catch (SSLException e) {
                throw new AssertionError(e);
            }
        }

        /** Only what is counted at both ends within one process. */
        @Override
        protected boolean metricsExpected() {
            return false;
        }

        /**
         * The client and weldr end the call at the same moment with the same status. The case wants the words of the
         * client, but on a busy machine the answer of weldr may come first.
         */
        @Override
        public void deadlineExceeded() throws Exception {
            try {
                super.deadlineExceeded();
            } catch (AssertionError e) {
                assertThat(e).hasMessage("exchange took too long");
            }
        }
    }

    private static Server server(ScheduledExecutorService executor) throws IOException {
        return NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .maxInboundMessageSize(AbstractInteropTest.MAX_MESSAGE_SIZE)
                .addService(ServerInterceptors.intercept(new TestServiceImpl(executor), TestServiceImpl.interceptors()))
                .build()
                .start();
    }

    @Test
    void everyCasePassesThroughEveryNode() throws Exception {
        everyCasePasses(false);
    }

    @Test
    void everyCasePassesWithinTls() throws Exception {
        everyCasePasses(true);
    }

    private void everyCasePasses(boolean secure) throws Exception {
        ScheduledExecutorService executor = Executors.newScheduledThreadPool(2);
        Server server = server(executor);
        try (SecureCluster cluster = SecureCluster.start(folder)) {
            TestNode first = cluster.nodes().get(0);
            await("cluster version 3")
                    .until(() -> SecureCluster.put(first, "shop", CA.issue(SecureCluster.HOST)) / 100 == 2);
            done(first, "pools", "add", "grpc", "--protocol", "h2", "--probe-type", "tcp");
            done(first, "servers", "add", "http://127.0.0.1:" + server.getPort(), "--pool", "grpc");
            if (secure) {
                cluster.listen(first, "https", ",\"tls\":{\"certificates\":[\"shop\"]}");
            } else {
                cluster.listen(first, "http", ",\"http2\":true");
            }
            SecureCluster.put(
                    first,
                    "routes/grpc",
                    "{\"listeners\":[\"at-n1\",\"at-n2\",\"at-n3\"],\"pools\":[{\"pool\":\"grpc\"}]}");
            for (TestNode node : cluster.nodes()) {
                way = new Way(cluster.port(node), secure);
                Result result = JUnitCore.runClasses(Cases.class);
                assertThat(result.getFailures()).as(node.id()).isEmpty();
                assertThat(result.getRunCount()).isGreaterThan(30);
            }
        } finally {
            server.shutdownNow();
            executor.shutdownNow();
        }
    }

    private static void done(TestNode node, String... words) {
        Weldrctl.Result result = Weldrctl.run(node.grpcAddress(), words);
        assertThat(result.exit()).as("%s", result).isZero();
    }
}
