package io.weldr.proxy;

import static io.weldr.proxy.TestListener.condition;
import static io.weldr.proxy.TestListener.refuses;
import static io.weldr.testing.Patience.PATIENCE;
import static io.weldr.testing.Patience.PATIENCE_MILLIS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.weldr.core.port.ListenerCondition;
import io.weldr.core.port.ListenerCondition.State;
import io.weldr.testing.Ports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Listeners of the cluster that come, change and go while the proxy runs. */
class ListenersIT {

    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    /**
     * A listener that is drained waits 500 ms for the first request of a connection. A client that is slower proves
     * nothing.
     */
    private static final Duration LAST_CALL = Duration.ofMillis(400);

    @Test
    void aListenerIsBoundWhenItIsAddedAndDrainedWhenItIsRemoved() {
        CountDownLatch goOn = new CountDownLatch(1);
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    while (!self.next(wire).isEmpty()) {
                        if (self.requests().size() == 3) {
                            awaitPatiently(goOn);
                        }
                        wire.send(RawOrigin.OK);
                    }
                });
                TestProxy proxy = TestProxy.with(settings -> settings.workers(2).drainTimeout(PATIENCE), origin)) {
            TestListener listener = TestListener.http("public", Ports.free()).putTo(proxy);
            assertThat(condition(proxy, "public").state()).isEqualTo(State.BOUND);
            assertThat(condition(proxy, "public").reason()).isEmpty();
            try (Wire idle = listener.connect();
                    Wire busy = listener.connect()) {
                assertThat(idle.send(GET).readMessage()).endsWith("ok").doesNotContain("close");
                assertThat(busy.send(GET).readMessage()).endsWith("ok");
                await().until(() -> condition(proxy, "public").connections() == 2);
                busy.send(GET);
                await().until(() -> origin.requests().size() == 3);

                listener.removeFrom(proxy);
                assertThat(condition(proxy, "public").state()).isEqualTo(State.DRAINING);
                assertThat(idle.readToEnd()).as("an idle connection is closed").isEmpty();
                await().until(() -> refuses("127.0.0.1", port(listener)));
                goOn.countDown();
                assertThat(busy.readMessage()).contains("Connection: close").endsWith("ok");
                assertThat(busy.readToEnd()).isEmpty();
            }
            await().until(() -> proxy.server.listenerConditions().size() == 1);
            assertThat(proxy.exchange(GET)).endsWith("ok");
        } finally {
            goOn.countDown();
        }
    }

    @Test
    void whatIsLeftOfAListenerAtItsDeadlineIsCutOff() {
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    self.next(wire);
                    wire.send("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf");
                    wire.atEnd();
                });
                TestProxy proxy = TestProxy.with(settings -> settings.drainTimeout(Duration.ofMillis(700)), origin)) {
            TestListener listener = TestListener.http("public", Ports.free()).putTo(proxy);
            try (Wire half = listener.connect();
                    Wire other = proxy.connect()) {
                half.send(GET).readHead();
                other.send(GET).readHead();
                listener.removeFrom(proxy);
                assertThat(half.readToEnding().text()).isEqualTo("half");
                await().until(() -> proxy.server.listenerConditions().size() == 1);
                assertThat(other.read(4)).isEqualTo("half");
                assertThat(proxy.server.connectionsOpen()).isEqualTo(1);
            }
        }
    }

    @Test
    void aListenerThatIsRemovedAndAddedAgainAtOnceServes() {
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = TestProxy.inFrontOf(origin)) {
            TestListener listener = TestListener.http("public", Ports.free()).putTo(proxy);
            for (int i = 0; i < 3; i++) {
                listener.removeFrom(proxy);
                listener.putTo(proxy);
                await().until(() -> condition(proxy, "public").bound());
                assertThat(listener.exchange(GET)).endsWith("ok");
            }
        }
    }

    @Test
    void aListenerWithAnotherAddressServesAtTheNewOneBeforeTheOldOneCloses() throws IOException {
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = TestProxy.inFrontOf(origin)) {
            TestListener old = TestListener.http("public", Ports.free()).putTo(proxy);
            int next = Ports.free();
            try (ServerSocket taken = new ServerSocket(next, 1, InetAddress.getLoopbackAddress())) {
                TestListener moved = TestListener.http("public", next).putTo(proxy);
                assertThat(proxy.server.listenerConditions())
                        .filteredOn(each -> each.name().value().equals("public"))
                        .extracting(ListenerCondition::state)
                        .containsExactlyInAnyOrder(State.BOUND, State.RETRYING);
                assertThat(old.exchange(GET)).endsWith("ok");
                taken.close();
                moved.connectionsMax(7).putTo(proxy); // a change is tried at once
                await().until(() -> condition(proxy, "public").address().endsWith(":" + next));
                assertThat(moved.exchange(GET)).endsWith("ok");
            }
            await().until(() -> refuses("127.0.0.1", port(old)));
        }
    }

    @Test
    void twoListenersThatSwapTheirAddressesServeInTheEnd() {
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = TestProxy.inFrontOf(origin)) {
            int one = Ports.free();
            int two = Ports.free();
            TestListener.http("a", one).putTo(proxy);
            TestListener.http("b", two).putTo(proxy);
            CountDownLatch goOn = proxy.hold(); // no socket is bound or closed meanwhile
            try {
                TestListener.http("a", Ports.free()).applyTo(proxy);
                TestListener.http("b", one).applyTo(proxy);
                TestListener.http("a", two).applyTo(proxy);
            } finally {
                goOn.countDown();
            }
            await().untilAsserted(() -> {
                assertThat(condition(proxy, "a").address()).endsWith(":" + two);
                assertThat(condition(proxy, "b").address()).endsWith(":" + one);
                assertThat(condition(proxy, "a").bound()).isTrue();
                assertThat(condition(proxy, "b").bound()).isTrue();
            });
        }
    }

    @Test
    void manyListenersServeAtOnce() {
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = TestProxy.with(settings -> settings.workers(2), origin)) {
            List<TestListener> all = new ArrayList<>();
            for (int i = 0; i < 63; i++) {
                all.add(TestListener.http("l" + i, Ports.free()).applyTo(proxy));
            }
            proxy.server.awaitListeners();
            assertThat(proxy.server.listenerConditions()).hasSize(64).allMatch(ListenerCondition::bound);
            for (TestListener listener : all) {
                assertThat(listener.exchange(GET)).endsWith("ok");
            }
            all.forEach(listener -> listener.removeFrom(proxy));
            await().until(() -> proxy.server.listenerConditions().size() == 1);
        }
    }

    @Test
    void theListenersOfTheStateAreBoundWhenTheProxyStarts() {
        int port = Ports.free();
        try (TestProxy before = TestProxy.inFrontOf()) {
            TestListener listener = TestListener.http("public", port).applyTo(before);
            before.server.close();
            try (TestProxy proxy = TestProxy.startedWith(before.state.get())) {
                assertThat(condition(proxy, "public").bound()).isTrue();
                assertThat(listener.exchange(GET)).startsWith("HTTP/1.1 503 ");
            }
        }
    }

    @Test
    void theEndOfTheNodeDrainsEveryListener() {
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = TestProxy.inFrontOf(origin)) {
            TestListener listener = TestListener.http("public", Ports.free()).putTo(proxy);
            try (Wire idle = listener.connect()) {
                idle.send(GET).readMessage();
                assertThat(proxy.server.drain(PATIENCE)).isTrue();
                assertThat(idle.readToEnd()).isEmpty();
                assertThat(refuses("127.0.0.1", port(listener))).isTrue();
            }
        }
    }

    /** Requests by new connections and by one that stays, on a listener that stays and on one that comes and goes. */
    @Test
    void noRequestFailsWhileAnotherListenerComesAndGoes() throws InterruptedException {
        assumeThat(TestProxy.TRANSPORT.resolve().reusesPort())
                .as("a transport with which the kernel can be told to refuse connections")
                .isTrue();
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = TestProxy.with(settings -> settings.workers(2), origin)) {
            int port = Ports.free();
            int stays = proxy.server.boundAddress().getPort();
            List<Load> loads = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                loads.add(new Load(stays, false));
                loads.add(new Load(port, true));
            }
            loads.forEach(Thread::start);
            for (int round = 1; round <= 4; round++) {
                TestListener listener = TestListener.http("public", port).putTo(proxy);
                await().until(() -> condition(proxy, "public").bound());
                int target = round * 20;
                await().until(() ->
                        loads.stream().allMatch(load -> load.served.get() >= target || load.broken != null));
                assertThat(loads).extracting(load -> load.broken).containsOnlyNulls();
                listener.removeFrom(proxy);
            }
            loads.forEach(load -> load.over.set(true));
            for (Load load : loads) {
                load.join();
                assertThat(load.broken).isNull();
            }
        }
    }

    /** One request for each connection, again and again. */
    private static final class Load extends Thread {
        private final int port;
        private final boolean mayBeRefused;
        private final AtomicInteger served = new AtomicInteger();
        private final AtomicBoolean over = new AtomicBoolean();
        private volatile @Nullable String broken;

        Load(int port, boolean mayBeRefused) {
            this.port = port;
            this.mayBeRefused = mayBeRefused;
            setDaemon(true);
        }

        @Override
        public void run() {
            while (broken == null && !over.get()) {
                long start = System.nanoTime();
                try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
                        Wire wire = new Wire(socket)) {
                    String answer = wire.send(GET).readMessage();
                    if (!answer.startsWith("HTTP/1.1 200 ") || !answer.endsWith("ok")) {
                        throw new IOException("not the whole response: \"" + answer + "\"");
                    }
                    served.incrementAndGet();
                } catch (ConnectException e) {
                    broken = mayBeRefused ? null : e.toString();
                } catch (IOException | UncheckedIOException | AssertionError e) {
                    long took = System.nanoTime() - start;
                    broken = took < LAST_CALL.toNanos() ? e.toString() : null;
                }
            }
        }
    }

    private static int port(TestListener listener) {
        return listener.port();
    }

    private static void awaitPatiently(CountDownLatch latch) {
        try {
            latch.await(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
