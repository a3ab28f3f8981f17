package io.weldr.proxy;

import static io.weldr.proxy.TestListener.condition;
import static io.weldr.testing.Patience.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.weldr.core.pool.PoolName;
import io.weldr.core.port.ListenerCondition.State;
import io.weldr.proxy.SteadyTraffic.Listener;
import io.weldr.testing.Ports;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Routes and listeners change while clients send requests and WebSockets stand: nobody notices who is not meant. */
class ChangesUnderLoadIT {

    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    /** The rate that is tried. A machine that is slower does what it can. */
    private static final int REQUESTS_PER_SECOND = 500;

    private static final int CLIENTS = 8;
    private static final int TUNNELS = 20;

    @Test
    void aRouteThatChangesOnceFailsNoRequestAndCutsNoTunnel() {
        changeRoutes(Duration.ZERO);
    }

    @Test
    void aRouteThatChangesEachSecondFailsNoRequestAndCutsNoTunnel() {
        changeRoutes(Duration.ofSeconds(10));
    }

    @Test
    @Tag("nightly")
    void aRouteThatChangesEachSecondForAMinuteFailsNoRequestAndCutsNoTunnel() {
        changeRoutes(Duration.ofMinutes(1));
    }

    private static void changeRoutes(Duration repeat) {
        try (RawOrigin blue = EchoTunnels.origin("blue");
                RawOrigin green = EchoTunnels.origin("green");
                TestProxy proxy = TestProxy.with(settings -> settings.workers(2))) {
            PoolName one = Routes.pool(proxy, "one", blue);
            PoolName two = Routes.pool(proxy, "two", green);
            Routes.of(proxy).to(one).put("default");
            int port = proxy.server.boundAddress().getPort();
            try (SteadyTraffic traffic =
                            SteadyTraffic.begin(port, Listener.STAYS, CLIENTS, REQUESTS_PER_SECOND, "blue", "green");
                    EchoTunnels tunnels = new EchoTunnels()) {
                tunnels.open(proxy, TUNNELS / 2);
                traffic.awaitMore(REQUESTS_PER_SECOND / 2);
                change(proxy, two, "green");
                tunnels.open(proxy, TUNNELS / 2); // to the other origin
                int changes = 1;
                long end = System.nanoTime() + repeat.toNanos();
                for (long due = System.nanoTime(); due - end < 0; due += TimeUnit.SECONDS.toNanos(1)) {
                    parkUntil(due);
                    boolean back = changes++ % 2 == 1;
                    change(proxy, back ? one : two, back ? "blue" : "green");
                }
                traffic.awaitMore(REQUESTS_PER_SECOND);
                tunnels.awaitMore(2);
                traffic.end();
                System.out.printf("%d changes, %d requests%n", changes, traffic.served());
                assertThat(traffic.failures()).isEmpty();
                assertThat(tunnels.cut()).isEmpty();
            }
        }
    }

    private static void change(TestProxy proxy, PoolName pool, String body) {
        Routes.of(proxy).to(pool).put("default");
        assertThat(proxy.exchange(GET)).as("a request after the change").endsWith(body);
    }

    private static void parkUntil(long due) {
        for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    @Test
    void requestsInFlightOnAListenerThatIsRemovedFinishAndTheOtherListenerFailsNone() {
        assumeThat(TestProxy.TRANSPORT.resolve().reusesPort())
                .as("a transport with which the kernel can be told to refuse connections")
                .isTrue();
        AtomicInteger held = new AtomicInteger();
        CountDownLatch[] goOn = {new CountDownLatch(1), new CountDownLatch(1), new CountDownLatch(1)};
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    for (String request = wire.readMessage(); !request.isEmpty(); request = wire.readMessage()) {
                        if (request.startsWith("GET /held/")) {
                            int round = request.charAt("GET /held/".length()) - '0';
                            held.incrementAndGet();
                            await().until(() -> goOn[round].getCount() == 0);
                        }
                        wire.send(RawOrigin.OK);
                    }
                });
                TestProxy proxy = TestProxy.with(settings -> settings.workers(2).drainTimeout(PATIENCE), origin)) {
            int stays = proxy.server.boundAddress().getPort();
            int goes = Ports.free();
            try (SteadyTraffic other = SteadyTraffic.begin(stays, Listener.STAYS, 4, REQUESTS_PER_SECOND / 2, "ok");
                    SteadyTraffic own =
                            SteadyTraffic.begin(goes, Listener.COMES_AND_GOES, 4, REQUESTS_PER_SECOND / 2, "ok")) {
                for (int round = 0; round < goOn.length; round++) {
                    TestListener listener = TestListener.http("public", goes).putTo(proxy);
                    await().until(() -> condition(proxy, "public").bound());
                    own.awaitMore(100);
                    List<Wire> inFlight = new ArrayList<>();
                    for (int i = 0; i < 10; i++) {
                        inFlight.add(listener.connect().send(GET.replace("/ ", "/held/" + round + " ")));
                    }
                    int all = (round + 1) * inFlight.size();
                    await().until(() -> held.get() == all);

                    listener.removeFrom(proxy);
                    assertThat(condition(proxy, "public").state()).isEqualTo(State.DRAINING);
                    other.awaitMore(100);
                    goOn[round].countDown();
                    for (Wire wire : inFlight) {
                        assertThat(wire.readMessage())
                                .startsWith("HTTP/1.1 200 ")
                                .contains("\r\nConnection: close\r\n")
                                .endsWith("ok");
                        assertThat(wire.readToEnd()).isEmpty();
                        wire.close();
                    }
                    await().until(() -> proxy.server.listenerConditions().size() == 1);
                }
                own.end();
                other.end();
                assertThat(other.failures()).isEmpty();
                assertThat(own.failures()).isEmpty();
            }
        } finally {
            for (CountDownLatch latch : goOn) {
                latch.countDown();
            }
        }
    }
}
