package io.weldr.proxy.http1;

import static io.weldr.proxy.http1.MessageTables.wire;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.proxy.http.Failure;
import io.weldr.proxy.http.Field;
import io.weldr.proxy.limits.ProxyLimits;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9112 sections 2 to 6 and RFC 9110 section 7, request side. */
class RequestHeadTest {

    private final RequestHead head = new RequestHead(ProxyLimits.DEFAULTS, false);

    private Scan scan(String text) {
        byte[] bytes = text.getBytes(ISO_8859_1);
        return head.scan(bytes, bytes.length);
    }

    @ParameterizedTest
    @MethodSource("io.weldr.proxy.http1.MessageTables#soundRequests")
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
    @MethodSource("io.weldr.proxy.http1.MessageTables#malformedRequests")
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
