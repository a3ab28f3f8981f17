package io.weldr.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.weldr.proxy.net.Transport;
import io.weldr.testing.Patience;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A connection to an origin is reused for as long, and for as many requests, as the origin says in Keep-Alive. */
class ReuseIT {

    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\nX-Request-Id: id\r\n\r\n";
    private static final String PASSED_ON =
            "HTTP/1.1 200 OK\r\nDate: now\r\nContent-Length: 2\r\nVia: 1.1 weldr\r\nX-Request-Id: id\r\n\r\nok";

    /** Longer than any test waits: only what the origin says ends a connection. */
    private static final Duration NEVER = Patience.PATIENCE.multipliedBy(2);

    private static String ok(String... lines) {
        return "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nDate: now\r\n" + String.join("\r\n", lines)
                + (lines.length == 0 ? "" : "\r\n") + "\r\nok";
    }

    /** Answers and measures how long the connection is then kept. */
    private static RawOrigin measuring(String response, BlockingQueue<Duration> kept) {
        return RawOrigin.serving((wire, self) -> {
            self.next(wire);
            long since =
                    System.nanoTime(); // before the proxy can know it, so that it is never kept for less by this clock
            wire.send(response);
            if (self.next(wire).isEmpty()) {
                kept.add(Duration.ofNanos(System.nanoTime() - since));
            }
        });
    }

    /**
     * Origins of the same wait, asked one right after the other.
     *
     * @param keptMillis how long each keeps its connection at least
     */
    @ParameterizedTest
    @CsvSource({"400, timeout=1, 'TIMEOUT=1\t,,max=7'", "900, 'max=7 , timeout=2', 'timeout=60, timeout=2'"})
    void anIdleConnectionIsClosedBeforeTheOriginWould(long keptMillis, String terms, String sameTerms)
            throws InterruptedException {
        BlockingQueue<Duration> kept = new LinkedBlockingQueue<>();
        try (RawOrigin one = measuring(ok("Keep-Alive: " + terms), kept);
                RawOrigin other = measuring(ok("keep-alive:" + sameTerms), kept);
                TestProxy toOne = TestProxy.limited("originIdleTimeout", NEVER, one);
                TestProxy toOther = TestProxy.limited("originIdleTimeout", NEVER, other)) {
            assertThat(toOne.exchange(GET)).isEqualTo(PASSED_ON);
            assertThat(toOther.exchange(GET)).isEqualTo(PASSED_ON);
            for (int i = 0; i < 2; i++) {
                assertThat(kept.poll(Patience.PATIENCE_MILLIS, TimeUnit.MILLISECONDS))
                        .isNotNull()
                        .isGreaterThan(Duration.ofMillis(keptMillis));
            }
            assertThat(toOne.exchange(GET)).isEqualTo(PASSED_ON);
            assertThat(one.connections()).isEqualTo(2);
        }
    }

    /** A length there is a mistake of the origin's: who knows whether it means a body, too. */
    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 2", "Transfer-Encoding: chunked"})
    void aConnectionIsNotReusedAfterA204ThatHasAFraming(String framing) {
        try (RawOrigin origin = RawOrigin.answering("HTTP/1.1 204 No Content\r\n" + framing + "\r\n\r\n");
                TestProxy proxy = TestProxy.inFrontOf(origin);
                Wire client = proxy.connect()) {
            assertThat(client.send(GET).readHead()).startsWith("HTTP/1.1 204 ");
            assertThat(client.send(GET).readHead()).startsWith("HTTP/1.1 204 ");
            assertThat(origin.connections()).isEqualTo(2);
        }
    }

