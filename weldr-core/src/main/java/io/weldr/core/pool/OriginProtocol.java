package io.weldr.core.pool;

/** The protocol to the origins of a pool. */
public enum OriginProtocol {
    /** HTTP/1.1. */
    HTTP1,
    /** HTTP/2: by ALPN to an https origin, by prior knowledge to an http origin (RFC 9113 section 3.3). */
    H2,
    /** HTTP/2 to an https origin that chooses it by ALPN, else HTTP/1.1. */
    AUTO
}
