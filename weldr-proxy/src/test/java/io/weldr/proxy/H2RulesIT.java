package io.weldr.proxy;

import static io.weldr.proxy.H2Client.CONTINUATION;
import static io.weldr.proxy.H2Client.DATA;
import static io.weldr.proxy.H2Client.END_HEADERS;
import static io.weldr.proxy.H2Client.END_STREAM;
import static io.weldr.proxy.H2Client.GOAWAY;
import static io.weldr.proxy.H2Client.HEADERS;
import static io.weldr.proxy.H2Client.PADDED;
import static io.weldr.proxy.H2Client.PING;
import static io.weldr.proxy.H2Client.PRIORITY;
import static io.weldr.proxy.H2Client.PUSH_PROMISE;
import static io.weldr.proxy.H2Client.RST_STREAM;
import static io.weldr.proxy.H2Client.SETTINGS;
import static io.weldr.proxy.H2Client.WINDOW_UPDATE;
import static io.weldr.proxy.H2Client.request;
import static io.weldr.proxy.H2Client.setting;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The rules of RFC 9113 that concern a server and an intermediary, one row each, with the section that has the rule.
 */
class H2RulesIT {

    private static final byte[] NOTHING = {};

    private static RawOrigin origin;
    private static TestProxy proxy;

    @BeforeAll
    static void start() {
        origin = RawOrigin.answering(RawOrigin.OK);
        proxy = H2RequestsIT.speaking(origin);
    }

    @AfterAll
    static void stop() {
        proxy.close();
        origin.close();
    }

    /** What a client does, and what it gets for that. */
    private record Rule(String section, String what, Consumer<H2Client> client, Expected expected) {
        @Override
        public String toString() {
            return section + ": " + what;
        }
    }

    /** How it ends. */
    private sealed interface Expected {
        /** The connection ends with that code. */
        record GoAway(int code) implements Expected {}

        /** Stream 1 is reset with that code, and the connection goes on. */
        record Reset(int code) implements Expected {}

        /** Stream 1 is answered with that status, and the connection goes on. */
        record Answer(String status) implements Expected {}
    }

    private static final Expected PROTOCOL_ERROR = new Expected.GoAway(H2Client.PROTOCOL_ERROR);
    private static final Expected FRAME_SIZE_ERROR = new Expected.GoAway(H2Client.FRAME_SIZE_ERROR);
    private static final Expected FLOW_CONTROL_ERROR = new Expected.GoAway(H2Client.FLOW_CONTROL_ERROR);
    private static final Expected STREAM_CLOSED = new Expected.GoAway(H2Client.STREAM_CLOSED);
    private static final Expected COMPRESSION_ERROR = new Expected.GoAway(H2Client.COMPRESSION_ERROR);
    private static final Expected MALFORMED = new Expected.Reset(H2Client.PROTOCOL_ERROR);
    private static final Expected OK = new Expected.Answer("200");

    private static Rule rule(String section, String what, Consumer<H2Client> client, Expected expected) {
        return new Rule(section, what, client, expected);
    }

