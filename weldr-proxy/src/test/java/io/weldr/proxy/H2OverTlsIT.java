package io.weldr.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.weldr.proxy.access.AccessLog;
import io.weldr.proxy.access.LineFormat;
import io.weldr.proxy.net.ProxyHeaderWriter;
import io.weldr.proxy.tls.TlsLibrary;
import io.weldr.testing.Ports;
import io.weldr.testing.TestCa;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * What is told of a connection with TLS: to origins, to the access log, and to clients that ask for a host of another
 * one.
 */
class H2OverTlsIT {
    private static final TestCa CA = TestCa.root("authority");
    private static final String GET = "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n";
    private static final byte[] LINE =
            "PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n".getBytes(StandardCharsets.US_ASCII);

    private final TestTls tls = new TestTls("one secret")
            .put("a", CA.issue("a.example", "*.a.example"), "a.example", "*.a.example")
            .put("b", CA.issue("b.example"), "b.example");

    private static H2Client connect(TlsClient client, TestListener listener, String name) throws IOException {
        return H2Client.over(client.offering("h2").handshake(listener.port(), name));
    }

    private static H2Client.Response get(H2Client client, int stream, String authority) {
        return client.headers(
                        stream,
                        true,
                        ":method",
                        "GET",
                        ":scheme",
                        "https",
                        ":authority",
                        authority,
                        ":path",
                        "/of-" + stream)
                .response(stream);
    }

    // ---- hosts of other certificates

