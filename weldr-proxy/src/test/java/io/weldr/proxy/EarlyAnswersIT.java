package io.weldr.proxy;

import static io.weldr.testing.Patience.PATIENCE_MILLIS;
import static io.weldr.testing.Patience.withTimeFrom;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Requests that are not complete when their answer comes, or when the one before them is answered. */
class EarlyAnswersIT {

    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    @Test
    void theRestOfABodyReachesAnOriginThatHasAnswered() {
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    wire.readHead();
                    self.remember(wire.read(5));
                    wire.send(RawOrigin.OK);
                    self.remember(wire.read(5));
                    self.next(wire);
                    wire.send(RawOrigin.OK);
                });
                TestProxy proxy = TestProxy.inFrontOf(origin);
                Wire client = proxy.connect()) {
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello");
            assertThat(client.readMessage()).endsWith("ok");
            client.send("world"); // and nothing behind it that would push it on
            await().untilAsserted(() -> assertThat(origin.requests()).containsExactly("hello", "world"));
            assertThat(client.send(GET).readMessage()).endsWith("ok");
            assertThat(origin.connections()).isEqualTo(1);
        }
    }

    /** The origin has begun to answer, and needs longer than it may be silent to take the request. */
    @Test
    void anOriginThatTakesTheRequestIsNotGivenUpForNotAnsweringMeanwhile() throws Exception {
        withTimeFrom(Duration.ofSeconds(1), EarlyAnswersIT::originTakesTheRequest);
    }

    private static boolean originTakesTheRequest(Duration silenceMax) {
        int reads = 60;
        AtomicInteger pauses = new AtomicInteger();
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    wire.readHead();
                    wire.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
                    for (int i = 0; i < reads; i++) { // three times as long as it may be silent
                        long began = System.nanoTime();
                        wire.read(128 * 1024);
                        LockSupport.parkNanos(silenceMax.dividedBy(20).toNanos()); // its pace is the story
                        if (System.nanoTime() - began > silenceMax.dividedBy(4).toNanos()) {
                            pauses.incrementAndGet();
                        }
                    }
                    wire.send("ok");
                    wire.readToEnding();
                });
                TestProxy proxy = TestProxy.limited("originProgressTimeout", silenceMax, origin);
                Wire client = proxy.connect()) {
            Thread sender = new Thread(() -> {
                try {
                    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + (1 << 30) + "\r\n\r\n");
                    while (true) {
                        client.send(new byte[1 << 20]);
                    }
                } catch (UncheckedIOException e) {
                    // The story is over.
                }
            });
            sender.setDaemon(true);
            sender.start();
            client.readHead();
            String body = client.read(2);
            assertThat(pauses.get() > 0 ? "ok" : body).isEqualTo("ok");
            return pauses.get() == 0;
        } catch (UncheckedIOException e) {
            if (pauses.get() > 0) {
                return false;
            }
            throw e;
        }
    }

    @Test
    void aRequestPipelinedWithoutItsBodyReachesTheOriginAtOnce() {
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    self.next(wire);
                    wire.send(RawOrigin.OK);
                    String head = wire.readHead();
                    wire.send("HTTP/1.1 100 Continue\r\n\r\n");
                    self.remember(head + wire.read(5));
                    wire.send(RawOrigin.OK);
                });
                TestProxy proxy = TestProxy.inFrontOf(origin);
                Wire client = proxy.connect()) {
            client.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n"
                    + "POST /2 HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
            assertThat(client.readMessage()).endsWith("ok");
            assertThat(client.readHead()).startsWith("HTTP/1.1 100 Continue\r\n");
            client.send("hello");
            assertThat(client.readMessage()).endsWith("ok");
            assertThat(origin.requests().get(1)).startsWith("POST /2 ").endsWith("\r\n\r\nhello");
        }
    }

    @Test
    void anOriginThatAnswersAndThenTakesNoMoreIsCutOff() {
        CountDownLatch answer = new CountDownLatch(1);
        CountDownLatch over = new CountDownLatch(1);
        AtomicInteger sent = new AtomicInteger();
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    self.remember(wire.readHead());
                    awaitQuietly(answer);
                    wire.send(RawOrigin.OK);
                    awaitQuietly(over);
                });
                TestProxy proxy = TestProxy.limited("originProgressTimeout", Duration.ofSeconds(2), origin);
                Wire client = proxy.connect()) {
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n");
            Thread sender = new Thread(() -> {
                try {
                    for (int i = 0; i < 100; i++) {
                        client.send(new byte[1_000_000]);
                        sent.incrementAndGet();
                    }
                } catch (UncheckedIOException e) {
                    // cut off, as it should be
                }
            });
            sender.setDaemon(true);
            sender.start();
            AtomicInteger seen = new AtomicInteger(-1);
            await().pollInterval(Duration.ofMillis(200)).until(() -> seen.getAndSet(sent.get()) == sent.get());
            answer.countDown(); // everything is full: nothing will happen any more that could set a deadline
            assertThat(client.readMessage()).endsWith("ok");
            await().until(() -> proxy.server.connectionsOpen() == 0);
        } finally {
            over.countDown();
        }
    }

    @Test
    void anAnswerThatArrivesWithAResetIsStillPassedOn() {
        CountDownLatch refuse = new CountDownLatch(1);
        CountDownLatch refused = new CountDownLatch(1);
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    self.remember(wire.readHead());
                    awaitQuietly(refuse);
                    wire.send("HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 3\r\n\r\nbig");
                    wire.reset();
                    refused.countDown();
                });
                TestProxy proxy = TestProxy.inFrontOf(origin);
                Wire client = proxy.connect()) {
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nsome");
            await().until(() -> origin.requests().size() == 1);
            CountDownLatch goOn = proxy.hold();
            client.send("more"); // found first: writing it on meets the reset before the answer is read
            refuse.countDown();
            awaitQuietly(refused);
            goOn.countDown();
            assertThat(client.readMessage()).startsWith("HTTP/1.1 413 ").endsWith("big");
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
