package io.weldr.proxy.edit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.proxy.http.HeadWriter;
import io.weldr.proxy.http.Octets;
import io.weldr.proxy.http1.RequestHead;
import io.weldr.proxy.http1.Scan;
import io.weldr.proxy.limits.ProxyLimits;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** RFC 9110 section 7.6: what an intermediary changes in a request, and what it leaves alone. */
class RequestEditorTest {

    private static final String ADDED = "Via: 1.1 weldr\r\nX-Request-Id: id\r\n\r\n";
    private static final String FORWARDED =
            "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: a\r\n";

    private final RequestHead head = new RequestHead(ProxyLimits.DEFAULTS, true);
    private final HeadWriter writer = new HeadWriter();
    private HeadPlan plan = HeadPlan.NONE;
    private @Nullable TargetBytes target;
    private RequestEditor editor = new RequestEditor("weldr", true, false);
    private String address = "192.0.2.1";
    private boolean trusted;
    private boolean preserveHost = true;

    private String edit(String request) {
        byte[] bytes =
                request.replace("\r\n\r\n", "\r\nX-Request-Id: id\r\n\r\n").getBytes(ISO_8859_1);
        assertThat(head.scan(bytes, bytes.length)).as(request).isEqualTo(Scan.COMPLETE);
        RequestId id = new RequestId();
        id.set(head, 1, 2);
        Peer peer = new Peer(Octets.ascii(address), new byte[4], trusted);
        editor.write(head, writer, Octets.ascii("origin:81"), preserveHost, plan, target, peer, id);
        return new String(writer.toBytes(), ISO_8859_1);
    }

    @Test
    void untouchedFieldsAreCopiedByteForByte() {
        assertThat(edit("PUT /x?  HTTP/1.1\r\nHost: a\r\n\r\n".replace("  ", " ")))
                .isEqualTo("PUT /x? HTTP/1.1\r\nHost: a\r\n" + FORWARDED + ADDED);
        assertThat(edit("GET / HTTP/1.1\r\nhost:a\r\nX:   odd \u00e9 spacing \r\nCOOKIE: b=c\r\n\r\n"))
                .isEqualTo(
                        "GET / HTTP/1.1\r\nhost:a\r\nX:   odd \u00e9 spacing \r\nCOOKIE: b=c\r\n" + FORWARDED + ADDED);
    }

    @Test
    void hopByHopFieldsEndHere() {
        assertThat(edit(
                        "GET / HTTP/1.1\r\nHost: a\r\nConnection: x-one, X-Two ,close\r\nX-ONE: 1\r\nKeep: 1\r\nx-two: 2\r\n"
                                + "Keep-Alive: 5\r\nProxy-Connection: close\r\nTE: gzip\r\nUpgrade: foo\r\nProxy: evil\r\n"
                                + "HTTP2-Settings: AA\r\n\r\n"))
                .isEqualTo("GET / HTTP/1.1\r\nHost: a\r\nKeep: 1\r\n" + FORWARDED + ADDED);
    }

    @Test
    void connectionCannotTakeAwayWhatOthersRelyOn() {
        assertThat(
                        edit(
                                "POST / HTTP/1.1\r\nHost: a\r\nConnection: host, content-length, x-forwarded-for, cookie, "
                                        + "authorization, via\r\nContent-Length: 3\r\nCookie: c\r\nAuthorization: b\r\nVia: 1.0 z\r\n\r\n"))
                .isEqualTo("POST / HTTP/1.1\r\nHost: a\r\nCookie: c\r\nAuthorization: b\r\nVia: 1.0 z\r\n"
                        + "Content-Length: 3\r\n" + FORWARDED + ADDED);
    }

    @Test
    void framingIsOurs() {
        assertThat(edit("POST / HTTP/1.1\r\nHost: a\r\nContent-Length:   0005\r\nA: b\r\n\r\n"))
                .contains("\r\nA: b\r\nContent-Length: 5\r\n");
        assertThat(edit("POST / HTTP/1.1\r\nTransfer-Encoding:chunked\r\nHost: a\r\nTrailer: T\r\n\r\n"))
                .startsWith("POST / HTTP/1.1\r\nHost: a\r\nTrailer: T\r\nTransfer-Encoding: chunked\r\n");
    }

    @Test
    void trailersAreAskedForOnTheNextHop() {
        assertThat(edit("GET / HTTP/1.1\r\nHost: a\r\nTE: trailers;q=1, deflate\r\nConnection: te\r\n\r\n"))
                .contains("Connection: TE\r\nTE: trailers\r\n");
        assertThat(edit("GET / HTTP/1.1\r\nHost: a\r\nTE: trailersx\r\n\r\n")).doesNotContain("TE:");
    }

