package io.weldr.proxy.http1;

import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.weldr.proxy.http.Failure;
import io.weldr.proxy.http.Framing;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/**
 * Messages that are sound and messages that are not: scanned by themselves, and sent through a proxy on real sockets.
 * {@code |} stands for CRLF and U+2400 for NUL.
 */
public final class MessageTables {

    private MessageTables() {}

    /** The bytes that a row stands for, one character each. */
    public static String wire(String row) {
        return row.replace("|", "\r\n").replace('\u2400', '\0');
    }

    /**
     * A request head, what an origin gets in front of the lines that the proxy adds, and the host that the client
     * named. {@code @} stands for the origin's own address.
     */
    public static Stream<Arguments> soundRequests() {
        return Stream.of(
                arguments("GET / HTTP/1.1|Host: a||", "GET / HTTP/1.1|Host: a|", "a"),
                arguments("|GET / HTTP/1.1|Host: a||", "GET / HTTP/1.1|Host: a|", "a"),
                arguments("GET / HTTP/1.0||", "GET / HTTP/1.1|Host: @|", ""),
                arguments("GET /?q HTTP/1.1|Host: a:80||", "GET /?q HTTP/1.1|Host: a:80|", "a:80"),
                arguments("GET / HTTP/1.1|Host: a:||", "GET / HTTP/1.1|Host: a:|", "a:"),
                arguments(
                        "GET /%2e%2e//;x HTTP/1.1|hOST:\ta.example \t||",
                        "GET /%2e%2e//;x HTTP/1.1|hOST:\ta.example \t|", "a.example"),
                arguments("GET /a?b?\"c\"<\\>^`{} HTTP/1.1|Host: a||", "GET /a?b?\"c\"<\\>^`{} HTTP/1.1|Host: a|", "a"),
                arguments("GET /{a}^`%zz% HTTP/1.1|Host: a||", "GET /{a}^`%zz% HTTP/1.1|Host: a|", "a"),
                arguments(
                        "GET http://a.example/x HTTP/1.1|Host: other||",
                        "GET /x HTTP/1.1|Host: a.example|",
                        "a.example"),
                arguments(
                        "GET HTTP://a.example HTTP/1.1|Host: other||", "GET / HTTP/1.1|Host: a.example|", "a.example"),
                arguments("OPTIONS * HTTP/1.1|Host: a||", "OPTIONS * HTTP/1.1|Host: a|", "a"),
                arguments("OPTIONS http://a HTTP/1.1|Host: a||", "OPTIONS * HTTP/1.1|Host: a|", "a"),
                arguments(
                        "M-SEARCH / HTTP/1.1|Host: [::1]:8080||",
                        "M-SEARCH / HTTP/1.1|Host: [::1]:8080|",
                        "[::1]:8080"),
                arguments("get / HTTP/1.1|Host: a||", "get / HTTP/1.1|Host: a|", "a"),
                arguments(
                        "POST / HTTP/1.1|Host: a|Content-Length: 0||",
                        "POST / HTTP/1.1|Host: a|Content-Length: 0|",
                        "a"),
                arguments(
                        "POST / HTTP/1.1|Host: a|Content-Length: 999999999999999999||",
                        "POST / HTTP/1.1|Host: a|Content-Length: 999999999999999999|",
                        "a"),
                arguments(
                        "POST / HTTP/1.1|Host: a|Transfer-Encoding: chunked||",
                        "POST / HTTP/1.1|Host: a|Transfer-Encoding: chunked|",
                        "a"),
                arguments(
                        "POST / HTTP/1.1|Host: a|Transfer-Encoding: CHUNKED||",
                        "POST / HTTP/1.1|Host: a|Transfer-Encoding: chunked|",
                        "a"),
                arguments(
                        "POST / HTTP/1.1|Host: a|Transfer-Encoding:\tchunked \t||",
                        "POST / HTTP/1.1|Host: a|Transfer-Encoding: chunked|",
                        "a"),
                arguments(
                        "POST / HTTP/1.1|Host: a|Expect: 100-Continue|Content-Length: 1||",
                        "POST / HTTP/1.1|Host: a|Expect: 100-Continue|Content-Length: 1|",
                        "a"),
                arguments("GET / HTTP/1.1|Host: a|Connection: ,close, ,keep-alive,||", "GET / HTTP/1.1|Host: a|", "a"),
                arguments("GET / HTTP/1.1|Host: a|X:||", "GET / HTTP/1.1|Host: a|X:|", "a"),
                arguments("GET / HTTP/1.1|Host: a|X: \u00e9\t~||", "GET / HTTP/1.1|Host: a|X: \u00e9\t~|", "a"),
                arguments("GET / HTTP/1.1|Host: a%20b||", "GET / HTTP/1.1|Host: a%20b|", "a%20b"));
    }

