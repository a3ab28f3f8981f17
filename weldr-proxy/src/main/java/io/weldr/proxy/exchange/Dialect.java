package io.weldr.proxy.exchange;

/** The version of HTTP that the client of an exchange speaks: decides how heads, bodies and ends are told. */
public enum Dialect {
    /** Knows no chunks and no interim responses; a body without a length ends with the connection. */
    HTTP_1_0,
    /** A body without a length goes in chunks. */
    HTTP_1_1,
    /** Heads, content and trailers are passed on one by one: {@link MessageDownstream}. */
    HTTP_2
}
