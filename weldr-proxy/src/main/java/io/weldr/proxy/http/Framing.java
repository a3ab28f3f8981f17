package io.weldr.proxy.http;

/** The framing of a message body (RFC 9112 section 6.3). */
public enum Framing {
    NONE,
    LENGTH,
    CHUNKED,
    /** Responses only: until the origin closes. */
    UNTIL_CLOSE
}
