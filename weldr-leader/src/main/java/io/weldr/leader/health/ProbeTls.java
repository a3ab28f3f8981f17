package io.weldr.leader.health;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.weldr.core.tls.OriginTrust;
import java.security.GeneralSecurityException;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * How https origins are verified when they are probed. Made for the first of them, which may have to wait for it some tenths of a
 * second: reading the platform's authorities is a sixth of a node's start, and most pools have no https. Confined to the loop of the probes.
 */
final class ProbeTls {
    private final @Nullable TrustManagerFactory trust;
    private @Nullable SslContext context;

    /** @param trust whom origins may be vouched for by; null: whom the Java platform trusts */
    ProbeTls(@Nullable TrustManagerFactory trust) {
        this.trust = trust;
    }

    /** @throws SSLException if there is no TLS with that trust */
    SslContext context() throws SSLException {
        SslContext made = context;
        if (made == null) {
            try {
                made = SslContextBuilder.forClient()
                        .sslProvider(SslProvider.JDK)
                        .endpointIdentificationAlgorithm("HTTPS")
                        .trustManager(OriginTrust.of(trust))
                        .build();
            } catch (GeneralSecurityException e) {
                throw new SSLException(e.getMessage(), e);
            }
            context = made;
        }
        return made;
    }
}
