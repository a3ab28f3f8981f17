package io.weldr.proxy.http1;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.proxy.limits.ProxyLimits;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9112 sections 2 to 6 and RFC 9110 section 7, request side. In the tables {@code |} stands for CRLF and U+2400 for NUL. */
class RequestHeadTest {

    private final RequestHead head = new RequestHead(ProxyLimits.DEFAULTS, false);

    private Scan scan(String text) {
        byte[] bytes = text.getBytes(ISO_8859_1);
        return head.scan(bytes, bytes.length);
    }

    private static String wire(String table) {
        return table.replace("|", "\r\n").replace('\u2400', '\0');
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1|Host: a||",
                "|GET / HTTP/1.1|Host: a||",
                "GET / HTTP/1.0||",
                "GET /?q HTTP/1.1|Host: a:80||",
                "GET /%2e%2e//;x HTTP/1.1|hOST:\ta.example \t||",
                "GET http://a.example/x HTTP/1.1|Host: other||",
                "GET HTTP://a.example HTTP/1.1|Host: other||",
                "OPTIONS * HTTP/1.1|Host: a||",
                "OPTIONS http://a HTTP/1.1|Host: a||",
                "M-SEARCH / HTTP/1.1|Host: [::1]:8080||",
                "get / HTTP/1.1|Host: a||",
                "POST / HTTP/1.1|Host: a|Content-Length: 0||",
                "POST / HTTP/1.1|Host: a|Content-Length: 999999999999999999||",
                "POST / HTTP/1.1|Host: a|Transfer-Encoding: chunked||",
                "POST / HTTP/1.1|Host: a|Expect: 100-Continue|Content-Length: 1||",
                "GET / HTTP/1.1|Host: a|Connection: ,close, ,keep-alive,||",
                "GET / HTTP/1.1|Host: a|X:||",
                "GET / HTTP/1.1|Host: a|X: \u00e9\t~||",
                "GET / HTTP/1.1|Host: a%20b||",
            })
    void soundHeadsAreAccepted(String table) {
        String text = wire(table);
        assertThat(scan(text)).isEqualTo(Scan.COMPLETE);
        assertThat(head.length()).isEqualTo(text.length());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1|Host: a||",
                "|POST http://x:1/y?z HTTP/1.1|Host: a|Content-Length: 5|Connection: x, close||",
            })
    void everyPrefixOfASoundHeadIsIncomplete(String table) {
        byte[] bytes = wire(table).getBytes(ISO_8859_1);
        for (int end = 0; end < bytes.length; end++) {
            assertThat(head.scan(bytes, end)).as("first %d bytes", end).isEqualTo(Scan.INCOMPLETE);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            value = {
                // start line
                "' GET / HTTP/1.1|Host: a||' # BAD_START_LINE",
                "'||GET / HTTP/1.1|Host: a||' # BAD_START_LINE",
                "'\n\nGET / HTTP/1.1|Host: a||' # BAD_START_LINE",
                "'GET  / HTTP/1.1|Host: a||' # BAD_START_LINE",
                "'GET /  HTTP/1.1|Host: a||' # BAD_START_LINE",
                "'GET\t/ HTTP/1.1|Host: a||' # BAD_START_LINE",
                "'GET / HTTP/1.1 |Host: a||' # BAD_START_LINE",
                "'GET /|Host: a||' # BAD_TARGET",
                "'GET / http/1.1|Host: a||' # BAD_START_LINE",
                "'GET / HTTP/1,1|Host: a||' # BAD_START_LINE",
                "'GET / HTTP/1.10|Host: a||' # BAD_START_LINE",
                "'GET / HTTP/01.1|Host: a||' # BAD_START_LINE",
                "'GET / HTTP/1.1\nHost: a||' # BAD_START_LINE",
                "'GET / HTTP/2.0|Host: a||' # BAD_VERSION",
                "'GET / HTTP/1.2|Host: a||' # BAD_VERSION",
                "'GET / HTTP/0.9|Host: a||' # BAD_VERSION",
                "'GE(T / HTTP/1.1|Host: a||' # BAD_START_LINE",
                "'G\u00c9T / HTTP/1.1|Host: a||' # BAD_START_LINE",
                "'\u0016\u0003\u0001\u0002\u0000' # BAD_START_LINE",
                // target
                "'GET a HTTP/1.1|Host: a||' # BAD_TARGET",
                "'GET a:80 HTTP/1.1|Host: a||' # BAD_TARGET",
                "'GET * HTTP/1.1|Host: a||' # BAD_TARGET",
                "'OPTIONS *x HTTP/1.1|Host: a||' # BAD_TARGET",
                "'GET https://a/ HTTP/1.1|Host: a||' # BAD_TARGET",
                "'GET ftp://a/ HTTP/1.1|Host: a||' # BAD_TARGET",
                "'GET http:/// HTTP/1.1|Host: a||' # BAD_TARGET",
                "'GET http://u@a/ HTTP/1.1|Host: a||' # BAD_TARGET",
                "'GET http://a:x/ HTTP/1.1|Host: a||' # BAD_TARGET",
                "'GET /\u00e9 HTTP/1.1|Host: a||' # BAD_TARGET",
                "'GET /\u007f HTTP/1.1|Host: a||' # BAD_TARGET",
                "'CONNECT a:443 HTTP/1.1|Host: a:443||' # METHOD_REFUSED",
                "'TRACE / HTTP/1.1|Host: a||' # METHOD_REFUSED",
                // fields
                "'GET / HTTP/1.1|Host : a||' # BAD_FIELD",
                "'GET / HTTP/1.1|Host: a|X\t: b||' # BAD_FIELD",
                "'GET / HTTP/1.1|Host: a| folded||' # BAD_FIELD",
                "'GET / HTTP/1.1| Host: a||' # BAD_FIELD",
                "'GET / HTTP/1.1|Host: a|: b||' # BAD_FIELD",
                "'GET / HTTP/1.1|Host: a|nothing||' # BAD_FIELD",
                "'GET / HTTP/1.1|Host: a|X: b\u2400c||' # BAD_FIELD",
                "'GET / HTTP/1.1|Host: a|X: b\rc||' # BAD_FIELD",
                "'GET / HTTP/1.1|Host: a|X: b\nY: c||' # BAD_FIELD",
                "'GET / HTTP/1.1|Host: a|X: b\u007f||' # BAD_FIELD",
                "'GET / HTTP/1.1|Host: a|X: \u000b||' # BAD_FIELD",
                "'GET / HTTP/1.1|Host: a|X(: b||' # BAD_FIELD",
                "'GET / HTTP/1.1|Host: a|\rX: b||' # BAD_FIELD",
                "'GET / HTTP/1.1|Host: a|Connection: a b||' # BAD_FIELD",
                "'GET / HTTP/1.1|Host: a|Connection: a;b||' # BAD_FIELD",
                "'GET / HTTP/1.1|Host: a|Expect: 200-ok||' # BAD_EXPECTATION",
                "'OPTIONS / HTTP/1.1|Host: a|Max-Forwards: -1||' # BAD_FIELD",
                // host
                "'GET / HTTP/1.1||' # BAD_HOST",
                "'GET / HTTP/1.1|Host:||' # BAD_HOST",
                "'GET / HTTP/1.1|Host: a|Host: a||' # BAD_HOST",
                "'GET / HTTP/1.1|Host: a, b||' # BAD_HOST",
                "'GET / HTTP/1.1|Host: a b||' # BAD_HOST",
                "'GET / HTTP/1.1|Host: a/b||' # BAD_HOST",
                "'GET / HTTP/1.1|Host: u@a||' # BAD_HOST",
                "'GET / HTTP/1.1|Host: a:||' # BAD_HOST",
                "'GET / HTTP/1.1|Host: a:0||' # BAD_HOST",
                "'GET / HTTP/1.1|Host: a:65536||' # BAD_HOST",
                "'GET / HTTP/1.1|Host: a:1:2||' # BAD_HOST",
                "'GET / HTTP/1.1|Host: [::1||' # BAD_HOST",
                "'GET / HTTP/1.1|Host: [zz::]||' # BAD_HOST",
                "'GET / HTTP/1.1|Host: a%2||' # BAD_HOST",
                "'GET http://a/ HTTP/1.1|Host: b c||' # BAD_HOST",
                "'GET http://a/ HTTP/1.1||' # BAD_HOST",
                // framing
                "'POST / HTTP/1.1|Host: a|Content-Length: 1|Transfer-Encoding: chunked||' # BAD_FRAMING",
                "'POST / HTTP/1.1|Host: a|Transfer-Encoding: chunked|Content-Length: 1||' # BAD_FRAMING",
                "'POST / HTTP/1.1|Host: a|Content-Length: 1|Content-Length: 2||' # BAD_FRAMING",
                "'POST / HTTP/1.1|Host: a|Content-Length: 1|Content-Length: 1||' # BAD_FRAMING",
                "'POST / HTTP/1.1|Host: a|Content-Length: 1, 1||' # BAD_FRAMING",
                "'POST / HTTP/1.1|Host: a|Content-Length:||' # BAD_FRAMING",
                "'POST / HTTP/1.1|Host: a|Content-Length: +1||' # BAD_FRAMING",
                "'POST / HTTP/1.1|Host: a|Content-Length: -1||' # BAD_FRAMING",
                "'POST / HTTP/1.1|Host: a|Content-Length: 0x1||' # BAD_FRAMING",
                "'POST / HTTP/1.1|Host: a|Content-Length: 1 1||' # BAD_FRAMING",
                "'POST / HTTP/1.1|Host: a|Content-Length: 9999999999999999999||' # BAD_FRAMING",
                "'POST / HTTP/1.1|Host: a|Content-Length: 18446744073709551617||' # BAD_FRAMING",
                "'POST / HTTP/1.1|Host: a|Content-Length: \u0661||' # BAD_FRAMING",
                "'POST / HTTP/1.1|Host: a|Transfer-Encoding:||' # BAD_FRAMING",
                "'POST / HTTP/1.1|Host: a|Transfer-Encoding: identity||' # BAD_FRAMING",
                "'POST / HTTP/1.1|Host: a|Transfer-Encoding: xchunked||' # BAD_FRAMING",
                "'POST / HTTP/1.1|Host: a|Transfer-Encoding: Chunked||' # BAD_FRAMING",
                "'POST / HTTP/1.1|Host: a|Transfer-Encoding: gzip, chunked||' # BAD_FRAMING",
                "'POST / HTTP/1.1|Host: a|Transfer-Encoding: chunked, identity||' # BAD_FRAMING",
                "'POST / HTTP/1.1|Host: a|Transfer-Encoding: chunked,||' # BAD_FRAMING",
                "'POST / HTTP/1.1|Host: a|Transfer-Encoding: ,chunked||' # BAD_FRAMING",
                "'POST / HTTP/1.1|Host: a|Transfer-Encoding: chunked;q=1||' # BAD_FRAMING",
                "'POST / HTTP/1.1|Host: a|Transfer-Encoding: chun ked||' # BAD_FRAMING",
                "'POST / HTTP/1.1|Host: a|Transfer-Encoding: \u000bchunked||' # BAD_FIELD",
                "'POST / HTTP/1.1|Host: a|Transfer-Encoding : chunked||' # BAD_FIELD",
                "'POST / HTTP/1.1|Host: a|Transfer-Encoding: chunked|Transfer-Encoding: chunked||' # BAD_FRAMING",
                "'POST / HTTP/1.1|Host: a|Transfer-Encoding: chunked|Transfer-Encoding: identity||' # BAD_FRAMING",
                "'POST / HTTP/1.0|Host: a|Transfer-Encoding: chunked||' # BAD_FRAMING",
            })
    void whatIsAmbiguousIsRefused(String table, Failure expected) {
        assertThat(scan(wire(table))).isEqualTo(Scan.REFUSED);
        assertThat(head.failure()).isEqualTo(expected);
    }

    @Test
    void aLongRequestLineIs414AndALongHead431() {
        assertThat(scan("GET /" + "x".repeat(9000))).isEqualTo(Scan.REFUSED);
        assertThat(head.failure()).isEqualTo(Failure.URI_TOO_LONG);
        assertThat(scan("GET /" + "x".repeat(8192 - 5) + " HTTP/1.1\r\nHost: a\r\n\r\n"))
                .isEqualTo(Scan.REFUSED);
        assertThat(head.failure()).isEqualTo(Failure.URI_TOO_LONG);
        assertThat(scan("GET /" + "x".repeat(8000) + " HTTP/1.1\r\nHost: a\r\n\r\n"))
                .isEqualTo(Scan.COMPLETE);
        assertThat(scan("GET / HTTP/1.1\r\nHost: a\r\nX: " + "x".repeat(16 * 1024)))
                .isEqualTo(Scan.REFUSED);
        assertThat(head.failure()).isEqualTo(Failure.HEAD_TOO_LARGE);
        assertThat(scan("GET / HTTP/1.1\r\nHost: a\r\n" + "X: y\r\n".repeat(99) + "\r\n"))
                .isEqualTo(Scan.COMPLETE);
        assertThat(scan("GET / HTTP/1.1\r\nHost: a\r\n" + "X: y\r\n".repeat(100) + "\r\n"))
                .isEqualTo(Scan.REFUSED);
        assertThat(head.failure()).isEqualTo(Failure.HEAD_TOO_LARGE);
    }

    @Test
    void bytesBehindTheHeadAreNotLookedAt() {
        String text = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
        assertThat(scan(text + "\u0000\u0001 garbage")).isEqualTo(Scan.COMPLETE);
        assertThat(head.length()).isEqualTo(text.length());
    }

    @Test
    void aScanLeavesNothingBehindForTheNext() {
        scan("POST http://x/ HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nConnection: close, x\r\n"
                + "Expect: 100-continue\r\nTE: trailers\r\nMax-Forwards: 3\r\n\r\n");
        assertThat(scan("GET / HTTP/1.1\r\nHost: a\r\n\r\n")).isEqualTo(Scan.COMPLETE);
        assertThat(head.contentLength()).isEqualTo(-1);
        assertThat(head.chunked()).isFalse();
        assertThat(head.persistent()).isTrue();
        assertThat(head.expectsContinue()).isFalse();
        assertThat(head.acceptsTrailers()).isFalse();
        assertThat(head.maxForwards()).isEqualTo(-1);
    }

    @ParameterizedTest
    @CsvSource({
        "1.1, '', true",
        "1.1, 'Connection: close|', false",
        "1.1, 'Connection: Keep-Alive, CLOSE|', false",
        "1.0, '', false",
        "1.0, 'Connection: keep-alive|', true",
        "1.0, 'Connection: keep-alive|Connection: close|', false",
    })
    void persistenceFollowsVersionAndConnection(String version, String fields, boolean persistent) {
        assertThat(scan("GET / HTTP/" + version + "\r\nHost: a\r\n" + wire(fields) + "\r\n"))
                .isEqualTo(Scan.COMPLETE);
        assertThat(head.persistent()).isEqualTo(persistent);
    }

    @Test
    void upgradesAreKnownButNotToHttp2() {
        String start = "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\n";
        assertThat(scan(start + "Upgrade: websocket\r\n\r\n")).isEqualTo(Scan.COMPLETE);
        assertThat(head.upgrade()).isTrue();
        assertThat(scan(start + "Upgrade: H2C, websocket\r\n\r\n")).isEqualTo(Scan.COMPLETE);
        assertThat(head.upgrade()).isFalse();
        assertThat(scan(start + "\r\n")).isEqualTo(Scan.COMPLETE);
        assertThat(head.upgrade()).isFalse();
        assertThat(scan("GET / HTTP/1.0\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n"))
                .isEqualTo(Scan.COMPLETE);
        assertThat(head.upgrade()).isFalse();
    }

    @Test
    void namesFitIntoTheSetOfNames() {
        assertThat(Field.values()).hasSizeLessThan(64);
    }
}