    /** The proxy finds the stray bytes and the next request in one look at its sockets. */
    @Test
    void bytesBehindAResponseToHeadAreNobodysResponse() throws InterruptedException {
        assumeThat(TestProxy.TRANSPORT.resolve()).as("looks at the socket").isEqualTo(Transport.EPOLL);
        for (int i = 0; i < 10; i++) {
            CountDownLatch goOn = new CountDownLatch(1);
            CountDownLatch sent = new CountDownLatch(1);
            try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                        if (self.next(wire).startsWith("HEAD ")) {
                            wire.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
                            await(goOn);
                            wire.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nstray");
                            sent.countDown();
                            self.next(wire);
                        } else {
                            wire.send(RawOrigin.OK);
                        }
                    });
                    TestProxy proxy = TestProxy.inFrontOf(origin);
                    Wire client = proxy.connect()) {
                client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n").readHead();
                CountDownLatch held = proxy.hold();
                client.send(GET);
                goOn.countDown();
                await(sent);
                held.countDown();
                assertThat(client.readMessage()).endsWith("\r\n\r\nok");
            }
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(Patience.PATIENCE_MILLIS, TimeUnit.MILLISECONDS))
                    .isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void nothingIsKeptLongerThanOurOwnTime() throws InterruptedException {
        BlockingQueue<Duration> kept = new LinkedBlockingQueue<>();
        try (RawOrigin origin = measuring(ok("Keep-Alive: timeout=999999999999999999"), kept);
                TestProxy proxy = TestProxy.limited("originIdleTimeout", Duration.ofMillis(300), origin)) {
            assertThat(proxy.exchange(GET)).isEqualTo(PASSED_ON);
            assertThat(kept.poll(Patience.PATIENCE_MILLIS, TimeUnit.MILLISECONDS))
                    .isNotNull()
                    .isGreaterThan(Duration.ofMillis(200));
        }
    }

    @Test
    void aConnectionServesAsManyRequestsAsTheOriginSaysWhetherItCountsDownOrNot() {
        for (boolean countsDown : new boolean[] {true, false}) {
            try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                        for (int left = 3; !self.next(wire).isEmpty(); left--) {
                            wire.send(ok("Keep-Alive: max=" + (countsDown ? left : 3)));
                        }
                    });
                    TestProxy proxy = TestProxy.inFrontOf(origin);
                    Wire client = proxy.connect()) {
                for (int i = 1; i <= 7; i++) {
                    assertThat(client.send(GET).readMessage()).isEqualTo(PASSED_ON);
                    assertThat(origin.connections()).as("after request %d", i).isEqualTo((i + 2) / 3);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"timeout=0", "max=0", "max=1", "max=5, timeout=0", " timeout=0,"})
    void aConnectionThatTheOriginDoesNotWantReusedIsNot(String terms) {
        try (RawOrigin origin = RawOrigin.answering(ok("Keep-Alive:" + terms));
                TestProxy proxy = TestProxy.inFrontOf(origin);
                Wire client = proxy.connect()) {
            assertThat(client.send(GET).readMessage()).isEqualTo(PASSED_ON);
            assertThat(client.send(GET).readMessage()).isEqualTo(PASSED_ON);
            assertThat(origin.connections()).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "timeout",
                "timeout=",
                "timeout=x, max=-1",
                "timeout=-0",
                "timeout=+0",
                "timeout=0s",
                "timeout=0.5",
                "timeout=\"0\"",
                "timeout= 0",
                "timeout =0",
                "timeout=0 max=0",
                "timeout=0; max=0",
                "xtimeout=0, timeouts=0, maxi=0, =0, ,",
                "max=99999999999999999999, timeout=99999999999999999999",
                "max=100000"
            })
    void whatSaysNothingOrMakesNoSenseIsIgnored(String terms) {
        try (RawOrigin origin = RawOrigin.answering(ok("Keep-Alive: " + terms));
                TestProxy proxy = TestProxy.inFrontOf(origin);
                Wire client = proxy.connect()) {
            for (int i = 0; i < 3; i++) {
                assertThat(client.send(GET).readMessage()).isEqualTo(PASSED_ON);
            }
            assertThat(origin.connections()).isEqualTo(1);
        }
    }

    @Test
    void anInterimResponseSaysNothingOfTheConnection() {
        try (RawOrigin origin =
                        RawOrigin.answering("HTTP/1.1 103 Early Hints\r\nKeep-Alive: timeout=0\r\n\r\n" + ok());
                TestProxy proxy = TestProxy.inFrontOf(origin);
                Wire client = proxy.connect()) {
            for (int i = 0; i < 2; i++) {
                assertThat(client.send(GET).readHead())
                        .startsWith("HTTP/1.1 103 ")
                        .doesNotContain("timeout");
                assertThat(client.readMessage()).isEqualTo(PASSED_ON);
            }
            assertThat(origin.connections()).isEqualTo(1);
        }
    }
}
