package io.weldr.proxy;

import static io.weldr.testing.Patience.PATIENCE;
import static io.weldr.testing.Patience.PATIENCE_MILLIS;
import static io.weldr.testing.Patience.withTimeFrom;
import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.pool.AdminState;
import io.weldr.core.pool.HostPort;
import io.weldr.core.pool.PoolName;
import io.weldr.core.state.Command;
import io.weldr.core.state.OriginRef;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The end of a node, and of an origin, that is announced. */
class DrainIT {

    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String UPGRADE = "GET /t HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n";

    @Test
    void aResponseThatBeganBeforeDrainingDoesNotHoldItUp() {
        CountDownLatch rest = new CountDownLatch(1);
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    self.next(wire);
                    wire.send("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf");
                    await(rest);
                    wire.send("half");
                    self.next(wire);
                });
                TestProxy proxy = TestProxy.inFrontOf(origin);
                Wire client = proxy.connect()) {
            assertThat(client.send(GET).readHead()).doesNotContain("close");
            CompletableFuture<Boolean> drained = new CompletableFuture<>();
            Thread drainer = new Thread(() -> drained.complete(proxy.server.drain(PATIENCE.multipliedBy(2))));
            drainer.start();
            Awaitility.await("draining to begin").until(() -> refuses(proxy));
            rest.countDown();
            assertThat(client.read(8)).isEqualTo("halfhalf");
            assertThat(client.readToEnd()).isEmpty();
            assertThat(drained).succeedsWithin(PATIENCE).isEqualTo(true);
        }
    }

    /**
     * One client that waits for an answer, one in the middle of it, one in a tunnel, and one that waits for a
     * connection.
     */
    private static RawOrigin neverDone(CountDownLatch over) {
        return RawOrigin.serving((wire, self) -> {
            String request = self.next(wire);
            if (request.startsWith("GET /t ")) {
                wire.send("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n");
            } else if (request.startsWith("GET /half ")) {
                wire.send("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf");
            }
            await(over);
        });
    }

    @Test
    void anOriginThatDrainsIsLeftAtItsDeadline() {
        CountDownLatch over = new CountDownLatch(1);
        try (RawOrigin origin = neverDone(over);
                TestProxy proxy = TestProxy.limited("connectionsPerOriginMax", 3, origin);
                Wire tunnel = proxy.connect();
                Wire half = proxy.connect();
                Wire waiting = proxy.connect()) {
            assertThat(tunnel.send(UPGRADE).readHead()).startsWith("HTTP/1.1 101 ");
            half.send("GET /half HTTP/1.1\r\nHost: a\r\n\r\n").readHead();
            assertThat(half.read(4)).isEqualTo("half");
            waiting.send(GET);
            Awaitility.await().until(() -> origin.requests().size() == 3);

            admin(proxy, origin, AdminState.DRAINING, Instant.now().plus(PATIENCE.multipliedBy(2)));
            assertThat(proxy.exchange(GET)).startsWith("HTTP/1.1 503 ");
            assertThat(proxy.server.connectionsOpen()).isGreaterThanOrEqualTo(3);

            Instant deadline = Instant.now().plusMillis(500);
            admin(proxy, origin, AdminState.DRAINING, deadline);
            assertThat(waiting.readMessage()).startsWith("HTTP/1.1 504 ");
            assertThat(Instant.now()).isAfterOrEqualTo(deadline);
            assertThat(half.readToEnding().text()).isEmpty();
            assertThat(tunnel.readToEnding().text()).isEmpty();
        } finally {
            over.countDown();
        }
    }

    @Test
    void aDeadlineThatIsMovedOrTakenBackHoldsNoMore() throws Exception {
        withTimeFrom(Duration.ofMillis(300), DrainIT::deadlineIsMoved);
    }

    private static boolean deadlineIsMoved(Duration untilFirst) {
        CountDownLatch over = new CountDownLatch(1);
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    self.next(wire);
                    wire.send("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n");
                    wire.send(wire.read(4));
                    await(over);
                });
                TestProxy proxy = TestProxy.inFrontOf(origin);
                Wire tunnel = proxy.connect();
                Wire other = proxy.connect()) {
            tunnel.send(UPGRADE).readHead();
            Instant first = Instant.now().plus(untilFirst);
            admin(proxy, origin, AdminState.DRAINING, first);
            admin(proxy, origin, AdminState.ENABLED, null);
            if (!Instant.now().isBefore(first)) {
                return false;
            }
            other.send(UPGRADE).readHead();
            admin(proxy, origin, AdminState.DRAINING, Instant.now().plus(PATIENCE.multipliedBy(2)));
            Awaitility.await().until(() -> Instant.now().isAfter(first.plusMillis(500)));
            assertThat(tunnel.send("echo").read(4)).isEqualTo("echo");
            assertThat(other.send("echo").read(4)).isEqualTo("echo");

            admin(proxy, origin, AdminState.DRAINING, Instant.now()); // both: of before and of between
            assertThat(tunnel.readToEnding().text()).isEmpty();
            assertThat(other.readToEnding().text()).isEmpty();
            return true;
        } finally {
            over.countDown();
        }
    }

    @Test
    void whoWaitsForAConnectionToADrainedOriginGetsAnother() {
        CountDownLatch over = new CountDownLatch(1);
        try (RawOrigin origin = neverDone(over);
                RawOrigin other = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = TestProxy.limited(
                        io.weldr.proxy.limits.ProxyLimits.DEFAULTS
                                .with("connectionsPerOriginMax", 1)
                                .with("queueTimeout", PATIENCE.multipliedBy(2)),
                        origin);
                Wire first = proxy.connect();
                Wire queued = proxy.connect()) {
            first.send(GET);
            Awaitility.await().until(() -> origin.requests().size() == 1);
            queued.send(GET);
            Awaitility.await().until(() -> proxy.server.connectionsOpen() == 2);
            proxy.server.awaitRouting();
            proxy.add(other.url());
            admin(proxy, origin, AdminState.DRAINING, Instant.now().plusMillis(300));
            assertThat(queued.readMessage()).endsWith("ok");
            assertThat(first.readMessage()).startsWith("HTTP/1.1 504 ");
            assertThat(origin.requests()).hasSize(1);
        } finally {
            over.countDown();
        }
    }

    private static void admin(TestProxy proxy, RawOrigin origin, AdminState admin, @Nullable Instant deadline) {
        proxy.apply(new Command.UpdateOrigin(
                PoolName.DEFAULT,
                new OriginRef.ByAddress(HostPort.parse(origin.authority())),
                Command.adminPatch(admin, deadline),
                null,
                Instant.EPOCH));
    }

    private static boolean refuses(TestProxy proxy) {
        try (Socket socket = new Socket()) {
            socket.connect(proxy.server.boundAddress(), 1_000);
            return false;
        } catch (java.io.IOException e) {
            return true;
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