    /** A request head, or what looks like one, and why it is refused. */
    public static Stream<Arguments> malformedRequests() {
        return Stream.of(
                // start line
                arguments(" GET / HTTP/1.1|Host: a||", Failure.BAD_START_LINE),
                arguments("||GET / HTTP/1.1|Host: a||", Failure.BAD_START_LINE),
                arguments("\n\nGET / HTTP/1.1|Host: a||", Failure.BAD_START_LINE),
                arguments("GET  / HTTP/1.1|Host: a||", Failure.BAD_START_LINE),
                arguments("GET /  HTTP/1.1|Host: a||", Failure.BAD_START_LINE),
                arguments("GET\t/ HTTP/1.1|Host: a||", Failure.BAD_START_LINE),
                arguments("GET / HTTP/1.1 |Host: a||", Failure.BAD_START_LINE),
                arguments("GET /|Host: a||", Failure.BAD_TARGET),
                arguments("GET / http/1.1|Host: a||", Failure.BAD_START_LINE),
                arguments("GET / HTTP/1,1|Host: a||", Failure.BAD_START_LINE),
                arguments("GET / HTTP/1.10|Host: a||", Failure.BAD_START_LINE),
                arguments("GET / HTTP/01.1|Host: a||", Failure.BAD_START_LINE),
                arguments("GET / HTTP/1.1\nHost: a||", Failure.BAD_START_LINE),
                arguments("GET / HTTP/2.0|Host: a||", Failure.BAD_VERSION),
                arguments("GET / HTTP/1.2|Host: a||", Failure.BAD_VERSION),
                arguments("GET / HTTP/0.9|Host: a||", Failure.BAD_VERSION),
                arguments("GE(T / HTTP/1.1|Host: a||", Failure.BAD_START_LINE),
                arguments("G\u00c9T / HTTP/1.1|Host: a||", Failure.BAD_START_LINE),
                arguments("\u0016\u0003\u0001\u0002\u0000", Failure.BAD_START_LINE),
                // target
                arguments("GET a HTTP/1.1|Host: a||", Failure.BAD_TARGET),
                arguments("GET a:80 HTTP/1.1|Host: a||", Failure.BAD_TARGET),
                arguments("GET * HTTP/1.1|Host: a||", Failure.BAD_TARGET),
                arguments("OPTIONS *x HTTP/1.1|Host: a||", Failure.BAD_TARGET),
                arguments("GET ftp://a/ HTTP/1.1|Host: a||", Failure.BAD_TARGET),
                arguments("GET http:/// HTTP/1.1|Host: a||", Failure.BAD_TARGET),
                arguments("GET http://u@a/ HTTP/1.1|Host: a||", Failure.BAD_TARGET),
                arguments("GET http://a:x/ HTTP/1.1|Host: a||", Failure.BAD_TARGET),
                arguments("GET /\u00e9 HTTP/1.1|Host: a||", Failure.BAD_TARGET),
                arguments("GET /\u007f HTTP/1.1|Host: a||", Failure.BAD_TARGET),
                arguments("GET /a#b HTTP/1.1|Host: a||", Failure.BAD_TARGET),
                arguments("GET # HTTP/1.1|Host: a||", Failure.BAD_START_LINE),
                arguments("GET /?a#b HTTP/1.1|Host: a||", Failure.BAD_TARGET),
                arguments("GET /a\\b HTTP/1.1|Host: a||", Failure.BAD_TARGET),
                arguments("GET /<b> HTTP/1.1|Host: a||", Failure.BAD_TARGET),
                arguments("GET /\"b\" HTTP/1.1|Host: a||", Failure.BAD_TARGET),
                arguments("GET http://x/\\ HTTP/1.1|Host: a||", Failure.BAD_TARGET),
                arguments("CONNECT a:443 HTTP/1.1|Host: a:443||", Failure.METHOD_REFUSED),
                arguments("TRACE / HTTP/1.1|Host: a||", Failure.METHOD_REFUSED),
                // fields
                arguments("GET / HTTP/1.1|Host : a||", Failure.BAD_FIELD),
                arguments("GET / HTTP/1.1|Host: a|X\t: b||", Failure.BAD_FIELD),
                arguments("GET / HTTP/1.1|Host: a| folded||", Failure.BAD_FIELD),
                arguments("GET / HTTP/1.1| Host: a||", Failure.BAD_FIELD),
                arguments("GET / HTTP/1.1|Host: a|: b||", Failure.BAD_FIELD),
                arguments("GET / HTTP/1.1|Host: a|nothing||", Failure.BAD_FIELD),
                arguments("GET / HTTP/1.1|Host: a|X: b\u2400c||", Failure.BAD_FIELD),
                arguments("GET / HTTP/1.1|Host: a|X: b\rc||", Failure.BAD_FIELD),
                arguments("GET / HTTP/1.1|Host: a|X: b\nY: c||", Failure.BAD_FIELD),
                arguments("GET / HTTP/1.1|Host: a|X: b\u007f||", Failure.BAD_FIELD),
                arguments("GET / HTTP/1.1|Host: a|X: \u000b||", Failure.BAD_FIELD),
                arguments("GET / HTTP/1.1|Host: a|X(: b||", Failure.BAD_FIELD),
                arguments("GET / HTTP/1.1|Host: a|\rX: b||", Failure.BAD_FIELD),
                arguments("GET / HTTP/1.1|Host: a|Connection: a b||", Failure.BAD_FIELD),
                arguments("GET / HTTP/1.1|Host: a|Connection: a;b||", Failure.BAD_FIELD),
                arguments("GET / HTTP/1.1|Host: a|Expect: 200-ok||", Failure.BAD_EXPECTATION),
                arguments(
                        "POST / HTTP/1.1|Host: a|Expect: 100-continue|Expect: tea|Content-Length: 1||",
                        Failure.BAD_EXPECTATION),
                arguments("OPTIONS / HTTP/1.1|Host: a|Max-Forwards: -1||", Failure.BAD_FIELD),
                // host
                arguments("GET / HTTP/1.1||", Failure.BAD_HOST),
                arguments("GET / HTTP/1.1|Host:||", Failure.BAD_HOST),
                arguments("GET / HTTP/1.1|Host: a|Host: a||", Failure.BAD_HOST),
                arguments("GET / HTTP/1.1|Host: a, b||", Failure.BAD_HOST),
                arguments("GET / HTTP/1.1|Host: a b||", Failure.BAD_HOST),
                arguments("GET / HTTP/1.1|Host: a/b||", Failure.BAD_HOST),
                arguments("GET / HTTP/1.1|Host: u@a||", Failure.BAD_HOST),
                arguments("GET / HTTP/1.1|Host: a:0||", Failure.BAD_HOST),
                arguments("GET / HTTP/1.1|Host: a:65536||", Failure.BAD_HOST),
                arguments("GET / HTTP/1.1|Host: a:1:2||", Failure.BAD_HOST),
                arguments("GET / HTTP/1.1|Host: [::1||", Failure.BAD_HOST),
                arguments("GET / HTTP/1.1|Host: [zz::]||", Failure.BAD_HOST),
                arguments("GET / HTTP/1.1|Host: a%2||", Failure.BAD_HOST),
                arguments("GET http://a/ HTTP/1.1|Host: b c||", Failure.BAD_HOST),
                arguments("GET http://a/ HTTP/1.1||", Failure.BAD_HOST),
                // framing
                arguments(
                        "POST / HTTP/1.1|Host: a|Content-Length: 1|Transfer-Encoding: chunked||", Failure.BAD_FRAMING),
                arguments(
                        "POST / HTTP/1.1|Host: a|Transfer-Encoding: chunked|Content-Length: 1||", Failure.BAD_FRAMING),
                arguments("POST / HTTP/1.1|Host: a|Content-Length: 1|Content-Length: 2||", Failure.BAD_FRAMING),
                arguments("POST / HTTP/1.1|Host: a|Content-Length: 1|Content-Length: 1||", Failure.BAD_FRAMING),
                arguments("POST / HTTP/1.1|Host: a|Content-Length: 1, 1||", Failure.BAD_FRAMING),
                arguments("POST / HTTP/1.1|Host: a|Content-Length:||", Failure.BAD_FRAMING),
                arguments("POST / HTTP/1.1|Host: a|Content-Length: +1||", Failure.BAD_FRAMING),
                arguments("POST / HTTP/1.1|Host: a|Content-Length: -1||", Failure.BAD_FRAMING),
                arguments("POST / HTTP/1.1|Host: a|Content-Length: 0x1||", Failure.BAD_FRAMING),
                arguments("POST / HTTP/1.1|Host: a|Content-Length: 1 1||", Failure.BAD_FRAMING),
                arguments("POST / HTTP/1.1|Host: a|Content-Length: 9999999999999999999||", Failure.BAD_FRAMING),
                arguments("POST / HTTP/1.1|Host: a|Content-Length: 18446744073709551617||", Failure.BAD_FRAMING),
                arguments("POST / HTTP/1.1|Host: a|Content-Length: \u0661||", Failure.BAD_FRAMING),
                arguments("POST / HTTP/1.1|Host: a|Transfer-Encoding:||", Failure.BAD_FRAMING),
                arguments("POST / HTTP/1.1|Host: a|Transfer-Encoding: identity||", Failure.BAD_FRAMING),
                arguments("POST / HTTP/1.1|Host: a|Transfer-Encoding: xchunked||", Failure.BAD_FRAMING),
                arguments("POST / HTTP/1.1|Host: a|Transfer-Encoding: gzip, chunked||", Failure.BAD_FRAMING),
                arguments("POST / HTTP/1.1|Host: a|Transfer-Encoding: chunked, identity||", Failure.BAD_FRAMING),
                arguments("POST / HTTP/1.1|Host: a|Transfer-Encoding: chunked,||", Failure.BAD_FRAMING),
                arguments("POST / HTTP/1.1|Host: a|Transfer-Encoding: ,chunked||", Failure.BAD_FRAMING),
                arguments("POST / HTTP/1.1|Host: a|Transfer-Encoding: chunked;q=1||", Failure.BAD_FRAMING),
                arguments("POST / HTTP/1.1|Host: a|Transfer-Encoding: chun ked||", Failure.BAD_FRAMING),
                arguments("POST / HTTP/1.1|Host: a|Transfer-Encoding: chunked\t,x||", Failure.BAD_FRAMING),
                arguments("POST / HTTP/1.1|Host: a|Transfer-Encoding:\tchunked\t;||", Failure.BAD_FRAMING),
                arguments("POST / HTTP/1.1|Host: a|Transfer-Encoding: chunked;||", Failure.BAD_FRAMING),
                arguments("POST / HTTP/1.1|Host: a|Transfer-Encoding: \u000bchunked||", Failure.BAD_FIELD),
                arguments("POST / HTTP/1.1|Host: a|Transfer-Encoding : chunked||", Failure.BAD_FIELD),
                arguments(
                        "POST / HTTP/1.1|Host: a|Transfer-Encoding: chunked|Transfer-Encoding: chunked||",
                        Failure.BAD_FRAMING),
                arguments(
                        "POST / HTTP/1.1|Host: a|Transfer-Encoding: chunked|Transfer-Encoding: identity||",
                        Failure.BAD_FRAMING),
                arguments("POST / HTTP/1.0|Host: a|Transfer-Encoding: chunked||", Failure.BAD_FRAMING));
    }

