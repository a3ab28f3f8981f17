package io.weldr.proxy.edit;

/**
 * In which fields an origin is told for whom a request was forwarded. Those not written pass from trusted peers, and
 * end here from others.
 */
public enum Forwarding {
    /** X-Forwarded-For, -Proto and -Host: what nearly all origins read. */
    X_FORWARDED,
    /** Forwarded, as in RFC 7239. */
    RFC7239,
    BOTH,
    NONE;

    public boolean writesXForwarded() {
        return this == X_FORWARDED || this == BOTH;
    }

    public boolean writesForwarded() {
        return this == RFC7239 || this == BOTH;
    }
}