    static Stream<Rule> frames() {
        return Stream.of(
                rule(
                        "4.1",
                        "unknown types are ignored",
                        c -> c.frame(0x42, 0xff, 0, 1, 2).get(1),
                        OK),
                rule(
                        "4.1",
                        "unknown flags are ignored",
                        c -> c.frame(PING, 0xf0, 0, 0, 0).get(1),
                        OK),
                rule("4.1", "the reserved bit is ignored", c -> c.raw(reservedBit(c)), OK),
                rule(
                        "4.2",
                        "a frame over the size",
                        c -> c.frame(DATA, 0, 1, new byte[16 * 1024 + 1]),
                        FRAME_SIZE_ERROR),
                rule(
                        "4.3",
                        "a block that cannot be decoded",
                        c -> c.frame(HEADERS, END_HEADERS, 1, new byte[] {-1, -1, -1, -1, -1, -1}),
                        COMPRESSION_ERROR),
                rule(
                        "4.3",
                        "an index that does not exist",
                        c -> c.frame(HEADERS, END_HEADERS, 1, new byte[] {(byte) 0xfe}),
                        COMPRESSION_ERROR),
                rule("5.1", "DATA on an idle stream", c -> c.data(1, "x", true), PROTOCOL_ERROR),
                rule("5.1", "RST_STREAM on an idle stream", c -> c.cancel(1), PROTOCOL_ERROR),
                rule("5.1", "WINDOW_UPDATE on an idle stream", c -> c.openWindow(1, 1), PROTOCOL_ERROR),
                rule(
                        "5.1",
                        "CONTINUATION on an idle stream",
                        c -> c.frame(CONTINUATION, END_HEADERS, 1, c.block(request("GET", "/"))),
                        PROTOCOL_ERROR),
                rule(
                        "5.1",
                        "DATA behind the end of the stream",
                        c -> inOne(c, "/late"),
                        new Expected.Reset(H2Client.STREAM_CLOSED)),
                rule("5.1", "DATA on a closed stream", c -> answered(c).data(1, "x", true), STREAM_CLOSED),
                rule("5.1", "HEADERS on a closed stream", c -> answered(c).get(1), STREAM_CLOSED),
                rule(
                        "5.1",
                        "WINDOW_UPDATE on a closed stream is ignored",
                        c -> answered(c).openWindow(1, 1),
                        OK),
                rule(
                        "5.1",
                        "RST_STREAM on a closed stream is ignored",
                        c -> answered(c).cancel(1),
                        OK),
                rule(
                        "5.1",
                        "PRIORITY on a closed stream is ignored",
                        c -> answered(c).frame(PRIORITY, 0, 1, new byte[] {0, 0, 0, 3, 1}),
                        OK),
                rule("5.1.1", "an even stream", c -> c.get(2), PROTOCOL_ERROR),
                rule(
                        "5.1.1",
                        "a stream that is lower than the last",
                        c -> c.get(5).get(3),
                        STREAM_CLOSED),
                rule(
                        "5.3.1",
                        "a stream that depends on itself",
                        c -> c.frame(PRIORITY, 0, 1, new byte[] {0, 0, 0, 1, 1}),
                        PROTOCOL_ERROR),
                rule(
                        "5.5",
                        "an unknown frame within a block",
                        c -> begun(c).frame(0x42, 0, 0, NOTHING),
                        PROTOCOL_ERROR),
                rule("6.1", "DATA without a stream", c -> c.data(0, "x", true), PROTOCOL_ERROR),
                rule(
                        "6.1",
                        "padding as long as the frame",
                        c -> c.request(1, false, "POST", "/").frame(DATA, PADDED, 1, new byte[] {5, 1, 2, 3, 4}),
                        PROTOCOL_ERROR),
                rule(
                        "6.1",
                        "padded DATA",
                        c -> c.request(1, false, "POST", "/")
                                .frame(DATA, PADDED | END_STREAM, 1, new byte[] {2, 'h', 'i', 0, 0}),
                        OK),
                rule("6.2", "HEADERS without a stream", c -> c.get(0), PROTOCOL_ERROR),
                rule(
                        "6.2",
                        "padding longer than the block",
                        c -> c.frame(HEADERS, PADDED | END_HEADERS, 1, new byte[] {9, 1}),
                        PROTOCOL_ERROR),
                rule("6.2", "HEADERS of another stream within a block", c -> begun(c).get(3), PROTOCOL_ERROR),
                rule("6.2", "DATA within a block", c -> begun(c).data(1, "x", true), PROTOCOL_ERROR),
                rule("6.3", "PRIORITY without a stream", c -> c.frame(PRIORITY, 0, 0, new byte[5]), PROTOCOL_ERROR),
                rule("6.3", "the length of PRIORITY", c -> c.frame(PRIORITY, 0, 1, new byte[4]), FRAME_SIZE_ERROR),
                rule("6.4", "RST_STREAM without a stream", c -> c.cancel(0), PROTOCOL_ERROR),
                rule(
                        "6.4",
                        "the length of RST_STREAM",
                        c -> c.get(1).frame(RST_STREAM, 0, 1, new byte[3]),
                        FRAME_SIZE_ERROR),
                rule("6.5", "SETTINGS on a stream", c -> c.frame(SETTINGS, 0, 1, NOTHING), PROTOCOL_ERROR),
                rule("6.5", "the length of SETTINGS", c -> c.frame(SETTINGS, 0, 0, new byte[5]), FRAME_SIZE_ERROR),
                rule(
                        "6.5",
                        "an acknowledgement with content",
                        c -> c.frame(SETTINGS, 1, 0, new byte[6]),
                        FRAME_SIZE_ERROR),
                rule("6.5.2", "ENABLE_PUSH of 2", c -> c.frame(SETTINGS, 0, 0, setting(2, 2)), PROTOCOL_ERROR),
                rule(
                        "6.5.2",
                        "a window over 2^31-1",
                        c -> c.frame(SETTINGS, 0, 0, setting(4, 1 << 31)),
                        FLOW_CONTROL_ERROR),
                rule("6.5.2", "frames below 2^14", c -> c.frame(SETTINGS, 0, 0, setting(5, 16383)), PROTOCOL_ERROR),
                rule("6.5.2", "frames over 2^24-1", c -> c.frame(SETTINGS, 0, 0, setting(5, 1 << 24)), PROTOCOL_ERROR),
                rule(
                        "6.5.2",
                        "unknown settings are ignored",
                        c -> c.frame(SETTINGS, 0, 0, setting(99, 7)).get(1),
                        OK),
                rule(
                        "6.5.3",
                        "SETTINGS are acknowledged",
                        c -> c.frame(SETTINGS, 0, 0, setting(1, 0)).get(1),
                        OK),
                rule(
                        "6.6",
                        "PUSH_PROMISE of a client",
                        c -> c.frame(PUSH_PROMISE, END_HEADERS, 1, new byte[4]),
                        PROTOCOL_ERROR),
                rule("6.7", "PING on a stream", c -> c.frame(PING, 0, 1, 0, 0), PROTOCOL_ERROR),
                rule("6.7", "the length of PING", c -> c.frame(PING, 0, 0, 0), FRAME_SIZE_ERROR),
                rule("6.8", "GOAWAY on a stream", c -> c.frame(GOAWAY, 0, 1, 0, 0), PROTOCOL_ERROR),
                rule("6.9", "WINDOW_UPDATE of nothing", c -> c.openWindow(0, 0), PROTOCOL_ERROR),
                rule(
                        "6.9",
                        "WINDOW_UPDATE of nothing on a stream",
                        c -> c.request(1, false, "POST", "/").openWindow(1, 0),
                        MALFORMED),
                rule(
                        "6.9",
                        "the length of WINDOW_UPDATE",
                        c -> c.frame(WINDOW_UPDATE, 0, 0, new byte[3]),
                        FRAME_SIZE_ERROR),
                rule(
                        "6.9.1",
                        "a window of the connection over 2^31-1",
                        c -> c.openWindow(0, Integer.MAX_VALUE),
                        FLOW_CONTROL_ERROR),
                rule(
                        "6.9.1",
                        "a window of a stream over 2^31-1",
                        c -> c.request(1, false, "POST", "/").openWindow(1, Integer.MAX_VALUE),
                        new Expected.Reset(H2Client.FLOW_CONTROL_ERROR)),
                rule(
                        "6.9.2",
                        "windows of streams over 2^31-1",
                        c -> c.request(1, false, "POST", "/")
                                .openWindow(1, Integer.MAX_VALUE - 65535)
                                .frame(SETTINGS, 0, 0, setting(4, 65536)),
                        FLOW_CONTROL_ERROR),
                rule(
                        "6.10",
                        "CONTINUATION without HEADERS",
                        c -> c.get(1).frame(CONTINUATION, END_HEADERS, 1, NOTHING),
                        PROTOCOL_ERROR),
                rule(
                        "6.10",
                        "CONTINUATION of another stream",
                        c -> begun(c).frame(CONTINUATION, END_HEADERS, 3, NOTHING),
                        PROTOCOL_ERROR),
                rule("6.10", "a block in three frames", H2RulesIT::inThreeFrames, OK));
    }

