package io.weldr.proxy.http1;

import io.weldr.proxy.http.FieldNames;
import io.weldr.proxy.limits.ProxyLimits;
import org.jspecify.annotations.Nullable;

/**
 * Checks a trailer section that has come in one piece, and leaves out what may not stand there (RFC 9110 section
 * 6.5.1): the rules of a chunked body, for trailers that came otherwise. Scratch space of one event loop.
 */
public final class TrailerFilter {

    private final Trailers trailers;

    public TrailerFilter(ProxyLimits limits) {
        trailers = new Trailers(limits);
    }

    /**
     * The section as it may be passed on.
     *
     * @param section field lines and an empty line
     * @return null: it is malformed or too large
     */
    public byte @Nullable [] filtered(byte[] section) {
        return trailers.take(section) ? trailers.relayed(true, FieldNames.NONE) : null;
    }
}
