package io.weldr.testserver;

import io.weldr.testserver.ScriptedAnswer.Then;
import java.util.Locale;

/**
 * Answers that a client must not trust, or must take with care: what {@code /odd/{kind}} sends, octet by octet. The
 * kind is the name in lower case with hyphens. Sections are those of RFC 9112.
 */
public enum OddAnswer {
    /** Section 6.3: the length is to be ignored or the message refused; passing both on is how responses are split. */
    LENGTH_AND_CHUNKED(
            head("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n") + "5\r\nHello\r\n0\r\n\r\n", Then.KEEP),
    /** Section 6.3: to be refused. */
    TWO_LENGTHS(head("Content-Length: 5\r\nContent-Length: 6\r\n") + "Hello!", Then.CLOSE),
    /** Section 6.3: may be taken as one. */
    SAME_LENGTH_TWICE(head("Content-Length: 5\r\nContent-Length: 5\r\n") + "Hello", Then.KEEP),
    LENGTH_NOT_A_NUMBER(head("Content-Length: five\r\n") + "Hello", Then.CLOSE),
    LENGTH_NEGATIVE(head("Content-Length: -5\r\n") + "Hello", Then.CLOSE),
    LENGTH_WITH_PLUS(head("Content-Length: +5\r\n") + "Hello", Then.CLOSE),
    /** No length and no chunks: the body ends with the connection. Allowed. */
    NO_LENGTH(head("") + "Hello", Then.CLOSE),
    /** More octets than announced: they must never reach the next client. */
    EXTRA_OCTETS(head("Content-Length: 5\r\n") + "Hello" + head("Content-Length: 4\r\n") + "Evil", Then.KEEP),
    CHUNK_SIZE_NOT_HEX(head("Transfer-Encoding: chunked\r\n") + "xyz\r\nHello\r\n0\r\n\r\n", Then.CLOSE),
    CHUNK_SIZE_HUGE(head("Transfer-Encoding: chunked\r\n") + "fffffffffffffffff\r\nHello\r\n0\r\n\r\n", Then.CLOSE),
    /** Section 7.1.1: allowed, and to be ignored. */
    CHUNK_EXTENSION(head("Transfer-Encoding: chunked\r\n") + "5;name=\"value\"\r\nHello\r\n0\r\n\r\n", Then.KEEP),
    /** The connection ends inside a chunk: the answer is incomplete, and the client has to see that it is. */
    CHUNK_CUT(head("Transfer-Encoding: chunked\r\n") + "64\r\nHello", Then.CLOSE),
    /** All chunks but the last one: the same. */
    LAST_CHUNK_MISSING(head("Transfer-Encoding: chunked\r\n") + "5\r\nHello\r\n", Then.CLOSE),
    /** Section 6.1: a transfer coding after chunked is an error. */
    CHUNKED_NOT_LAST(head("Transfer-Encoding: chunked, gzip\r\n") + "5\r\nHello\r\n0\r\n\r\n", Then.CLOSE),
    /** Section 6.1: chunked in a 1.0 message is not to be trusted. */
    CHUNKED_IN_OLD_VERSION("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nHello\r\n0\r\n\r\n", Then.CLOSE),
    OLD_VERSION("HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nHello", Then.CLOSE),
    NEWER_VERSION("HTTP/2.0 200 OK\r\nContent-Length: 5\r\n\r\nHello", Then.CLOSE),
    /** Section 2.2: a recipient may take it. */
    BARE_LINE_FEEDS("HTTP/1.1 200 OK\nContent-Length: 5\n\nHello", Then.KEEP),
    /** Section 5.2: obsolete; to be refused or unfolded. */
    FOLDED_FIELD(head("X-Folded: one\r\n two\r\nContent-Length: 5\r\n") + "Hello", Then.KEEP),
    /** Section 5.1: a proxy must remove it. */
    SPACE_BEFORE_COLON(head("X-Space : one\r\nContent-Length: 5\r\n") + "Hello", Then.KEEP),
    NUL_IN_FIELD(head("X-Nul: a\0b\r\nContent-Length: 5\r\n") + "Hello", Then.CLOSE),
    STATUS_NOT_A_NUMBER("HTTP/1.1 abc Odd\r\nContent-Length: 0\r\n\r\n", Then.CLOSE),
    STATUS_TOO_LONG("HTTP/1.1 2000 Odd\r\nContent-Length: 0\r\n\r\n", Then.CLOSE),
    /** Section 4: allowed. */
    NO_REASON("HTTP/1.1 200 \r\nContent-Length: 5\r\n\r\nHello", Then.KEEP),
    NOT_HTTP("SSH-2.0-OpenSSH_9.2\r\n", Then.CLOSE),
    /** RFC 9110 section 15.3.5: a 204 has no body, so the octets after it belong to nobody. */
    BODY_AFTER_204("HTTP/1.1 204 No Content\r\n\r\nHello", Then.CLOSE),
    /** RFC 9110 section 15.2.2: nobody asked to switch. */
    SWITCH_UNASKED("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: odd\r\n\r\nHello", Then.CLOSE),
    CONTINUE_UNASKED("HTTP/1.1 100 Continue\r\n\r\n" + head("Content-Length: 5\r\n") + "Hello", Then.KEEP),
    /** Interim answers without end are bounded here by 1000. */
    MANY_INTERIM("HTTP/1.1 102 Processing\r\n\r\n".repeat(1000) + head("Content-Length: 5\r\n") + "Hello", Then.KEEP),
    HUGE_FIELD(head("X-Huge: " + "x".repeat(256 * 1024) + "\r\nContent-Length: 5\r\n") + "Hello", Then.CLOSE),
    MANY_FIELDS(head("X-Many: x\r\n".repeat(10_000) + "Content-Length: 5\r\n") + "Hello", Then.CLOSE),
    /** Closes without a single octet. */
    EMPTY("", Then.CLOSE),
    /** Half a head, and then nothing more. */
    HEAD_UNFINISHED("HTTP/1.1 200 OK\r\nContent-Le", Then.HANG),
    HEAD_CUT("HTTP/1.1 200 OK\r\nContent-Le", Then.CLOSE);

    private final String latin1;
    private final Then then;

    OddAnswer(String latin1, Then then) {
        this.latin1 = latin1;
        this.then = then;
    }

    /** What stands in the path. */
    public String kind() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The octets, and what becomes of the connection. */
    public ScriptedAnswer answer() {
        return new ScriptedAnswer(latin1, then);
    }

    private static String head(String fields) {
        return "HTTP/1.1 200 OK\r\nServer: weldr-testserver\r\n" + fields + "\r\n";
    }
}