    private static byte[] reservedBit(H2Client client) {
        byte[] frame = H2Client.frameBytes(HEADERS, END_HEADERS | END_STREAM, 1, client.block(request("GET", "/")));
        frame[5] |= (byte) 0x80;
        return frame;
    }

    /** A request that is complete, and content behind it, before it can be answered. */
    private static void inOne(H2Client client, String path) {
        byte[] head = H2Client.frameBytes(HEADERS, END_HEADERS | END_STREAM, 1, client.block(request("GET", path)));
        byte[] data = H2Client.frameBytes(DATA, END_STREAM, 1, new byte[] {1});
        byte[] both = java.util.Arrays.copyOf(head, head.length + data.length);
        System.arraycopy(data, 0, both, head.length, data.length);
        client.raw(both);
    }

    private static H2Client answered(H2Client client) {
        assertThat(client.get(1).response(1).ended).isTrue();
        return client;
    }

    private static H2Client begun(H2Client client) {
        return client.frame(HEADERS, END_STREAM, 1, client.block(request("GET", "/")));
    }

    private static void inThreeFrames(H2Client client) {
        byte[] block = client.block(request("GET", "/"));
        byte[] first = java.util.Arrays.copyOf(block, 2);
        byte[] rest = java.util.Arrays.copyOfRange(block, 2, block.length);
        client.frame(HEADERS, END_STREAM, 1, first)
                .frame(CONTINUATION, 0, 1, rest)
                .frame(CONTINUATION, END_HEADERS, 1, NOTHING);
    }