    @Test
    void aConnectionThatIsUsedForTheHostOfAnotherCertificateIsToldSo() throws IOException {
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = tls.proxy(origin)) {
            TestListener listener =
                    TestListener.https("web", Ports.free(), "a", "b").putTo(proxy);
            try (H2Client client = connect(new TlsClient(CA), listener, "a.example")) {
                assertThat(get(client, 1, "a.example").status()).isEqualTo("200");
                assertThat(get(client, 3, "x.a.example").status()).isEqualTo("200");
                int stream = 5;
                // A host of the listener, one that it does not have, and one that the wildcard is not for.
                for (String other : List.of("b.example", "c.example", "x.y.a.example", "10.0.0.1")) {
                    H2Client.Response response = get(client, stream, other);
                    assertThat(response.status()).as(other).isEqualTo("421");
                    assertThat(response.text()).as(other).contains("misdirected");
                    stream += 2;
                }
                assertThat(get(client, stream, "a.example").status()).isEqualTo("200");
                assertThat(client.goAway).isEqualTo(-1);
            }
            assertThat(origin.requests()).hasSize(3);
            assertThat(proxy.gauge("proxy_failures", "cause", "misdirected")).isEqualTo(4);
            try (H2Client client = connect(new TlsClient(CA), listener, "b.example")) {
                assertThat(get(client, 1, "b.example").status()).isEqualTo("200");
            }
        }
    }

    // ---- the PROXY protocol

    private static byte[] binary() {
        ByteBuf header = ProxyHeaderWriter.write(
                ByteBufAllocator.DEFAULT,
                new InetSocketAddress("2001:db8::1", 1),
                new InetSocketAddress("2001:db8::2", 2));
        try {
            return ByteBufUtil.getBytes(header);
        } finally {
            header.release();
        }
    }

    @Test
    void theAddressThatIsToldInFrontOfTlsIsTheClient() throws IOException {
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = tls.proxy(origin)) {
            TestListener listener = TestListener.https("web", Ports.free(), "a")
                    .behindProxies("127.0.0.1")
                    .putTo(proxy);
            for (byte[] header : List.of(LINE, binary())) {
                assertThat(new TlsClient(CA).behind(header).exchange(listener.port(), "a.example", GET))
                        .startsWith("HTTP/1.1 200 ");
                try (H2Client client = connect(new TlsClient(CA).behind(header), listener, "a.example")) {
                    assertThat(get(client, 1, "a.example").status()).isEqualTo("200");
                }
            }
            assertThat(origin.requests())
                    .hasSize(4)
                    .allMatch(request -> request.contains("X-Forwarded-Proto: https\r\n"));
            for (int i = 0; i < 4; i++) {
                assertThat(origin.requests().get(i))
                        .contains("X-Forwarded-For: " + (i < 2 ? "192.0.2.1" : "2001:db8::1") + "\r\n");
            }
            // In one segment with the hello, and octet by octet.
            byte[] hello = Hello.record("a.example", "http/1.1");
            byte[] both = java.util.Arrays.copyOf(LINE, LINE.length + hello.length);
            System.arraycopy(hello, 0, both, LINE.length, hello.length);
            try (Wire whole = listener.connect();
                    Wire pieces = listener.connect()) {
                assertThat(whole.send(both).read(3)).isEqualTo("\u0016\u0003\u0003");
                for (byte octet : both) {
                    pieces.send(new byte[] {octet});
                }
                assertThat(pieces.read(3)).isEqualTo("\u0016\u0003\u0003");
            }
        }
    }

    @Test
    void aHeaderThatIsMissingOrOutOfPlaceIsRefused() {
        try (RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = tls.proxy(origin)) {
            TestListener behind = TestListener.https("behind", Ports.free(), "a")
                    .behindProxies("127.0.0.1")
                    .putTo(proxy);
            assertThatThrownBy(() -> new TlsClient(CA).handshake(behind.port(), "a.example"))
                    .isInstanceOf(IOException.class);
            await().until(() -> proxy.gauge("proxy_proxy_protocol_refused", "listener", "behind") == 1);
            TestListener open = TestListener.https("open", Ports.free(), "a").putTo(proxy);
            for (byte[] header : List.of(LINE, binary())) {
                assertThatThrownBy(() -> new TlsClient(CA).behind(header).handshake(open.port(), "a.example"))
                        .as("nobody may say that it is another")
                        .isInstanceOf(IOException.class);
            }
            await().until(() -> proxy.gauge("proxy_tls_handshake_failures", "cause", "plain_http") == 1
                    && proxy.gauge("proxy_tls_handshake_failures", "cause", "bad_hello") == 1);
            assertThat(origin.requests()).isEmpty();
            assertThat(new TlsClient(CA).exchange(open.port(), "a.example", GET))
                    .startsWith("HTTP/1.1 200 ");
        }
    }

    // ---- the access log

    @Test
    void theAccessLogTellsWhatWasAgreedOn() throws Exception {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (AccessLog log = new AccessLog(LineFormat.JSON, file);
                RawOrigin origin = RawOrigin.answering(RawOrigin.OK);
                TestProxy proxy = tls.publish(TestProxy.with(
                        settings -> tls.settings().apply(settings).accessLog(log), origin))) {
            TestListener listener = TestListener.https("web", Ports.free(), "a", "b")
                    .byDefault("b")
                    .putTo(proxy);
            TlsClient twice = new TlsClient(CA).speaking("TLSv1.3");
            twice.exchange(listener.port(), "a.example", GET);
            await().until(() -> log.written() == 1);
            twice.exchange(listener.port(), "a.example", GET);
            await().until(() -> log.written() == 2);
            new TlsClient(CA).speaking("TLSv1.2").exchange(listener.port(), "x.a.example", GET);
            await().until(() -> log.written() == 3);
            new TlsClient(CA).exchange(listener.port(), null, GET);
            await().until(() -> log.written() == 4);
            try (H2Client client = connect(new TlsClient(CA), listener, "a.example")) {
                get(client, 1, "a.example");
            }
            await().until(() -> log.written() == 5);
            proxy.exchange(GET);
            await().until(() -> log.written() == 6);
            String[] lines = file.toString(StandardCharsets.US_ASCII).split("\n", -1);
            assertThat(lines[0])
                    .contains("\"tls\":\"TLSv1.3\",\"cipher\":\"TLS_")
                    .contains("\",\"serverName\":\"a.example\",\"resumed\":false,\"id\":\"");
            assertThat(lines[1]).contains("\"tls\":\"TLSv1.3\"");
            if (TestTls.LIBRARY.resolve() == TlsLibrary.BORINGSSL) { // the JDK can only guess
                assertThat(lines[1]).contains("\"serverName\":\"a.example\",\"resumed\":true");
            }
            assertThat(lines[2])
                    .contains("\"tls\":\"TLSv1.2\",\"cipher\":\"", "\"serverName\":\"x.a.example\"")
                    .containsPattern("\"cipher\":\"(TLS_)?ECDHE[-_]ECDSA");
            assertThat(lines[3]).contains("\"serverName\":\"\",\"resumed\":false");
            assertThat(lines[4]).contains("\"version\":\"2.0\"", "\"tls\":\"TLSv1.3\"", "\"serverName\":\"a.example\"");
            assertThat(lines[5]).contains("\"version\":\"1.1\"").doesNotContain("\"tls\"", "serverName", "resumed");
            assertThat(members(lines[0])).isEqualTo(documented());
        }
    }

    private static Set<String> members(String line) {
        return Pattern.compile("\"(\\w+)\":")
                .matcher(line)
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toSet());
    }

    /** Members that the reference has in its table. */
    private static Set<String> documented() throws IOException {
        String reference = Files.readString(Path.of("../docs/reference/configuration.md"));
        String section = reference.substring(reference.indexOf("**`access-log-format`.**"));
        String table =
                section.substring(section.indexOf("|---|---|"), section.indexOf("\n\n", section.indexOf("|---|---|")));
        Set<String> names = new HashSet<>();
        Matcher cells = Pattern.compile("^\\| (`[^|]+`) \\|", Pattern.MULTILINE).matcher(table);
        while (cells.find()) {
            names.addAll(List.of(cells.group(1).replace("`", "").split(", ", -1)));
        }
        return names;
    }
}