    /** A response head, its status, how its body is delimited, and its first and last lines at the client. */
    public static Stream<Arguments> soundResponses() {
        return Stream.of(
                arguments(
                        "HTTP/1.1 200 OK||",
                        200,
                        Framing.UNTIL_CLOSE,
                        "HTTP/1.1 200 OK|",
                        "Transfer-Encoding: chunked|"),
                arguments("HTTP/1.1 200||", 200, Framing.UNTIL_CLOSE, "HTTP/1.1 200 |", "Transfer-Encoding: chunked|"),
                arguments("HTTP/1.1 200 ||", 200, Framing.UNTIL_CLOSE, "HTTP/1.1 200 |", "Transfer-Encoding: chunked|"),
                arguments(
                        "HTTP/1.1 200 \u00e9 fine||",
                        200,
                        Framing.UNTIL_CLOSE,
                        "HTTP/1.1 200 \u00e9 fine|",
                        "Transfer-Encoding: chunked|"),
                arguments(
                        "HTTP/1.0 404 No|Content-Length: 5||",
                        404,
                        Framing.LENGTH,
                        "HTTP/1.1 404 No|",
                        "Content-Length: 5|"),
                arguments(
                        "HTTP/1.1 200 OK|Content-Length: 0||",
                        200,
                        Framing.NONE,
                        "HTTP/1.1 200 OK|",
                        "Content-Length: 0|"),
                arguments(
                        "HTTP/1.1 200 OK|Transfer-Encoding: chunked||",
                        200,
                        Framing.CHUNKED,
                        "HTTP/1.1 200 OK|",
                        "Transfer-Encoding: chunked|"),
                arguments(
                        "HTTP/1.1 200 OK|Transfer-Encoding: Chunked||",
                        200,
                        Framing.CHUNKED,
                        "HTTP/1.1 200 OK|",
                        "Transfer-Encoding: chunked|"),
                arguments(
                        "HTTP/1.1 200 OK|Transfer-Encoding:\tchunked\t||",
                        200,
                        Framing.CHUNKED,
                        "HTTP/1.1 200 OK|",
                        "Transfer-Encoding: chunked|"),
                arguments("HTTP/1.1 204 No|Content-Length: 5||", 204, Framing.NONE, "HTTP/1.1 204 No|", ""),
                arguments(
                        "HTTP/1.1 304 No|Content-Length: 5||",
                        304,
                        Framing.NONE,
                        "HTTP/1.1 304 No|",
                        "Content-Length: 5|"),
                arguments(
                        "HTTP/1.1 205 Reset|Content-Length: 0||",
                        205,
                        Framing.NONE,
                        "HTTP/1.1 205 Reset|",
                        "Content-Length: 0|"),
                arguments("HTTP/1.1 100 Continue||", 100, Framing.NONE, "HTTP/1.1 100 Continue|", ""));
    }