    /** Field sections: each is stream 1. */
    private static Rule section(String section, String what, Expected expected, String... fields) {
        return rule(section, what, c -> c.headers(1, true, fields), expected);
    }

    /** A GET with more fields. */
    private static Rule more(String section, String what, Expected expected, String... fields) {
        return section(section, what, expected, request("GET", "/", fields));
    }

    /** A POST whose content comes. */
    private static Rule post(String section, String what, Expected expected, String content, String... fields) {
        return rule(section, what, c -> c.request(1, false, "POST", "/", fields).data(1, content, true), expected);
    }

    static Stream<Rule> sections() {
        List<Rule> all = new ArrayList<>();
        for (char octet : new char[] {'\0', '\r', '\n', ' ', ':', '\t', '\u007f', '\u00e9', '(', '"'}) {
            all.add(more("8.2.1", "a name with octet " + (int) octet, MALFORMED, "a" + octet + "b", "1"));
        }
        for (char octet : new char[] {'\0', '\r', '\n', '\u0001', '\u007f'}) {
            all.add(more("8.2.1", "a value with octet " + (int) octet, MALFORMED, "a", "1" + octet + "2"));
        }
        all.addAll(List.of(
                more("8.2.1", "a line that hides in a value", MALFORMED, "a", "1\r\nhost: b"),
                more("8.2.1", "a line that hides in a name", MALFORMED, "a: 1\r\nb", "2"),
                more(
                        "8.2.1",
                        "a request that hides in a value",
                        MALFORMED,
                        "a",
                        "1\r\n\r\nGET /b HTTP/1.1\r\nHost: b\r\n\r\n"),
                more("8.2.1", "white space in front of a value", MALFORMED, "a", " 1"),
                more("8.2.1", "white space behind a value", MALFORMED, "a", "1\t"),
                more("8.2.1", "an empty name", MALFORMED, "", "1"),
                more("8.2", "upper case", MALFORMED, "X-Some", "1"),
                more("8.2.2", "connection", MALFORMED, "connection", "close"),
                more("8.2.2", "keep-alive", MALFORMED, "keep-alive", "timeout=5"),
                more("8.2.2", "proxy-connection", MALFORMED, "proxy-connection", "keep-alive"),
                more("8.2.2", "transfer-encoding", MALFORMED, "transfer-encoding", "chunked"),
                more("8.2.2", "upgrade", MALFORMED, "upgrade", "websocket"),
                more("8.2.2", "te of something else", MALFORMED, "te", "gzip"),
                more("8.2.2", "te of trailers and something else", MALFORMED, "te", "trailers, deflate"),
                more("8.2.2", "te of trailers", OK, "te", "trailers"),
                more("8.3", "an unknown pseudo-field", MALFORMED, ":unknown", "1"),
                more("8.3", "a pseudo-field of responses", MALFORMED, ":status", "200"),
                more("8.3", "a pseudo-field behind a field", MALFORMED, "a", "1", ":method", "GET"),
                section(
                        "8.3",
                        "a pseudo-field behind fields",
                        MALFORMED,
                        ":method",
                        "GET",
                        ":scheme",
                        "http",
                        "a",
                        "1",
                        ":path",
                        "/",
                        ":authority",
                        "a"),
                section("8.3.1", "no method", MALFORMED, ":scheme", "http", ":path", "/", ":authority", "a"),
                section("8.3.1", "no scheme", MALFORMED, ":method", "GET", ":path", "/", ":authority", "a"),
                section("8.3.1", "no path", MALFORMED, ":method", "GET", ":scheme", "http", ":authority", "a"),
                section(
                        "8.3.1",
                        "two methods",
                        MALFORMED,
                        ":method",
                        "GET",
                        ":method",
                        "GET",
                        ":scheme",
                        "http",
                        ":path",
                        "/",
                        ":authority",
                        "a"),
                section(
                        "8.3.1",
                        "two paths",
                        MALFORMED,
                        ":method",
                        "GET",
                        ":scheme",
                        "http",
                        ":path",
                        "/",
                        ":path",
                        "/b",
                        ":authority",
                        "a"),
                section(
                        "8.3.1",
                        "two authorities",
                        MALFORMED,
                        ":method",
                        "GET",
                        ":scheme",
                        "http",
                        ":path",
                        "/",
                        ":authority",
                        "a",
                        ":authority",
                        "b"),
                section(
                        "8.3.1",
                        "an empty path",
                        MALFORMED,
                        ":method",
                        "GET",
                        ":scheme",
                        "http",
                        ":path",
                        "",
                        ":authority",
                        "a"),
                section(
                        "8.3.1",
                        "a path with a space",
                        MALFORMED,
                        ":method",
                        "GET",
                        ":scheme",
                        "http",
                        ":path",
                        "/a b",
                        ":authority",
                        "a"),
                section(
                        "8.3.1",
                        "a path with a line",
                        MALFORMED,
                        ":method",
                        "GET",
                        ":scheme",
                        "http",
                        ":path",
                        "/ HTTP/1.1\r\nx: y",
                        ":authority",
                        "a"),
                section(
                        "8.3.1",
                        "a path without a slash",
                        MALFORMED,
                        ":method",
                        "GET",
                        ":scheme",
                        "http",
                        ":path",
                        "http://b/",
                        ":authority",
                        "a"),
                section(
                        "8.3.1",
                        "an asterisk without OPTIONS",
                        MALFORMED,
                        ":method",
                        "GET",
                        ":scheme",
                        "http",
                        ":path",
                        "*",
                        ":authority",
                        "a"),
                section(
                        "8.3.1",
                        "an asterisk with OPTIONS",
                        OK,
                        ":method",
                        "OPTIONS",
                        ":scheme",
                        "http",
                        ":path",
                        "*",
                        ":authority",
                        "a"),
                section(
                        "8.3.1",
                        "a method with a space",
                        MALFORMED,
                        ":method",
                        "GET /b",
                        ":scheme",
                        "http",
                        ":path",
                        "/",
                        ":authority",
                        "a"),
                section(
                        "8.3.1",
                        "an authority with a user",
                        MALFORMED,
                        ":method",
                        "GET",
                        ":scheme",
                        "http",
                        ":path",
                        "/",
                        ":authority",
                        "u@a"),
                section(
                        "8.3.1",
                        "neither authority nor host",
                        MALFORMED,
                        ":method",
                        "GET",
                        ":scheme",
                        "http",
                        ":path",
                        "/"),
                section("8.3.1", "host alone", OK, ":method", "GET", ":scheme", "http", ":path", "/", "host", "a"),
                section(
                        "8.3.1",
                        "host that agrees",
                        OK,
                        ":method",
                        "GET",
                        ":scheme",
                        "http",
                        ":path",
                        "/",
                        ":authority",
                        "a",
                        "host",
                        "A"),
                section(
                        "8.3.1",
                        "host that does not agree",
                        MALFORMED,
                        ":method",
                        "GET",
                        ":scheme",
                        "http",
                        ":path",
                        "/",
                        ":authority",
                        "a",
                        "host",
                        "b"),
                section(
                        "8.3.1",
                        "two hosts",
                        MALFORMED,
                        ":method",
                        "GET",
                        ":scheme",
                        "http",
                        ":path",
                        "/",
                        ":authority",
                        "a",
                        "host",
                        "a",
                        "host",
                        "a"),
                section("8.5", "CONNECT", new Expected.Answer("405"), ":method", "CONNECT", ":authority", "a:443"),
                section(
                        "8.5",
                        "CONNECT with a path",
                        MALFORMED,
                        ":method",
                        "CONNECT",
                        ":scheme",
                        "http",
                        ":path",
                        "/",
                        ":authority",
                        "a:443"),
                section(
                        "RFC 8441 4",
                        "a protocol without CONNECT",
                        MALFORMED,
                        ":method",
                        "GET",
                        ":protocol",
                        "websocket",
                        ":scheme",
                        "http",
                        ":path",
                        "/",
                        ":authority",
                        "a"),
                section(
                        "RFC 8441 4",
                        "h2c as a protocol",
                        new Expected.Answer("405"),
                        ":method",
                        "CONNECT",
                        ":protocol",
                        "h2c",
                        ":scheme",
                        "http",
                        ":path",
                        "/",
                        ":authority",
                        "a"),
                more("RFC 9110 8.6", "two lengths", MALFORMED, "content-length", "0", "content-length", "0"),
                more("RFC 9110 8.6", "a length that is no number", MALFORMED, "content-length", "+1"),
                more("8.1.1", "a length and no content", MALFORMED, "content-length", "1"),
                post("8.1.1", "less than the length", MALFORMED, "hell", "content-length", "5"),
                post("8.1.1", "more than the length", MALFORMED, "hello!", "content-length", "5"),
                post("8.1.1", "as much as the length", OK, "hello", "content-length", "5"),
                rule(
                        "8.1",
                        "trailers that end nothing",
                        c -> c.request(1, false, "POST", "/").headers(1, false, "a", "1"),
                        MALFORMED),
                rule(
                        "8.1",
                        "pseudo-fields in trailers",
                        c -> c.request(1, false, "POST", "/").headers(1, true, ":path", "/"),
                        MALFORMED),
                rule(
                        "8.1",
                        "upper case in trailers",
                        c -> c.request(1, false, "POST", "/").headers(1, true, "A", "1"),
                        MALFORMED),
                rule(
                        "8.1",
                        "a line that hides in trailers",
                        c -> c.request(1, false, "POST", "/").headers(1, true, "a", "1\r\n\r\nGET"),
                        MALFORMED),
                more("RFC 9110 10.1.1", "an unknown expectation", new Expected.Answer("417"), "expect", "more"),
                section(
                        "RFC 9110 4.1",
                        "a target that is too long",
                        new Expected.Answer("414"),
                        request("GET", "/" + "a".repeat(9000)))));
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource({"frames", "sections"})
    void theRuleHolds(Rule rule) {
        int before = origin.requests().size();
        try (H2Client client = H2Client.of(proxy)) {
            rule.client().accept(client);
            if (rule.expected() instanceof Expected.GoAway goAway) {
                client.readToEnd();
                assertThat(client.goAway).as(client.toString()).isEqualTo(goAway.code());
            } else if (rule.expected() instanceof Expected.Reset reset) {
                assertThat(client.response(1).reset).as(client.toString()).isEqualTo(reset.code());
                assertThat(client.get(9).response(9).status()).isEqualTo("200");
            } else if (rule.expected() instanceof Expected.Answer answer) {
                assertThat(client.response(1).status()).as(client.toString()).isEqualTo(answer.status());
                assertThat(client.get(9).response(9).status()).isEqualTo("200");
            }
        }
        origin.requests().stream()
                .skip(before)
                .forEach(request -> assertThat(request)
                        .as("what the origin was sent")
                        .doesNotContain("\r\nhost: b\r\n", "GET /b", "\r\nx: y"));
    }
}
