package io.weldr.proxy;

import static io.weldr.testing.Patience.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** New clients that come while the proxy stops: each is served or refused, and none is reset. */
class StoppingIT {

    private static final int CLIENTS = 300;
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    /**
     * A proxy that stops waits 500 ms for the first request of a connection. A client that is slower proves nothing.
     */
    private static final Duration LAST_CALL = Duration.ofMillis(400);

    @Test
    void clientsThatWaitToBeAcceptedAreServed() {
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = TestProxy.with(settings -> settings.workers(4), origin)) {
            CountDownLatch goOn = proxy.hold(); // no loop accepts
            List<Wire> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(proxy.connect().send(GET));
            }
            CompletableFuture<Boolean> drained = new CompletableFuture<>();
            Thread drainer = new Thread(() -> drained.complete(proxy.server.drain(PATIENCE.multipliedBy(2))));
            drainer.start();
            await("the proxy to wait for its loops")
                    .until(() -> Set.of(Thread.State.WAITING, Thread.State.TIMED_WAITING)
                            .contains(drainer.getState()));
            goOn.countDown();
            for (Wire client : clients) {
                assertThat(client.readMessage()).startsWith("HTTP/1.1 200 ").endsWith("ok");
                client.close();
            }
            assertThat(drained).succeedsWithin(PATIENCE).isEqualTo(true);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void clientsThatComeAgainAndAgainAreServedUntilTheyAreRefused(int workers) throws InterruptedException {
        assumeThat(TestProxy.TRANSPORT.resolve().reusesPort())
                .as("a transport with which the kernel can be told to refuse connections")
                .isTrue();
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = TestProxy.with(settings -> settings.workers(workers), origin)) {
            InetSocketAddress address = proxy.server.boundAddress();
            AtomicInteger served = new AtomicInteger();
            List<Client> clients = Stream.generate(() -> new Client(address, served))
                    .limit(CLIENTS)
                    .toList();
            clients.forEach(Thread::start);
            await().until(() -> served.get() >= 2 * CLIENTS);

            assertThat(proxy.server.drain(PATIENCE)).isTrue();

            for (Client client : clients) {
                client.join();
            }
            assertThat(clients.stream().map(client -> client.broken).filter(broken -> broken != null))
                    .as("connections that were neither served nor refused")
                    .isEmpty();
        }
    }

    /** Connects anew for each request, until it is refused or a request ends in any other way. */
    private static final class Client extends Thread {
        private final InetSocketAddress address;
        private final AtomicInteger served;
        private volatile @Nullable String broken;

        Client(InetSocketAddress address, AtomicInteger served) {
            this.address = address;
            this.served = served;
            setDaemon(true);
        }

        @Override
        public void run() {
            while (broken == null) {
                long start = System.nanoTime();
                long sent = Long.MAX_VALUE;
                try (Socket socket = new Socket(address.getAddress(), address.getPort());
                        Wire client = new Wire(socket).send(GET)) {
                    sent = System.nanoTime();
                    String message = client.readMessage();
                    if (!message.startsWith("HTTP/1.1 200 ") || !message.endsWith("ok")) {
                        throw new IOException("not the whole response: \"" + message + "\"");
                    }
                    served.incrementAndGet();
                } catch (ConnectException e) {
                    return; // refused
                } catch (IOException | UncheckedIOException | AssertionError e) {
                    long took = Math.min(sent, System.nanoTime()) - start;
                    broken = took < LAST_CALL.toNanos() ? e.toString() : null;
                }
            }
        }
    }
}
