package io.weldr.proxy.tls;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The certificates for TLS-ALPN-01 challenges of certificate authorities (RFC 8737). The same for all listeners of
 * TLS. Thread safe.
 */
public final class ChallengeContexts {
    /** The only protocol that is agreed on: nothing is spoken behind the handshake. */
    public static final String PROTOCOL = "acme-tls/1";

    private volatile Map<String, TlsContext> byHost = Map.of();

    /** Null: no order is under way that proves that host so. */
    @Nullable TlsContext find(@Nullable String host) {
        return host == null ? null : byHost.get(host);
    }

    /** From now on these, by host, lower case. */
    public void replace(Map<String, TlsContext> next) {
        byHost = Map.copyOf(next);
    }
}
