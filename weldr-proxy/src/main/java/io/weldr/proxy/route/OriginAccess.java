package io.weldr.proxy.route;

import io.weldr.core.pool.OriginProtocol;
import org.jspecify.annotations.Nullable;

/**
 * The protocol and TLS of connections to the origins of one pool. Connections are kept by it: those of another
 * access serve no request of this one.
 *
 * @param security of https origins; null: the pool has none
 */
public record OriginAccess(
        OriginProtocol protocol, @Nullable OriginSecurity security) {
    /** HTTP/1.1 without TLS. */
    public static final OriginAccess PLAIN = new OriginAccess(OriginProtocol.HTTP1, null);
}