    /** A response head, or what looks like one, and why it is refused. */
    public static Stream<Arguments> malformedResponses() {
        return Stream.of(
                arguments("HTTP/2.0 200 OK||", Failure.BAD_RESPONSE),
                arguments("HTTP/1.2 200 OK||", Failure.BAD_RESPONSE),
                arguments("http/1.1 200 OK||", Failure.BAD_RESPONSE),
                arguments(" HTTP/1.1 200 OK||", Failure.BAD_RESPONSE),
                arguments("|HTTP/1.1 200 OK||", Failure.BAD_RESPONSE),
                arguments("HTTP/1.1  200 OK||", Failure.BAD_RESPONSE),
                arguments("HTTP/1.1 20 OK||", Failure.BAD_RESPONSE),
                arguments("HTTP/1.1 2000 OK||", Failure.BAD_RESPONSE),
                arguments("HTTP/1.1 099 OK||", Failure.BAD_RESPONSE),
                arguments("HTTP/1.1 600 OK||", Failure.BAD_RESPONSE),
                arguments("HTTP/1.1 +20 OK||", Failure.BAD_RESPONSE),
                arguments("HTTP/1.1 200 O\u2400K||", Failure.BAD_RESPONSE),
                arguments("HTTP/1.1 200 OK\nX: y||", Failure.BAD_RESPONSE),
                arguments("garbage that is long enough", Failure.BAD_RESPONSE),
                arguments("HTTP/1.1 200 OK|X : y||", Failure.BAD_RESPONSE),
                arguments("HTTP/1.1 200 OK| X: y||", Failure.BAD_RESPONSE),
                arguments("HTTP/1.1 200 OK|X: y\u0001||", Failure.BAD_RESPONSE),
                arguments("HTTP/1.1 200 OK|Content-Length: 1|Content-Length: 2||", Failure.BAD_RESPONSE_FRAMING),
                arguments("HTTP/1.1 200 OK|Content-Length: 1|Content-Length: 1||", Failure.BAD_RESPONSE_FRAMING),
                arguments("HTTP/1.1 200 OK|Content-Length: 1,1||", Failure.BAD_RESPONSE_FRAMING),
                arguments("HTTP/1.1 200 OK|Content-Length: -1||", Failure.BAD_RESPONSE_FRAMING),
                arguments(
                        "HTTP/1.1 200 OK|Content-Length: 1|Transfer-Encoding: chunked||", Failure.BAD_RESPONSE_FRAMING),
                arguments("HTTP/1.1 200 OK|Transfer-Encoding: gzip, chunked||", Failure.BAD_RESPONSE_FRAMING),
                arguments("HTTP/1.1 200 OK|Transfer-Encoding: chunked, identity||", Failure.BAD_RESPONSE_FRAMING),
                arguments(
                        "HTTP/1.1 200 OK|Transfer-Encoding: chunked|Transfer-Encoding: chunked||",
                        Failure.BAD_RESPONSE_FRAMING),
                arguments("HTTP/1.0 200 OK|Transfer-Encoding: chunked||", Failure.BAD_RESPONSE_FRAMING),
                arguments("HTTP/1.1 200 OK|Content-Length: +1||", Failure.BAD_RESPONSE_FRAMING),
                arguments("HTTP/1.1 200 OK|Content-Length:||", Failure.BAD_RESPONSE_FRAMING),
                arguments("HTTP/1.1 200 OK|Content-Length: 1000000000000000000||", Failure.BAD_RESPONSE_FRAMING),
                arguments("HTTP/1.1 200 OK|Content-Length: 0x5||", Failure.BAD_RESPONSE_FRAMING),
                arguments("HTTP/1.1 200 OK|Transfer-Encoding: chunked,||", Failure.BAD_RESPONSE_FRAMING),
                arguments("HTTP/1.1 200 OK|Transfer-Encoding: chunked\t,x||", Failure.BAD_RESPONSE_FRAMING),
                arguments("HTTP/1.1 200 OK|Transfer-Encoding:||", Failure.BAD_RESPONSE_FRAMING),
                arguments("HTTP/1.1 200 OK|Transfer-Encoding: \u000bchunked||", Failure.BAD_RESPONSE),
                arguments("HTTP/1.1 200 OK|Connection: a b||", Failure.BAD_RESPONSE));
    }

