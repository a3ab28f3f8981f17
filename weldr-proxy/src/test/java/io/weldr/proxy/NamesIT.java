package io.weldr.proxy;

import static io.weldr.testing.Patience.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.core.port.Measurement;
import io.weldr.proxy.limits.ProxyLimits;
import io.weldr.proxy.upstream.UpstreamSettings;
import io.weldr.testing.Patience;
import io.weldr.testing.Ports;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/**
 * An origin whose name has several addresses, or moves from one to another. The clock of names stands still unless it
 * is moved.
 */
class NamesIT {
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    /** How long an answer of the name server is used, and longer than an answer is as good as a new one. */
    private static final Duration KEPT = Duration.ofSeconds(10);

    private static final Duration NO_LONGER_NEW = Duration.ofSeconds(2);

    private final int port = Ports.free();
    private final AtomicLong nanos = new AtomicLong();
    private final AtomicInteger lookups = new AtomicInteger();
    private final AtomicReference<InetAddress[]> record = new AtomicReference<>(new InetAddress[0]);

    /** An address of this machine: 127.0.0.1 and on. */
    private static InetAddress machine(int number) {
        try {
            return InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) number});
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private static String answer(String text) {
        return "HTTP/1.1 200 OK\r\nDate: now\r\nContent-Length: " + text.length() + "\r\n\r\n" + text;
    }

    private RawOrigin serverAt(int number, String text) {
        return RawOrigin.answeringAt(new InetSocketAddress(machine(number), port), answer(text));
    }

    private void nameHas(InetAddress... addresses) {
        record.set(addresses);
    }

    private TestProxy proxy(ProxyLimits limits) {
        return proxy(
                () -> {
                    lookups.incrementAndGet();
                    return Objects.requireNonNull(record.get());
                },
                limits);
    }

    private interface Answer {
        InetAddress[] get() throws UnknownHostException, InterruptedException;
    }

    private TestProxy proxy(Answer server, ProxyLimits limits) {
        TestProxy proxy = TestProxy.resolving(host -> server.get(), nanos::get, limits);
        proxy.add("http://origin.example:" + port);
        return proxy;
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    private static double open(TestProxy proxy) {
        return proxy.server.measure().stream()
                .filter(each -> each.name().equals("proxy_origin_connections_open"))
                .mapToDouble(each -> ((Measurement.Gauge) each).value())
                .sum();
    }

    private static void serve(TestProxy proxy, String text, int requests) {
        for (int i = 0; i < requests; i++) {
            assertThat(proxy.exchange(GET)).endsWith(text);
        }
    }

    @Test
    void trafficFollowsANameThatMovesThoughItOnlyReusesConnections() {
        nameHas(machine(1));
        try (RawOrigin old = serverAt(1, "old");
                RawOrigin moved = serverAt(2, "new");
                TestProxy proxy = proxy(ProxyLimits.DEFAULTS);
                Wire client = proxy.connect()) {
            for (int i = 0; i < 5; i++) {
                assertThat(client.send(GET).readMessage()).endsWith("old");
            }
            nameHas(machine(2));
            pass(KEPT);
            await().untilAsserted(
                            () -> assertThat(client.send(GET).readMessage()).endsWith("new"));
            await("the connection to the old address is closed").until(() -> open(proxy) == 1);
            assertThat(old.connections()).isEqualTo(1);
            assertThat(moved.connections()).isEqualTo(1);
        }
    }

    @Test
    void anAddressThatStaysKeepsItsConnectionsInWhateverOrderItIsNamed() {
        nameHas(machine(1), machine(2));
        try (RawOrigin one = serverAt(1, "one");
                RawOrigin two = serverAt(2, "two");
                TestProxy proxy = proxy(ProxyLimits.DEFAULTS);
                Wire client = proxy.connect()) {
            String answer = client.send(GET).readMessage();
            String first = answer.endsWith("one") ? "one" : "two"; // where a connector begins is random
            for (int i = 1; i <= 5; i++) {
                nameHas(i % 2 == 0 ? machine(1) : machine(2), i % 2 == 0 ? machine(2) : machine(1));
                pass(KEPT);
                int asked = i;
                await("another lookup").until(() -> {
                    assertThat(client.send(GET).readMessage()).endsWith(first);
                    return lookups.get() > asked;
                });
            }
            assertThat(client.send(GET).readMessage()).endsWith(first);
            assertThat(one.connections() + two.connections()).isEqualTo(1);
        }
    }

    @Test
    void aRequestAfterALongPauseGoesToWhereTheNameIsNow() {
        nameHas(machine(1));
        try (RawOrigin old = serverAt(1, "old");
                RawOrigin moved = serverAt(2, "new");
                TestProxy proxy = proxy(ProxyLimits.DEFAULTS.with("connectTimeout", PATIENCE));
                Wire client = proxy.connect()) {
            assertThat(client.send(GET).readMessage()).endsWith("old");
            nameHas(machine(2));
            pass(KEPT.multipliedBy(4));
            assertThat(client.send(GET).readMessage()).endsWith("new");
            assertThat(old.connections()).isEqualTo(1);
            assertThat(moved.connections()).isEqualTo(1);
        }
    }

    /** Every connector begins somewhere else; 32 that all begin with the same of two addresses are no chance. */
    @Test
    void connectorsDoNotAllBeginWithTheFirstAddress() {
        int origins = 32;
        nameHas(machine(1), machine(2));
        try (RawOrigin one = serverAt(1, "one");
                RawOrigin two = serverAt(2, "two");
                TestProxy proxy = proxy(ProxyLimits.DEFAULTS)) {
            for (int i = 1; i < origins; i++) {
                proxy.add("http://origin" + i + ".example:" + port);
            }
            serve(proxy, "", origins);
            assertThat(one.connections() + two.connections()).isEqualTo(origins);
            assertThat(one.connections()).isBetween(1, origins - 1);
        }
    }

    @Test
    void aConnectionThatHasReachedItsAgeIsNotReusedAndNothingIsCutOff() throws Exception {
        CountDownLatch others = new CountDownLatch(1);
        ProxyLimits limits = ProxyLimits.builder()
                .set("originConnectionAgeMax", Duration.ofMillis(500))
                .set("originIdleTimeout", Duration.ofHours(1))
                .build();
        try (RawOrigin origin = RawOrigin.serving((wire, self) -> {
                    for (String request = self.next(wire); !request.isEmpty(); request = self.next(wire)) {
                        wire.send("HTTP/1.1 200 OK\r\nDate: now\r\nContent-Length: 2\r\n\r\no");
                        if (request.startsWith("GET /long ")) {
                            awaitOthers(others);
                        }
                        wire.send("k");
                    }
                });
                TestProxy proxy = TestProxy.limited(limits, origin);
                Wire slow = proxy.connect();
                Wire client = proxy.connect()) {
            slow.send(GET.replace("/ ", "/long "));
            await().until(() -> origin.connections() == 1);
            await("connections grow old one after the other").until(() -> {
                assertThat(client.send(GET).readMessage()).endsWith("ok");
                return origin.connections() >= 4;
            });
            others.countDown();
            assertThat(slow.readMessage()).endsWith("ok");
            await("idle ones are closed").until(() -> open(proxy) == 0);
        }
    }

    private static void awaitOthers(CountDownLatch others) {
        try {
            others.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Each request makes a connection: without a memory every other one would try the dead address first. */
    @Test
    void anAddressThatRefusedIsTriedLastForAWhile() {
        nameHas(machine(2), machine(1));
        ProxyLimits noReuse = ProxyLimits.DEFAULTS.with("idlePerOriginMax", 0);
        try (RawOrigin works = serverAt(1, "works");
                TestProxy proxy = proxy(noReuse)) {
            serve(proxy, "works", 4);
            try (RawOrigin again = serverAt(2, "again")) {
                serve(proxy, "works", 4);
                assertThat(again.connections())
                        .as("the address was dead a moment ago")
                        .isZero();
                pass(UpstreamSettings.DEAD_TIME);
                await("one connection tries it first")
                        .until(() -> proxy.exchange(GET).endsWith("again"));
                serve(proxy, "", 4);
                assertThat(again.connections())
                        .as("from then on it has its turn")
                        .isGreaterThan(2);
                assertThat(works.requests()).hasSizeGreaterThan(8);
            }
        }
    }

    /**
     * Each request makes a connection, and waits for as long as a connect may take if it tries the silent address
     * first.
     */
    @Test
    void anAddressThatIsSilentCostsOneRequestItsTimeAndNotEveryOther() throws Exception {
        nameHas(machine(2), machine(1));
        try (FullOrigin silent = new FullOrigin(new InetSocketAddress(machine(2), port));
                RawOrigin works = serverAt(1, "works")) {
            assertThat(silent.url()).endsWith(":" + port);
            Patience.withTimeFrom(Duration.ofMillis(300), connectTimeout -> {
                ProxyLimits limits = ProxyLimits.builder()
                        .set("idlePerOriginMax", 0)
                        .set("connectTimeout", connectTimeout)
                        .build();
                int before = works.requests().size();
                int slow = 0;
                try (TestProxy proxy = proxy(limits)) {
                    for (int i = 0; i < 10; i++) {
                        long start = System.nanoTime();
                        serve(proxy, "works", 1);
                        slow += System.nanoTime() - start >= connectTimeout.toNanos() ? 1 : 0;
                    }
                }
                assertThat(works.requests()).hasSize(before + 10);
                assertThat(slow)
                        .as("requests that waited for the silent address")
                        .isPositive();
                return slow <= 2; // a machine that is too slow for that has more time in the next try
            });
        }
    }

    @Test
    void aNameThatMovedIsLookedUpAnewBeforeAClientHasAnError() {
        nameHas(machine(1));
        ProxyLimits noReuse = ProxyLimits.DEFAULTS.with("idlePerOriginMax", 0);
        try (RawOrigin moved = serverAt(2, "new");
                TestProxy proxy = proxy(noReuse)) {
            try (RawOrigin old = serverAt(1, "old")) {
                serve(proxy, "old", 1);
                assertThat(old.requests()).hasSize(1);
            }
            nameHas(machine(2));
            pass(NO_LONGER_NEW); // and yet the proxy would use the answer for a while
            serve(proxy, "new", 3);
            assertThat(moved.requests()).hasSize(3);
        }
    }

    @Test
    void requestsThatAllFailAreNoFloodOfLookups() {
        nameHas(machine(1), machine(2));
        try (TestProxy proxy = proxy(ProxyLimits.DEFAULTS.with("ejectAfterFailures", 0))) {
            for (int i = 0; i < 10; i++) {
                assertThat(proxy.exchange(GET)).startsWith("HTTP/1.1 502 ");
            }
            assertThat(lookups).as("the answer was new").hasValue(1);
            pass(NO_LONGER_NEW);
            for (int i = 0; i < 10; i++) {
                assertThat(proxy.exchange(GET)).startsWith("HTTP/1.1 502 ");
            }
            assertThat(lookups).hasValue(2);
        }
    }

    @Test
    void aNameServerThatIsSilentWhenAllAddressesFailCostsAMoment() {
        CountDownLatch end = new CountDownLatch(1);
        AtomicInteger asked = new AtomicInteger();
        Answer silentFromTheSecondTime = () -> {
            if (asked.incrementAndGet() > 1) {
                end.await();
            }
            return new InetAddress[] {machine(1)};
        };
        try (TestProxy proxy = proxy(silentFromTheSecondTime, ProxyLimits.DEFAULTS)) {
            assertThat(proxy.exchange(GET)).startsWith("HTTP/1.1 502 ");
            pass(NO_LONGER_NEW);
            assertThat(proxy.exchange(GET)).startsWith("HTTP/1.1 502 ");
            assertThat(asked).hasValue(2);
        } finally {
            end.countDown();
        }
    }
}