    @Test
    void upgradesAreAskedForOnTheNextHop() {
        assertThat(edit("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"))
                .contains("\r\nConnection: upgrade\r\nUpgrade: websocket\r\n");
        assertThat(edit("GET / HTTP/1.0\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"))
                .doesNotContain("pgrade");
    }

    @Test
    void absoluteFormBecomesOriginFormAndWinsOverHost() {
        assertThat(edit("GET http://real:81/x?y HTTP/1.1\r\nHost: fake\r\n\r\n"))
                .startsWith("GET /x?y HTTP/1.1\r\nHost: real:81\r\nX-Forwarded-For")
                .contains("X-Forwarded-Host: real:81\r\n");
        assertThat(edit("GET http://real?y HTTP/1.1\r\nHost: fake\r\n\r\n"))
                .startsWith("GET /?y HTTP/1.1\r\nHost: real\r\n");
        assertThat(edit("GET http://real HTTP/1.1\r\nHost: fake\r\n\r\n"))
                .startsWith("GET / HTTP/1.1\r\nHost: real\r\n");
        assertThat(edit("OPTIONS http://real HTTP/1.1\r\nHost: fake\r\n\r\n"))
                .startsWith("OPTIONS * HTTP/1.1\r\nHost: real\r\n");
        assertThat(edit("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n")).startsWith("OPTIONS * HTTP/1.1\r\nHost: a\r\n");
    }

    @Test
    void aRouteThatSetsAForwardingFieldOrRemovesItHasTheLastWord() {
        plan = new HeadPlan(
                List.of("X-Forwarded-Proto", "x-forwarded-for"),
                List.of(new HeadPlan.Line("X-Forwarded-Proto", "https")),
                null);
        String own =
                "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-Host: a\r\nVia: 1.1 weldr\r\nX-Forwarded-Proto: https\r\n";
        assertThat(edit("GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-Proto: ftp\r\nX-Forwarded-For: b\r\n\r\n"))
                .startsWith(own);
        trusted = true;
        assertThat(edit("GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-Proto: ftp\r\nX-Forwarded-For: b\r\n\r\n"))
                .startsWith(own);

        editor = new RequestEditor("weldr", false, true);
        plan = new HeadPlan(List.of("forwarded"), List.of(), null);
        assertThat(edit("GET / HTTP/1.1\r\nHost: a\r\nForwarded: for=b\r\n\r\n"))
                .isEqualTo("GET / HTTP/1.1\r\nHost: a\r\n" + ADDED);
    }

    @Test
    void hostIsRewrittenWhenThePolicySaysSo() {
        preserveHost = false;
        assertThat(edit("GET / HTTP/1.1\r\nA: b\r\nHost: a\r\nC: d\r\n\r\n"))
                .isEqualTo("GET / HTTP/1.1\r\nHost: origin:81\r\nA: b\r\nC: d\r\n" + FORWARDED + ADDED);
    }

    @Test
    void aVersion10RequestBecomes11() {
        assertThat(edit("GET / HTTP/1.0\r\nExpect: 100-continue\r\nConnection: keep-alive\r\n\r\n"))
                .isEqualTo(
                        "GET / HTTP/1.1\r\nHost: origin:81\r\nX-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: http\r\n"
                                + "Via: 1.0 weldr\r\nX-Request-Id: id\r\n\r\n");
    }

    @Test
    void maxForwardsCountsDownForOptionsAndTraceOnly() {
        assertThat(edit("OPTIONS / HTTP/1.1\r\nHost: a\r\nMax-Forwards: 10\r\n\r\n"))
                .contains("\r\nMax-Forwards: 9\r\n")
                .doesNotContain("10");
        assertThat(edit("GET / HTTP/1.1\r\nHost: a\r\nMax-Forwards: 10\r\n\r\n"))
                .contains("\r\nMax-Forwards: 10\r\n");
    }

    @Test
    void strangersAreNotBelievedAboutWhoTheyAre() {
        String request = "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 1.1.1.1\r\nX-Forwarded-Proto: https\r\n"
                + "X-Forwarded-Host: h\r\nForwarded: for=1.1.1.1\r\nX-Real-IP: 1.1.1.1\r\nX-Forwarded-Port: 1\r\n\r\n";
        assertThat(edit(request)).isEqualTo("GET / HTTP/1.1\r\nHost: a\r\n" + FORWARDED + ADDED);
        trusted = true;
        assertThat(edit(request))
                .isEqualTo("GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: h\r\n"
                        + "Forwarded: for=1.1.1.1\r\nX-Real-IP: 1.1.1.1\r\nX-Forwarded-Port: 1\r\n"
                        + "X-Forwarded-For: 1.1.1.1, 192.0.2.1\r\n" + ADDED);
    }