    /** Chunked bodies that are passed on as they came. */
    public static Stream<String> soundChunks() {
        return Stream.of(
                "0||",
                "5|hello|0||",
                "1|a|2|bc|0||",
                "A|0123456789|0||",
                "00000005|hello|0||",
                "5;a|hello|0;b||",
                "5;a=\"b\\\"x\";c|hello|0||");
    }

    /** Chunked bodies that two readers could read differently. */
    public static Stream<String> malformedChunks() {
        return Stream.of(
                "|",
                "g|",
                "-1|",
                "+1|",
                "0x5|hello|0||",
                " 5|hello|0||",
                "5 |hello|0||",
                "5\t;a|hello|0||",
                "5\nhello|0||",
                "5\rhello|0||",
                "5|hello\n0||",
                "5|hello0||",
                "5|hellox|0||",
                "5|hel|0||",
                "5;a\nb|hello|0||",
                "5;a=\"b|hello|0||",
                "5;a=\"b\n\"|hello|0||",
                "5;a\u0000|hello|0||",
                "ffffffffffffffff|",
                "100000000000000000|",
                "00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
                        + "000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
                        + "0000000000000000000000000000000000000000000000000000000000000000000000000000000001|a|0||",
                "0|x\n|",
                "0|x|",
                "0| x: y||",
                "0|x : y||",
                "0\r\rx",
                "0|\rx");
    }
}
