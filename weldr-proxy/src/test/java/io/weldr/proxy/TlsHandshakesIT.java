package io.weldr.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.weldr.core.port.TicketKeys;
import io.weldr.proxy.limits.ProxyLimits;
import io.weldr.proxy.tls.TlsLibrary;
import io.weldr.testing.OpenSsl;
import io.weldr.testing.Ports;
import io.weldr.testing.TestCa;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Handshakes that are slow, split, too long, too many, or none; and sessions that resume. */
class TlsHandshakesIT {
    private static final TestCa CA = TestCa.root("authority");

    private final TestTls tls = new TestTls("one secret").put("a", CA.issue("a.example"), "a.example");

    private static double failures(TestProxy proxy, String cause) {
        return proxy.gauge("proxy_tls_handshake_failures", "cause", cause);
    }

    private static double handshakes(TestProxy proxy, boolean resumed) {
        return proxy.gauge("proxy_tls_handshakes", "resumed", String.valueOf(resumed));
    }

    private TestProxy limited(String limit, Object value) {
        return tls.publish(TestProxy.with(
                settings -> tls.settings().apply(settings).limits(ProxyLimits.DEFAULTS.with(limit, value))));
    }

    // ---- the hello in pieces

    @Test
    void aHelloMayComeByteByByteAndInManyRecords() {
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = tls.proxy(origin)) {
            TestListener listener = TestListener.https("web", Ports.free(), "a").putTo(proxy);
            byte[] hello = Hello.record("a.example", "http/1.1");
            assertThat(serverHelloTo(listener, List.of(hello))).isTrue();
            List<byte[]> bytes = new ArrayList<>();
            for (byte each : hello) {
                bytes.add(new byte[] {each});
            }
            assertThat(serverHelloTo(listener, bytes)).isTrue();
            assertThat(serverHelloTo(listener, List.of(Hello.split(hello, 1)))).isTrue();
            assertThat(serverHelloTo(listener, List.of(Hello.split(hello, 7)))).isTrue();
        }
    }

    private static boolean serverHelloTo(TestListener listener, List<byte[]> segments) {
        try (Wire wire = listener.connect()) {
            segments.forEach(wire::send);
            return wire.read(6).startsWith("\u0016\u0003\u0003") && listener.port() > 0;
        }
    }

    @Test
    void whatIsNoHelloIsToldSo() {
        try (TestProxy proxy = tls.proxy()) {
            TestListener listener = TestListener.https("web", Ports.free(), "a").putTo(proxy);
            byte[] hello = Hello.record("a.example", "http/1.1");
            byte[] twice = Hello.withTwoNames("a.example", "b.example");
            byte[] cut = hello.clone();
            cut[8] = 0; // the message says that it is shorter than its record
            assertThat(answer(listener, cut)).isEqualTo(alert(50));
            assertThat(answer(listener, twice)).isEqualTo(alert(50));
            assertThat(answer(listener, new byte[] {22, 3, 1, 0, 0})).isEqualTo(alert(50)); // an empty record
            assertThat(answer(listener, new byte[] {23, 3, 3, 0, 1, 1})).isEqualTo(alert(50));
            await().until(() -> failures(proxy, "bad_hello") == 4);
            assertThat(answer(
                            listener,
                            "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n"
                                    .getBytes(java.nio.charset.StandardCharsets.US_ASCII)))
                    .startsWith("HTTP/1.1 400")
                    .endsWith("https:// in the URL");
            await().until(() -> failures(proxy, "plain_http") == 1);
            for (String name : List.of("a..example", ".a.example", "a.example.", "a b.example", "*.example")) {
                assertThat(answer(listener, Hello.record(name, "http/1.1")))
                        .as(name)
                        .isEqualTo(alert(112));
            }
            assertThat(answer(listener, Hello.record(null, "http/1.1"))).isEqualTo(alert(112));
            assertThat(answer(listener, Hello.record("a.example", "acme-tls/1")))
                    .isEqualTo(alert(112));
            assertThat(answer(listener, Hello.record("a.example", "ftp"))).isEqualTo(alert(120));
        }
    }

    private static String answer(TestListener listener, byte[] sent) {
        try (Wire wire = listener.connect()) {
            return wire.send(sent).readToEnding().text();
        }
    }

    private static String alert(int description) {
        return "\u0015\u0003\u0001\u0000\u0002\u0002" + (char) description;
    }

    @Test
    void aHelloBeyondTheLimitIsRefused() {
        try (TestProxy proxy = tls.proxy()) {
            TestListener listener = TestListener.https("web", Ports.free(), "a").putTo(proxy);
            byte[] long16 = {22, 3, 1, 0x40, 0x00, 1, 0, (byte) 0xff, (byte) 0xff};
            assertThat(answer(listener, long16)).isEqualTo(alert(50));
            // 16 MiB announced by nine bytes (CVE-2026-45416)
            byte[] announced = {22, 3, 1, 0, 4, 1, (byte) 0xff, (byte) 0xff, (byte) 0xff};
            assertThat(answer(listener, announced)).isEqualTo(alert(50));
            await().until(() -> failures(proxy, "hello_too_large") == 2);
            await().until(() -> proxy.value("proxy_held_bytes") == 0);
        }
    }

    // ---- time and number

    @Test
    void aHandshakeThatIsNotFinishedInTimeIsClosed() {
        try (TestProxy proxy = limited("handshakeTimeout", Duration.ofMillis(300))) {
            TestListener listener = TestListener.https("web", Ports.free(), "a").putTo(proxy);
            try (Wire silent = listener.connect();
                    Wire begun = listener.connect();
                    Wire half = listener.connect()) {
                begun.send(new byte[] {22, 3, 1});
                half.send(Hello.record("a.example", "http/1.1")); // and no answer to the server's flight
                assertThat(silent.atEnd()).isTrue();
                assertThat(begun.atEnd()).isTrue();
                half.readToEnding();
            }
            await().until(() -> failures(proxy, "timeout") == 3);
            assertThat(proxy.value("proxy_tls_handshakes_open")).isZero();
        }
    }

    @Test
    void ofTooManyHandshakesTheOldestEnds() {
        try (TestProxy proxy = limited("handshakesMax", 2)) {
            TestListener listener = TestListener.https("web", Ports.free(), "a").putTo(proxy);
            try (Wire first = listener.connect()) {
                await().until(() -> proxy.value("proxy_tls_handshakes_open") == 1);
                try (Wire second = listener.connect()) {
                    await().until(() -> proxy.value("proxy_tls_handshakes_open") == 2);
                    new TlsClient(CA).presented(listener.port(), "a.example");
                    assertThat(first.atEnd()).isTrue();
                    await().until(() -> failures(proxy, "too_many") == 1);
                    second.send(Hello.record("a.example", "http/1.1"));
                    assertThat(second.read(3)).startsWith("\u0016");
                }
            }
            await().until(() -> proxy.value("proxy_tls_handshakes_open") == 0);
        }
    }

    // ---- sessions

    @Test
    void aSessionResumesOnAnotherNodeOfTheSameSecretAndOnNoOther() throws Exception {
        assumeTrue(TestTls.LIBRARY.resolve() == TlsLibrary.BORINGSSL, "the JDK has ticket keys of its own");
        TestTls stranger = new TestTls("another secret").put("a", CA.issue("a.example"), "a.example");
        for (String version : List.of("tls1_2", "tls1_3")) {
            try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                    TestProxy one = tls.proxy(origin);
                    TestProxy other = tls.proxy(origin);
                    TestProxy foreign = stranger.proxy(origin);
                    OpenSsl openssl = new OpenSsl(CA)) {
                int first =
                        TestListener.https("web", Ports.free(), "a").putTo(one).port();
                int second = TestListener.https("web", Ports.free(), "a")
                        .putTo(other)
                        .port();
                int third = TestListener.https("web", Ports.free(), "a")
                        .putTo(foreign)
                        .port();
                openssl.get(first, "a.example", "-" + version, "-sess_out", openssl.file("session"));
                assertThat(openssl.get(second, "a.example", "-" + version, "-sess_in", openssl.file("session")))
                        .contains("Reused, TLSv1")
                        .contains("200 OK");
                assertThat(openssl.get(third, "a.example", "-" + version, "-sess_in", openssl.file("session")))
                        .contains("New, TLSv1")
                        .contains("200 OK");
                await().until(() -> handshakes(other, true) == 1);
                await().until(() -> handshakes(foreign, true) == 0 && handshakes(foreign, false) == 1);
            }
        }
    }

    @Test
    void withoutASecretThereAreNoTickets() throws Exception {
        assumeTrue(TestTls.LIBRARY.resolve() == TlsLibrary.BORINGSSL, "the JDK has ticket keys of its own");
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = tls.publish(TestProxy.with(
                        settings -> tls.settings().apply(settings).ticketKeys(TicketKeys.NONE), origin));
                OpenSsl openssl = new OpenSsl(CA)) {
            int port = TestListener.https("web", Ports.free(), "a").putTo(proxy).port();
            openssl.get(port, "a.example", "-tls1_2", "-sess_out", openssl.file("session"));
            assertThat(Path.of(openssl.file("session")))
                    .as("nothing to resume by")
                    .doesNotExist();
        }
    }

    // ---- replaced under load

    @Test
    void noHandshakeFailsWhileCertificatesAreReplacedAllTheTime() throws Exception {
        List<TestCa.Issued> several = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            several.add(CA.issue("a.example"));
        }
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = tls.proxy(origin)) {
            TestListener listener = TestListener.https("web", Ports.free(), "a").putTo(proxy);
            AtomicInteger done = new AtomicInteger();
            AtomicInteger failed = new AtomicInteger();
            List<Thread> clients = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                Thread client = new Thread(() -> {
                    TlsClient own = new TlsClient(CA);
                    for (int n = 0; n < 150; n++) {
                        try (Wire wire = own.connect(listener.port(), "a.example")) {
                            String answer = wire.send("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n")
                                    .readMessage();
                            (answer.startsWith("HTTP/1.1 200") ? done : failed).incrementAndGet();
                        } catch (RuntimeException e) {
                            failed.incrementAndGet();
                        }
                    }
                });
                client.start();
                clients.add(client);
            }
            int replaced = 0;
            while (clients.stream().anyMatch(Thread::isAlive)) {
                tls.put("a", several.get(replaced++ % several.size()), "a.example")
                        .publish(proxy);
            }
            for (Thread client : clients) {
                client.join();
            }
            assertThat(failed).hasValue(0);
            assertThat(done).hasValue(300);
            assertThat(replaced).isGreaterThan(5);
        }
    }

    @Test
    void curlIsServed() throws IOException {
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = tls.proxy(origin);
                OpenSsl tools = new OpenSsl(CA)) {
            int port = TestListener.https("web", Ports.free(), "a").putTo(proxy).port();
            for (String version : List.of("--http1.1", "--http2")) {
                String said = tools.run(
                        "",
                        "curl",
                        "-sS",
                        version,
                        "--cacert",
                        tools.authority(),
                        "--resolve",
                        "a.example:" + port + ":127.0.0.1",
                        "-w",
                        " %{http_version} %{http_code}",
                        "https://a.example:" + port + "/");
                assertThat(said).isEqualTo("ok " + (version.equals("--http2") ? "2" : "1.1") + " 200");
            }
        }
    }
}