    @Test
    void otherWaysToWriteItAreNotBelievedEither() {
        String invented = "X-Forwarded-Ssl: on\r\nX-Forwarded-Client-Cert: c\r\nx-forwarded-scheme: https\r\n";
        String disguised = "X_Forwarded_For: 1.1.1.1\r\nx-forwarded_proto: https\r\nX_Real_IP: 1.1.1.1\r\n"
                + "X_FORWARDED-SSL: on\r\n";
        String plain = "X-Forwarded: 1\r\nX-Forwarded-: 1\r\nXX-Forwarded-For: 1\r\nx_request: 1\r\n";
        String request = "GET / HTTP/1.1\r\nHost: a\r\n" + invented + disguised + plain + "\r\n";
        assertThat(edit(request)).isEqualTo("GET / HTTP/1.1\r\nHost: a\r\n" + plain + FORWARDED + ADDED);
        trusted = true; // a proxy that is believed may still let pass what it does not know
        assertThat(edit(request)).isEqualTo("GET / HTTP/1.1\r\nHost: a\r\n" + invented + plain + FORWARDED + ADDED);
    }

    @Test
    void severalForwardedForLinesBecomeOneList() {
        trusted = true;
        assertThat(
                        edit(
                                "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 1.1.1.1, 2.2.2.2\r\nB: c\r\nX-Forwarded-For: 3.3.3.3\r\n\r\n"))
                .contains("X-Forwarded-For: 1.1.1.1, 2.2.2.2, 3.3.3.3, 192.0.2.1\r\n");
    }

    @Test
    void whoWasForwardedIsToldAsRfc7239HasIt() {
        editor = new RequestEditor("weldr", false, true);
        String xFields = "X-Forwarded-For: 3.3.3.3\r\nX-Forwarded-Proto: https\r\nX-Real-IP: 3.3.3.3\r\n";
        String request = "GET / HTTP/1.1\r\nHost: a:81\r\nForwarded: for=1.1.1.1\r\n" + xFields
                + "forwarded:for=\"[::2]\";by=_x, for=2.2.2.2;proto=https\r\nForwarded:\r\n\r\n";
        assertThat(edit(request))
                .isEqualTo("GET / HTTP/1.1\r\nHost: a:81\r\nForwarded: for=192.0.2.1;host=\"a:81\";proto=http\r\n"
                        + ADDED);
        trusted = true;
        address = "2001:db8::1";
        assertThat(edit(request))
                .isEqualTo("GET / HTTP/1.1\r\nHost: a:81\r\n" + xFields
                        + "Forwarded: for=1.1.1.1, for=\"[::2]\";by=_x, for=2.2.2.2;proto=https, "
                        + "for=\"[2001:db8::1]\";host=\"a:81\";proto=http\r\n" + ADDED);
    }

    @Test
    void bothOrNeitherCanBeWritten() {
        String request = "GET / HTTP/1.0\r\nForwarded: for=1.1.1.1\r\nX-Forwarded-For: 1.1.1.1\r\n\r\n";
        String start = "GET / HTTP/1.1\r\nHost: origin:81\r\n";
        String added = ADDED.replace("1.1 weldr", "1.0 weldr");
        address = "::1";
        editor = new RequestEditor("weldr", true, true);
        assertThat(edit(request))
                .isEqualTo(start + "X-Forwarded-For: ::1\r\nX-Forwarded-Proto: http\r\n"
                        + "Forwarded: for=\"[::1]\";proto=http\r\n" + added);
        editor = new RequestEditor("weldr", false, false);
        assertThat(edit(request)).isEqualTo(start + added);
        trusted = true;
        assertThat(edit(request)).isEqualTo(start + "Forwarded: for=1.1.1.1\r\nX-Forwarded-For: 1.1.1.1\r\n" + added);
    }

    @Test
    void aRouteDropsSetsAndAddsFieldsAndChangesHostAndTarget() {
        plan = new HeadPlan(
                List.of("X-Secret", "x-env"),
                List.of(new HeadPlan.Line("X-Env", "blue"), new HeadPlan.Line("X-Seen", "1")),
                "in.example:8080");
        target = new TargetBytes().set(Octets.ascii("/new?q=1-and-more"), 8);
        assertThat(
                        edit(
                                "GET /old?q=2 HTTP/1.1\r\nHost: a.example\r\nx-SECRET: s\r\nX-Seen: 0\r\nX-ENV: red\r\nAccept: */*\r\n\r\n"))
                .startsWith("GET /new?q=1 HTTP/1.1\r\nHost: in.example:8080\r\nX-Seen: 0\r\nAccept: */*\r\n")
                .contains("\r\nX-Env: blue\r\nX-Seen: 1\r\n", "X-Forwarded-Host: a.example\r\n")
                .doesNotContain("SECRET", "red", "/old");
    }
}
