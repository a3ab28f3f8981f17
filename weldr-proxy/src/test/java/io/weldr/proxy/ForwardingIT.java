package io.weldr.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.netty.util.NetUtil;
import io.weldr.proxy.edit.Forwarding;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What origin and client are told about each other, and about the way between them. */
class ForwardingIT {

    private static final Pattern MADE = Pattern.compile("\r\nX-Request-Id: ([0-9a-f]{32})\r\n");

    private final RawOrigin origin = RawOrigin.answering(RawOrigin.OK);

    @AfterEach
    void close() {
        origin.close();
    }

    private static String get(String... lines) {
        return "GET / HTTP/1.1\r\nHost: a\r\n" + String.join("\r\n", lines) + "\r\n\r\n";
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.0/8, '1.1.1.1, 127.0.0.1', https",
        "127.0.0.1, '1.1.1.1, 127.0.0.1', https",
        "127.0.0.2, 127.0.0.1, http",
        "128.0.0.0/8, 127.0.0.1, http",
        "0.0.0.0/0, '1.1.1.1, 127.0.0.1', https",
        "::1, 127.0.0.1, http"
    })
    void whatAPeerSaysOfItsClientIsBelievedWhenItsNetworkIs(String trusted, String forwardedFor, String proto) {
        try (TestProxy proxy =
                TestProxy.with(settings -> settings.trustedPeers(List.of("10.0.0.0/8", trusted)), origin)) {
            assertThat(proxy.exchange(get(
                            "X-Forwarded-For: 1.1.1.1", "X-Request-Id: id", "X-Forwarded-Proto: https", "Accept: */*")))
                    .endsWith("ok");
            boolean believed = proto.equals("https");
            assertThat(origin.requests())
                    .containsExactly("GET / HTTP/1.1\r\nHost: a\r\n"
                            + (believed ? "X-Forwarded-Proto: https\r\n" : "")
                            + "Accept: */*\r\nX-Forwarded-For: " + forwardedFor + "\r\n"
                            + (believed ? "" : "X-Forwarded-Proto: http\r\n")
                            + "X-Forwarded-Host: a\r\nVia: 1.1 weldr\r\nX-Request-Id: id\r\n\r\n");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "::1, ::1, '\"[::1]\"', ::1",
        "::, 127.0.0.1, 127.0.0.1, 127.0.0.1",
        "127.0.0.1, 127.0.0.1, 127.0.0.1, 127.0.0.1"
    })
    void theClientIsToldOfInTheFieldsThatAreAskedFor(String listening, String by, String node, String address)
            throws IOException {
        assumeThat(hasIpv6()).as("IPv6 on loopback").isTrue();
        InetSocketAddress any = new InetSocketAddress(literal(listening), 0);
        try (TestProxy proxy = TestProxy.with(
                        unused -> ProxySettings.builder()
                                .address(any)
                                .workers(1)
                                .transport(TestProxy.TRANSPORT)
                                .trustedPeers(List.of("10.0.0.0/8"))
                                .forwarding(Forwarding.BOTH),
                        origin);
                Wire client = new Wire(
                        new Socket(literal(by), proxy.server.boundAddress().getPort()))) {
            assertThat(client.send(get("X-Request-Id: id", "Forwarded: for=1.1.1.1", "X-Forwarded-For: 1.1.1.1"))
                            .readMessage())
                    .endsWith("ok");
            assertThat(origin.requests())
                    .containsExactly("GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: " + address
                            + "\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: a\r\nForwarded: for=" + node
                            + ";host=\"a\";proto=http\r\nVia: 1.1 weldr\r\nX-Request-Id: id\r\n\r\n");
        }
    }

    private static InetAddress literal(String address) {
        return NetUtil.createInetAddressFromIpAddressString(address);
    }

    private static boolean hasIpv6() {
        try (ServerSocket any = new ServerSocket(0, 1, literal("::1"))) {
            return any.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void aTrustedPeerSListGrows() {
        try (TestProxy proxy = TestProxy.with(
                settings -> settings.trustedPeers(List.of("127.0.0.0/8")).forwarding(Forwarding.RFC7239), origin)) {
            assertThat(proxy.exchange(
                            get("Forwarded: for=1.1.1.1;proto=https", "X-Forwarded-For: 1.1.1.1", "X-Request-Id: id")))
                    .endsWith("ok");
            assertThat(origin.requests())
                    .containsExactly("GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 1.1.1.1\r\n"
                            + "Forwarded: for=1.1.1.1;proto=https, for=127.0.0.1;host=\"a\";proto=http\r\n"
                            + "Via: 1.1 weldr\r\nX-Request-Id: id\r\n\r\n");
        }
    }

    @Test
    void aTraceIsNotBrokenNotEvenByConnection() {
        String trace = "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        try (TestProxy proxy = TestProxy.inFrontOf(origin)) {
            for (String connection : new String[] {"X: y", "Connection: traceparent"}) {
                assertThat(proxy.exchange(get(connection, trace, "tracestate: a=b,c=d")))
                        .endsWith("ok");
            }
            assertThat(origin.requests())
                    .hasSize(2)
                    .allSatisfy(
                            request -> assertThat(request).contains("\r\n" + trace + "\r\ntracestate: a=b,c=d\r\n"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"X: y", "X-Request-Id: bad id", "X-Request-Id:", "X-Request-Id: \u00e9", "LONG"})
    void aRequestWithoutAUsableIdIsGivenOne(String line) {
        String sent = line.equals("LONG") ? "X-Request-Id: " + "x".repeat(65) : line;
        try (TestProxy proxy = TestProxy.inFrontOf(origin)) {
            String first = id(proxy.exchange(get(sent)));
            String second = id(proxy.exchange(get(sent)));
            assertThat(first).isNotEqualTo(second);
            assertThat(origin.requests()).hasSize(2);
            assertThat(id(origin.requests().get(0))).isEqualTo(first);
            assertThat(id(origin.requests().get(1))).isEqualTo(second);
            assertThat(origin.requests().get(0).split("(?i)X-Request-Id:", -1)).hasSize(2);
        }
    }

    private static String id(String message) {
        Matcher made = MADE.matcher(message);
        assertThat(made.find()).as(message).isTrue();
        return made.group(1);
    }

    @Test
    void anIdOfTheClientSIsKeptUpTo64Octets() {
        String line = "X-Request-Id: " + "x".repeat(64);
        try (TestProxy proxy = TestProxy.inFrontOf(origin)) {
            assertThat(proxy.exchange(get(line))).contains("\r\n" + line + "\r\n");
            assertThat(origin.requests().get(0)).contains("\r\n" + line + "\r\n");
        }
    }

    @Test
    void connectionCannotTakeAwayWhatClientsRelyOn() {
        String kept = "Set-Cookie: a=b\r\nContent-Type: text/plain\r\nDate: now\r\nLocation: /x\r\n";
        try (RawOrigin odd = RawOrigin.answering(
                        "HTTP/1.1 200 OK\r\nConnection: set-cookie, content-type, date\r\n" + kept
                                + "X-Hop: 1\r\nConnection: location, x-hop, content-length\r\nContent-Length: 2\r\n\r\nok");
                TestProxy proxy = TestProxy.inFrontOf(odd)) {
            assertThat(proxy.exchange(get("X-Request-Id: id")))
                    .isEqualTo("HTTP/1.1 200 OK\r\n" + kept
                            + "Content-Length: 2\r\nVia: 1.1 weldr\r\nX-Request-Id: id\r\n\r\nok");
        }
    }
}
