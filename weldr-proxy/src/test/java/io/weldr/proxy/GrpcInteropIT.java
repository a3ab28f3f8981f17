package io.weldr.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.netty.NegotiationType;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.testing.integration.AbstractInteropTest;
import io.grpc.testing.integration.Messages.SimpleRequest;
import io.grpc.testing.integration.Messages.SimpleResponse;
import io.grpc.testing.integration.TestServiceGrpc;
import io.grpc.testing.integration.TestServiceImpl;
import io.weldr.core.pool.AdminState;
import io.weldr.core.pool.HostPort;
import io.weldr.core.pool.PoolName;
import io.weldr.core.state.Command;
import io.weldr.core.state.OriginRef;
import io.weldr.testing.Patience;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.runner.JUnitCore;
import org.junit.runner.Result;

/** The interop tests of grpc-java: its own client and server, with weldr in between. */
class GrpcInteropIT {

    private static volatile InetSocketAddress proxied = new InetSocketAddress(0);

    /** Run by {@link #everyCasePasses}, which says where. */
    public static final class Cases extends AbstractInteropTest {
        @Override
        protected ManagedChannelBuilder<?> createChannelBuilder() {
            return NettyChannelBuilder.forAddress(proxied)
                    .negotiationType(NegotiationType.PLAINTEXT)
                    .maxInboundMessageSize(MAX_MESSAGE_SIZE);
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

    static Server server(ScheduledExecutorService executor) throws IOException {
        return NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .maxInboundMessageSize(AbstractInteropTest.MAX_MESSAGE_SIZE)
                .addService(ServerInterceptors.intercept(new TestServiceImpl(executor), TestServiceImpl.interceptors()))
                .build()
                .start();
    }

    @Test
    void everyCasePasses() throws Exception {
        ScheduledExecutorService executor = Executors.newScheduledThreadPool(2);
        Server server = server(executor);
        try (TestProxy proxy = H2Origins.inFrontOf()) {
            proxy.add("http://127.0.0.1:" + server.getPort());
            proxied = proxy.server.boundAddress();
            Result result = JUnitCore.runClasses(Cases.class);
            assertThat(result.getFailures()).isEmpty();
            assertThat(result.getRunCount()).isGreaterThan(30);
        } finally {
            server.shutdownNow();
            executor.shutdownNow();
        }
    }

    @Test
    void noCallFailsWhileAnOriginIsDrained() throws Exception {
        int calls = 1000;
        ScheduledExecutorService executor = Executors.newScheduledThreadPool(2);
        Server stays = server(executor);
        Server drained = server(executor);
        ExecutorService callers = Executors.newFixedThreadPool(8);
        List<Throwable> failures = new CopyOnWriteArrayList<>();
        AtomicInteger over = new AtomicInteger();
        try (TestProxy proxy = H2Origins.inFrontOf()) {
            proxy.add("http://127.0.0.1:" + stays.getPort());
            proxy.add("http://127.0.0.1:" + drained.getPort());
            ManagedChannel channel = NettyChannelBuilder.forAddress(proxy.server.boundAddress())
                    .usePlaintext()
                    .build();
            for (int i = 0; i < calls; i++) {
                int size = 10 * i;
                callers.execute(() -> {
                    try {
                        SimpleResponse response = TestServiceGrpc.newBlockingStub(channel)
                                .unaryCall(SimpleRequest.newBuilder()
                                        .setResponseSize(size)
                                        .build());
                        assertThat(response.getPayload().getBody().size()).isEqualTo(size);
                    } catch (Throwable e) {
                        failures.add(e);
                    } finally {
                        over.incrementAndGet();
                    }
                });
            }
            await().until(() -> over.get() > calls / 4);
            proxy.apply(new Command.UpdateOrigin(
                    PoolName.DEFAULT,
                    new OriginRef.ByAddress(HostPort.parse("127.0.0.1:" + drained.getPort())),
                    Command.adminPatch(AdminState.DRAINING, Instant.now().plus(Patience.PATIENCE)),
                    null,
                    Instant.EPOCH));
            await().until(() -> over.get() == calls);
            channel.shutdownNow();
            assertThat(failures).isEmpty();
            assertThat(proxy.value("proxy_origins_http2_connections_open"))
                    .as("that of the drained origin is closed")
                    .isEqualTo(1);
        } finally {
            callers.shutdownNow();
            stays.shutdownNow();
            drained.shutdownNow();
            executor.shutdownNow();
        }
    }
}
