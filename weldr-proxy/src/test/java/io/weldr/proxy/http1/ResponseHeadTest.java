package io.weldr.proxy.http1;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.proxy.edit.DateField;
import io.weldr.proxy.edit.HeadPlan;
import io.weldr.proxy.edit.RequestId;
import io.weldr.proxy.edit.ResponseEditor;
import io.weldr.proxy.edit.ResponseEditor.Persistence;
import io.weldr.proxy.http.Failure;
import io.weldr.proxy.http.Framing;
import io.weldr.proxy.http.HeadWriter;
import io.weldr.proxy.limits.ProxyLimits;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9112 sections 4 and 6, response side. */
class ResponseHeadTest {

    private final ResponseHead head = new ResponseHead(ProxyLimits.DEFAULTS);

    private Scan scan(String text) {
        byte[] bytes = MessageTables.wire(text).getBytes(ISO_8859_1);
        return head.scan(bytes, bytes.length);
    }

    @ParameterizedTest
    @MethodSource("io.weldr.proxy.http1.MessageTables#soundResponses")
    void soundHeadsAreAccepted(String text, int status, Framing framing) {
        assertThat(scan(text)).isEqualTo(Scan.COMPLETE);
        assertThat(head.status()).isEqualTo(status);
        assertThat(head.framing(false)).isEqualTo(framing);
        assertThat(head.framing(true)).isEqualTo(Framing.NONE);
    }

    @ParameterizedTest
    @MethodSource("io.weldr.proxy.http1.MessageTables#malformedResponses")
    void whatIsAmbiguousIsRefused(String text, Failure expected) {
        assertThat(scan(text)).isEqualTo(Scan.REFUSED);
        assertThat(head.failure()).isEqualTo(expected);
    }

    @Test
    void everyPrefixIsIncomplete() {
        byte[] bytes = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n".getBytes(ISO_8859_1);
        for (int end = 0; end < bytes.length; end++) {
            assertThat(head.scan(bytes, end)).as("first %d bytes", end).isEqualTo(Scan.INCOMPLETE);
        }
    }

    @Test
    void aHeadWithoutEndIsTooLarge() {
        assertThat(scan("HTTP/1.1 200 OK|X: " + "y".repeat(20_000))).isEqualTo(Scan.REFUSED);
        assertThat(head.failure()).isEqualTo(Failure.RESPONSE_HEAD_TOO_LARGE);
        assertThat(scan("HTTP/1.1 200 " + "y".repeat(20_000))).isEqualTo(Scan.REFUSED);
        assertThat(head.failure()).isEqualTo(Failure.RESPONSE_HEAD_TOO_LARGE);
    }

    private String edit(String text, Persistence persistence, boolean chunked, boolean answersHead) {
        assertThat(scan(text)).isEqualTo(Scan.COMPLETE);
        RequestId id = new RequestId();
        id.make(0, 0x2a);
        HeadWriter writer = new HeadWriter();
        Clock clock = Clock.fixed(Instant.parse("1994-11-06T08:49:37Z"), ZoneOffset.UTC);
        new ResponseEditor("weldr", new DateField(clock))
                .write(head, writer, persistence, chunked, answersHead, HeadPlan.NONE, null, id);
        return new String(writer.toBytes(), ISO_8859_1).replace("\r\n", "|");
    }

    private static final String OURS =
            "Via: 1.1 weldr|Date: Sun, 06 Nov 1994 08:49:37 GMT|" + "X-Request-Id: 0000000000000000000000000000002a||";

    @Test
    void hopByHopFieldsEndHereAndDateIsAdded() {
        assertThat(edit(
                        "HTTP/1.1 200 OK|A: b|Connection: x-hop|X-Hop: 1|Keep-Alive: 5|Upgrade: h2|Content-Length: 3|C: d||",
                        Persistence.IMPLIED,
                        false,
                        false))
                .isEqualTo("HTTP/1.1 200 OK|A: b|C: d|Content-Length: 3|" + OURS);
    }

    @Test
    void theVersionIsOursAndViaTellsTheOriginS() {
        assertThat(edit("HTTP/1.0 200|Date: now|X-Request-Id: own||", Persistence.CLOSE, false, false))
                .isEqualTo("HTTP/1.1 200 |Date: now|X-Request-Id: own|Connection: close|Via: 1.0 weldr||");
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1 204 No|Content-Length: 3||", "HTTP/1.1 204 No|Transfer-Encoding: chunked||"})
    void aResponseWithoutContentTellsNoLength(String text) {
        assertThat(edit(text, Persistence.IMPLIED, false, false)).isEqualTo("HTTP/1.1 204 No|" + OURS);
    }

    @Test
    void headAnd304TellTheLengthOfWhatDoesNotCome() {
        assertThat(edit("HTTP/1.1 200 OK|Content-Length: 3||", Persistence.IMPLIED, false, true))
                .startsWith("HTTP/1.1 200 OK|Content-Length: 3|");
        assertThat(edit("HTTP/1.1 304 Not|Content-Length: 3||", Persistence.IMPLIED, false, false))
                .startsWith("HTTP/1.1 304 Not|Content-Length: 3|");
        assertThat(edit("HTTP/1.1 200 OK|Transfer-Encoding: chunked||", Persistence.IMPLIED, false, true))
                .startsWith("HTTP/1.1 200 OK|Transfer-Encoding: chunked|");
    }
}
