package io.weldr.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.core.port.Measurement;
import io.weldr.proxy.limits.ProxyLimits;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** A request goes on to another origin where that is safe, before its client hears of any trouble. */
class TriesIT {

    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String POST = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi";

    @Test
    void anOriginWhoseQueueIsFullIsPassedOver() throws InterruptedException {
        CountDownLatch goOn = new CountDownLatch(1);
        ProxyLimits limits = ProxyLimits.builder()
                .set("connectionsPerOriginMax", 1)
                .set("queuePerOriginMax", 1)
                .build();
        try (RawOrigin slow = RawOrigin.serving((wire, self) -> {
                    while (!self.next(wire).isEmpty()) {
                        waitFor(goOn);
                        wire.send(RawOrigin.OK);
                    }
                });
                RawOrigin idle = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = TestProxy.limited(limits, slow, idle)) {
            List<Wire> clients = new ArrayList<>();
            for (int i = 1; i <= 12; i++) {
                int sent = i;
                clients.add(proxy.connect().send(GET));
                await().untilAsserted(() -> assertThat(proxy.traffic().client().success()
                                + proxy.traffic().client().failed()
                                + slow.requests().size()
                                + gauge(proxy, "proxy_origin_queued"))
                        .isEqualTo(sent));
            }
            assertThat(proxy.traffic().client().failed()).isZero();
            assertThat(gauge(proxy, "proxy_origin_queued")).isEqualTo(1);
            goOn.countDown();
            for (Wire client : clients) {
                assertThat(client.readMessage()).endsWith("ok");
                client.close();
            }
        }
    }

    @Test
    void aGetWhoseNewConnectionEndedWithoutAnAnswerGoesToAnotherOrigin() {
        try (RawOrigin closing = RawOrigin.serving((wire, self) -> self.next(wire));
                RawOrigin sound = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = TestProxy.inFrontOf(closing, sound)) {
            for (int i = 0; i < 6; i++) {
                assertThat(proxy.exchange(GET)).endsWith("ok");
            }
            assertThat(closing.requests()).isNotEmpty();
            assertThat(sound.requests()).hasSize(6);
        }
    }

    @Test
    void aGetToAnOriginThatClosesEachConnectionAtOnceGoesToAnotherOrigin() {
        try (RawOrigin closing = RawOrigin.serving((wire, self) -> {});
                RawOrigin sound = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = TestProxy.inFrontOf(closing, sound)) {
            for (int i = 0; i < 6; i++) {
                assertThat(proxy.exchange(GET)).endsWith("ok");
            }
            assertThat(closing.connections()).isPositive();
            assertThat(sound.requests()).hasSize(6);
        }
    }

    @Test
    void aGetIsNotSentTwiceWithoutLeaveToRetry() {
        ProxyLimits noRetries = ProxyLimits.builder()
                .set("retryPercentMax", 0)
                .set("retryBurstMax", 0)
                .set("ejectAfterFailures", 3)
                .build();
        try (RawOrigin closing = RawOrigin.serving((wire, self) -> {});
                RawOrigin sound = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = TestProxy.limited(noRetries, closing, sound)) {
            List<String> answers = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                answers.add(proxy.exchange(GET));
            }
            assertThat(answers)
                    .filteredOn(
                            answer -> answer.startsWith("HTTP/1.1 502 ") && answer.contains("\ncause: no_response\n"))
                    .hasSize(closing.connections())
                    .isNotEmpty();
            assertThat(answers)
                    .filteredOn(answer -> answer.endsWith("ok"))
                    .hasSize(6 - closing.connections())
                    .isNotEmpty();
            assertThat(sound.requests()).hasSize(6 - closing.connections());
        }
    }

    @Test
    void aPostIsNotSentTwice() {
        try (RawOrigin closing = RawOrigin.serving((wire, self) -> self.next(wire));
                RawOrigin sound = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = TestProxy.inFrontOf(closing, sound)) {
            List<String> answers = List.of(proxy.exchange(POST), proxy.exchange(POST));
            assertThat(answers).anySatisfy(answer -> assertThat(answer).startsWith("HTTP/1.1 502 "));
            assertThat(answers).anySatisfy(answer -> assertThat(answer).endsWith("ok"));
            assertThat(closing.requests()).hasSize(1);
            assertThat(sound.requests()).hasSize(1);
        }
    }

    /** More than fit on the stack of a thread if each of them failed within the end of the one before. */
    private static final int QUEUED = 3_000;

    @Test
    void allThatWaitAreAnsweredWhenTheNameOfTheirOriginIsGone() {
        AtomicBoolean gone = new AtomicBoolean();
        ProxyLimits limits = ProxyLimits.builder()
                .set("connectionsPerOriginMax", 1)
                .set("queuePerOriginMax", QUEUED)
                .set("ejectAfterFailures", 0)
                .build();
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    self.next(wire);
                    self.next(wire);
                });
                TestProxy proxy = TestProxy.resolving(host -> addresses(gone), limits)) {
            proxy.add("http://origin.example:" + origin.port());
            List<Wire> clients = new ArrayList<>();
            for (int i = 0; i <= QUEUED; i++) {
                clients.add(proxy.connect().send(POST));
            }
            await().until(() -> gauge(proxy, "proxy_origin_queued") == QUEUED);
            gone.set(true);
            origin.close();
            for (Wire client : clients) {
                assertThat(client.readMessage()).startsWith("HTTP/1.1 50");
                client.close();
            }
            await().until(() -> gauge(proxy, "proxy_origin_connections_open") == 0);
        }
    }

    private static InetAddress[] addresses(AtomicBoolean gone) throws UnknownHostException {
        if (gone.get()) {
            throw new UnknownHostException("gone");
        }
        return new InetAddress[] {InetAddress.getLoopbackAddress()};
    }

    private static double gauge(TestProxy proxy, String name) {
        return proxy.server.measure().stream()
                .filter(each -> each.name().equals(name))
                .mapToDouble(each -> ((Measurement.Gauge) each).value())
                .sum();
    }

    static void waitFor(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
