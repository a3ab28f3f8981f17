package io.weldr.proxy;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.weldr.core.tls.OriginTrust;
import java.security.GeneralSecurityException;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * How https origins are verified: by the platform's authorities unless others are named. Made on first use: reading the
 * platform's authorities takes longer than everything else at start. Thread safe.
 */
final class OriginTls implements Supplier<SslContext> {

    private final @Nullable TrustManagerFactory trust;
    private @Nullable SslContext context; // guarded by this

    OriginTls(@Nullable TrustManagerFactory trust) {
        this.trust = trust;
    }

    @Override
    public synchronized SslContext get() {
        SslContext made = context;
        if (made == null) {
            made = make();
            context = made;
        }
        return made;
    }

    private SslContext make() {
        try {
            return SslContextBuilder.forClient()
                    .sslProvider(SslProvider.JDK)
                    .trustManager(OriginTrust.of(trust))
                    .build();
        } catch (SSLException | GeneralSecurityException e) {
            throw new IllegalStateException("proxy: TLS to origins is not possible here: " + e.getMessage(), e);
        }
    }
}
